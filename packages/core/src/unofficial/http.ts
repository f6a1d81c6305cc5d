import { RequestError } from 'got';
import type { CookieJar } from 'tough-cookie';
import { describeError } from '../describe-error.ts';
import { WechatError } from '../errors.ts';
import { NetworkError } from '../official/errors.ts';
import type { Form } from '../official/form.ts';
import { readBytes, readHead } from '../official/receive.ts';
import { createSender, type SenderOptions } from '../official/sender.ts';

/** One request to the back end, as data. */
export interface BackEndRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: FormValues;
  /** Sent as a form; with a file, as one of several parts. */
  readonly form?: FormValues | Form;
  /** The page that it is sent from, relative to the base. */
  readonly referer: string;
  /** Whether it is sent by a script of the page. Default: true. */
  readonly isAjax?: boolean;
}

/** The headers of the pages' scripts; without them some lists are answered as pages. */
const AJAX = {
  'x-requested-with': 'XMLHttpRequest',
  accept: 'application/json, text/javascript, */*; q=0.01',
};

/** Fields of a request; undefined ones are left out. */
export type FormValues = Readonly<Record<string, string | number | undefined>>;

export interface BackEndAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
  /** Whether it set cookies. */
  readonly hasCookies: boolean;
  /** The values sent, which the answer may repeat and no error may show. */
  readonly sent: Sent;
}

/** Values of a request, and under `secret` those that must never be shown. */
type Sent = Readonly<Record<string, unknown>> & { readonly secret: readonly string[] };

export interface HttpOptions extends SenderOptions {
  readonly baseUrl: string;
  /** Milliseconds. */
  readonly timeout: number;
  /** Maximum decompressed bytes of an answer. */
  readonly maxResponseSize: number;
  readonly userAgent: string;
}

export type Http = (request: BackEndRequest, jar: CookieJar | undefined) => Promise<BackEndAnswer>;

/** Creates the function that sends a request with the cookies of a jar, and stores those received. */
export function createHttp(given: HttpOptions): Http {
  const { baseUrl, timeout, maxResponseSize } = given;
  const send = createSender(given);
  return async ({ method, path, query, form, referer, isAjax = true }, jar) => {
    const address = `${baseUrl}${path}`;
    const url = query ? `${address}?${write(query)}` : address;
    const cookie = await jar?.getCookieString(url);
    const { body, type, fields } = readForm(form);
    const headers = {
      referer: `${baseUrl}${referer}`,
      ...(isAjax && AJAX),
      ...(cookie && { cookie }),
      ...type,
    };
    const { stream, wasSent } = send(url, { method, headers, body, timeout });
    try {
      const { statusCode: status, headers } = await readHead(stream);
      const body = await readBytes(path, stream, maxResponseSize);
      checkStatus(path, status, body);
      const cookies = headers['set-cookie'] ?? [];
      for (const cookie of cookies) {
        await jar?.setCookie(cookie, url, { ignoreError: true });
      }
      const contentType = headers['content-type'] ?? '';
      const sent = { ...query, ...fields, secret: listSecrets(form, cookie) };
      return { status, contentType, body, hasCookies: cookies.length > 0, sent };
    } catch (error) {
      throw unreached(path, error, wasSent());
    }
  };
}

/** Returns a form as it is sent: its fields, or with a file, its parts. */
function readForm(form: BackEndRequest['form']) {
  if (!form) return { body: undefined };
  if (typeof form['open'] === 'function') return { body: form as Form };
  const fields = form as FormValues;
  const type = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' };
  return { body: write(fields), type, fields };
}

function write(values: FormValues): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) given.append(name, String(value));
  }
  return given.toString();
}

/**
 * Checks the status: a failing server says nothing about the session, and a gateway's page is not
 * the login page.
 *
 * @throws {NetworkError} when the answer is not the back end's
 */
function checkStatus(path: string, status: number, body: Buffer): void {
  if (status < 400 || body.subarray(0, 64).toString().trimStart().startsWith('{')) return;
  throw new NetworkError(path, `the server answered ${status}`, { status, wasSent: true });
}

/** Lists the secrets of a request: its cookies and its login. */
function listSecrets(form: BackEndRequest['form'], cookie = ''): string[] {
  const values = cookie.split('; ').map((part) => part.slice(part.indexOf('=') + 1));
  const { pwd, username } = Object(form) as { pwd?: unknown; username?: unknown };
  return [...values, pwd, username].filter((value) => typeof value === 'string');
}

/**
 * Creates a NetworkError; got’s errors contain the whole request with its cookies, so only the
 * reason is kept.
 */
function unreached(path: string, error: unknown, wasSent: boolean): WechatError {
  if (error instanceof WechatError) return error;
  if (error instanceof RequestError && error.cause instanceof WechatError) return error.cause;
  const { code, name } = describeError(error);
  const said = `the back end could not be reached (${code ?? name})`;
  return new NetworkError(path, said, { wasSent });
}
