/** A delivery keeps its number: two of the same number would each hold the reply. */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { createWebhook, MemoryDeliveryStore } from '@wechat-mp/core';
import { plain, userMessage } from '../../../../test/support/platform.ts';
import { recorder } from '../support.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

it('a delivery that takes a run over does not take the number of a newer one', async () => {
  // Nothing is renewed, as if the process that began it were gone.
  class Deliveries extends MemoryDeliveryStore {
    override async renew(): Promise<'renewed'> {
      return 'renewed';
    }
  }
  const deliveries = new Deliveries();
  const attempts: number[] = [];
  const create = () =>
    createWebhook(
      { token: 'TOKEN', deliveries, logger: recorder(), lateReply: 'drop' },
      async (_message, { delivery }) => {
        attempts.push(delivery.attempt);
        await new Promise((resolve) => void setTimeout(resolve, 9000));
      },
    );
  const fields = userMessage('text', { Content: 'hi' });
  const message = plain({ token: 'TOKEN' }, fields);
  void create().handle(message);
  await jest.advanceTimersByTimeAsync(1000);
  const other = create();
  void other.handle(plain({ token: 'TOKEN' }, fields));
  await jest.advanceTimersByTimeAsync(100);
  void create().handle(message);
  await jest.advanceTimersByTimeAsync(5000);
  expect(attempts).toEqual([1, 2]);
  await jest.advanceTimersByTimeAsync(20_000);
});
