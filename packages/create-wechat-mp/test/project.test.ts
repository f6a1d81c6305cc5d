/** Projects as they were written, run beside the built packages. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { buildPackages } from '../../../scripts/build.ts';
import { call } from './support.ts';

// What projects import is installed for the examples.
const CACHE = resolve('examples/.cache');
const children: ChildProcess[] = [];
let root = '';

beforeAll(() => {
  buildPackages('express', 'koa', 'fastify', 'simulator');
  mkdirSync(CACHE, { recursive: true });
  root = mkdtempSync(join(CACHE, 'projects-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function createProject(name: string, ...options: readonly string[]): Promise<string> {
  expect(await call(root, [name, '--yes', ...options])).toMatchObject({ code: 0 });
  return join(root, name);
}

/** Starts a program of a project; gives what it prints. */
function start(cwd: string, environment: NodeJS.ProcessEnv, ...args: readonly string[]) {
  const { PATH } = process.env;
  const env = { PATH, LANG: 'en_US.UTF-8', WECHAT_TOKEN: 'TOKEN', ...environment };
  const child = spawn(process.execPath, args, { cwd, env });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return { child, ended: once(child, 'close'), output: () => output };
}

/** Takes a port; gives its number. */
async function takePort(): Promise<{ port: string; release: () => Promise<unknown> }> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const release = () => once(server.close(), 'close');
  return { port: String(port), release };
}

it.each(['express', 'koa', 'fastify'])(
  'a server on %s whose port is taken ends with 1 and says why, not that it listens',
  async (framework) => {
    const folder = await createProject(`taken-${framework}`, '--js', '--framework', framework);
    const { port, release } = await takePort();
    const { ended, output } = start(folder, { PORT: port }, 'src/server.js');
    expect(await ended).toEqual([1, null]);
    expect(output()).toContain(`EADDRINUSE: address already in use`);
    expect(output()).not.toContain('listening: ');
    await release();
  },
);
