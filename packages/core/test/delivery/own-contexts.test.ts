/** Contexts in a store of one's own, beside that of the deliveries: what of two steps fails, and what of it was done. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  createWebhook,
  type Handler,
  MemoryContextStore,
  MemoryDeliveryStore,
  type Reply,
  reply,
  type UndeliveredError,
  type WebhookOptions,
} from '@wechat-mp/core';
import { OPENID, plain, userMessage } from '../../../../test/support/platform.ts';
import { recorder } from '../support.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const ACCOUNT = { token: 'TOKEN' };
const MESSAGE = plain(ACCOUNT, userMessage('text', { Content: 'hi' }));
const ANSWER = { type: 'text', content: 'the answer' };
const after = (milliseconds: number) =>
  new Promise<void>((resolve) => void setTimeout(resolve, milliseconds));
const passes = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);

/** A store whose release fails. */
class Locked extends MemoryContextStore {
  override release = async () => {
    throw new Error('away');
  };
}

function createBot(handler: Handler, options: Partial<WebhookOptions>) {
  const pushed: Reply[] = [];
  const undelivered: UndeliveredError[] = [];
  const log = recorder();
  const webhook = createWebhook(
    {
      ...ACCOUNT,
      logger: log,
      maxDeliveries: 1,
      lateReply: async (given) => void pushed.push(given),
      onUndelivered: (error) => void undelivered.push(error),
      ...options,
    },
    handler,
  );
  const lines = () => log.lines.filter(({ level }) => level !== 'info').map((one) => one.message);
  return { webhook, deliver: () => webhook.handle(MESSAGE), pushed, undelivered, lines };
}

describe('a lock that cannot be released ends with its lease, and nothing fails', () => {
  it.each([
    ['in time', 100, []],
    ['late', 6000, [ANSWER]],
  ])('a reply that comes %s', async (_, takes, late) => {
    const handler = () => after(takes).then(() => 'the answer');
    const { deliver, pushed, lines } = createBot(handler, { contexts: new Locked() });
    const answering = deliver();
    await passes(30_000);
    expect((await answering).body.includes('the answer')).toBe(late.length === 0);
    expect(pushed).toEqual(late);
    expect(lines()).toEqual([]);
  });

  it('a stream that has answered', async () => {
    async function* handler() {
      yield 'One. ';
      await after(6000);
      yield 'Two.';
    }
    const { deliver, pushed, undelivered, lines } = createBot(handler, { contexts: new Locked() });
    void deliver();
    await passes(30_000);
    expect(pushed).toEqual([reply.text('Two.')]);
    expect({ undelivered, lines: lines() }).toEqual({ undelivered: [], lines: [] });
  });

  it('withContext', async () => {
    const { webhook } = createBot(() => null, { contexts: new Locked() });
    expect(await webhook.withContext(OPENID, (context) => context.get('step', 7))).toBe(7);
  });
});
