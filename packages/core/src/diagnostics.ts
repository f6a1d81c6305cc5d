import { channel, type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import { describeError } from './describe-error.ts';
import type { Reply } from './reply/reply.ts';
import type { MessageKey } from './undelivered.ts';

/** An error as subscribers see it: what it says may hold what a user said. */
export interface SeenError {
  readonly name: string;
  readonly code?: string | number | undefined;
}

interface Seen {
  /** The account: its `appid`, else its option `account`, else `default`. */
  readonly account: string;
  /** Names the message. `source` is the user's openid: no label for a metric. */
  readonly message: MessageKey;
}

interface SeenDelivery extends Seen {
  /** Which delivery of its message it is, from 1. */
  readonly attempt: number;
}

/** What `wechat-mp:delivery` publishes: what comes in, and how it is answered. Times are in milliseconds. */
export type DeliveryEvent =
  /** A message came in, with a right signature. */
  | (Seen & { readonly event: 'received' })
  /** A request was refused; `account` is there once it is known, `reason` where the sender is at fault. */
  | {
      readonly event: 'refused';
      readonly account: string | undefined;
      /** Without its query. */
      readonly path: string | undefined;
      readonly status: number;
      readonly code: string | number | undefined;
      readonly reason: string | undefined;
    }
  /** More messages are in work, or wait, than may: it was answered success, and not handled. */
  | (Seen & { readonly event: 'overloaded'; readonly limit: 'maxPending' | 'maxQueued' })
  /** Another delivery of the message had begun its run, which goes on or has ended. */
  | (SeenDelivery & { readonly event: 'joined'; readonly state: 'running' | 'ended' })
  /** It was answered: with a reply, with what `pending` shows, with success; or its client had gone. */
  | (SeenDelivery & {
      readonly event: 'answered';
      readonly outcome: 'reply' | 'pending' | 'success' | 'gone';
      /** Since it came in. */
      readonly duration: number;
    });

/**
 * How a run ended: with a reply, without one, by an error, by `maxRun`; `repeated`: by an error, and
 * the next delivery runs it again; `superseded`: another run answers; `abandoned`: by `close()`.
 */
export type RunOutcome =
  | 'replied'
  | 'silent'
  | 'failed'
  | 'overrun'
  | 'repeated'
  | 'superseded'
  | 'abandoned';

/** A run as `tracing:wechat-mp:run:…` publish it: one object from start to end. Times are in milliseconds. */
export interface RunTrace extends Seen {
  /** The newest delivery of the message; 0: its process died, and another took it up. */
  readonly attempt: number;
  /** How long it has waited behind other messages of its user. */
  readonly queueTime: number;
  /** How long it has waited for the stores. */
  readonly storeTime: number;
  /** How long it took in all; 0 until it has ended. */
  readonly duration: number;
  /** Undefined until it has ended. */
  readonly outcome: RunOutcome | undefined;
  readonly error: SeenError | undefined;
}

/** What `wechat-mp:run` publishes: when the handlers are called, and when all is over. */
export type RunEvent =
  | (Omit<RunTrace, 'duration' | 'outcome' | 'error'> & { readonly event: 'started' })
  | (RunTrace & { readonly event: 'ended'; readonly outcome: RunOutcome });

/** Why a reply is late: no delivery was open any more, or it is the rest of a long text. */
export type LateReason = 'late' | 'rest';

interface SeenReply extends Seen {
  /** The kind of reply. */
  readonly reply: Reply['type'];
}

/** What `wechat-mp:reply` publishes: what becomes of replies that no delivery carries. */
export type ReplyEvent =
  /** The last delivery was answered before the run ended; `isShown`: with what `pending` says. */
  | (SeenDelivery & { readonly event: 'pending'; readonly isShown: boolean })
  /** Customer-service messages were sent; `duration` in milliseconds. */
  | (SeenReply & {
      readonly event: 'pushed';
      readonly reason: LateReason;
      readonly messages: number;
      readonly duration: number;
    })
  /** It is kept for the user's next message. */
  | (SeenReply & { readonly event: 'held'; readonly reason: LateReason })
  /** The function `lateReply` has taken it. */
  | (SeenReply & { readonly event: 'handed'; readonly reason: LateReason })
  /** Nothing can send it, or nobody sent the message. */
  | (SeenReply & { readonly event: 'dropped'; readonly reason: LateReason })
  /** The user does not get it; `error` says why. `reply` is `none` where a message was not handled. */
  | (SeenReply & { readonly event: 'undelivered'; readonly error: SeenError });

/** One try of a call of the API, as `tracing:wechat-mp:call:…` publish it. */
export interface CallTrace {
  /** The appid of the account, or of the third-party platform. */
  readonly account: string | undefined;
  /** The method's name, such as `menu.create`. */
  readonly name: string;
  readonly method: string;
  /** Neither host nor query. */
  readonly path: string;
  /** Which try it is, from 1. */
  readonly attempt: number;
  /** The status of the answer; undefined while there is none. */
  readonly status: number | undefined;
  /** 0 when it worked; undefined while there is no answer. */
  readonly errcode: number | undefined;
  /** Milliseconds; 0 until it has ended. */
  readonly duration: number;
  readonly error: SeenError | undefined;
}

/** What `wechat-mp:call` publishes when a try has ended: with the platform's answer, or with none. */
export type CallEvent =
  | (CallTrace & {
      readonly event: 'answered';
      readonly status: number;
      readonly errcode: number;
    })
  | (CallTrace & { readonly event: 'failed'; readonly error: SeenError });

/** What each channel publishes. */
export interface DiagnosticsChannels {
  'wechat-mp:delivery': DeliveryEvent;
  'wechat-mp:run': RunEvent;
  'wechat-mp:reply': ReplyEvent;
  'wechat-mp:call': CallEvent;
}

/** A channel that takes events of one type. Whoever publishes asks first whether somebody listens. */
interface EventChannel<E> {
  readonly hasSubscribers: boolean;
  publish(event: E): void;
}

function open<N extends keyof DiagnosticsChannels>(name: N): EventChannel<DiagnosticsChannels[N]> {
  return channel(name);
}

export const deliveryChannel = open('wechat-mp:delivery');
export const runChannel = open('wechat-mp:run');
export const replyChannel = open('wechat-mp:reply');
export const callChannel = open('wechat-mp:call');

type Tracing<T extends object> = TracingChannel<T, T>;
export const runTracing = tracingChannel('wechat-mp:run') as unknown as Tracing<RunTrace>;
export const callTracing = tracingChannel('wechat-mp:call') as unknown as Tracing<CallTrace>;

/** Whether somebody follows spans. Bun's channels do not say so of all five at once. */
export function isTraced<T extends object>(tracing: Tracing<T>): boolean {
  const { hasSubscribers } = tracing as { hasSubscribers?: boolean };
  if (hasSubscribers !== undefined) return hasSubscribers;
  const { start, end, asyncStart, asyncEnd, error } = tracing;
  return [start, end, asyncStart, asyncEnd, error].some((one) => one.hasSubscribers);
}

/** Begins a span: `work` runs in the stores that are bound to it. */
export function startSpan<T extends object, R>(tracing: Tracing<T>, trace: T, work: () => R): R {
  try {
    return tracing.start.runStores(trace, work);
  } finally {
    tracing.end.publish(trace);
  }
}

/** Ends a span. */
export function endSpan<T extends { readonly error: SeenError | undefined }>(
  tracing: Tracing<T>,
  trace: T,
): void {
  if (trace.error) tracing.error.publish(trace as T & { error: unknown });
  tracing.asyncStart.publish(trace);
  tracing.asyncEnd.publish(trace);
}

/** Describes an error to subscribers. */
export function describeSeen(error: unknown): SeenError {
  const { name, code } = describeError(error);
  return { name, code };
}
