import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import type { PendingReport } from '../../../../test/support/pending-process.ts';

const program = new URL('../../../../test/support/pending-process.ts', import.meta.url);

it('of 100 000 deliveries at once 10 000 are handled, and each other one is answered success and logged', async () => {
  const child = fork(fileURLToPath(program), {
    execArgv: ['--expose-gc', '--conditions=@wechat-mp/source', '--import', 'tsx'],
  });
  child.send(100_000);
  const [report] = (await once(child, 'message')) as [PendingReport];
  child.kill();
  const { megabytes, atLast, ...others } = report;
  expect(others).toEqual({
    started: 10_000,
    before: { success: 90_000 },
    after: { reply: 10_000 },
    warnings: {
      '10000 messages are in work (maxPending): a delivery was answered success, and not handled': 90_000,
    },
  });
  expect(megabytes).toBeLessThan(200);
  // There is room again.
  expect(atLast).toContain('at last');
}, 60_000);
