import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

test('the example, a bot’s tests, passes', () => {
  const args = ['--conditions=@wechat-mp/source', '--import', 'tsx', 'examples/testing.ts'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/pass 4\n/);
});
