/** Everything fails at once, and no log holds a token, a cookie, a secret or what somebody said. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import {
  type ContextStore,
  createOAuth,
  createWebhook,
  type DeliveryStore,
  type Exchange,
  type Logger,
  MemoryContextStore,
  MemoryDeliveryStore,
  type Message,
  type WebhookOptions,
} from '@wechat-mp/core';
import {
  ComponentClient,
  MemoryTokenStore,
  OfficialClient,
  type TokenStore,
} from '@wechat-mp/core/official';
import { MemorySessionStore, UnofficialClient } from '@wechat-mp/core/unofficial';
import { Redis } from 'ioredis';
import { OPENID, plain, userMessage } from '../support/platform.ts';
import { startRedis, stopRedis, track } from '../support/redis.ts';
import { until } from '../support/until.ts';

/** The secrets that no log may contain. Each begins with a unique word. */
const S = {
  token: 'ZQtokenofthewebhook',
  appsecret: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  accessToken: `83_ZQaccesstoken${'x'.repeat(120)}`,
  refreshToken: 'refreshtoken@@@ZQrefreshtoken',
  ticket: 'ticket@@@ZQverifyticket',
  partnerKey: 'ZQpartnerkey00000000000000000000',
  paySignKey: 'ZQpaysignkey',
  password: 'ZQpassword',
  cookie: 'ZQcookie',
  sessionToken: '1987654321',
  said: 'ZQwhat the user said',
  answered: 'ZQwhat the bot answered',
  kept: 'ZQwhat the bot keeps',
  redisPassword: 'ZQredispassword',
};

function reveals(shown: string): string[] {
  return Object.entries(S)
    .filter(([, secret]) => shown.includes(secret.slice(0, 20)) || shown.includes('ZQ'))
    .map(([name]) => name);
}

/** As loggers write: JSON, or as the console does, to any depth. */
function written(value: unknown): string {
  const json = JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'bigint' ? `${member}` : member,
  );
  const shown = [false, true].map((showHidden) =>
    inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden, maxStringLength: null }),
  );
  return [json, ...shown].join('\n');
}

function recorder() {
  const lines: string[] = [];
  const log = (level: string) => (details: object, message: string) => {
    lines.push(`${level}: ${message} ${written(details)}`);
  };
  const levels = ['error', 'warn', 'info', 'debug'];
  const logger = Object.fromEntries(levels.map((level) => [level, log(level)]));
  return { logger: logger as unknown as Logger, lines };
}

/** An error as drivers and HTTP libraries make them: it carries all it was given. */
function greedyError(given: readonly unknown[]): Error {
  const url = `https://api.weixin.qq.com/x?access_token=${S.accessToken}&secret=${S.appsecret}`;
  const error = new Error(`request to ${url} failed: {"access_token":"${S.accessToken}"}`);
  return Object.assign(error, {
    command: { name: 'evalsha', args: given },
    options: { url, headers: { cookie: S.cookie, authorization: S.accessToken } },
    cause: new Error(S.answered),
    errors: [new Error(S.said)],
  });
}

/** A store whose methods fail, in turn at once and later, with an error that has all they were given. */
function failing<S extends object>(store: S, methods: readonly (keyof S)[]): S {
  let calls = 0;
  const fail = (...given: unknown[]) => {
    calls += 1;
    if (calls % 2 === 0) throw greedyError(given);
    return Promise.reject(greedyError(given));
  };
  return Object.assign(store, Object.fromEntries(methods.map((method) => [method, fail])));
}

const servers: Server[] = [];
let echo: string;
let redis: Record<string, Redis>;

/** The platform on its worst day: every answer repeats the request, its address and its headers. */
async function startEcho(): Promise<string> {
  const answer = (request: IncomingMessage, body: string, count: number) => {
    const all = `${request.method} https://api.weixin.qq.com${request.url} ${JSON.stringify(request.headers)} ${body}`;
    if (/stable_token|api_component_token/.test(request.url ?? '')) {
      return JSON.stringify({
        access_token: S.accessToken,
        component_access_token: S.accessToken,
        expires_in: 7200,
      });
    }
    if (count % 4 === 0) return JSON.stringify({ errcode: 40003, errmsg: `${request.url} ${all}` });
    if (count % 4 === 1) return `${request.url}\n${all}`;
    if (count % 4 === 2) return JSON.stringify({ base_resp: { ret: 1, err_msg: all } });
    return undefined;
  };
  let count = 0;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      count += 1;
      const said = answer(request, body, count);
      if (said === undefined) return request.socket.destroy();
      response.setHeader('set-cookie', `slave_sid=${S.cookie}; Path=/`);
      return response.writeHead(count % 5 === 0 ? 500 : 200).end(said);
    });
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  echo = await startEcho();
  const connect = (port: number, options: object = {}) =>
    track(new Redis(port, { retryStrategy: () => 50, disconnectTimeout: 50, ...options }));
  const [full, master, gone, locked] = await Promise.all([
    startRedis('--maxmemory', '1kb', '--maxmemory-policy', 'noeviction'),
    startRedis(),
    startRedis(),
    startRedis(),
  ]);
  await connect(locked.port).config('SET', 'requirepass', 'another');
  const replica = await startRedis('--replicaof', '127.0.0.1', String(master.port));
  redis = {
    'is full': connect(full.port),
    'is a replica': connect(replica.port),
    'is gone': connect(gone.port),
    'knows another password': connect(locked.port, { password: S.redisPassword }),
  };
  await gone.kill();
  await until(async () =>
    String(await redis['is a replica']?.info('replication')).includes('master_link_status:up'),
  );
}, 60_000);

afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await stopRedis();
});

const CONTEXTS = ['load', 'save', 'delete', 'renew', 'release'] as const;
const DELIVERIES = [
  'finish',
  'closeWindow',
  'claimLateReply',
  'releaseReply',
  'hold',
  'takeHeld',
  'wait',
] as const;

/** The stores of each way to fail. */
const FAILING: Record<string, () => ReturnType<typeof redisStores>> = {
  ...Object.fromEntries(
    ['is full', 'is a replica', 'is gone', 'knows another password'].map((state) => [
      `Redis ${state}`,
      () => redisStores(redis[state] as Redis, { timeout: 40 }),
    ]),
  ),
  'own stores fail with all they were given': () => ({
    contexts: failing<ContextStore>(new MemoryContextStore(), CONTEXTS),
    deliveries: failing<DeliveryStore>(new MemoryDeliveryStore(), [...DELIVERIES, 'claim']),
    tokens: failing(new MemoryTokenStore(), ['get', 'lock', 'set']),
    sessions: failing(new MemorySessionStore(), ['get', 'set']),
  }),
  'own stores fail at the end of a run': () => ({
    contexts: failing<ContextStore>(new MemoryContextStore(), ['release', 'renew']),
    deliveries: failing<DeliveryStore>(new MemoryDeliveryStore(), DELIVERIES),
    tokens: failing({ get: async () => undefined, lock: async () => 1 } as unknown as TokenStore, [
      'set',
    ]),
    sessions: failing(new MemorySessionStore(), ['set']),
  }),
};

describe.each(Object.entries(FAILING))('where %s', (_state, makeStores) => {
  const common = () => ({ baseUrl: echo, retry: 0, timeout: 5000 });

  /** Sends a message, and lets its handler end after the window. */
  async function deliver(options: Partial<WebhookOptions>, work: (exchange: Exchange) => unknown) {
    let end = () => {};
    const late = new Promise<void>((resolve) => {
      end = resolve;
    });
    const webhook = createWebhook(
      { token: S.token, appid: 'wx1', replyWindow: 10, maxDeliveries: 1, ...options },
      async (_message: Message, exchange: Exchange) => {
        exchange.context.set('kept', S.kept);
        await late;
        return (await work(exchange)) as string;
      },
    );
    const fields = userMessage('text', { Content: S.said });
    const { status } = await webhook.handle(plain({ token: S.token }, fields));
    end();
    return status;
  }

  it('the webhook logs nothing of it, whatever becomes of late replies', async () => {
    const { logger, lines } = recorder();
    const stores = makeStores();
    const client = new OfficialClient({
      ...common(),
      appid: 'wx1',
      appsecret: S.appsecret,
      tokens: stores.tokens,
      logger,
    });
    const statuses: number[] = [];
    for (const lateReply of ['push', 'hold', 'drop'] as const) {
      const options = { ...stores, client, lateReply, logger };
      statuses.push(await deliver(options, () => S.answered));
      statuses.push(
        await deliver({ ...options, contexts: undefined, deliveries: undefined }, () => S.answered),
      );
      statuses.push(
        await deliver({ ...options, contexts: undefined, deliveries: undefined }, () => {
          throw greedyError([S.said, S.kept]);
        }),
      );
    }
    await until(() => lines.filter((line) => line.includes('a handler failed')).length >= 3);
    await until(() => lines.some((line) => line.includes('WECHAT_UNDELIVERED')));
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    for (const line of lines) expect([reveals(line), line]).toEqual([[], line]);
  });

  it('clients log and throw nothing of it', async () => {
    const { logger, lines } = recorder();
    const stores = makeStores();
    const errors: unknown[] = [];
    const call = async (work: () => unknown) => {
      try {
        await work();
      } catch (error) {
        errors.push(error);
      }
    };
    const official = new OfficialClient({
      ...common(),
      appid: 'wx1',
      appsecret: S.appsecret,
      payment: { partnerId: '1', partnerKey: S.partnerKey, paySignKey: S.paySignKey },
      tokens: stores.tokens,
      logger,
    });
    const component = new ComponentClient({
      ...common(),
      componentAppid: 'wx2',
      componentAppsecret: S.appsecret,
      tokens: stores.tokens,
      logger,
    });
    const unofficial = new UnofficialClient({
      baseUrl: echo,
      username: 'bot@example.com',
      password: S.password,
      token: S.sessionToken,
      cookies: `slave_sid=${S.cookie};`,
      sessions: stores.sessions,
      logger,
    });
    const authorizer = component.authorizer('wx3', { refreshToken: S.refreshToken });
    for (let round = 0; round < 4; round += 1) {
      await call(() => official.message.custom.sendText(OPENID, S.answered));
      await call(() => official.user.get(OPENID));
      await call(() =>
        official.oauth2.getUserInfo({ access_token: S.accessToken, openid: OPENID }),
      );
      await call(() => component.setVerifyTicket(S.ticket));
      await call(() => component.component.createPreAuthCode());
      await call(() => authorizer.user.get(OPENID));
      await call(() => unofficial.getUserList());
      await call(() => unofficial.sendMessage('123', S.answered));
      await call(() => unofficial.login());
      await call(() => unofficial.logout());
    }
    expect(errors.length).toBeGreaterThan(20);
    for (const line of lines) expect([reveals(line), line]).toEqual([[], line]);
    for (const error of errors) {
      const told = `${(error as Error).stack}\n${written(error)}`;
      expect([reveals(told), told]).toEqual([[], told]);
    }
    for (const shown of [official, component, authorizer, unofficial, stores]) {
      if (shown === stores && _state.startsWith('own')) continue;
      expect(reveals(written(shown))).toEqual([]);
    }
    expect(official.payment).toMatchObject({ partnerKey: S.partnerKey, paySignKey: S.paySignKey });
  });
});

it('neither a webhook nor a login shows what it was made with', () => {
  const webhook = createWebhook({ token: S.token, appid: 'wx1' }, () => S.answered);
  const { oauth2 } = new OfficialClient({ appid: 'wx1', appsecret: S.appsecret });
  const baseUrl = 'https://example.com';
  const oauth = createOAuth({ client: { appid: 'wx1', oauth2 }, secret: S.appsecret, baseUrl });
  for (const shown of [webhook, oauth]) expect(reveals(written(shown))).toEqual([]);
});
