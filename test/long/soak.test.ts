/**
 * The remains of 10 000 messages, by count: no timer, no handle, and none of their exchanges. The
 * memory that a million leave is measured by bench/soak.ts.
 */
import { Agent, request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Clock, Exchange } from '@wechat-mp/core';
import { hosts } from '../support/hosts.ts';
import { closeServers, recorder, search } from '../support/http.ts';
import * as platform from '../support/platform.ts';

afterAll(closeServers);

const account = { token: 'SoakToken' };
const MESSAGES = 10_000;
const USERS = 500;
const CONNECTIONS = 20;
/** Exchanges that a connection, a cache or compiled code may still refer to. */
const MOST_ALIVE = 5 * CONNECTIONS;

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;

/** Counts the timers that are set and neither fired nor cleared. */
function createCountingClock(): Clock & { readonly open: Set<unknown> } {
  const open = new Set<unknown>();
  return {
    open,
    now: () => performance.now(),
    wallTime: () => Date.now(),
    setTimeout: (callback, milliseconds) => {
      const timer = setTimeout(() => {
        open.delete(timer);
        callback();
      }, milliseconds);
      open.add(timer);
      return timer;
    },
    clearTimeout: (timer) => {
      open.delete(timer);
      clearTimeout(timer as NodeJS.Timeout);
    },
  };
}

/** Sends a delivery on a connection that is kept; returns the status. */
function send(agent: Agent, origin: string, { query, body }: platform.Delivery): Promise<number> {
  return new Promise((resolve, reject) => {
    const path = `${origin}/wechat?${search(query)}`;
    const asked = request(path, { method: 'POST', agent }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.on('error', reject).end(body);
  });
}

/** Counts what keeps this process alive, by kind. */
function countResources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

const measured = hosts.filter(({ name }) => ['Express 5', 'Koa 3', 'Fastify 5'].includes(name));

describe.each(measured)('$name', ({ start }) => {
  it(`${MESSAGES} messages leave nothing that goes on`, async () => {
    const clock = createCountingClock();
    const exchanges: WeakRef<object>[] = [];
    const { logger } = recorder();
    const handlers = {
      // One in three waits for a turn, one in five changes the conversation.
      text: async ({ content }: { content: string }, exchange: Exchange) => {
        exchanges.push(new WeakRef(exchange));
        const number = Number(content);
        if (number % 5 === 0) exchange.context.set('last', number);
        if (number % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
        return content;
      },
    };
    const origin = await start({ '/wechat': [{ ...account, logger, clock }, handlers] });
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    let next = 0;
    const statuses = new Set<number>();
    const talk = async (until: number) => {
      while (next < until) {
        next += 1;
        const fields = { FromUserName: `user ${next % USERS}`, Content: `${next}` };
        statuses.add(
          await send(agent, origin, platform.plain(account, platform.userMessage('text', fields))),
        );
      }
    };
    const talkAll = (until: number) =>
      Promise.all(Array.from({ length: CONNECTIONS }, () => talk(until)));
    await talkAll(MESSAGES / 10);
    const before = countResources();
    await talkAll(MESSAGES);

    expect([...statuses]).toEqual([200]);
    expect(exchanges).toHaveLength(MESSAGES);
    expect(clock.open.size).toBe(0);
    expect(countResources()).toEqual(before);
    collect();
    const alive = exchanges.filter((exchange) => exchange.deref() !== undefined);
    expect(alive.length).toBeLessThan(MOST_ALIVE);
    agent.destroy();
  });
});
