import { type Method, RequestError, TimeoutError } from 'got';
import { describeError } from '../describe-error.ts';
import { WechatError } from '../errors.ts';
import { readJson } from '../json.ts';
import { createStatusError, NetworkError } from './errors.ts';
import { type Form, isThrownByProgram } from './form.ts';
import { readBytes, readChunks, readDownload, readHead } from './receive.ts';
import { createSender, type SenderOptions } from './sender.ts';

export interface HttpOptions extends SenderOptions {
  /** Milliseconds to wait for an answer; for a file, for each silence. */
  readonly timeout: number;
  /** Maximum decompressed bytes of an answer that is not a file. */
  readonly maxResponseSize: number;
}

/** A request to be sent. */
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
  /** The parsed JSON, or a file. */
  readonly answer: unknown;
}

/** Creates the function that sends a request once. It rejects with a NetworkError. */
export function createHttp(options: HttpOptions): (request: HttpRequest) => Promise<HttpResponse> {
  const { timeout, maxResponseSize } = options;
  const send = createSender(options);
  return async ({ method, url, path, headers, body, isDownload }) => {
    const { stream, wasSent } = send(url, { method, headers, body, timeout, isDownload });
    try {
      const { statusCode: status, headers } = await readHead(stream);
      const chunks = isDownload ? readChunks({ path, stream, status, timeout }) : undefined;
      const answer =
        chunks && status === 200
          ? await readDownload({ stream, headers, chunks }, maxResponseSize)
          : readAnswer(path, status, await readBytes(path, chunks ?? stream, maxResponseSize));
      return { status, answer };
    } catch (error) {
      throw describeFailure(path, error, timeout, wasSent());
    }
  };
}

/** Reads an answer; an error in JSON is returned, whatever the status. */
function readAnswer(path: string, status: number, bytes: Buffer): object {
  const text = bytes.toString();
  try {
    const answer = readJson(text);
    if (typeof answer === 'object' && answer !== null) return answer;
    throw new SyntaxError('not an object');
  } catch {
    if (status >= 300) throw createStatusError(path, status);
    const said = `the answer is not JSON: it has ${text.length} characters`;
    throw new NetworkError(path, said, { status, wasSent: true });
  }
}

/**
 * Returns the error of a request: a NetworkError, or what a file or the program has thrown. Got’s
 * errors contain the whole request with its token, so only the reason is kept.
 */
function describeFailure(path: string, error: unknown, timeout: number, wasSent: boolean): unknown {
  if (error instanceof WechatError) return error;
  if (error instanceof TimeoutError) {
    return new NetworkError(path, `no answer within ${timeout} ms`, { wasSent });
  }
  // A file that cannot be sent says itself what is wrong.
  if (error instanceof RequestError && error.cause instanceof WechatError) return error.cause;
  if (error instanceof RequestError && error.cause instanceof Error) {
    if (isThrownByProgram(error.cause)) return error.cause.cause;
  }
  const cause = describeError(error);
  Reflect.deleteProperty(cause, 'stack');
  const { code = cause.name } = cause;
  return new NetworkError(path, `the platform could not be reached (${code})`, { wasSent, cause });
}
