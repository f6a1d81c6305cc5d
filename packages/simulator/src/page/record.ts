import type { DeliveryRecord, SimulatorEvent } from '../events.ts';
import type { Simulator } from '../simulator.ts';
import { cut, describe, toBubble } from './bubble.ts';
import type { Journal } from './journal.ts';
import { toSaid } from './said.ts';

/** Maximum number of deliveries that can be sent again. */
const REMEMBERED = 1000;

/** Writes the simulator's events to the journal: lines of the log, and bubbles. */
export class Recorder {
  /** The deliveries by the number of their line in the log. */
  readonly deliveries: Map<number, DeliveryRecord> = new Map();
  readonly #simulator: Simulator;
  readonly #journal: Journal;
  /** The known people, and whether they follow. */
  readonly #follows: Map<string, boolean>;

  constructor(simulator: Simulator, journal: Journal) {
    this.#simulator = simulator;
    this.#journal = journal;
    this.#follows = new Map(simulator.users.map(({ name, follows }) => [name, follows]));
  }

  record(event: SimulatorEvent): void {
    const journal = this.#journal;
    switch (event.type) {
      case 'sent': {
        const bubble = toSaid(event.fields);
        if (bubble) journal.add({ type: 'said', user: event.user, bubble });
        return;
      }
      case 'delivery':
        return this.#recordDelivery(event.user, event.delivery);
      case 'outcome': {
        const { verdict, problems } = event.outcome;
        if (verdict === 'toast') journal.add({ type: 'toast', user: event.user, problems });
        else if (problems.length > 0) journal.add({ type: 'remark', user: event.user, problems });
        return;
      }
      case 'received': {
        const { via, message } = event.received;
        const bubble = toBubble(message);
        if (bubble) journal.add({ type: 'received', user: event.user, via, bubble });
        return;
      }
      case 'call': {
        const { method, path, query, body, status, answer, milliseconds } = event.call;
        const texts = { body: describe(body), answer: describe(answer) };
        journal.add({ type: 'call', method, path, query, status, milliseconds, ...texts });
        return;
      }
      case 'person':
        return this.#recordPerson(event.user);
      case 'reset':
        this.#follows.clear();
        this.deliveries.clear();
        return journal.clear();
    }
  }

  #recordDelivery(user: string, delivery: DeliveryRecord): void {
    const { message, attempt, milliseconds, problem = null, request, response } = delivery;
    const { id } = this.#journal.add({
      type: 'delivery',
      user,
      message,
      attempt,
      milliseconds,
      problem,
      request: {
        method: request.method,
        url: request.url,
        body: cut(request.body),
        plain: cut(request.plain),
      },
      response: response
        ? {
            status: response.status,
            body: cut(response.body),
            plain: response.plain === undefined ? null : cut(response.plain),
          }
        : null,
    });
    this.deliveries.set(id, delivery);
    const [oldest] = this.deliveries.keys();
    if (this.deliveries.size > REMEMBERED && oldest !== undefined) this.deliveries.delete(oldest);
  }

  #recordPerson(name: string): void {
    const user = this.#simulator.users.find((one) => one.name === name);
    if (!user) return;
    const { openid, follows } = user;
    const before = this.#follows.get(name);
    this.#follows.set(name, follows);
    // Other changes, of tags for example, are not seen on the page.
    if (before === follows) return;
    this.#journal.add({ type: 'change', user: name, openid, follows, isNew: before === undefined });
  }
}
