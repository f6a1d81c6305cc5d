import { Readable } from 'node:stream';
import type { Agents, Got, Method } from 'got';
import got, { type OptionsInit, RequestError, TimeoutError } from 'got';
import { WechatError } from '../errors.ts';
import { readJson } from './answer.ts';
import type { Download } from './endpoint.ts';
import { NetworkError } from './errors.ts';
import type { Form } from './form.ts';

export interface HttpOptions {
  /** Milliseconds for an answer; of a file, for each silence. */
  readonly timeout: number;
  readonly https: { readonly ca?: string | Buffer | (string | Buffer)[] | undefined } | undefined;
  readonly agent: Agents | undefined;
}

/** One request on its way. */
export interface HttpRequest {
  readonly method: Method;
  readonly url: string;
  /** For messages: neither host nor query. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | Form | undefined;
  /** Whether the answer may be a file. */
  readonly isDownload: boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** What the JSON says, or a file. */
  readonly answer: unknown;
}

/** Nothing was sent when these happen. */
const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH']);

/** Makes the function that sends a request once. It rejects with a NetworkError. */
export function createHttp(options: HttpOptions): (request: HttpRequest) => Promise<HttpResponse> {
  const { timeout, https, agent } = options;
  const http = got.extend({
    retry: { limit: 0 },
    throwHttpErrors: false,
    followRedirect: false,
    ...(agent && { agent }),
    ...(https?.ca && { https: { certificateAuthority: https.ca } }),
  });
  const short = { timeout: { request: timeout }, responseType: 'text' } as const;
  const long = { timeout: { connect: timeout, socket: timeout } } as const;
  return async (request) => {
    const { method, headers, body, path } = request;
    const isForm = typeof body === 'object';
    const sent: OptionsInit = {
      method,
      headers: isForm ? { ...headers, ...body.headers } : headers,
      ...(body !== undefined && { body: isForm ? body.open() : body }),
    };
    try {
      if (request.isDownload) return await receive(http, request, { ...sent, ...long });
      const limits = isForm ? ({ ...long, responseType: 'text' } as const) : short;
      const response = await http(request.url, { ...sent, ...limits } as typeof short);
      return readAnswer(path, response.statusCode, response.body);
    } catch (error) {
      throw networkError(path, error, timeout);
    }
  };
}

async function receive(http: Got, request: HttpRequest, sent: OptionsInit): Promise<HttpResponse> {
  const stream = http.stream(request.url, { ...sent, isStream: true });
  const { headers, statusCode } = await new Promise<{
    headers: Record<string, string | string[] | undefined>;
    statusCode: number;
  }>((resolve, reject) => {
    stream.once('response', resolve);
    // Later ones, too: a file that nobody reads must not end the process when it breaks off.
    stream.on('error', reject);
  });
  const contentType = String(headers['content-type'] ?? '');
  const disposition = String(headers['content-disposition'] ?? '');
  if (statusCode !== 200 || (disposition === '' && /json|text\/plain/.test(contentType))) {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return readAnswer(request.path, statusCode, Buffer.concat(chunks).toString());
  }
  // What is packed has another length on the way.
  const length = headers['content-encoding'] ? undefined : headers['content-length'];
  const answer: Download = {
    stream: Readable.from(chunksOf(stream, request.path), { objectMode: false }),
    contentType,
    filename: nameOf(disposition),
    length: length === undefined ? undefined : Number(length),
  };
  return { status: statusCode, answer };
}

/** got’s errors know the whole request, with its token. */
async function* chunksOf(stream: AsyncIterable<unknown>, path: string): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    const { code = 'unknown error' } = error as { code?: string };
    throw new NetworkError(path, `the file broke off (${code})`, { status: 200, wasSent: true });
  }
}

/** Headers are read as Latin-1; the platform writes UTF-8. */
function nameOf(disposition: string): string | undefined {
  const name = /filename="?([^";]+)"?/i.exec(disposition)?.[1];
  return name === undefined ? undefined : Buffer.from(name, 'latin1').toString();
}

/** An error that comes as JSON is the caller’s to see, whatever the status. */
function readAnswer(path: string, status: number, text: string): HttpResponse {
  try {
    return { status, answer: readJson(text) };
  } catch {
    const said =
      status === 200
        ? `the answer is no JSON; it begins with ${JSON.stringify(text.slice(0, 40))}`
        : `answered with the status ${status}`;
    throw new NetworkError(path, said, { status, wasSent: true });
  }
}

/** got’s errors know the whole request, with its token: only what happened is kept. */
function networkError(path: string, error: unknown, timeout: number): unknown {
  if (!(error instanceof RequestError)) return error;
  const { code, message } = error;
  if (error instanceof TimeoutError) {
    const wasSent = !['lookup', 'connect', 'secureConnect'].includes(error.event);
    return new NetworkError(path, `no answer within ${timeout} ms`, { wasSent });
  }
  // A file that cannot be sent says itself what is wrong.
  if (error.cause instanceof WechatError) return error.cause;
  const cause = Object.assign(new Error(message.replaceAll(/\?\S*/g, '')), { code });
  delete cause.stack;
  return new NetworkError(path, `the platform was not reached (${code})`, {
    wasSent: !UNSENT.has(code),
    cause,
  });
}
