import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import readRawBody from 'raw-body';
import { type Clock, systemClock } from './clock.ts';
import { within } from './delivery/within.ts';
import { RequestError } from './errors.ts';
import type { WebhookRequest } from './exchange.ts';
import { decode } from './message/message.ts';

/** Milliseconds for which the rest of a body that is too large is thrown away. */
const LINGER = 250;

interface Bounds {
  /** Bytes. */
  readonly limit: number;
  readonly milliseconds: number;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** Reads a delivery's body as text, up to `limit` bytes and for `milliseconds` at most. */
export async function readBody(body: WebhookRequest['body'], bounds: Bounds): Promise<string> {
  const { limit } = bounds;
  if (body instanceof Readable) return readStream(body, bounds);
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw new RequestError(
      'WECHAT_BODY_UNREADABLE',
      'the body cannot be verified: it was read before the webhook saw it, and neither its text nor its bytes were kept. Mount the webhook before the body parser, or have the parser keep the bytes in req.rawBody',
    );
  }
  if (Buffer.byteLength(body) > limit) throw tooLarge(limit);
  return decode(body);
}

async function readStream(
  stream: Readable,
  { limit, milliseconds, clock = systemClock }: Bounds,
): Promise<string> {
  const headers = (stream as { headers?: Record<string, string | undefined> }).headers;
  const length = headers?.['content-length'] ?? null;
  let read: { value: Buffer } | undefined;
  try {
    read = await within(readRawBody(stream, { limit, length }), milliseconds, undefined, clock);
  } catch (error) {
    if ((error as { type?: string }).type === 'entity.too.large') {
      await discard(stream, clock);
      throw tooLarge(limit);
    }
    throw new RequestError(
      'WECHAT_BODY_UNREADABLE',
      `the body could not be read: ${(error as Error).message}`,
    );
  }
  if (!read) {
    throw new RequestError(
      'WECHAT_BODY_TOO_SLOW',
      `the body did not arrive within ${milliseconds} ms`,
    );
  }
  return decode(read.value);
}

/** Lets a client go on sending for a moment: an answer now would be lost with the connection. */
async function discard(stream: Readable, clock: Clock): Promise<void> {
  const gone = () => undefined;
  await within(finished(stream.resume()).catch(gone), LINGER, undefined, clock);
}

function tooLarge(limit: number): RequestError {
  return new RequestError(
    'WECHAT_BODY_TOO_LARGE',
    `the body has more than ${limit} bytes (bodyLimit)`,
  );
}
