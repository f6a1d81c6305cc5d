/** A login by a QR code of the account: two processes with a Redis between them, over sockets. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import {
  createSceneLogin,
  createWebhook,
  type Message,
  type SceneLogin,
  type Webhook,
} from '@wechat-mp/core';
import { OfficialClient } from '@wechat-mp/core/official';
import { createSimulator, type Simulator } from '@wechat-mp/simulator';
import { Redis } from 'ioredis';
import { Browser, type Page } from '../support/browser.ts';
import { closeServers, listen } from '../support/http.ts';
import { type RedisServer, startRedis, stopRedis, track } from '../support/redis.ts';

const token = 'TOKEN';
const secret = 'a secret of the tests, not short';
let redis: RedisServer;
let simulator: Simulator;
let processes: { origin: string; webhook: Webhook }[];

beforeAll(async () => {
  redis = await startRedis();
  simulator = await createSimulator({
    token,
    async target(made) {
      processes = await Promise.all([1, 2].map(() => startProcess(made)));
      return processes[0]?.webhook as Webhook;
    },
  });
});
afterAll(async () => {
  await simulator.close();
  await closeServers();
  await stopRedis();
});

/** A process of the site: /begin, /state and /me. */
async function startProcess({ account, api }: Simulator) {
  const { appid, appsecret } = account;
  const stores = redisStores(track(new Redis(redis.port)));
  const client = new OfficialClient({ appid, appsecret, baseUrl: api.url, tokens: stores.tokens });
  const { contexts } = stores;
  const login = createSceneLogin({ client, secret, contexts, trustHost: true });
  const take = async (message: Message) =>
    (await login.accept(message)) ? 'logged in' : 'another code';
  const webhook = createWebhook(
    { token, contexts, deliveries: stores.deliveries },
    { 'event:scan': take, 'event:subscribe': take },
  );
  return { webhook, origin: await listen(serve(login)) };
}

function serve(login: SceneLogin) {
  return (req: IncomingMessage, res: ServerResponse) => {
    const { method = 'GET', url = '/', headers } = req;
    const request = { method, url, headers, origin: `http://${headers.host}` };
    const answer = async () => {
      if (url === '/begin') return login.begin(request);
      if (url === '/state') return login.poll(request);
      return { user: login.findUser(request), cookies: [] };
    };
    void answer().then(({ cookies, ...body }) => {
      res.setHeader('set-cookie', cookies).end(JSON.stringify(body));
    });
  };
}

/** A browser whose requests any process may get. */
class Visitor {
  readonly browser = new Browser();
  readonly #jar = new Map<string, string>();

  async ask(path: string, at: number): Promise<{ picture: string; state: string; user: unknown }> {
    const { origin } = processes[at] as { origin: string };
    this.browser.jars.set(new URL(origin).host, this.#jar);
    const page: Page = await this.browser.ask(`${origin}${path}`);
    return JSON.parse(page.body) as Awaited<ReturnType<Visitor['ask']>>;
  }

  async begin(at: number): Promise<string> {
    const { picture } = await this.ask('/begin', at);
    return new URL(picture).searchParams.get('ticket') as string;
  }
}

describe.each([
  ['follows already', '小明'],
  ['follows by the scan', '小红'],
])('who %s', (what, name) => {
  it('logs the browser in, whichever process it asks', async () => {
    const user = simulator.user(name);
    if (what === 'follows by the scan') await user.unsubscribe();
    const visitor = new Visitor();
    const ticket = await visitor.begin(1);
    expect(await visitor.begin(0)).toBe(ticket);
    for (const at of [0, 1]) expect(await visitor.ask('/state', at)).toEqual({ state: 'waiting' });

    // The platform tells process 0, and the browser asks process 1.
    expect((await user.scan({ ticket })).reply).toEqual({ type: 'text', content: 'logged in' });
    const known = { openid: user.openid, scope: 'snsapi_base' };
    expect(await visitor.ask('/state', 1)).toEqual({ state: 'done', user: known });
    for (const at of [0, 1]) expect(await visitor.ask('/me', at)).toEqual({ user: known });
  });

  it('logs in one browser once, though it asks all processes at once', async () => {
    const visitor = new Visitor();
    const ticket = await visitor.begin(0);
    await simulator.user(name).scan({ ticket });
    const states = await Promise.all([0, 1, 0, 1].map((at) => visitor.ask('/state', at)));
    expect(states.map(({ state }) => state).toSorted()).toEqual(['done', 'over', 'over', 'over']);
  });

  it('does not log in a second time by the code of another', async () => {
    const visitor = new Visitor();
    const ticket = await visitor.begin(0);
    await simulator.user('阿强').scan({ ticket });
    const { reply } = await simulator.user(name).scan({ ticket });
    expect(reply).toEqual({ type: 'text', content: 'another code' });
    const { user } = await visitor.ask('/state', 1);
    expect(user).toMatchObject({ openid: simulator.user('阿强').openid });
  });
});
