/** Several processes, one file of sessions. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { keepSessions } from '../support/session-process.ts';

it('4 processes that write 200 sessions each to one file lose none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wechat-mp-sessions-'));
  const path = join(folder, 'sessions.json');
  const names = ['a', 'b', 'c', 'd'];
  const codes = await Promise.all(names.map((name) => keepSessions(path, name, 200)));
  expect(codes).toEqual([0, 0, 0, 0]);
  const sessions = JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;
  expect(Object.keys(sessions)).toHaveLength(800);
  expect(await readdir(folder)).toEqual(['sessions.json']);
  await rm(folder, { recursive: true });
});
