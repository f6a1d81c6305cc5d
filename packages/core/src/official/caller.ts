import { setTimeout as pause } from 'node:timers/promises';
import { InvalidArgumentError, NeedParamError, WechatError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { areCallsSeen, CallWatch } from './call-watch.ts';
import { isFields } from './conveniences/argument.ts';
import type { Credential } from './credential.ts';
import { hideEchoes, redactAnswer } from './echo.ts';
import type { Endpoint, Input } from './endpoint.ts';
import { createRefusal, NetworkError, OfficialAPIError, ResponseTooLargeError } from './errors.ts';
import { createForm, type Form, hasFile } from './form.ts';
import type { Hooks, RequestSummary } from './hooks.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import { type BaseUrl, findOrigin } from './origin.ts';
import { redact } from './redact.ts';
import type { Token } from './token-store.ts';
import { checkWhole } from './whole-text.ts';

export interface CallerParts {
  /** The values of `{appid}` and the other placeholders. */
  readonly known: Readonly<Record<string, string | undefined>>;
  /** Replaces the platform’s hosts. */
  readonly baseUrl: BaseUrl | undefined;
  readonly http: (request: HttpRequest) => Promise<HttpResponse>;
  /** Replaces the hosts of pages for browsers. */
  readonly pageBaseUrl: BaseUrl | undefined;
  /** Maximum number of tries of a request. */
  readonly tries: number;
  readonly logger: Logger;
  readonly hooks: Hooks;
  /** The credential of the account’s calls. */
  readonly account: Access | undefined;
  /** The third-party platform’s access token. */
  readonly component: Credential | undefined;
}

/** The credential of calls: a token as a parameter, unless the host adds one. */
export interface Access {
  readonly credential?: Credential | undefined;
  readonly parameter?: string;
  /** Further query parameters. */
  readonly query?: Readonly<Record<string, string>>;
  /** Whether the calls go through 微信云托管. */
  readonly isCloud?: boolean;
}

export type Call = (endpoint: Endpoint, input: Input, name: string) => unknown;

/** The errcodes of a token that is invalid or has expired. */
const TOKEN_FAILED = new Set([40001, 40014, 42001]);
const SYSTEM_BUSY = -1;

/** Creates the function that every method of a client calls. */
export function createCaller(parts: CallerParts): Call {
  const { known, baseUrl, pageBaseUrl, account, component, tries } = parts;

  return (endpoint, input, name) => {
    if (endpoint.verb !== 'page') return call(endpoint, input, name);
    return createAddress(endpoint, fillQuery(endpoint, input, name), pageBaseUrl);
  };

  function fillQuery(endpoint: Endpoint, { query }: Input, name: string) {
    if (query !== undefined && query !== null && !isFields(query)) {
      throw new InvalidArgumentError(
        `${name}: the parameters must be an object, not ${describeClass(query)}`,
      );
    }
    return fill(endpoint, query, known, name, (key) => endpoint.query.includes(key));
  }

  async function call(endpoint: Endpoint, input: Input, name: string): Promise<unknown> {
    // Who may call it is told before what it lacks.
    findAccess(endpoint, name);
    const query = fillQuery(endpoint, input, name);
    const body = endpoint.body
      ? fill(endpoint, input.body, known, name, (key) => !endpoint.query.includes(key))
      : undefined;
    return send(endpoint, { query, body, options: input.options }, name);
  }

  async function send(endpoint: Endpoint, input: Filled, name: string): Promise<unknown> {
    const { query, body, options } = input;
    const isForm = endpoint.verb === 'upload' && hasFile(body);
    // Some take the address of a picture instead.
    if (endpoint.verb === 'upload' && !isForm && query['img_url'] === undefined) {
      throw new NeedParamError(`${name} needs a file: a path, a Buffer, a Blob or a Readable`);
    }
    const sent = isForm
      ? await createForm(endpoint.path, query, body, options)
      : write(endpoint, body, name);
    const access = findAccess(endpoint, name);
    const { credential, parameter } = access;
    const token = await credential?.get();
    const sendWith = async (by: Token | undefined) => {
      const signed = by && parameter ? { [parameter]: by.value } : {};
      const all = { ...signed, ...access.query, ...query };
      const answer = await sendRepeatedly(endpoint, { query: all, body, sent, access }, name);
      credential?.accept();
      return answer;
    };
    try {
      return await sendWith(token);
    } catch (error) {
      if (!credential || !token || !isTokenFailure(error)) throw error;
      const other = await credential.replace(token);
      if (!other) throw error;
      return sendWith(other);
    }
  }

  function findAccess({ auth, tokenless }: Endpoint, name: string): Access {
    if (auth === 'component') {
      if (component) return { credential: component, parameter: 'component_access_token' };
      throw new NeedParamError(
        `${name} is a method of third-party platforms: call it on a ComponentClient`,
      );
    }
    if (tokenless) return {};
    if (account) return account;
    throw new NeedParamError(
      `${name} is a method of accounts: call it on component.authorizer(appid)`,
    );
  }

  async function sendRepeatedly(
    endpoint: Endpoint,
    sending: Sending,
    name: string,
  ): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await sendOnce(endpoint, sending, name, attempt);
      } catch (error) {
        if (attempt >= tries || !mayRepeat(error, endpoint)) throw error;
        // Doubled each time, less a random half, so that processes do not come back together.
        await pause(200 * 2 ** attempt * (0.5 + Math.random() / 2));
      }
    }
  }

  function sendOnce(
    endpoint: Endpoint,
    sending: Sending,
    name: string,
    attempt: number,
  ): Promise<unknown> {
    if (!areCallsSeen()) return trySending(endpoint, sending, name, attempt);
    const { method, path } = endpoint;
    const seenAs = known['appid'] ?? known['component_appid'];
    const watch = new CallWatch({ account: seenAs, name, method, path, attempt });
    return watch.run(() => trySending(endpoint, sending, name, attempt, watch));
  }

  async function trySending(
    endpoint: Endpoint,
    { query, body, sent, access }: Sending,
    name: string,
    attempt: number,
    watch?: CallWatch,
  ): Promise<unknown> {
    const { hooks, http, logger } = parts;
    const { method, path, verb, contentType = 'application/json' } = endpoint;
    const headers: Record<string, string> =
      typeof sent === 'string' ? { 'content-type': contentType } : {};
    const since = performance.now();
    const summary: RequestSummary = {
      name,
      method,
      path,
      attempt,
      headers,
      get query() {
        return redact(query) as Record<string, unknown>;
      },
      get body() {
        return redact(body);
      },
    };
    try {
      for (const hook of hooks.beforeRequest ?? []) await hook(summary);
      const { status, answer } = await http({
        method,
        path,
        url: createAddress(endpoint, query, baseUrl),
        headers,
        body: sent,
        isDownload: verb === 'download',
      });
      const { code, said } = readErrcode(answer);
      watch?.answer(status, code);
      const milliseconds = performance.now() - since;
      const took = Math.round(milliseconds);
      const call = { name, path, status, errcode: code, milliseconds: took, attempt };
      logger.debug({ call }, 'called WeChat');
      for (const hook of hooks.afterResponse ?? []) {
        await hook({ ...summary, status, errcode: code, milliseconds });
      }
      if (code !== 0) {
        const errmsg = hideEchoes(said, query, body);
        const shown = redactAnswer(answer, query, body);
        const { isCloud } = access;
        throw createRefusal({ errcode: code, errmsg, path, answer: shown, isCloud });
      }
      if (status >= 400)
        throw new NetworkError(path, `answered with ${status}`, { status, wasSent: true });
      return answer;
    } catch (error) {
      let told = error;
      if (told instanceof WechatError) {
        for (const hook of hooks.beforeError ?? []) told = await hook(told as WechatError, summary);
      }
      throw told;
    }
  }
}

interface Filled {
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly options: Input['options'];
}

interface Sending {
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** The body as sent. */
  readonly sent: string | Form | undefined;
  readonly access: Access;
}

/** Returns the platform’s errcode and message; some endpoints have another form. */
function readErrcode(answer: unknown): { code: number; said: string } {
  const { errcode, errmsg = '', base_resp } = Object(answer) as Verdict;
  const { ret = 0, err_msg = '' } = base_resp ?? {};
  return errcode === undefined
    ? { code: Number(ret), said: `${err_msg}` }
    : { code: Number(errcode), said: `${errmsg}` };
}

interface Verdict {
  errcode?: number | string;
  errmsg?: string;
  base_resp?: { ret?: number; err_msg?: string };
}

/** Merges the given fields with those that the client knows. */
function fill(
  { filled }: Endpoint,
  given: unknown,
  known: CallerParts['known'],
  name: string,
  isHere: (key: string) => boolean,
): Record<string, unknown> {
  const isMissing = given === undefined || given === null;
  if (!filled || !(isMissing || isFields(given))) {
    return (given ?? {}) as Record<string, unknown>;
  }
  const all: Record<string, unknown> = { ...given };
  for (const [key, value] of Object.entries(filled)) {
    if (all[key] !== undefined || !isHere(key)) continue;
    all[key] = value.startsWith('{') ? known[value.slice(1, -1)] : value;
    if (all[key] === undefined) throw createMissingOption(name, key, value);
  }
  return all;
}

/** Creates the error of a missing option of the client. */
function createMissingOption(name: string, key: string, value: string): NeedParamError {
  const option = value.startsWith('{') ? `: this client has no ${value.slice(1, -1)}` : '';
  return new NeedParamError(`${name} needs ${key}${option}`);
}

/** Writes the body of a request; the platform refuses a POST without one. */
function write(
  { verb, body: takesBody, contentType }: Endpoint,
  given: unknown,
  name: string,
): string | undefined {
  if (!takesBody && verb !== 'post') return undefined;
  if (contentType !== undefined && typeof given === 'string') {
    checkWhole('the body', given);
    return given;
  }
  const body = given ?? {};
  if (!isPlain(body)) {
    throw new InvalidArgumentError(
      `${name}: the body must be a plain object, which is sent as JSON, not ${describeClass(body)}`,
    );
  }
  try {
    return JSON.stringify(body, checkMember);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error;
    throw new InvalidArgumentError(
      `the body cannot be written as JSON: ${(error as Error).message}`,
    );
  }
}

/**
 * Whether a value can be a JSON body: text, bytes, forms and maps are JSON already, or would lose
 * their content.
 */
function isPlain(body: unknown): boolean {
  if (Array.isArray(body)) return true;
  return (
    isFields(body) &&
    !(Symbol.iterator in body || Symbol.asyncIterator in body || body instanceof Blob)
  );
}

function describeClass(value: unknown): string {
  return typeof value === 'object' ? `a ${Object(value).constructor?.name}` : `a ${typeof value}`;
}

function checkMember(name: string, value: unknown): unknown {
  if (typeof value === 'string') checkWhole(name, value);
  return value;
}

function createAddress(
  { path, host, query: names, fixedQuery, hash }: Endpoint,
  query: Readonly<Record<string, unknown>>,
  baseUrl: BaseUrl | undefined,
): string {
  // The platform wants the parameters of a page in its order.
  const rank = (name: string) => (names.includes(name) ? names.indexOf(name) : names.length);
  const given = Object.entries(query).sort(([a], [b]) => rank(a) - rank(b));
  const parameters = [...Object.entries(fixedQuery ?? {}), ...given]
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeValue(name, String(value))}`);
  const search = parameters.length === 0 ? '' : `?${parameters.join('&')}`;
  return `${findOrigin(host, baseUrl)}${path}${search}${hash === undefined ? '' : `#${hash}`}`;
}

function encodeValue(name: string, text: string): string {
  checkWhole(name, text);
  return encodeURIComponent(text);
}

function isTokenFailure(error: unknown): boolean {
  return error instanceof OfficialAPIError && TOKEN_FAILED.has(error.errcode);
}

/** Whether a call can be repeated without happening twice. */
function mayRepeat(error: unknown, { idempotent }: Endpoint): boolean {
  if (error instanceof OfficialAPIError) {
    return error.errcode === SYSTEM_BUSY && idempotent !== false;
  }
  if (!(error instanceof NetworkError) || error instanceof ResponseTooLargeError) return false;
  if (!error.wasSent) return true;
  const isTheirs = error.status === undefined || error.status >= 500 || error.status === 429;
  return isTheirs && idempotent === true;
}
