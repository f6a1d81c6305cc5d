import { finished, Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { Awaitable } from './awaitable.ts';
import { type Clock, systemClock } from './clock.ts';
import { RequestError } from './errors.ts';
import type { WebhookRequest } from './exchange.ts';
import { decode } from './message/message.ts';
import { within } from './with-timeout.ts';

/** Milliseconds for which the rest of a body that is too large is thrown away. */
const LINGER = 250;

interface Bounds {
  /** Bytes. */
  readonly limit: number;
  readonly milliseconds: number;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** Whether a request has a body that nobody has read. */
export function isUnread(body: WebhookRequest['body']): boolean {
  if (body instanceof ReadableStream) return !isTouched(body);
  if (!(body instanceof Readable) || body.readableDidRead) return false;
  const { headers } = body as { headers?: Record<string, unknown> };
  // A request of HTTP without either has none.
  return !headers || 'content-length' in headers || 'transfer-encoding' in headers;
}

/** Reads a delivery's body as text, up to `limit` bytes and for `milliseconds` at most. */
export function readBody(body: WebhookRequest['body'], bounds: Bounds): Awaitable<string> {
  const { limit } = bounds;
  if (body instanceof Readable) return readStream(body, bounds);
  if (body instanceof ReadableStream && !isTouched(body)) {
    return readStream(Readable.fromWeb(body as NodeReadableStream), bounds);
  }
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw new RequestError(
      'WECHAT_BODY_UNREADABLE',
      'the body cannot be verified: it was read before the webhook saw it, and neither its text nor its bytes were kept. Mount the webhook before the body parser, or have the parser keep the bytes in req.rawBody',
    );
  }
  if (Buffer.byteLength(body) > limit) throw tooLarge(limit);
  return decode(body);
}

/** Whether a web stream was read, or is being read. */
function isTouched(stream: ReadableStream): boolean {
  return stream.locked || Readable.isDisturbed(stream as unknown as Readable);
}

async function readStream(
  stream: Readable,
  { limit, milliseconds, clock = systemClock }: Bounds,
): Promise<string> {
  const { bytes, stop } = collect(stream, limit);
  let read: { value: Buffer | undefined } | undefined;
  try {
    read = await within(bytes, milliseconds, undefined, clock);
  } catch (error) {
    const message = 'the body could not be read: it broke off, or is neither text nor bytes';
    throw new RequestError('WECHAT_BODY_UNREADABLE', message, { cause: error });
  }
  if (!read) {
    stop();
    throw new RequestError(
      'WECHAT_BODY_TOO_SLOW',
      `the body did not arrive within ${milliseconds} ms`,
    );
  }
  if (!read.value) {
    await discard(stream, clock);
    throw tooLarge(limit);
  }
  return decode(read.value);
}

/** Reads the bytes of a stream until it is stopped; undefined when there are more than `limit`. */
function collect(stream: Readable, limit: number) {
  const { headers } = stream as { headers?: Record<string, string | undefined> };
  const chunks: Uint8Array[] = [];
  let size = Number(headers?.['content-length'] ?? 0) > limit ? Number.POSITIVE_INFINITY : 0;
  let add = (_chunk: unknown) => {};
  const stop = () => void stream.off('data', add).pause();
  const bytes = new Promise<Buffer | undefined>((resolve, reject) => {
    add = (chunk) => {
      const part = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      if (!(part instanceof Uint8Array)) {
        stop();
        return reject(new TypeError('neither text nor bytes'));
      }
      size += part.length;
      if (size > limit) {
        stop();
        return resolve(undefined);
      }
      chunks.push(part);
    };
    finished(stream, { writable: false }, (error) =>
      error ? reject(error) : resolve(Buffer.concat(chunks)),
    );
    if (size > limit) resolve(undefined);
    else stream.on('data', add);
  });
  return { bytes, stop };
}

/** Lets a client go on sending for a moment: an answer now would be lost with the connection. */
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
