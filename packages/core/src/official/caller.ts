import { setTimeout as pause } from 'node:timers/promises';
import { InvalidArgumentError, NeedParamError, WechatError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { areCallsSeen, CallWatch } from './call-watch.ts';
import { isFields } from './conveniences/argument.ts';
import type { Credential } from './credential.ts';
import { createHide, redactAnswer } from './echo.ts';
import type { Endpoint, Input } from './endpoint.ts';
import {
  createRefusal,
  createStatusError,
  NetworkError,
  OfficialAPIError,
  ResponseTooLargeError,
} from './errors.ts';
import { createForm, type Form, hasFile } from './form.ts';
import type { Hooks, RequestSummary } from './hooks.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import type { BaseUrl } from './origin.ts';
import { redact } from './redact.ts';
import { createAddress, describeClass, fill, write } from './request-parts.ts';
import type { Token } from './token-store.ts';

export interface CallerParts {
  /** The values of `{appid}` and the other placeholders. */
  readonly known: Readonly<Record<string, string | undefined>>;
  /** Replaces the platform’s hosts. */
  readonly baseUrl: BaseUrl | undefined;
  readonly http: (request: HttpRequest) => Promise<HttpResponse>;
  /** Replaces the hosts of pages for browsers. */
  readonly pageBaseUrl: BaseUrl | undefined;
  /** Milliseconds to wait for an answer, and for each piece of a stream that is sent. */
  readonly timeout: number;
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
const JSON_TYPE = 'application/json';

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
    // The right client is checked before the arguments.
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
      ? await createForm(endpoint.path, query, body, options, parts.timeout)
      : write(endpoint, body, name);
    const access = findAccess(endpoint, name);
    const { credential, parameter } = access;
    const sendBy = (token: Token | undefined) => {
      const signed = token && parameter ? { [parameter]: token.value } : {};
      const all = { ...signed, ...access.query, ...query };
      return sendRepeatedly(endpoint, { query: all, body, sent, access }, name);
    };
    if (!credential || (parameter && query[parameter] !== undefined)) return sendBy(undefined);
    // The refusal of a token that the caller gives, such as a user's, is not about the client's.
    const isOwn = givesToken(query) || givesToken(body);
    return isOwn
      ? sendBy(await credential.get())
      : sendReplacing(credential, endpoint.path, sendBy);
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
    sending: Sending,
    name: string,
    attempt: number,
    watch?: CallWatch,
  ): Promise<unknown> {
    const { hooks } = parts;
    const summary = summarize(endpoint, sending, name, attempt);
    try {
      for (const hook of hooks.beforeRequest ?? []) await hook(summary);
      const { response, code, said } = await exchange(endpoint, sending, summary, watch);
      throwRefusal({ endpoint, sending, response, code, said });
      return response.answer;
    } catch (error) {
      let told = error;
      if (told instanceof WechatError) {
        for (const hook of hooks.beforeError ?? []) told = await hook(told as WechatError, summary);
      }
      throw told;
    }
  }

  /** Sends one request, and tells log, hooks and watch of its answer. */
  async function exchange(
    endpoint: Endpoint,
    { query, sent }: Sending,
    summary: RequestSummary,
    watch: CallWatch | undefined,
  ) {
    const { name, path, attempt, headers } = summary;
    const since = performance.now();
    const response = await parts.http({
      method: endpoint.method,
      path,
      url: createAddress(endpoint, query, baseUrl),
      headers,
      body: sent,
      isDownload: endpoint.verb === 'download',
    });
    const { status } = response;
    const { code, said } = readErrcode(response.answer);
    watch?.answer(status, code);
    const milliseconds = performance.now() - since;
    const took = Math.round(milliseconds);
    const call = { name, path, status, errcode: code, milliseconds: took, attempt };
    parts.logger.debug({ call }, 'called WeChat');
    for (const hook of parts.hooks.afterResponse ?? []) {
      await hook({ ...summary, status, errcode: code, milliseconds });
    }
    return { response, code, said };
  }
}

/** Describes a request for hooks; its query and body are redacted when they are looked at. */
function summarize(
  { method, path, contentType }: Endpoint,
  { query, body, sent }: Sending,
  name: string,
  attempt: number,
): RequestSummary & { headers: Record<string, string> } {
  return {
    name,
    method,
    path,
    attempt,
    headers: typeof sent === 'string' ? { 'content-type': contentType ?? JSON_TYPE } : {},
    get query() {
      return redact(query) as Record<string, unknown>;
    },
    get body() {
      return redact(body);
    },
  };
}

interface Answered {
  readonly endpoint: Endpoint;
  readonly sending: Sending;
  readonly response: HttpResponse;
  readonly code: number;
  readonly said: string;
}

/** Throws the error of an answer that refuses the call. */
function throwRefusal({ endpoint: { path }, sending, response, code, said }: Answered): void {
  const { status, answer } = response;
  if (status >= 300 && status < 400) throw createStatusError(path, status);
  if (code !== 0) {
    const { query, body, access } = sending;
    const hide = createHide(query, body);
    const errmsg = hide(said);
    const shown = redactAnswer(answer, hide);
    const { isCloud } = access;
    throw createRefusal({ errcode: code, errmsg, path, answer: shown, isCloud });
  }
  if (status >= 300) throw createStatusError(path, status);
}

/** Sends a call with a token; when it is refused, once more with another. */
async function sendReplacing(
  credential: Credential,
  path: string,
  sendBy: (token: Token) => Promise<unknown>,
): Promise<unknown> {
  const token = await credential.get();
  try {
    const answer = await sendBy(token);
    credential.accept();
    return answer;
  } catch (error) {
    if (!isTokenFailure(error)) throw error;
    const other = await credential.replace(token, path);
    if (!other) throw error;
    const answer = await sendBy(other);
    credential.accept(path);
    return answer;
  }
}

function givesToken(parts: unknown): boolean {
  return isFields(parts) && parts['access_token'] !== undefined;
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
  const { errcode, errmsg = '', base_resp } = Object(answer) as CallVerdict;
  const { ret = 0, err_msg = '' } = base_resp ?? {};
  return errcode === undefined
    ? { code: Number(ret), said: `${err_msg}` }
    : { code: Number(errcode), said: `${errmsg}` };
}

interface CallVerdict {
  errcode?: number | string;
  errmsg?: string;
  base_resp?: { ret?: number; err_msg?: string };
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
  const { status } = error;
  // No answer, or a broken one.
  const isLost = status === undefined || status < 300;
  return (isLost || status >= 500 || status === 429) && idempotent === true;
}
