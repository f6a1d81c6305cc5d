/**
 * Webhooks that share a Redis, as the processes of a bot do. They are in one process here, each with a
 * connection of its own; `test/long` has processes, which are killed.
 */
import { EventEmitter, once } from 'node:events';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import {
  createWebhook,
  type Handlers,
  type Json,
  type Reply,
  type WebhookOptions,
  type WechatContext,
} from '@wechat-mp/core';
import { Redis } from 'ioredis';
import { ManualClock } from '../support/clock.ts';
import * as platform from '../support/platform.ts';
import { type RedisServer, startRedis, stopRedis, track } from '../support/redis.ts';
import { until } from '../support/until.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(stopRedis);

const account = { token: 'SharedToken' };

/** A bot as one of its processes sees it; `say` delivers what a user says. */
function startBot(handlers: Handlers, options: Partial<WebhookOptions> = {}) {
  const redis = track(new Redis(server.port));
  const webhook = createWebhook({ ...account, ...redisStores(redis), ...options }, handlers);
  const deliver = (fields: platform.WireFields) => webhook.handle(platform.plain(account, fields));
  const say = (openid: string, Content: string) =>
    deliver({ ...platform.userMessage('text', { Content }), FromUserName: openid });
  return { deliver, say };
}

type Bot = ReturnType<typeof startBot>;

const USERS = 5;
const MESSAGES = 20;

/** Has four bots answer all messages of all users, ten at a time of each, so that they meet. */
async function flood(name: string, handlers: Handlers, options?: Partial<WebhookOptions>) {
  const team = [1, 2, 3, 4].map(() => startBot(handlers, options));
  const users = Array.from({ length: USERS }, (_, user) => user);
  const sendTen = (user: number, first: number) =>
    Array.from({ length: 10 }, (_, next) =>
      (team[(user + first + next) % team.length] as Bot).say(`${name}-${user}`, `m${first + next}`),
    );
  await Promise.all(
    users.map(async (user) => {
      for (let first = 0; first < MESSAGES; first += 10) await Promise.all(sendTen(user, first));
    }),
  );
  return Promise.all(users.map((user) => ask(team[0] as Bot, `${name}-${user}`)));
}

/** Returns the answer of a handler that reports its context. */
async function ask({ say }: Bot, openid: string): Promise<Record<string, unknown>> {
  const { body } = await say(openid, 'tell');
  return JSON.parse(readContent(body)) as Record<string, unknown>;
}
const tell = (context: WechatContext) => JSON.stringify(Object.fromEntries(context.items()));
const readContent = (body: string) => /<Content><!\[CDATA\[(.*?)]]>/.exec(body)?.[1] ?? body;

it('count every message of a user once, in a dialogue that continues across them', async () => {
  const states = await flood('serial', {
    text: async ({ content }, { context }) => {
      if (content === 'tell') return tell(context);
      const [step, done] = [context.get('step', 0), context.get('done', [] as Json[]) as string[]];
      await turn();
      context.set('step', step + 1).set('done', [...done, content]);
      return 'done';
    },
  });
  expect(states.map(({ step }) => step)).toEqual(Array(USERS).fill(MESSAGES));
  for (const { done } of states) expect(new Set(done as string[]).size).toBe(MESSAGES);
});

it('keep every key that is changed in parallel', async () => {
  const handlers: Handlers = {
    text: async ({ content }, { context }) => {
      if (content === 'tell') return tell(context);
      await turn();
      context.set(content, 1);
      return 'done';
    },
  };
  const states = await flood('parallel', handlers, { ordering: 'parallel' });
  expect(states.map((state) => Object.keys(state).length)).toEqual(Array(USERS).fill(MESSAGES));
});

it('run a message once, and all its deliveries get the reply', async () => {
  const runs: string[] = [];
  const text = async ({ content }: { content: string }) => {
    runs.push(content);
    await turn();
    return `done ${content}`;
  };
  const team = [1, 2, 3].map(() => startBot({ text }));
  const texts = Array.from({ length: 30 }, (_, number) => `m${number}`);
  const answers = await Promise.all(
    texts.map((Content) => {
      const message = platform.userMessage('text', { Content });
      const fields = { ...message, FromUserName: `once-${Content}` };
      return Promise.all(team.map(({ deliver }) => deliver(fields)));
    }),
  );
  for (const [number, bodies] of answers.entries()) {
    const said = bodies.map(({ body }) => readContent(body));
    expect(said).toEqual(Array(3).fill(`done m${number}`));
  }
  expect(runs.sort()).toEqual(texts.sort());
});

it('run a message of a dead one again, and push the reply; but only once, as it may be what kills', async () => {
  const pushed: string[] = [];
  const runs: string[] = [];
  const started = new EventEmitter();
  const client = {
    message: {
      custom: {
        send: async (_openid: string, reply: Reply) =>
          void pushed.push(reply.type === 'text' ? reply.content : reply.type),
      },
    },
  };
  // Redis has a time of its own: a run says that it lives long before this is over.
  const replyWindow = 3000;
  /** One that dies does so in this message, and when its clock is not moved any more. */
  const start = (name: string, deadly: string) => {
    const clock = new ManualClock();
    const { deliveries, contexts } = redisStores(track(new Redis(server.port)));
    // It holds the message for longer than it is known to live: by then others have looked.
    const renew = deliveries.renew.bind(deliveries);
    deliveries.renew = async (...given) => {
      await pause(30);
      return renew(...given);
    };
    const text = async ({ content }: { content: string }) => {
      runs.push(`${content} by ${name}`);
      started.emit(content);
      if (content === deadly) await new Promise(() => {});
      return `done ${content}`;
    };
    const stores = { deliveries, contexts };
    const options = { ...stores, clock, client, replyWindow, maxDeliveries: 1 } as const;
    return { clock, ...startBot({ text }, options) };
  };
  const letDie = async ({ clock, say }: ReturnType<typeof start>, content: string) => {
    const begun = once(started, content);
    const answer = say(`dies-${content}`, content);
    await begun;
    await clock.advance(replyWindow);
    expect((await answer).body).toBe('success');
  };
  const first = start('first', 'deadly');
  const second = start('second', 'deadly');
  const third = start('third', 'slow');
  const fourth = start('fourth', '');
  for (const { say } of [second, fourth]) await say('dies', 'hello');

  await letDie(first, 'deadly');
  await until(async () => {
    await second.clock.advance(replyWindow);
    return runs.includes('deadly by second');
  });
  // Long enough to say that it lives.
  await second.clock.advance(2 * replyWindow);

  await letDie(third, 'slow');
  await until(async () => {
    await fourth.clock.advance(replyWindow);
    return pushed.length > 0;
  });
  // The message that died later has been run again: nothing is left of the one before.
  expect(pushed).toEqual(['done slow']);
  expect(runs.filter((run) => !run.startsWith('hello'))).toEqual([
    'deadly by first',
    'deadly by second',
    'slow by third',
    'slow by fourth',
  ]);
});
