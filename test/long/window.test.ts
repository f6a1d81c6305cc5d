/** The five-second wall in real seconds: one process on each framework, and three that share a Redis. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Reply } from '@wechat-mp/core';
import { Redis } from 'ioredis';
import { hosts } from '../support/hosts.ts';
import { closeServers } from '../support/http.ts';
import * as platform from '../support/platform.ts';
import { stopPrograms } from '../support/programs.ts';
import { startRedis, stopRedis, track } from '../support/redis.ts';
import { deliver, type Seen, type Wall } from '../support/wall.ts';
import { latencies as all } from '../tables/latencies.ts';
import { bundleBot, startBot, TOKEN } from './bots.ts';

afterAll(async () => {
  await Promise.all([closeServers(), stopPrograms()]);
  await stopRedis();
});

/** Those that are seconds away from where a window begins or ends, on a machine that is busy, too. */
const latencies = all.filter(({ seconds }) => [0, 2, 7, 12, 20].includes(seconds));
/** Milliseconds until nothing more can come. */
const LAST = 24_000;

/** A bot, and what it tells of its runs and of what it pushed. */
interface Place {
  readonly wall: Wall;
  /** The number of times that the handler of a message was started, and its reply pushed. */
  readonly count: (id: string) => Promise<{ started: number; pushed: number }>;
}

const countEqual = (all: readonly string[], one: string) =>
  all.filter((each) => each === one).length;

const places: Record<string, () => Promise<Place>> = {
  ...Object.fromEntries(hosts.map(({ name, start }) => [name, () => startHost(start)])),
  'three processes and Redis': startProcesses,
};

async function startHost(start: (typeof hosts)[number]['start']): Promise<Place> {
  const account = { token: TOKEN, appid: 'wx1', encodingAESKey: 'A'.repeat(43) };
  const started: string[] = [];
  const pushed: string[] = [];
  const send = async (_openid: string, reply: Reply) => {
    pushed.push(reply.type === 'text' ? reply.content : reply.type);
  };
  const text = async ({ content }: { content: string }) => {
    const [id, milliseconds] = content.split(':') as [string, string];
    started.push(id);
    await pause(Number(milliseconds));
    return `done ${id}`;
  };
  const options = { ...account, client: { message: { custom: { send } } } };
  const origin = await start({ '/wechat': [options, { text }] });
  return {
    wall: { account, address: () => `${origin}/wechat`, encode: platform.safe },
    count: async (id) => ({
      started: countEqual(started, id),
      pushed: countEqual(pushed, `done ${id}`),
    }),
  };
}

async function startProcesses(): Promise<Place> {
  await bundleBot();
  const { port } = await startRedis();
  const redis = track(new Redis(port));
  const bots = await Promise.all([1, 2, 3].map(() => startBot(port, 4500)));
  let turn = 0;
  const address = () => {
    turn += 1;
    return bots[turn % bots.length]?.address as string;
  };
  return {
    wall: { account: { token: TOKEN }, address },
    async count(id) {
      const started = (await redis.lrange('started', 0, -1)).map((one) => one.split(':')[0]);
      const pushed = await redis.lrange('pushed', 0, -1);
      return {
        started: countEqual(started as string[], id),
        pushed: countEqual(pushed, `done ${id}`),
      };
    },
  };
}

/** Keyed by place and seconds. */
const seen = new Map<string, Seen & { started: number; pushed: number }>();

beforeAll(async () => {
  const ready = await Promise.all(
    Object.entries(places).map(async ([name, start]) => [name, await start()] as const),
  );
  await Promise.all(
    ready.flatMap(([name, { wall, count }]) =>
      latencies.map(async ({ seconds }) => {
        const id = `m${seconds}`;
        const fields = platform.userMessage('text', { Content: `${id}:${seconds * 1000}` });
        const began = performance.now();
        const result = await deliver({ ...fields, FromUserName: `o${seconds}` }, wall);
        // Nothing more may come: neither another run, nor a push of what was answered.
        await pause(Math.max(0, LAST - (performance.now() - began)));
        seen.set(`${name} ${seconds}`, { ...result, ...(await count(id)) });
      }),
    ),
  );
});

describe.each(Object.keys(places))('%s', (name) => {
  it.each(latencies)('$title', ({ seconds, tries }) => {
    const answer: unknown = expect.objectContaining({ Content: `done m${seconds}` });
    expect(seen.get(`${name} ${seconds}`)).toEqual({
      answer: tries ? answer : 'success',
      tries: tries ?? 3,
      started: 1,
      pushed: tries ? 0 : 1,
    });
  });
});
