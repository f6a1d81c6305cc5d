import { Readable } from 'node:stream';
import type { Request, Response } from 'got';
import { readJson } from '../json.ts';
import type { Download } from './endpoint.ts';
import { NetworkError, ResponseTooLargeError } from './errors.ts';
import { readFilename } from './filename.ts';
import { boundSilences } from './silences.ts';

/** Waits for the head of an answer. */
export function readHead(stream: Request): Promise<Response> {
  return new Promise((resolve, reject) => {
    stream.once('response', resolve);
    // Later ones, too: a file that nobody reads must not end the process when it breaks off.
    stream.on('error', reject);
  });
}

/**
 * Reads an answer to its end. The limit counts decompressed bytes, so that no answer takes more
 * memory than that.
 *
 * @throws {ResponseTooLargeError} when it is larger; the rest is not read
 */
export async function readBytes(
  path: string,
  stream: AsyncIterable<unknown>,
  limit: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += (chunk as Buffer).length;
    if (size > limit) throw new ResponseTooLargeError(path, limit);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** A file on its way, or the JSON in its place. */
interface Incoming {
  readonly stream: Request;
  readonly headers: Response['headers'];
  readonly chunks: AsyncGenerator<Buffer, void, undefined>;
}

/**
 * Returns the result of a download: a file, or the JSON sent in its place. The platform’s headers
 * do not distinguish the two, so the content does.
 */
export async function readDownload(incoming: Incoming, limit: number): Promise<unknown> {
  const { chunks } = incoming;
  const head: Buffer[] = [];
  let size = 0;
  let isJson: boolean | undefined;
  while (isJson !== false && size <= limit) {
    const { done, value } = await chunks.next();
    if (done) break;
    head.push(value);
    size += value.length;
    isJson ??= startsObject(value);
  }
  const answer = isJson && size <= limit ? readObject(Buffer.concat(head).toString()) : undefined;
  return answer ?? createDownload(incoming, head);
}

function createDownload({ stream, headers, chunks }: Incoming, head: readonly Buffer[]): Download {
  // What is packed has another length on the way.
  const length = headers['content-encoding'] ? undefined : headers['content-length'];
  const file = Readable.from(join(head, chunks), { objectMode: false });
  return {
    // Also when it is given up before anything of it was read.
    stream: file.once('close', () => stream.destroy()),
    contentType: headers['content-type'] ?? '',
    filename: readFilename(headers['content-disposition'] ?? ''),
    length: length === undefined ? undefined : Number(length),
  };
}

async function* join(head: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  yield* head;
  yield* rest;
}

/** Whether bytes begin like a JSON object; undefined while they are blank. */
function startsObject(bytes: Buffer): boolean | undefined {
  const first = bytes.toString('latin1').replace(/^(?:\xef\xbb\xbf)?\s*/, '')[0];
  return first === undefined ? undefined : first === '{';
}

function readObject(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads chunks, and waits up to `timeout` for each. Got’s errors contain the whole request with its
 * token, so they are replaced.
 */
export async function* readChunks({
  path,
  stream,
  status,
  timeout,
}: {
  readonly path: string;
  readonly stream: Readable;
  readonly status: number;
  readonly timeout: number;
}): AsyncGenerator<Buffer, void, undefined> {
  const endEarly = (reason: string) =>
    new NetworkError(path, `the download ended early (${reason})`, { status, wasSent: true });
  try {
    yield* boundSilences(stream as AsyncIterable<Buffer>, timeout, () =>
      endEarly(`nothing came for ${timeout} ms`),
    );
  } catch (error) {
    throw error instanceof NetworkError
      ? error
      : endEarly((error as { code?: string }).code ?? 'unknown error');
  } finally {
    stream.destroy();
  }
}
