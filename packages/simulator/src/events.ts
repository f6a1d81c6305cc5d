import type { Reply } from '@wechat-mp/core';
import type { WireFields } from './wire.ts';

/** One attempt to deliver a message to the bot. */
export interface DeliveryRecord {
  /** The number of the message, for `user.again`. */
  readonly message: number;
  /** From 1. */
  readonly attempt: number;
  readonly request: {
    readonly method: 'GET' | 'POST';
    /** The path and the query. */
    readonly url: string;
    /** As sent. */
    readonly body: string;
    /** The message before encryption. */
    readonly plain: string;
  };
  /** Undefined when no readable answer came in time. */
  readonly response:
    | {
        readonly status: number;
        readonly headers: Readonly<Record<string, string>>;
        readonly body: string;
        /** The decrypted reply, when it is encrypted. */
        readonly plain: string | undefined;
      }
    | undefined;
  /** Unix milliseconds. */
  readonly startedAt: number;
  readonly milliseconds: number;
  /** The reason why this attempt failed, for the bot's developer. */
  readonly problem: string | undefined;
}

/** The outcome of a message. */
export interface Outcome {
  /** `toast`: the user saw 该公众号提供的服务出现故障，请稍后再试. */
  readonly verdict: 'reply' | 'nothing' | 'toast';
  /** The reply that the user saw. */
  readonly reply: Reply | undefined;
  /** The reasons why the answer is not a valid reply, or not shown in full. */
  readonly problems: readonly string[];
  readonly deliveries: readonly DeliveryRecord[];
  /** The messages that the account pushed to the user since; it grows. */
  readonly pushed: readonly Received[];
}

/** A message that a user received from the account. */
export interface Received {
  readonly via: 'reply' | 'custom' | 'template' | 'subscribe' | 'mass';
  /** Unix milliseconds. */
  readonly at: number;
  readonly message: ReceivedMessage;
}

export type ReceivedMessage =
  | Reply
  | {
      readonly type: 'template';
      readonly templateId: string;
      readonly title: string;
      /** The template's text with the values in place. */
      readonly content: string;
      readonly url: string;
    }
  | {
      readonly type: 'menu';
      readonly head: string;
      readonly items: readonly { readonly id: string; readonly content: string }[];
      readonly tail: string;
    }
  | {
      readonly type: 'miniprogram';
      readonly title: string;
      readonly appid: string;
      readonly pagePath: string;
      readonly thumbMediaId: string;
    }
  | { readonly type: 'card'; readonly cardId: string };

/** A call of the API. */
export interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The JSON or text, or the names and sizes of a form's parts. */
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
  /** Unix milliseconds. */
  readonly startedAt: number;
  readonly milliseconds: number;
}

/** Every event of the simulator, in order. */
export type SimulatorEvent =
  /** A user sends something; the deliveries follow. */
  | { readonly type: 'sent'; readonly user: string; readonly fields: WireFields }
  | { readonly type: 'delivery'; readonly user: string; readonly delivery: DeliveryRecord }
  | { readonly type: 'outcome'; readonly user: string; readonly outcome: Outcome }
  | { readonly type: 'received'; readonly user: string; readonly received: Received }
  | { readonly type: 'call'; readonly call: ApiCall }
  /** A person was created, followed or unfollowed, or has other tags. */
  | { readonly type: 'person'; readonly user: string }
  /** The simulator was reset. */
  | { readonly type: 'reset' };
