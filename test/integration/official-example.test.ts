/** The examples of the API client as processes of their own. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bundlePrograms, runProgram, stopPrograms } from '../support/programs.ts';

const example = 'examples/official-client.ts';

const everyday = 'examples/everyday-calls.ts';

beforeAll(() => bundlePrograms(example, everyday));
afterAll(stopPrograms);

it('calls, replaces a refused token, distinguishes errors, and exits', async () => {
  const { code, stdout, stderr } = await runProgram(example);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.match(/stable_token → 0/g)).toHaveLength(2);
  expect(stdout).toContain('o-anna has been written to');
  expect(stdout).toContain('o-ben cannot be: 45015 response out of time limit rid 6aac0063-');
  expect(stdout).toContain('media_id MEDIA-ID');
  expect(stdout).toContain('{ errcode: 0, id: 1 }');
  expect(stdout).not.toMatch(/SECRET|TOKEN-\d/);
});

it('everyday calls are played by the simulator', async () => {
  const { code, stdout, stderr } = await runProgram(everyday);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('[ 1, 1 ]');
  expect(stdout).toMatch(/Anna got 2\nBen got 2\nChen got 3/);
  expect(stdout).toContain("type: 'menu'");
  expect(stdout).toContain('3600 true');
  expect(stdout).toContain('debug, appId, timestamp, nonceStr, signature, jsApiList, openTagList');
});
