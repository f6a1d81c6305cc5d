import { setMaxListeners } from 'node:events';
import { InvalidArgumentError } from '@wechat-mp/core';
import { readAccount, readTarget } from './account.ts';
import { startApi } from './api/server.ts';
import { createVirtualClock, realClock } from './clock.ts';
import type { Outcome, SimulatorEvent } from './events.ts';
import type { Faults } from './faults.ts';
import { type Delivered, deliver, type Parcel, type Route } from './push/delivery.ts';
import { createOrder } from './push/order.ts';
import { checkFollows, grant, pack } from './push/parcel.ts';
import { createPerson } from './push/person.ts';
import { sampleMedia } from './push/sample-media.ts';
import type { SentName } from './push/samples.ts';
import { createTransport } from './push/transport.ts';
import { type Desk, LiveUser } from './push/user.ts';
import { verify } from './push/verification.ts';
import type { InCloud, Simulator, SimulatorOptions, Target } from './simulator.ts';
import { emptyState, type Person } from './state.ts';
import type { WireFields } from './wire.ts';
import type { World } from './world.ts';

/** Maximum number of messages that can be sent again. */
const REMEMBERED = 1000;

/**
 * Makes a WeChat of your own, with one account and as many users as you name.
 *
 * @example
 * const wechat = await createSimulator({ target: webhook, token: 'TOKEN' });
 * const { reply } = await wechat.user('alice').sendText('hi');
 * await wechat.close();
 * @example <caption>A bot that calls the API</caption>
 * const wechat = await createSimulator({
 *   token: 'TOKEN',
 *   target: ({ account: { appid, appsecret }, api }) =>
 *     createBot(new OfficialClient({ appid, appsecret, baseUrl: api.url })),
 * });
 * @example <caption>A bot in 微信云托管</caption>
 * const wechat = await createSimulator({ target: webhook, cloud: true });
 * @throws {NeedParamError} when the target, the token or what the mode needs is missing
 * @throws {InvalidArgumentError} when an option is wrong
 */
export async function createSimulator(
  options: SimulatorOptions | InCloud<SimulatorOptions>,
): Promise<Simulator> {
  const { target } = options;
  // What handlers are mounted by may be a function as well as a webhook.
  const makeTarget = typeof target === 'function' && !('handle' in target) ? target : undefined;
  let transport = makeTarget ? undefined : createTransport(readTarget(target as Target));
  const account = readAccount(options);
  const virtual = options.clock === 'virtual' ? createVirtualClock() : undefined;
  const clock = virtual ?? realClock;
  const listeners = new Set<(event: SimulatorEvent) => void>();
  const users = new Map<string, LiveUser>();
  const parcels = new Map<number, Parcel>();
  /** The second of each user's latest event, by openid. */
  const times = new Map<string, number>();
  const closed = new AbortController();
  // One for each delivery on its way.
  setMaxListeners(0, closed.signal);
  let faults: Faults = { ...options.faults };
  let messages = 0;

  const world: World = {
    account,
    clock,
    state: { ...emptyState(), ...structuredClone(options.state ?? {}) },
    emit(event) {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          console.error('a listener of the simulator failed:', error);
        }
      }
    },
    show(person, received) {
      liveUser(person).take(received);
      world.emit({ type: 'received', user: person.name, received });
    },
    notify(person, type, fields = {}) {
      void pass(() => deliver(createParcel(person, type, fields), route)).catch(() => {});
    },
  };
  const route: Route = {
    account,
    clock,
    get transport() {
      if (transport) return transport;
      throw new InvalidArgumentError('the target does not exist yet: target() has not returned');
    },
    faults: () => faults,
    emit: (event) => world.emit(event),
    closed: closed.signal,
  };
  const pass = createOrder(clock, () => faults);
  const desk: Desk = {
    clock,
    state: () => world.state,
    send: (user, type, fields) => {
      checkFollows(user.person, type);
      grant(user.person, type, clock.now());
      const where = { state: world.state, apiUrl: api.url, now: clock.now() };
      const parcel = createParcel(user.person, type, sampleMedia(type, fields, where));
      world.emit({ type: 'sent', user: user.name, fields: parcel.fields });
      return carry(user, parcel);
    },
    again: async (user, { message }) => {
      const parcel = parcels.get(message);
      if (parcel) return await carry(user, parcel);
      throw new InvalidArgumentError('the message is too old to be sent again');
    },
    setFollows(person, follows, scene = '') {
      person.follows = follows;
      if (follows) Object.assign(person, { followedAt: Math.floor(clock.now() / 1000), scene });
      else person.allowances = [];
      world.emit({ type: 'person', user: person.name });
    },
  };
  const api = await startApi(world, options.api);

  function liveUser(person: Person): LiveUser {
    const known = users.get(person.openid);
    if (known?.person === person) return known;
    const user = new LiveUser(person, desk);
    users.set(person.openid, user);
    return user;
  }

  /** Reserves a second for an event: events are identified by their second, so no user has two in one. */
  function reserveTime({ openid }: Person, type: SentName): number {
    const now = Math.floor(clock.now() / 1000);
    if (!type.includes(':')) return now;
    const time = Math.max(now, (times.get(openid) ?? 0) + 1);
    times.set(openid, time);
    return time;
  }

  function createParcel(person: Person, type: SentName, fields: WireFields): Parcel {
    messages += 1;
    const about = { id: account.id, time: reserveTime(person, type) };
    const parcel = pack(messages, person, type, fields, about);
    parcels.set(messages, parcel);
    parcels.delete(messages - REMEMBERED);
    return parcel;
  }

  async function carry(user: LiveUser, parcel: Parcel): Promise<Outcome> {
    if (closed.signal.aborted) throw new InvalidArgumentError('the simulator is closed');
    const pushed = user.collect();
    const delivered = await pass(() => deliver(parcel, route));
    const { verdict, reply, problems, deliveries } = hideFromLeaver(user.person, delivered);
    const outcome: Outcome = { verdict, reply, problems, deliveries, pushed };
    if (reply) world.show(user.person, { via: 'reply', at: clock.now(), message: reply });
    world.emit({ type: 'outcome', user: user.name, outcome });
    return outcome;
  }

  const simulator: Simulator = {
    user(name) {
      if (!name) throw new InvalidArgumentError('missing name of the user');
      const known = Object.values(world.state.people).find((person) => person.name === name);
      if (known) return liveUser(known);
      const person = createPerson(name, account.appid, clock.now());
      world.state.people[person.openid] = person;
      world.emit({ type: 'person', user: name });
      return liveUser(person);
    },
    get users() {
      return Object.values(world.state.people).map(liveUser);
    },
    get state() {
      return world.state;
    },
    account,
    clock,
    api,
    get faults() {
      return faults;
    },
    set faults(next) {
      faults = { ...next };
    },
    verify: () => verify(route),
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async advance(milliseconds) {
      if (!virtual) throw new InvalidArgumentError("advance() needs the option clock: 'virtual'");
      await virtual.advance(milliseconds);
    },
    reset() {
      world.state = emptyState();
      users.clear();
      parcels.clear();
      times.clear();
      api.reset();
      world.emit({ type: 'reset' });
    },
    async close() {
      closed.abort();
      await api.close();
    },
  };
  if (makeTarget) {
    try {
      transport = createTransport(readTarget(await makeTarget(simulator)));
    } catch (error) {
      await simulator.close();
      throw error;
    }
  }
  return simulator;
}

/** Drops the reply to someone who has left: WeChat does not show it. */
function hideFromLeaver({ name, follows }: Person, delivered: Delivered): Delivered {
  if (follows || !delivered.reply) return delivered;
  const problem = `the reply is not shown: ${name} does not follow the account any more`;
  const problems = [...delivered.problems, problem];
  return { ...delivered, verdict: 'nothing', reply: undefined, problems };
}
