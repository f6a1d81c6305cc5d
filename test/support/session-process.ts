/** One process that keeps sessions in a file, for tests that need several: `keepSessions` forks this file. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { FileSessionStore } from '@wechat-mp/core/unofficial';

/** Has a process set sessions under so many keys, which begin with its name. */
export async function keepSessions(path: string, name: string, count: number): Promise<number> {
  const child = fork(fileURLToPath(import.meta.url), ['keeper', path, name, String(count)], {
    execArgv: ['--conditions=@wechat-mp/source', '--import', 'tsx'],
  });
  const [code] = (await once(child, 'exit')) as [number];
  return code;
}

async function keep(path: string, name: string, count: number): Promise<void> {
  const store = new FileSessionStore(path);
  for (let index = 0; index < count; index += 1) await store.set(`${name} ${index}`, name);
}

const [, , role, path, name, count] = process.argv;
if (role === 'keeper') await keep(path as string, name as string, Number(count));
