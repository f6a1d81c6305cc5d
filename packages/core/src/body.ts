import type { IncomingMessage } from 'node:http';
import { finished, Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { Awaitable } from './awaitable.ts';
import { type Clock, systemClock, type Timer } from './clock.ts';
import { RequestError } from './errors.ts';
import type { WebhookRequest } from './exchange.ts';
import { decode } from './message/message.ts';
import { takeSlice } from './time-slice.ts';
import { within } from './with-timeout.ts';

/** Milliseconds for which the rest of a body that is too large is discarded. */
const LINGER = 250;

interface Bounds {
  /** Maximum size in bytes. */
  readonly limit: number;
  readonly milliseconds: number;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** Whether a request has its connection for itself, as in HTTP/1: a stream of HTTP/2 ends alone. */
export function ownsConnection(body: WebhookRequest['body']): boolean {
  return (Object(body) as Partial<IncomingMessage>).httpVersionMajor !== 2;
}

/** Whether a request has an unread body, which only the end of its connection ends. */
export function isUnread(body: WebhookRequest['body']): boolean {
  if (body instanceof ReadableStream) return !isTouched(body);
  if (!(body instanceof Readable) || body.readableDidRead) return false;
  const { headers } = body as Partial<IncomingMessage>;
  if (!ownsConnection(body)) return false;
  // A request of HTTP without either has none.
  return !headers || 'content-length' in headers || 'transfer-encoding' in headers;
}

/** Reads a delivery's body as text, up to `limit` bytes and within `milliseconds`. */
export function readBody(body: WebhookRequest['body'], bounds: Bounds): Awaitable<string> {
  const { limit } = bounds;
  if (body instanceof Readable) return readStream(body, bounds);
  if (body instanceof ReadableStream && !isTouched(body)) {
    return readStream(Readable.fromWeb(body as NodeReadableStream), bounds);
  }
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw new RequestError(
      'WECHAT_BODY_UNREADABLE',
      'the body cannot be verified: it was parsed before the webhook, and neither its text nor its bytes were kept. Mount the webhook before the body parser, or make the parser keep the bytes in req.rawBody',
    );
  }
  if (Buffer.byteLength(body) > limit) throw tooLarge(limit);
  return decode(body);
}

/** Stops a body that somebody else reads too, so that nothing of it passes; returns how to let it go on. */
export function holdBody(body: WebhookRequest['body']): () => void {
  if (!(body instanceof Readable) || body.readableFlowing !== true) return ignore;
  body.pause();
  return () => void body.resume();
}

/** Whether a web stream was read, or is being read. */
function isTouched(stream: ReadableStream): boolean {
  return stream.locked || Readable.isDisturbed(stream as unknown as Readable);
}

async function readStream(stream: Readable, bounds: Bounds): Promise<string> {
  const { headers } = stream as { headers?: Record<string, string | undefined> };
  const announced = Number(headers?.['content-length'] ?? Number.NaN);
  // Of any other stream nobody knows whether its headers are about what comes out of it.
  const isRequest = 'complete' in stream && stream.readableEncoding === null;
  const length = isRequest ? announced : Number.NaN;
  if (announced > bounds.limit) return refuseLarge(stream, bounds);
  // What breaks while it waits must not end the process; the collector sees it afterwards.
  stream.on('error', ignore);
  // What somebody else reads too does not wait.
  if (isRequest && stream.readableFlowing !== true) await takeSlice();
  const whole = takeWhole(stream, length);
  if (whole !== null) return decode(checkBytes(whole));
  const text = await new Promise<string>((resolve, reject) => {
    new Collector(stream, length, bounds, resolve, reject).start();
  });
  if (isRequest) await takeSlice();
  return text;
}

const ignore = () => {};

async function refuseLarge(
  stream: Readable,
  { limit, clock = systemClock }: Bounds,
): Promise<never> {
  await discard(stream, clock);
  throw tooLarge(limit);
}

/** Reads a body that has arrived, as most do with their head, unless somebody else reads it too. */
function takeWhole(stream: Readable, length: number): unknown {
  if (stream.readableFlowing !== null || stream.readableLength !== length) return null;
  return stream.read();
}

/** Reads the bytes of a stream as they come, within its bounds. */
class Collector {
  readonly #stream: Readable;
  /** Bytes that were announced. */
  readonly #length: number;
  readonly #bounds: Bounds;
  readonly #clock: Clock;
  readonly #resolve: (text: string) => void;
  readonly #reject: (error: RequestError) => void;
  readonly #chunks: Uint8Array[] = [];
  /** Bytes. */
  #size = 0;
  #isOver = false;
  #timer: Timer | undefined;

  constructor(
    stream: Readable,
    length: number,
    bounds: Bounds,
    resolve: (text: string) => void,
    reject: (error: RequestError) => void,
  ) {
    this.#stream = stream;
    this.#length = length;
    this.#bounds = bounds;
    this.#clock = bounds.clock ?? systemClock;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const stream = this.#stream;
    const { milliseconds } = this.#bounds;
    this.#timer = this.#clock.setTimeout(() => {
      this.#pause();
      const text = `the body did not arrive within ${milliseconds} ms`;
      this.#reject(new RequestError('WECHAT_BODY_TOO_SLOW', text));
    }, milliseconds);
    stream.on('error', (error) => this.#finish(error));
    // What is over tells nobody any more that it is.
    if (stream.destroyed || stream.readableEnded) {
      return void finished(stream, { writable: false }, (error) => this.#finish(error));
    }
    stream.on('end', () => this.#finish());
    stream.on('close', () => this.#isOver || this.#finish(new Error('it ended too early')));
    stream.on('data', this.#add);
    // Who stopped it may not know that it is awaited here.
    if (stream.readableFlowing === false) stream.resume();
  }

  readonly #add = (chunk: unknown): void => {
    try {
      const part = checkBytes(chunk);
      this.#size += part.length;
      this.#chunks.push(part);
    } catch (error) {
      this.#pause();
      return this.#reject(error as RequestError);
    }
    if (this.#size > this.#bounds.limit) {
      this.#pause();
      void refuseLarge(this.#stream, this.#bounds).catch(this.#reject);
    } else if (this.#size === this.#length) {
      // The stream tells of its end some turns later.
      this.#finish();
    }
  };

  #finish(error?: Error | null): void {
    if (this.#isOver) return;
    this.#endWatch();
    if (error) return this.#reject(createUnreadable(error));
    if (this.#size < this.#length) return this.#reject(createIncomplete(this.#size, this.#length));
    const [first] = this.#chunks;
    const whole = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#resolve(decode(whole as Uint8Array));
  }

  #pause(): void {
    this.#endWatch();
    this.#stream.off('data', this.#add).pause();
  }

  #endWatch(): void {
    this.#isOver = true;
    if (this.#timer) this.#clock.clearTimeout(this.#timer);
  }
}

/** Returns a piece of a body, of which text is taken for UTF-8. */
function checkBytes(chunk: unknown): Uint8Array {
  const part = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  if (part instanceof Uint8Array) return part;
  throw createUnreadable(new TypeError('neither text nor bytes'));
}

function createUnreadable(cause: Error): RequestError {
  const message = 'the body could not be read: it ended early, or is neither text nor bytes';
  return new RequestError('WECHAT_BODY_UNREADABLE', message, { cause });
}

function createIncomplete(size: number, length: number): RequestError {
  const message = `the body has ${size} of the ${length} bytes that were announced: another reader took the others before the webhook. Mount the webhook before it, or make it keep the bytes in req.rawBody`;
  return new RequestError('WECHAT_BODY_UNREADABLE', message);
}

/** Discards the rest of a body for a moment: a response now would be lost with the connection. */
async function discard(stream: Readable, clock: Clock): Promise<void> {
  let isOver = false;
  // One piece a turn: what always has more must not keep the loop.
  const drop = () => {
    stream.pause();
    setImmediate(() => isOver || stream.resume());
  };
  const ended = new Promise<void>((resolve) => {
    finished(stream.on('data', drop).resume(), () => resolve());
  });
  await within(ended, LINGER, undefined, clock);
  isOver = true;
  stream.off('data', drop).pause();
}

function tooLarge(limit: number): RequestError {
  return new RequestError(
    'WECHAT_BODY_TOO_LARGE',
    `the body has more than ${limit} bytes (bodyLimit)`,
  );
}
