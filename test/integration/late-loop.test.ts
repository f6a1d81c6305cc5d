/** A process that had no time to read: the platform has hung up before its deliveries are seen. */
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createWebhook, MemoryDeliveryStore, type Reply } from '@wechat-mp/core';
import { ManualClock } from '../support/clock.ts';
import { hosts } from '../support/hosts.ts';
import { closeServers, dial, recorder, send as request, writeHead } from '../support/http.ts';
import * as platform from '../support/platform.ts';
import { until } from '../support/until.ts';

afterAll(closeServers);

const account = { token: 'LateLoopToken' };

/** Sends requests and hangs up at once. This process stands still meanwhile, and finds all of it when it goes on. */
function sendAndHangUp(origin: string, requests: readonly string[]): void {
  const program = `
    const { connect } = require('node:net');
    const [port, ...requests] = process.argv.slice(1);
    for (const request of requests) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.end(request, () => socket.destroy());
    }`;
  const { port } = new URL(origin);
  const { status, stderr } = spawnSync(process.execPath, ['-e', program, port, ...requests], {
    timeout: 10_000,
  });
  expect([status, String(stderr)]).toEqual([0, '']);
}

function write(delivery: platform.Delivery): string {
  return `${writeHead('/wechat', delivery)}${delivery.body}`;
}

/** Creates a delivery that was sent a number of seconds ago. */
function createOld(clock: ManualClock, seconds: number): platform.Delivery {
  const time = String(Math.floor(clock.wallTime() / 1000) - seconds);
  const fields = { ...platform.userMessage('text', { Content: 'hi' }), CreateTime: time };
  const delivery = platform.plain(account, fields);
  return {
    ...delivery,
    query: { ...delivery.query, ...platform.signedQuery(account.token, time) },
  };
}

/** The options of a bot, and what it pushes. */
function createBot() {
  const clock = new ManualClock();
  const pushed: Reply[] = [];
  const send = async (_openid: string, reply: Reply) => void pushed.push(reply);
  const client = { message: { custom: { send } } };
  return { clock, pushed, options: { ...account, clock, logger: recorder().logger, client } };
}

/** The others have a connection to look at; this one has the signal that the test made. */
const looking = hosts.filter(({ name }) => name !== 'node:http');

describe.each(looking)('$name', ({ start }) => {
  it.each([
    ['one delivery is left', 1],
    ['three deliveries lie there', 3],
  ])('a reply is pushed once when %s that nobody waits for', async (_, tries) => {
    const { clock, pushed, options } = createBot();
    let runs = 0;
    const text = () => {
      runs += 1;
      return 'done';
    };
    const origin = await start({ '/wechat': [options, { text }] });
    const delivery = createOld(clock, 16);
    sendAndHangUp(
      origin,
      Array.from({ length: tries }, () => write(delivery)),
    );
    await until(() => runs > 0);
    // Second by second, as sockets have their turns between.
    for (let second = 0; second < 60; second += 1) await clock.advance(1000);
    expect([runs, pushed]).toEqual([1, [{ type: 'text', content: 'done' }]]);
  });

  it('a reply that another process has given meanwhile is not pushed as well', async () => {
    const { clock, pushed, options: bot } = createBot();
    const deliveries = new MemoryDeliveryStore({ clock });
    const options = { ...bot, deliveries };
    const other = createWebhook(options, () => 'done');
    const claim = deliveries.claim.bind(deliveries);
    let claims = 0;
    deliveries.claim = (...given) => {
      claims += 1;
      return claim(...given);
    };
    const origin = await start({ '/wechat': [options, { text: () => 'done' }] });
    const first = createOld(clock, 5);
    const { query } = platform.plain(account, String(first.body));
    expect((await other.handle({ ...first, query })).body).toContain('done');
    await clock.advance(6000);
    sendAndHangUp(origin, [write(first)]);
    await until(() => claims === 2);
    for (let second = 0; second < 60; second += 1) await clock.advance(1000);
    expect(pushed).toEqual([]);
  });

  it('a handler that was slow makes no late delivery look usual', async () => {
    const { clock, pushed, options } = createBot();
    let runs = 0;
    const text = async () => {
      runs += 1;
      if (runs === 1) await clock.after(4400);
      return 'done';
    };
    const origin = await start({ '/wechat': [options, { text }] });
    const slow = request(`${origin}/wechat`, createOld(clock, 0));
    await until(() => runs === 1);
    await clock.advance(4400);
    expect((await slow).body).toContain('done');
    sendAndHangUp(origin, [write(createOld(clock, 5))]);
    await until(() => runs === 2);
    for (let second = 0; second < 60; second += 1) await clock.advance(1000);
    expect(pushed).toEqual([{ type: 'text', content: 'done' }]);
  });

  it('a client that gives up while the process stands still for a second has no reply', async () => {
    const { clock, pushed, options } = createBot();
    let runs = 0;
    const text = () => {
      runs += 1;
      socket.destroy();
      clock.standStill(1000);
      return 'done';
    };
    const origin = await start({ '/wechat': [options, { text }] });
    const socket = dial(origin);
    socket.end(write(createOld(clock, 0)));
    await until(() => runs === 1);
    for (let second = 0; second < 60; second += 1) await clock.advance(1000);
    expect(pushed).toEqual([{ type: 'text', content: 'done' }]);
  });
});
