/** Several processes, one file of sessions. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bundlePrograms, runProgram, stopPrograms } from '../support/programs.ts';

const KEEPER = 'test/long/processes/sessions.ts';
beforeAll(() => bundlePrograms(KEEPER));
afterAll(stopPrograms);

it('4 processes that write 200 sessions each to one file lose none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wechat-mp-sessions-'));
  const SESSIONS = join(folder, 'sessions.json');
  const ended = await Promise.all(
    ['a', 'b', 'c', 'd'].map((NAME) => runProgram(KEEPER, { SESSIONS, NAME, COUNT: '200' })),
  );
  expect(ended).toEqual(Array(4).fill({ code: 0, stdout: '', stderr: '' }));
  const sessions = JSON.parse(await readFile(SESSIONS, 'utf8')) as Record<string, string>;
  expect(Object.keys(sessions)).toHaveLength(800);
  expect(await readdir(folder)).toEqual(['sessions.json']);
  await rm(folder, { recursive: true });
});
