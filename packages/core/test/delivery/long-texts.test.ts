/** WeChat cuts or refuses a passive text of more than 2048 bytes: none leaves, whoever made it. */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import {
  createWebhook,
  type Handler,
  MemoryDeliveryStore,
  type WebhookOptions,
} from '@wechat-mp/core';
import type { Around } from '@wechat-mp/core/adapter';
import { plain, readAnswer, userMessage } from '../../../../test/support/platform.ts';
import { recorder } from '../support.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const ACCOUNT = { token: 'TOKEN' };
const LONG = '很'.repeat(1500);
const FAMILIES = '👨‍👩‍👧‍👦'.repeat(200);
const fail = () => {
  throw new Error('no');
};
const never: Handler = () => new Promise<string>(() => {});
class Unreachable extends MemoryDeliveryStore {
  override claim(): Promise<never> {
    return Promise.reject(new Error('gone'));
  }
}

type Way = [
  name: string,
  make: (text: string) => {
    options?: Partial<WebhookOptions>;
    handler?: Handler;
    around?: Around;
  },
];
const ways: Way[] = [
  ['a handler returns', (text) => ({ handler: () => text })],
  ['a handler returns later', (text) => ({ handler: async () => Promise.resolve(text) })],
  ['middleware gives', (text) => ({ around: () => text })],
  [
    'a stream has in time',
    (text) => ({
      handler: async function* () {
        yield text;
      },
    }),
  ],
  ['onError gives', (text) => ({ handler: fail, options: { onError: () => text } })],
  [
    'onError gives when the store is gone',
    (text) => ({ options: { onError: () => text, deliveries: new Unreachable() } }),
  ],
  ['`pending` is', (text) => ({ handler: never, options: { pending: text } })],
  ['`pending` gives', (text) => ({ handler: never, options: { pending: () => text } })],
];

async function answer([, make]: Way, text: string, given: Partial<WebhookOptions>) {
  const { options, handler = () => undefined, around } = make(text);
  const logger = recorder();
  const account = { ...ACCOUNT, maxDeliveries: 1 as const, logger, ...options, ...given };
  const webhook = createWebhook(account, handler);
  const delivery = plain(ACCOUNT, userMessage('text', { Content: 'a question' }));
  const handling = webhook.handle(delivery, around);
  await jest.advanceTimersByTimeAsync(4500);
  const { status, headers, body } = await handling;
  await jest.advanceTimersByTimeAsync(20_000);
  const contentType = headers['content-type'];
  const seen = readAnswer(ACCOUNT, delivery, { status, contentType, body });
  return { seen: (seen as Record<string, string>)['Content'] ?? '', logger };
}

it.each(ways)('what %s is cut, and its rest is sent late', async (...way) => {
  for (const text of [LONG, FAMILIES]) {
    const sent: string[] = [];
    const send = async (_openid: string, reply: unknown) => {
      sent.push((reply as { content: string }).content);
    };
    const { seen } = await answer(way, text, { client: { message: { custom: { send } } } });
    expect(Buffer.byteLength(seen)).toBeLessThanOrEqual(2048);
    expect(Buffer.byteLength(seen)).toBeGreaterThan(2000);
    expect(seen + sent.join('')).toBe(text);
    // No character, and no family, is cut in two.
    expect(text === FAMILIES ? seen.length % '👨‍👩‍👧‍👦'.length : 0).toBe(0);
  }
});

it.each(ways)(
  'what %s is cut, and one line says so when nothing sends the rest',
  async (...way) => {
    const { seen, logger } = await answer(way, LONG, {});
    expect(Buffer.byteLength(seen)).toBeLessThanOrEqual(2048);
    const told = logger.lines.filter(({ message }) => message.includes('its rest was dropped'));
    expect(told).toHaveLength(1);
    expect(told[0]?.message).toBe(
      'a reply was too long for one answer, and its rest was dropped: give a `client`, or `lateReply`',
    );
  },
);
