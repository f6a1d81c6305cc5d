/**
 * The platform’s API on a port of this machine, as strict as the real one: one token of each kind is
 * in force, calls are checked in its order, and what it refuses it refuses in its words.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { rows as catalogue, getHttpMethod, type Row } from './catalogue.ts';
import { type Part, readForm } from './multipart.ts';

export interface PlatformOptions {
  /** Seconds. Default: 7200. */
  readonly tokenLife?: number;
  /** The time in Unix milliseconds. Default: that of this machine. */
  readonly now?: () => number;
  /** Whether requests are kept, to be looked at. Default: true. */
  readonly isRecording?: boolean;
}

export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string | string[] | undefined>;
  /** The JSON, or the text. */
  readonly body: unknown;
  readonly parts: readonly Part[] | undefined;
}

/** An answer that is not JSON. */
export class Raw {
  readonly status: number;
  readonly headers: Record<string, string | number>;
  readonly body: string | Buffer | Readable;

  constructor(body: Raw['body'], headers: Raw['headers'] = {}, status = 200) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

type Reaction = (request: Recorded, count: number) => unknown;
/** Breaks the connection, or says nothing. */
export const BREAK = Symbol('break');
export const SILENCE = Symbol('silence');

const rows = catalogue.filter(({ page }) => !page);
const rowsByPath = new Map(rows.map(({ path }) => [path, rows.filter((row) => row.path === path)]));

export type OfficialPlatform = Awaited<ReturnType<typeof startOfficialPlatform>>;

export async function startOfficialPlatform(options: PlatformOptions = {}) {
  const { tokenLife = 7200, now = Date.now, isRecording = true } = options;
  const appid = 'wx0123456789abcdef';
  const appsecret = 'ca5e0123456789abcdef0123456789ab';
  const requests: Recorded[] = [];
  const tokenRequests: { kind: 'classic' | 'stable'; isForced: boolean }[] = [];
  const reactions = new Map<string, Reaction>();
  const counts = new Map<string, number>();
  const issued = new Map<string, number>();
  const inForce: Record<'classic' | 'stable', string | undefined> = {
    classic: undefined,
    stable: undefined,
  };
  const media = new Map<string, { type: string; content: Buffer; filename: string }>();
  let refusedIp: string | undefined;
  let made = 0;

  const refuse = (errcode: number, errmsg: string, separator = '') => {
    const rid = `${Math.floor(now() / 1000).toString(16)}-0badcafe-5eed1234`;
    return { errcode, errmsg: `${errmsg}${separator} rid: ${rid}` };
  };

  function newToken(kind: 'classic' | 'stable'): string {
    made += 1;
    const token = `83_${kind}-${made}-${'x'.repeat(100)}`;
    inForce[kind] = token;
    issued.set(token, now() + tokenLife * 1000);
    return token;
  }

  function grant(kind: 'classic' | 'stable', given: Record<string, unknown>) {
    if (given['appid'] !== appid) return refuse(40013, 'invalid appid');
    if (given['grant_type'] !== 'client_credential') return refuse(40002, 'invalid grant_type');
    if (given['secret'] !== appsecret) return refuse(40125, 'invalid appsecret');
    if (refusedIp !== undefined) {
      return refuse(40164, `invalid ip ${refusedIp} ipv6 ::ffff:${refusedIp}, not in whitelist`);
    }
    const isForced = given['force_refresh'] === true;
    tokenRequests.push({ kind, isForced });
    const old = inForce[kind];
    const left = old === undefined ? 0 : ((issued.get(old) ?? 0) - now()) / 1000;
    // Nobody gets another stable token while the one in force has long to live.
    if (
      kind === 'stable' &&
      !isForced &&
      old !== undefined &&
      left > Math.min(300, tokenLife / 2)
    ) {
      return { access_token: old, expires_in: Math.floor(left) };
    }
    return { access_token: newToken(kind), expires_in: tokenLife };
  }

  function checkToken(token: string | undefined) {
    if (!token) return refuse(41001, 'access_token missing');
    const end = issued.get(token);
    if (end !== undefined && end <= now()) return refuse(42001, 'access_token expired');
    if (token === inForce.classic || token === inForce.stable || token.startsWith('authorizer-')) {
      return undefined;
    }
    return refuse(40001, 'invalid credential, access_token is invalid or not latest');
  }

  /** Everything but the token endpoints, in the order in which the platform looks. */
  function answer(request: Recorded): unknown {
    const { path, method, query, body, parts } = request;
    const isToken = path === '/cgi-bin/token' || path === '/cgi-bin/stable_token';
    const odd = isToken ? reactions.get(path) : undefined;
    if (odd) return odd(request, 1);
    if (path === '/cgi-bin/token') return grant('classic', query);
    if (path === '/cgi-bin/stable_token') {
      if (method !== 'POST') return refuse(43002, 'require POST method');
      return grant('stable', Object(body) as Record<string, unknown>);
    }
    const known = rowsByPath.get(path);
    if (!known) return refuse(40066, 'invalid url');
    const [row] = known as [Row];
    if (row.auth === 'component') {
      const isRight = query['component_access_token'] === 'component-token';
      if (!isRight) return refuse(40001, 'invalid credential');
    } else if (!row.tokenless) {
      const refused = checkToken(query['access_token']);
      if (refused) return refused;
    }
    const methods = known.map(getHttpMethod);
    if (!methods.includes(method as 'GET')) {
      return method === 'GET'
        ? refuse(43002, 'require POST method')
        : refuse(43001, 'require GET method');
    }
    if (method === 'POST' && !parts && row.method === 'POST' && row.contentType === undefined) {
      if (body === '') return refuse(44002, 'empty post data');
      if (typeof body === 'string' && body !== '') return refuse(47001, 'data format error');
    }
    counts.set(path, (counts.get(path) ?? 0) + 1);
    const reaction = reactions.get(path);
    if (reaction) return reaction(request, counts.get(path) as number);
    return builtIn(request);
  }

  function builtIn({ path, query, body, parts }: Recorded): unknown {
    const given = Object(body) as Record<string, unknown>;
    switch (path) {
      case '/cgi-bin/ticket/getticket':
        return { errcode: 0, errmsg: 'ok', ticket: `${query['type']}-ticket`, expires_in: 7200 };
      case '/cgi-bin/media/upload': {
        const file = parts?.find(({ name }) => name === 'media');
        if (!file) return refuse(41005, 'media data missing');
        return { type: query['type'], media_id: `media-${file.sha256.slice(0, 8)}`, created_at: 1 };
      }
      case '/cgi-bin/media/uploadimg':
        if (!parts?.some(({ name }) => name === 'media'))
          return refuse(41005, 'media data missing');
        return { url: 'http://mmbiz.qpic.cn/1' };
      case '/cgi-bin/media/get':
        return download(String(query['media_id']));
      case '/cgi-bin/message/custom/send':
        if (!String(given['touser']).startsWith('o')) return refuse(40003, 'invalid openid');
        if (Object(given[String(given['msgtype'])]) !== given[String(given['msgtype'])]) {
          return refuse(40008, 'invalid message type');
        }
        return { errcode: 0, errmsg: 'ok' };
      case '/cgi-bin/message/template/send':
        return new Raw('{"errcode":0,"errmsg":"ok","msgid":9007199254740993}');
      default:
        return { errcode: 0, errmsg: 'ok' };
    }
  }

  function download(mediaId: string): unknown {
    const [kind, size] = mediaId.split(':');
    if (kind === 'video') return { video_url: 'http://video.example/1' };
    const kept = media.get(mediaId);
    if (kind !== 'big' && !kept) {
      const refusal = JSON.stringify(refuse(40007, 'invalid media_id'));
      return new Raw(refusal, { 'content-type': 'text/plain' });
    }
    const length = kept ? kept.content.length : Number(size);
    const headers = {
      'content-type': 'image/jpeg',
      'content-disposition': `attachment; filename="${kept?.filename ?? `${mediaId}.jpg`}"`,
      'content-length': length,
    };
    return new Raw(
      kept ? kept.content : Readable.from(zeros(length), { objectMode: false }),
      headers,
    );
  }

  const server = createServer((incoming, outgoing) => {
    respond(incoming, outgoing).catch(() => incoming.destroy());
  });

  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url as string, 'http://localhost');
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const content = Buffer.concat(chunks);
    const isForm = String(incoming.headers['content-type']).startsWith('multipart/');
    let parts: Part[] | undefined;
    try {
      if (isForm) parts = readForm(String(incoming.headers['content-type']), content);
    } catch {
      return send(outgoing, refuse(41005, 'media data missing'));
    }
    const text = isForm ? '' : content.toString();
    const request: Recorded = {
      method: incoming.method as string,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: incoming.headers,
      body: isForm ? undefined : readBody(text),
      parts,
    };
    if (isRecording) requests.push(request);
    if (request.method === 'POST' && incoming.headers['content-length'] === undefined) {
      return send(outgoing, new Raw('', {}, 412));
    }
    await send(outgoing, answer(request));
  }

  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    appid,
    appsecret,
    requests,
    tokenRequests,
    inForce,
    media,
    /** The requests but those for tokens, or those to one path. */
    requestsTo: (path?: string) =>
      requests.filter((one) =>
        path ? one.path === path : !/^\/cgi-bin\/(?:stable_)?token$/.test(one.path),
      ),
    /** Answers a path in another way; what it gives is JSON, unless it is `Raw`. */
    answer: (path: string, reaction: Reaction) => void reactions.set(path, reaction),
    /** Ends all tokens: they answer 42001. */
    expireTokens() {
      for (const token of issued.keys()) issued.set(token, 0);
    },
    /** As a process of somebody else would: the classic token before it answers 40001. */
    refreshClassic: () => newToken('classic'),
    /** The stable token is one that the platform refuses, though it goes on giving it. */
    revokeStable() {
      const token = inForce.stable as string;
      inForce.stable = undefined;
      return token;
    },
    refuseIp: (ip: string | undefined) => {
      refusedIp = ip;
    },
    refuse,
    /** How many connections were made to it. */
    connections: () => connections,
    async breakConnections() {
      server.closeAllConnections();
    },
    count: (path: string) => counts.get(path) ?? 0,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function readBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function send(outgoing: ServerResponse, answer: unknown): Promise<void> {
  if (answer === SILENCE) return;
  if (answer === BREAK) {
    outgoing.destroy();
    return;
  }
  if (!(answer instanceof Raw)) {
    const headers = { 'content-type': 'application/json; encoding=utf-8' };
    outgoing.writeHead(200, headers).end(JSON.stringify(answer));
    return;
  }
  outgoing.writeHead(answer.status, answer.headers);
  if (answer.body instanceof Readable) await pipeline(answer.body, outgoing);
  else outgoing.end(answer.body);
}

function* zeros(length: number): Iterable<Buffer> {
  const chunk = Buffer.alloc(64 * 1024);
  for (let left = length; left > 0; left -= chunk.length) {
    yield left < chunk.length ? chunk.subarray(0, left) : chunk;
  }
}
