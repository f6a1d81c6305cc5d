/** The example of the back end’s login as a process of its own. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startBackEnd } from '@wechat-mp/simulator';
import { bundlePrograms, runProgram, stopPrograms } from '../support/programs.ts';

const example = 'examples/unofficial-login.ts';

beforeAll(() => bundlePrograms(example));
afterAll(stopPrograms);

it('shows the code in the terminal, logs in, and needs no scan the next time', async () => {
  const backEnd = await startBackEnd({
    qrCode: readFileSync(new URL('../fixtures/qr-code.jpg', import.meta.url)),
    onQrCode: (qr) => qr.confirm(),
    groups: ['未分组', '黑名单', '星标组'].map((name, id) => ({ id, name })),
  });
  const folder = mkdtempSync(join(tmpdir(), 'wechat-mp-example-'));
  const run = () =>
    runProgram(example, {
      WECHAT_BACK_END: backEnd.url,
      WECHAT_SESSION: join(folder, 'session.json'),
    });
  const first = await run();
  // Of a code of this size, drawn with half blocks.
  expect(first.stdout.split('\n').filter((line) => /[▀▄█]{3}/.test(line)).length).toBeGreaterThan(
    15,
  );
  expect(first.stdout).toContain('confirmed');
  expect(first.stdout).toContain('星标组: 10');
  const second = await run();
  expect(second.stdout).toBe(
    'The session that was kept still lives.\n未分组: 25\n黑名单: 0\n星标组: 10\n',
  );
  expect([first.stderr, second.stderr]).toEqual(['', '']);
  expect([first.code, second.code]).toEqual([0, 0]);
  expect(backEnd.problems).toEqual([]);
  rmSync(folder, { recursive: true });
  await backEnd.close();
});
