import { channel, type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import { describeError } from './describe-error.ts';
import type { Reply } from './reply/reply.ts';
import type { MessageKey } from './undelivered.ts';

/** An error as published to subscribers: its message may contain a user's text. */
export interface SeenError {
  readonly name: string;
  readonly code?: string | number | undefined;
}

interface Seen {
  /** The account: its `appid`, otherwise its option `account`, otherwise `default`. */
  readonly account: string;
  /** Identifies the message. `source` is the user's openid: do not use it as a label of metrics. */
  readonly message: MessageKey;
}

interface SeenDelivery extends Seen {
  /** The number of the delivery of its message, from 1; 2.001: a copy of the second; 0: the store failed to count it. */
  readonly attempt: number;
}

/** Events of `wechat-mp:delivery`: deliveries and their responses. Times are in milliseconds. */
export type DeliveryEvent =
  /** A message with a valid signature arrived. */
  | (Seen & { readonly event: 'received' })
  /** A request was refused; `account` is set once it is known, `reason` when the sender is at fault. */
  | {
      readonly event: 'refused';
      readonly account: string | undefined;
      /** Without its query. */
      readonly path: string | undefined;
      readonly status: number;
      readonly code: string | number | undefined;
      readonly reason: string | undefined;
    }
  /** The maximum number of messages is in work or waiting: it was answered `success`, and not handled. */
  | (Seen & { readonly event: 'overloaded'; readonly limit: 'maxPending' | 'maxQueued' })
  /** Another delivery of the message had started its run, which is running or has ended. */
  | (SeenDelivery & { readonly event: 'joined'; readonly state: 'running' | 'ended' })
  /**
   * The delivery was answered: with a reply, with `pending`, with `success`; or its client had
   * disconnected.
   */
  | (SeenDelivery & {
      readonly event: 'answered';
      readonly outcome: 'reply' | 'pending' | 'success' | 'gone';
      /** Milliseconds since it arrived. */
      readonly duration: number;
    });

/**
 * How a run ended: with a reply, without one, by an error, by `maxRun`; `repeated`: by an error,
 * and the next delivery runs it again; `superseded`: another run answers; `abandoned`: by
 * `close()`.
 */
export type RunOutcome =
  | 'replied'
  | 'silent'
  | 'failed'
  | 'overrun'
  | 'repeated'
  | 'superseded'
  | 'abandoned';

/**
 * A run as published by `tracing:wechat-mp:run:…`: one object from start to end. Times are in
 * milliseconds.
 */
export interface RunTrace extends Seen {
  /** The latest delivery of the message; 0: the run of a crashed process was resumed. */
  readonly attempt: number;
  /** Time spent waiting behind other messages of the user. */
  readonly queueTime: number;
  /** Time spent waiting for the stores. */
  readonly storeTime: number;
  /** Total time; 0 until it has ended. */
  readonly duration: number;
  /** Undefined until it has ended. */
  readonly outcome: RunOutcome | undefined;
  readonly error: SeenError | undefined;
}

/** Events of `wechat-mp:run`: the handlers are called, and the run has ended. */
export type RunEvent =
  | (Omit<RunTrace, 'duration' | 'outcome' | 'error'> & { readonly event: 'started' })
  | (RunTrace & { readonly event: 'ended'; readonly outcome: RunOutcome });

/** Why a reply is late: no delivery was open any more, or it is the rest of a long text. */
export type LateReason = 'late' | 'rest';

interface SeenReply extends Seen {
  /** The kind of reply. */
  readonly reply: Reply['type'];
}

/** Events of `wechat-mp:reply`: late replies, and what happens to them. */
export type ReplyEvent =
  /** The last delivery was answered before the run ended; `isShown`: with `pending`. */
  | (SeenDelivery & { readonly event: 'pending'; readonly isShown: boolean })
  /** Customer-service messages were sent; `duration` in milliseconds. */
  | (SeenReply & {
      readonly event: 'pushed';
      readonly reason: LateReason;
      readonly messages: number;
      readonly duration: number;
    })
  /** It is held for the user's next message. */
  | (SeenReply & { readonly event: 'held'; readonly reason: LateReason })
  /** The function `lateReply` has received it. */
  | (SeenReply & { readonly event: 'handed'; readonly reason: LateReason })
  /** It cannot be sent, or the message had no sender. */
  | (SeenReply & { readonly event: 'dropped'; readonly reason: LateReason })
  /** The user does not get it; `error` is the reason. `reply` is `none` when a message was not handled. */
  | (SeenReply & { readonly event: 'undelivered'; readonly error: SeenError });

/** One try of an API call, as published by `tracing:wechat-mp:call:…`. */
export interface CallTrace {
  /** The appid of the account, or of the third-party platform. */
  readonly account: string | undefined;
  /** The method's name, such as `menu.create`. */
  readonly name: string;
  readonly method: string;
  /** Without host and query. */
  readonly path: string;
  /** The number of the try, from 1. */
  readonly attempt: number;
  /** The status of the answer; undefined without one. */
  readonly status: number | undefined;
  /** 0 on success; undefined without an answer. */
  readonly errcode: number | undefined;
  /** Milliseconds; 0 until it has ended. */
  readonly duration: number;
  readonly error: SeenError | undefined;
}

/** Event of `wechat-mp:call`: a try has ended, with or without the platform's answer. */
export type CallEvent =
  | (CallTrace & {
      readonly event: 'answered';
      readonly status: number;
      readonly errcode: number;
    })
  | (CallTrace & { readonly event: 'failed'; readonly error: SeenError });

/** The events of each channel. */
export interface DiagnosticsChannels {
  'wechat-mp:delivery': DeliveryEvent;
  'wechat-mp:run': RunEvent;
  'wechat-mp:reply': ReplyEvent;
  'wechat-mp:call': CallEvent;
}

/** A channel of events of one type. Publishers check for subscribers first. */
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

/** Whether spans have subscribers. Bun's channels cannot be asked for all five at once. */
export function isTraced<T extends object>(tracing: Tracing<T>): boolean {
  const { hasSubscribers } = tracing as { hasSubscribers?: boolean };
  if (hasSubscribers !== undefined) return hasSubscribers;
  const { start, end, asyncStart, asyncEnd, error } = tracing;
  return [start, end, asyncStart, asyncEnd, error].some((one) => one.hasSubscribers);
}

/** Starts a span: `work` runs in the stores bound to it. */
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
