import { type Account, isInterruption } from '../../account.ts';
import type { WechatContext } from '../../context/context.ts';
import type { DeliveryState, Exchange, MessageClient } from '../../exchange.ts';
import type { Logger } from '../../logger.ts';
import type { Message } from '../../message/message.ts';

/** The reason of aborted signals, created once: an error for each run would cost more than the rest of it. */
export const STOPPED = new DOMException('This operation was aborted', 'AbortError');

/** A run, as far as its exchange shows it. */
interface Subject {
  readonly account: Account;
  readonly message: Message;
  readonly delivery: DeliveryState;
  readonly signal: AbortSignal;
  readonly parts: { readonly native: unknown };
}

/** A run whose handlers are called. */
interface Conversing extends Subject {
  isHeard: boolean;
  openContext(): WechatContext;
}

/** The exchange of a run. */
export class RunExchange implements Exchange {
  readonly message: Message;
  readonly client: MessageClient | undefined;
  readonly native: unknown;
  readonly state: Record<string, unknown> = {};
  match: RegExpMatchArray | undefined = undefined;
  readonly #run: Conversing;

  constructor(run: Conversing) {
    this.message = run.message;
    this.client = run.account.client;
    this.native = run.parts.native;
    this.#run = run;
  }

  get context(): WechatContext {
    return this.#run.openContext();
  }

  get delivery(): DeliveryState {
    return this.#run.delivery;
  }

  get isInterruption(): boolean {
    return isInterruption(this.#run.account, this.message);
  }

  get logger(): Logger {
    return this.#run.account.logger;
  }

  get signal(): AbortSignal {
    this.#run.isHeard = true;
    return this.#run.signal;
  }
}

/** Describes the latest delivery of a message, with a deadline on the account's clock. */
export function describeDelivery(
  { clock }: Account,
  attempt: number,
  closing: number,
): { attempt: number; deadline: number } {
  return {
    attempt: Math.floor(attempt),
    deadline: Math.round(clock.wallTime() + closing - clock.now()),
  };
}

/** Creates the exchange of a run without a context. */
export function createExchange(
  run: Subject,
  error: unknown = new Error('the run has no context'),
): Exchange {
  const { account, delivery, message, parts, signal } = run;
  return withoutContext({ account, message, delivery, native: parts.native, signal }, error);
}

interface ExchangeParts extends Pick<Exchange, 'message' | 'delivery' | 'native' | 'signal'> {
  readonly account: Account;
}

/** Creates an exchange whose context is unavailable: using it throws the reason. */
export function withoutContext({ account, ...parts }: ExchangeParts, error: unknown): Exchange {
  const { client, logger } = account;
  return {
    ...parts,
    client,
    isInterruption: isInterruption(account, parts.message),
    logger,
    state: {},
    get context(): never {
      throw error;
    },
  };
}

/** Creates a signal that is already aborted. */
export function createAbortedSignal(): AbortSignal {
  return AbortSignal.abort(STOPPED);
}
