/** The five-second wall on every framework, by a clock of the test. `test/long` has it in real seconds. */
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Exchange, Reply } from '@wechat-mp/core';
import { ManualClock } from '../support/clock.ts';
import { type Host, hosts } from '../support/hosts.ts';
import { closeServers } from '../support/http.ts';
import * as platform from '../support/platform.ts';
import { deliverByClock } from '../support/wall.ts';
import { latencies } from '../tables/latencies.ts';

afterAll(closeServers);

const account = { token: 'WindowToken', appid: 'wx1', encodingAESKey: 'A'.repeat(43) };

/** A bot whose handler takes a number of seconds, and the outcome of one message to it. */
async function talk(start: Host['start'], seconds: number) {
  const clock = new ManualClock();
  const runs: Exchange['delivery'][] = [];
  const pushed: unknown[] = [];
  const send = async (_openid: string, reply: Reply) => void pushed.push(reply);
  const text = async (_message: unknown, { delivery }: Exchange<'text'>) => {
    runs.push(delivery);
    if (seconds > 0) await clock.after(seconds * 1000);
    return 'done';
  };
  const options = { ...account, clock, client: { message: { custom: { send } } } };
  const origin = await start({ '/wechat': [options, { text }] });
  const wall = { account, address: () => `${origin}/wechat`, encode: platform.safe };
  const seen = await deliverByClock(platform.userMessage('text', { Content: 'hi' }), wall, {
    clock,
    origin,
    reached: () => runs.at(-1)?.attempt ?? 0,
  });
  // Nothing more may come: neither another run, nor a push of what was answered.
  await clock.advance(60_000);
  return { ...seen, started: runs.length, pushed };
}

const answered: unknown = expect.objectContaining({ Content: 'done' });

describe.each(hosts)('$name', ({ start }) => {
  it.each(latencies)('$title', async ({ seconds, tries }) => {
    expect(await talk(start, seconds)).toEqual({
      answer: tries ? answered : 'success',
      tries: tries ?? 3,
      started: 1,
      pushed: tries ? [] : [{ type: 'text', content: 'done' }],
    });
  });
});
