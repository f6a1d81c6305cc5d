/** The bot's own waits pass with a test runner's fake timers: the simulator takes its time from them. */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { createWebhook, type Reply } from '@wechat-mp/core';
import { OfficialClient } from '@wechat-mp/core/official';
import { createSimulator } from '@wechat-mp/simulator';

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] }));
afterEach(() => void jest.useRealTimers());

const wait = (milliseconds: number) =>
  new Promise<void>((resolve) => void setTimeout(resolve, milliseconds));

/** Moves on in small steps; what follows from one is done before the next. */
async function pass(milliseconds: number): Promise<void> {
  for (let at = 0; at < milliseconds; at += 100) {
    await jest.advanceTimersByTimeAsync(100);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}
const QUIET = { error() {}, warn() {}, info() {}, debug() {} };

it('12 seconds of thought are answered in the third delivery, 20 by a message of its own', async () => {
  const pushed: Reply[] = [];
  const send = async (_: string, reply: Reply) => void pushed.push(reply);
  const client = { message: { custom: { send } } };
  const webhook = createWebhook(
    { token: 'TOKEN', client, logger: QUIET },
    { text: ({ content }) => wait(Number(content) * 1000).then(() => `after ${content} s`) },
  );
  const wechat = await createSimulator({ target: webhook, token: 'TOKEN' });
  const outcomes = ['4', '12', '20'].map((content) => wechat.user(content).sendText(content));
  await pass(30_000);
  const [four, twelve, twenty] = await Promise.all(outcomes);
  expect([four?.reply, four?.deliveries.length]).toEqual([
    { type: 'text', content: 'after 4 s' },
    1,
  ]);
  expect([twelve?.reply, twelve?.deliveries.length]).toEqual([
    { type: 'text', content: 'after 12 s' },
    3,
  ]);
  expect([twenty?.verdict, twenty?.deliveries.length]).toEqual(['nothing', 3]);
  expect(pushed).toEqual([{ type: 'text', content: 'after 20 s' }]);
  await wechat.close();
});

it('with a virtual clock a token ends after two hours, and the window after 48', async () => {
  jest.useRealTimers();
  const wechat = await createSimulator({
    target: createWebhook({ token: 'TOKEN', logger: QUIET }, () => null),
    token: 'TOKEN',
    clock: 'virtual',
  });
  const { appid, appsecret } = wechat.account;
  const client = new OfficialClient({ appid, appsecret, baseUrl: wechat.api.url, logger: QUIET });
  const alice = wechat.user('alice');
  await alice.sendText('hi');
  await client.message.custom.sendText(alice.openid, 'at once');
  await wechat.advance(47 * 3_600_000);
  // The client still has the token of two days ago; what refuses it is answered with a new one.
  await client.message.custom.sendText(alice.openid, 'much later');
  expect(
    wechat.api.callsTo('/cgi-bin/message/custom/send').map(({ answer }) => answer),
  ).toMatchObject([{ errcode: 0 }, { errcode: 42001 }, { errcode: 0 }]);
  await wechat.advance(3_600_000);
  await expect(client.message.custom.sendText(alice.openid, 'too late')).rejects.toMatchObject({
    errcode: 45015,
  });
  expect(alice.received.map(({ message }) => message)).toEqual([
    { type: 'text', content: 'at once' },
    { type: 'text', content: 'much later' },
  ]);
  await wechat.close();
});
