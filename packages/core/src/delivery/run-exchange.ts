import type { WechatContext } from '../context/context.ts';
import type { DeliveryState, Exchange, MessageClient } from '../exchange.ts';
import type { Message } from '../message/message.ts';

/** The exchange of a run. */
export class RunExchange implements Exchange {
  readonly message: Message;
  readonly context: WechatContext;
  readonly delivery: DeliveryState;
  readonly client: MessageClient | undefined;
  readonly native: unknown;
  readonly state: Record<string, unknown> = {};
  match: RegExpMatchArray | undefined = undefined;
  readonly #run: { readonly signal: AbortSignal };

  constructor(
    { message, delivery, native, account }: Parts,
    context: WechatContext,
    run: { readonly signal: AbortSignal },
  ) {
    this.message = message;
    this.context = context;
    this.delivery = delivery;
    this.client = account.client;
    this.native = native;
    this.#run = run;
  }

  /** Made when it is first asked for: that costs as much as all the rest of a run. */
  get signal(): AbortSignal {
    return this.#run.signal;
  }
}

interface Parts {
  readonly message: Message;
  readonly delivery: DeliveryState;
  readonly native: unknown;
  readonly account: { readonly client: MessageClient | undefined };
}
