import { finished, Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { Awaitable } from './awaitable.ts';
import { type Clock, systemClock, type Timer, type TurnWatcher, watchTurn } from './clock.ts';
import { RequestError } from './errors.ts';
import type { WebhookRequest } from './exchange.ts';
import { decode } from './message/message.ts';
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

/** Whether a request has an unread body. */
export function isUnread(body: WebhookRequest['body']): boolean {
  if (body instanceof ReadableStream) return !isTouched(body);
  if (!(body instanceof Readable) || body.readableDidRead) return false;
  const { headers } = body as { headers?: Record<string, unknown> };
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

/** Whether a web stream was read, or is being read. */
function isTouched(stream: ReadableStream): boolean {
  return stream.locked || Readable.isDisturbed(stream as unknown as Readable);
}

function readStream(stream: Readable, bounds: Bounds): Promise<string> {
  return new Promise((resolve, reject) => {
    new Collector(stream, bounds, resolve, reject).start();
  });
}

/** Reads the bytes of a stream within its bounds. */
class Collector implements TurnWatcher {
  readonly #stream: Readable;
  readonly #bounds: Bounds;
  readonly #clock: Clock;
  readonly #resolve: (text: string) => void;
  readonly #reject: (error: RequestError) => void;
  readonly #chunks: Uint8Array[] = [];
  /** Bytes. */
  #size = 0;
  /** The Content-Length of a Node request in bytes. */
  #length = Number.NaN;
  #isOver = false;
  #isListening = false;
  #timer: Timer | undefined;

  constructor(
    stream: Readable,
    bounds: Bounds,
    resolve: (text: string) => void,
    reject: (error: RequestError) => void,
  ) {
    this.#stream = stream;
    this.#bounds = bounds;
    this.#clock = bounds.clock ?? systemClock;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const stream = this.#stream;
    const { headers } = stream as { headers?: Record<string, string | undefined> };
    const announced = Number(headers?.['content-length'] ?? Number.NaN);
    if (announced > this.#bounds.limit) return this.#refuseLarge();
    // Of any other stream nobody knows whether its headers are about what comes out of it.
    if ('complete' in stream && stream.readableEncoding === null) this.#length = announced;
    stream.on('error', (error) => this.#finish(error));
    // Most come with their head: whole at the end of this turn, they need no more listeners, and no timer.
    if (!(this.#length > 0)) this.#listen();
    watchTurn(this);
  }

  onTurnEnd(): void {
    if (this.#isOver || this.#takeWhole()) return;
    this.#listen();
    const { milliseconds } = this.#bounds;
    this.#timer = this.#clock.setTimeout(() => {
      this.#pause();
      const text = `the body did not arrive within ${milliseconds} ms`;
      this.#reject(new RequestError('WECHAT_BODY_TOO_SLOW', text));
    }, milliseconds);
  }

  /** Reads a body that has arrived, unless somebody else reads it too. */
  #takeWhole(): boolean {
    const stream = this.#stream;
    if (stream.readableFlowing !== null || stream.readableLength !== this.#length) return false;
    const whole: unknown = stream.read();
    if (whole !== null) this.#add(whole);
    return whole !== null;
  }

  #listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    const stream = this.#stream;
    // What is over tells nobody any more that it is.
    if (stream.destroyed || stream.readableEnded) {
      return void finished(stream, { writable: false }, (error) => this.#finish(error));
    }
    stream.on('end', () => this.#finish());
    stream.on('close', () => this.#isOver || this.#finish(new Error('it ended too early')));
    stream.on('data', this.#add);
  }

  readonly #add = (chunk: unknown): void => {
    const part = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (!(part instanceof Uint8Array)) {
      this.#pause();
      return this.#break(new TypeError('neither text nor bytes'));
    }
    this.#size += part.length;
    if (this.#size > this.#bounds.limit) {
      this.#pause();
      return this.#refuseLarge();
    }
    this.#chunks.push(part);
    // The stream tells of its end some turns later.
    if (this.#size === this.#length) this.#finish();
  };

  #finish(error?: Error | null): void {
    if (this.#isOver) return;
    this.#endWatch();
    if (error) return this.#break(error);
    const [first] = this.#chunks;
    const whole = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#resolve(decode(whole as Uint8Array));
  }

  #break(cause: Error): void {
    const message = 'the body could not be read: it ended early, or is neither text nor bytes';
    this.#reject(new RequestError('WECHAT_BODY_UNREADABLE', message, { cause }));
  }

  #refuseLarge(): void {
    const refuse = () => this.#reject(tooLarge(this.#bounds.limit));
    void discard(this.#stream, this.#clock).then(refuse);
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
