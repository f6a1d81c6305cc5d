import type { Account } from '../account.ts';
import type { WechatContext } from '../context/context.ts';
import type { Loaded } from '../context/store.ts';
import type { ContextTransaction } from '../context/transaction.ts';
import type { DeliveryState, Exchange, MessageClient } from '../exchange.ts';
import type { Message } from '../message/message.ts';
import type { Reply } from '../reply/reply.ts';
import { messageKey, UndeliveredError } from '../undelivered.ts';
import type { Possession, Service } from './claim.ts';
import { Handoff } from './handoff.ts';
import { Heartbeat, type LivingRun } from './heartbeat.ts';
import { joinReplies, LateReplies, reportUndelivered } from './late-replies.ts';
import { withoutContext } from './on-error.ts';
import type { DeliveryId } from './store.ts';
import type { ActiveRun, Workload } from './workload.ts';

/** What a run is made of. */
export interface RunParts {
  readonly id: DeliveryId;
  readonly service: Service;
  readonly possession: Possession;
  readonly loaded: Loaded | undefined;
  readonly message: Message;
  readonly native: unknown;
  readonly body: string;
  /** Whether its process died once. */
  readonly isRecovered: boolean;
}

const NOTHING: readonly Reply[] = [];

/** The handlers' one run for all deliveries of a message. */
export class Run implements ActiveRun, LivingRun {
  readonly id: DeliveryId;
  readonly owner: string;
  lease: number;
  readonly account: Account;
  readonly workload: Workload;
  readonly message: Message;
  readonly isRecovered: boolean;
  readonly parts: RunParts;
  /** What the handler sees as `exchange.delivery`: the newest delivery. */
  readonly delivery: { -readonly [K in keyof DeliveryState]: DeliveryState[K] };
  /** When the window of that delivery closes, on the account's clock. */
  closing: number;
  readonly handoff: Handoff;
  /** Whether the changes of the context are saved: what a handler that failed did is not. */
  isKept = true;
  /** Whether a stream has answered before its end. */
  hasResponded = false;
  /** Whether a late reply was held while the run still had its lock. */
  isHeld = false;
  /** Whether another run has taken its place. */
  isStale = false;
  /** What the user was given of a stream that goes on. */
  said: readonly Reply[] = NOTHING;
  transaction: ContextTransaction | undefined;
  exchange: Exchange | undefined;
  /** Resolves when it is over. */
  ended: Promise<void> = Promise.resolve();
  #heartbeat: Heartbeat | undefined;
  #late: LateReplies | undefined;
  #controller: AbortController | undefined;

  constructor(parts: RunParts, delivery: DeliveryState, closing: number) {
    this.parts = parts;
    this.id = parts.id;
    this.owner = parts.possession.owner;
    this.lease = parts.possession.lease;
    this.account = parts.service.account;
    this.workload = parts.service.workload;
    this.message = parts.message;
    this.isRecovered = parts.isRecovered;
    this.delivery = delivery;
    this.closing = closing;
    this.handoff = new Handoff(this.account.clock, this.account.replyWindow);
  }

  /** Made when it is first asked for: that costs as much as all the rest of a run. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  abort(): void {
    this.#controller ??= new AbortController();
    this.#controller.abort();
  }

  /** Tells that the last delivery was answered without the reply. */
  closeWindow(): void {
    if (this.account.abortAtDeadline) this.abort();
  }

  /** Ends it as far as the user is concerned, and tells so: the webhook is closed. */
  async abandon(cause: Error): Promise<void> {
    const { account, message, said } = this;
    this.isStale = true;
    this.abort();
    this.unregister();
    this.handoff.settle({ state: 'failed', error: cause });
    const reply = said.length > 0 ? joinReplies(said) : ({ type: 'none' } as const);
    const error = new UndeliveredError(reply, messageKey(message), cause);
    await reportUndelivered(error, this.exchange ?? createExchange(this), account);
  }

  /** Made, as what follows, when it is first needed: most runs end at once. */
  get heartbeat(): Heartbeat {
    this.#heartbeat ??= new Heartbeat(this);
    return this.#heartbeat;
  }

  unregister(): void {
    this.#heartbeat?.unregister();
  }

  stopHeartbeat(): void {
    this.#heartbeat?.stop();
  }

  get hasLate(): boolean {
    return this.#late !== undefined;
  }

  get late(): LateReplies {
    this.#late ??= new LateReplies(this.exchange ?? createExchange(this), this.account);
    return this.#late;
  }
}

/** The exchange of a run. */
export class RunExchange implements Exchange {
  readonly message: Message;
  readonly context: WechatContext;
  readonly delivery: DeliveryState;
  readonly client: MessageClient | undefined;
  readonly native: unknown;
  readonly state: Record<string, unknown> = {};
  match: RegExpMatchArray | undefined = undefined;
  readonly #run: Run;

  constructor(run: Run, context: WechatContext) {
    this.message = run.message;
    this.context = context;
    this.delivery = run.delivery;
    this.client = run.account.client;
    this.native = run.parts.native;
    this.#run = run;
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }
}

/** Creates the exchange of a run that has no context. */
export function createExchange(
  run: Run,
  error: unknown = new Error('the run has no context'),
): Exchange {
  const { account, delivery, message, parts, signal } = run;
  const { native } = parts;
  return withoutContext(
    { message, delivery, client: account.client, native, signal, state: {} },
    error,
  );
}
