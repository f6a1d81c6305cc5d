import { expect, it } from '@jest/globals';
import { answerCrowd } from '../../../../test/support/crowd.ts';

it('of 12 000 deliveries at once 10 000 are handled, and each other one is answered success and logged', async () => {
  const { atLast, ...others } = await answerCrowd(12_000);
  expect(others).toEqual({
    started: 10_000,
    before: { success: 2000 },
    after: { reply: 10_000 },
    warnings: {
      '10000 messages are in work (maxPending): a delivery was answered success, and not handled': 2000,
    },
  });
  // There is room again.
  expect(atLast).toContain('at last');
});
