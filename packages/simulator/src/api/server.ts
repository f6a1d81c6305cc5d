/**
 * The platform's API on a local port, as strict as the real one: calls are checked in its order
 * against the tables of endpoints, and refused in its words.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiCall } from '../events.ts';
import { isLoopback, type ListenOptions, listen } from '../http/listening.ts';
import type { World } from '../world.ts';
import { COMPONENT } from './component.ts';
import { type ApiAnswer, type Failure, type RawAnswer, raw } from './contract.ts';
import { fail, type Received, receive, send, sendHalf, toRaw } from './exchange.ts';
import { isOwnHost } from './host.ts';
import { type Office, openOffice } from './office.ts';
import { describeAnswer, describeCall } from './record.ts';
import { ApiRefusal, refusalBody } from './refusal.ts';
import { WEBSITE } from './website.ts';

export type { ApiAnswer, ApiRequest, Failure } from './contract.ts';

/** The simulated API and its controls. */
export interface Api {
  /** Without a slash at the end. */
  readonly url: string;
  /** The latest 1000 calls, oldest first. */
  readonly calls: readonly ApiCall[];
  callsTo(path: string): ApiCall[];
  /** Returns the account's valid tokens. */
  tokens(): { classic: string | undefined; stable: string | undefined };
  /** Expires every issued token: calls answer 42001. */
  expireTokens(): void;
  /** Refreshes the classic token as another process would; the former works for 5 more minutes. */
  refreshClassic(): string;
  /** Refreshes the stable token with `force_refresh` as another process would; the former answers 40001. */
  refreshStable(): string;
  /**
   * Issues a 云调用令牌 as 微信云托管 does every ten minutes, valid for half an hour; former ones
   * keep working.
   */
  issueCloudToken(): string;
  /** Makes the next calls of a path fail, before anything is checked. Default of `times`: 1. */
  failNext(path: string, how: Failure, times?: number): void;
  /** Delays each answer by a number of milliseconds. */
  setLatency(milliseconds: number): void;
  /** Makes token endpoints answer 40164 with this address; `undefined` ends it. */
  setIpRefused(ip: string | undefined): void;
  /** Sets how many calls of a path are left for today; later ones answer 45009. */
  setQuota(path: string, left: number): void;
  /**
   * Replaces the answers of a path: an object is sent as JSON, text and bytes unchanged, a function
   * is called.
   */
  answer(path: string, answer: ApiAnswer): void;
  /**
   * Replaces the Content-Type of a path, as the platform has been seen to send errors as image/jpeg
   * and pictures as text/plain; `undefined` ends it.
   */
  setContentType(path: string, type: string | undefined): void;
  /** A third-party platform (第三方平台) that accounts can authorize. */
  readonly component: typeof COMPONENT;
  /** A website (网站应用) whose users log in by scanning a QR code, at /connect/qrconnect. */
  readonly website: typeof WEBSITE;
  /** Returns an authorization code for the third-party platform, for one use. Default: of this account. */
  authorize(appid?: string): string;
  /** Clears calls, tokens, codes, quotas and everything set here. */
  reset(): void;
  close(): Promise<void>;
}

const CALLS = 1000;
const KEEP_ALIVE = 60_000;

export async function startApi(world: World, options: ListenOptions = {}): Promise<Api> {
  const calls: ApiCall[] = [];

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE }, (incoming, outgoing) => {
    // Whoever hangs up in the middle of a request gets no answer.
    respond(incoming, outgoing).catch(() => incoming.destroy());
  });
  const listening = await listen(server, options);
  const { url } = listening;
  const isPrivate = isLoopback((server.address() as AddressInfo).address);
  let office = openOffice(world, url);

  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    if (isPrivate && !isOwnHost(incoming.headers.host)) {
      outgoing.writeHead(403, { Connection: 'close' }).end('foreign Host header\n');
      return;
    }
    const startedAt = world.clock.now();
    const received = await receive(incoming);
    const failure = office.takeFailure(received.request.path);
    if (office.latency > 0) await wait(outgoing, office.latency);
    const recordCall = (status: number, answer: unknown) => {
      const milliseconds = world.clock.now() - startedAt;
      tellCall(describeCall(received, { status, answer }, { startedAt, milliseconds }));
    };
    if (typeof failure === 'string' && failure !== 'half') {
      return recordCall(fail(outgoing, failure), undefined);
    }
    const after: (() => void)[] = [];
    const made = toRaw(await answerCall(office, received, after, failure));
    const contentType = office.contentTypes.get(received.request.path);
    const answer = contentType === undefined ? made : withType(made, contentType);
    const finish = () => after.forEach((action) => action());
    if (outgoing.closed) setImmediate(finish);
    else outgoing.once('close', finish);
    if (failure === 'half') sendHalf(outgoing, answer);
    else send(outgoing, answer);
    recordCall(answer.status, describeAnswer(answer));
  }

  async function answerCall(
    { answer, showPage }: Office,
    received: Received,
    after: (() => void)[],
    failure: Failure | undefined,
  ): Promise<unknown> {
    const { request } = received;
    // The platform takes nothing whose length it does not know beforehand.
    if (request.method === 'POST' && request.headers['content-length'] === undefined) {
      return raw({ status: 412 });
    }
    try {
      if (typeof failure === 'object') throw new ApiRefusal(failure.errcode, failure.errmsg);
      return showPage(request) ?? (await answer(received, (action) => void after.push(action)));
    } catch (error) {
      if (error instanceof ApiRefusal) return refuse(error, request.path, world.clock.now());
      console.error(`the simulated API failed at ${request.path}:`, error);
      return refuse(new ApiRefusal(-1), request.path, world.clock.now());
    }
  }

  function wait(outgoing: ServerResponse, milliseconds: number): Promise<void> {
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    return world.clock.sleep(milliseconds, gone.signal);
  }

  function tellCall(call: ApiCall): void {
    calls.push(call);
    if (calls.length > CALLS) calls.shift();
    world.emit({ type: 'call', call });
  }

  return {
    url,
    calls,
    callsTo: (path) => calls.filter((call) => call.path === path),
    tokens: () => ({
      classic: office.tokens.current('classic'),
      stable: office.tokens.current('stable'),
    }),
    expireTokens: () => office.tokens.expireAll(),
    refreshClassic: () => office.tokens.issueClassic(),
    refreshStable: () => office.tokens.issue('stable'),
    issueCloudToken: () => office.tokens.issue('cloud', '', Infinity),
    failNext: (path, how, times = 1) => office.failNext(path, how, times),
    setLatency: (milliseconds) => {
      office.latency = milliseconds;
    },
    setIpRefused: (ip) => office.setIpRefused(ip),
    setQuota: (path, left) => office.setQuota(path, left),
    answer: (path, answer) => office.override(path, answer),
    setContentType(path, type) {
      if (type === undefined) office.contentTypes.delete(path);
      else office.contentTypes.set(path, type);
    },
    component: COMPONENT,
    website: WEBSITE,
    authorize: (appid) => office.authorize(appid),
    reset() {
      calls.length = 0;
      office = openOffice(world, url);
    },
    close: () => listening.close(),
  };
}

/** Paths whose refusals are JSON with the type of text: https://github.com/node-webot/wechat-api/pull/204 */
const AS_TEXT = ['/sns/', '/cgi-bin/media/get', '/cgi-bin/material/get_material'];

function refuse(refusal: ApiRefusal, path: string, now: number): object | RawAnswer {
  const body = refusalBody(refusal, path, now);
  if (!AS_TEXT.some((start) => path.startsWith(start))) return body;
  return raw({ headers: { 'Content-Type': 'text/plain' }, body: JSON.stringify(body) });
}

function withType({ status, headers, body }: RawAnswer, type: string): RawAnswer {
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-type');
  return raw({ status, headers: { ...Object.fromEntries(others), 'Content-Type': type }, body });
}
