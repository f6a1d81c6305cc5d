import type { Reply } from '@wechat-mp/core';
import type { WireFields } from './wire.ts';

/** One try to deliver a message to the bot. */
export interface DeliveryRecord {
  /** Which message it was, for `user.again`. */
  readonly message: number;
  /** From 1. */
  readonly attempt: number;
  readonly request: {
    readonly method: 'GET' | 'POST';
    /** The path and the query. */
    readonly url: string;
    /** As sent. */
    readonly body: string;
    /** The message as it is before it is encrypted. */
    readonly plain: string;
  };
  /** Undefined when none came in time, or none that could be read. */
  readonly response:
    | {
        readonly status: number;
        readonly headers: Readonly<Record<string, string>>;
        readonly body: string;
        /** The decrypted reply, where it is an encrypted one. */
        readonly plain: string | undefined;
      }
    | undefined;
  /** Unix milliseconds. */
  readonly startedAt: number;
  readonly milliseconds: number;
  /** Why this try failed, in words for the bot's developer. */
  readonly problem: string | undefined;
}

/** What came of a message. */
export interface Outcome {
  /** `toast`: the user was told 该公众号提供的服务出现故障，请稍后再试. */
  readonly verdict: 'reply' | 'nothing' | 'toast';
  /** What the user saw in answer. */
  readonly reply: Reply | undefined;
  /** Why the answer was no valid reply, or what in it will not show. */
  readonly problems: readonly string[];
  readonly deliveries: readonly DeliveryRecord[];
  /** What the account sent to the user by itself since then; it grows. */
  readonly pushed: readonly Received[];
}

/** Something that a user got from the account. */
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

/** Everything that happens, in the order in which it does. */
export type SimulatorEvent =
  /** A user sends something; the deliveries follow. */
  | { readonly type: 'sent'; readonly user: string; readonly fields: WireFields }
  | { readonly type: 'delivery'; readonly user: string; readonly delivery: DeliveryRecord }
  | { readonly type: 'outcome'; readonly user: string; readonly outcome: Outcome }
  | { readonly type: 'received'; readonly user: string; readonly received: Received }
  | { readonly type: 'call'; readonly call: ApiCall }
  /** Somebody is new, followed or unfollowed, or has other tags. */
  | { readonly type: 'person'; readonly user: string }
  /** Everything was forgotten. */
  | { readonly type: 'reset' };
