/** The example of the API client as a process of its own. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

it('calls, replaces a refused token, tells errors apart, and ends', async () => {
  const flags = ['--conditions=@wechat-mp/source', '--import', 'tsx'];
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [...flags, 'examples/official-client.ts'],
    { cwd: new URL('../..', import.meta.url), timeout: 20_000 },
  );
  expect(stderr).toBe('');
  expect(stdout.match(/stable_token → 0/g)).toHaveLength(2);
  expect(stdout).toContain('o-anna has been written to');
  expect(stdout).toContain('o-ben cannot be: 45015 response out of time limit rid 6aac0063-');
  expect(stdout).toContain('media_id MEDIA-ID');
  expect(stdout).toContain('{ errcode: 0, id: 1 }');
  expect(stdout).not.toMatch(/SECRET|TOKEN-\d/);
}, 30_000);
