/** A run whose end cannot be stored for a minute, when no delivery comes any more: the user gets nothing, which is reported. */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import {
  createWebhook,
  MemoryContextStore,
  MemoryDeliveryStore,
  type UndeliveredError,
  type WebhookOptions,
} from '@wechat-mp/core';
import { plain, userMessage } from '../../../../test/support/platform.ts';
import { recorder } from '../support.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const ACCOUNT = { token: 'TOKEN' };
const UNSTORED = 'could not store the end of a run';

/** The handler ends after the only delivery was answered, and its save fails. */
async function endLate(deliveries: MemoryDeliveryStore, options: Partial<WebhookOptions> = {}) {
  const contexts = new MemoryContextStore();
  contexts.save = async () => {
    throw new Error('away');
  };
  const told: UndeliveredError[] = [];
  const log = recorder();
  const webhook = createWebhook(
    {
      ...ACCOUNT,
      contexts,
      deliveries,
      logger: log,
      maxDeliveries: 1,
      lateReply: async () => {},
      onUndelivered: (error) => void told.push(error),
      ...options,
    },
    async (_message, { context }) => {
      context.set('step', 1);
      await new Promise((resolve) => void setTimeout(resolve, 6000));
      return 'an answer';
    },
  );
  const message = plain(ACCOUNT, userMessage('text', { Content: 'hi' }));
  const answered = webhook.handle(message);
  await jest.advanceTimersByTimeAsync(5000);
  expect((await answered).body).toBe('success');
  await jest.advanceTimersByTimeAsync(70_000);
  const lines = log.lines.filter(({ level }) => level !== 'info').map((line) => line.message);
  return { told, lines };
}

it('onUndelivered is called, with the failure as the cause', async () => {
  const { told, lines } = await endLate(new MemoryDeliveryStore());
  expect(told.map(({ reply }) => reply)).toEqual([{ type: 'text', content: 'an answer' }]);
  expect(told[0]?.cause).toMatchObject({ code: 'WECHAT_STORE' });
  expect(lines).toEqual([UNSTORED, 'the handler failed after all deliveries had ended']);
});

it('without onUndelivered the log has an error', async () => {
  const { lines } = await endLate(new MemoryDeliveryStore(), { onUndelivered: undefined });
  expect(lines).toEqual([UNSTORED, 'the handler failed after all deliveries had ended']);
});

it('nothing is reported when another run has replaced it', async () => {
  const deliveries = new MemoryDeliveryStore();
  deliveries.finish = async () => 'stale';
  const { told, lines } = await endLate(deliveries);
  expect(told).toEqual([]);
  expect(lines).toEqual([UNSTORED, 'a run lost its lease, and failed: another run answers']);
});
