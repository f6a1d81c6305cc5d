/** Projects as they were written, run beside the built packages. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createSimulator, type Simulator } from '@wechat-mp/simulator';
import { buildPackages } from '../../../scripts/build.ts';
import { findPort } from '../../../test/support/ports.ts';
import { until } from '../../../test/support/until.ts';
import { call, makeFolder, removeFolders } from './support.ts';

const OWN = resolve('packages/create-wechat-mp/node_modules');
const children: ChildProcess[] = [];
const simulators: Simulator[] = [];
let root = '';

beforeAll(() => {
  buildPackages('ai', 'express', 'koa', 'fastify', 'simulator');
  root = makeFolder();
  const modules = join(root, 'node_modules');
  mkdirSync(modules);
  symlinkSync(resolve('examples/node_modules/@wechat-mp'), join(modules, '@wechat-mp'));
  for (const name of readdirSync(OWN)) symlinkSync(join(OWN, name), join(modules, name));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(simulators.splice(0).map((simulator) => simulator.close()));
});
afterAll(removeFolders);

async function createProject(name: string, ...options: readonly string[]): Promise<string> {
  expect(await call(root, [name, '--yes', ...options])).toMatchObject({ code: 0 });
  return join(root, name);
}

/** Starts a program of a project; gives what it prints. */
function start(cwd: string, environment: NodeJS.ProcessEnv, ...args: readonly string[]) {
  const PATH = `${join(OWN, '.bin')}:${process.env['PATH']}`;
  const env = { PATH, LANG: 'en_US.UTF-8', ...environment };
  const child = spawn(process.execPath, args, { cwd, env });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close');
  const prints = async (text: string, times = 1) => {
    const count = () => output.split(text).length - 1;
    await until(() => count() >= times || child.exitCode !== null);
    expect([output, count() >= times]).toEqual([expect.any(String), true]);
  };
  return { child, ended, prints, output: () => output };
}

function compile(cwd: string): void {
  const { status, stdout } = spawnSync(join(OWN, '.bin/tsc'), { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(stdout);
}

/** Takes a port; gives its number. */
async function takePort(host?: string): Promise<{ port: string; release: () => Promise<unknown> }> {
  const server = createServer().listen(0, host);
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
    const { ended, output } = start(folder, { WECHAT_TOKEN: 'TOKEN', PORT: port }, 'src/server.js');
    expect(await ended).toEqual([1, null]);
    expect(output()).toContain(`EADDRINUSE: address already in use`);
    expect(output()).not.toContain('listening: ');
    await release();
  },
);

describe('npm run dev', () => {
  /** Starts it as the script does, with the compiler before it. */
  async function startDev(folder: string, language: string) {
    const [PORT, CHAT_PORT] = [String(await findPort()), String(await findPort())];
    const isTyped = language === '--ts';
    if (isTyped) compile(folder);
    const dev = start(folder, { PORT, CHAT_PORT }, isTyped ? 'dist/src/dev.js' : 'src/dev.js');
    return { ...dev, port: PORT };
  }

  async function talkTo(port: string) {
    const target = `http://127.0.0.1:${port}/wechat`;
    const simulator = await createSimulator({ target, token: 'dev' });
    simulators.push(simulator);
    return async (text: string) => {
      const { reply } = await simulator.user('alice').sendText(text);
      return reply?.type === 'text' ? reply.content : reply;
    };
  }

  it.each(['--ts', '--js'])(
    '%s takes up every file that is saved by a rename',
    async (language) => {
      const folder = await createProject(`rename${language}`, language);
      const { port, child, ended, prints } = await startDev(folder, language);
      await prints('listening: ');
      const ask = await talkTo(port);
      const bot = join(folder, `src/bot.${language.slice(2)}`);
      const text = readFileSync(bot, 'utf8');
      for (const [index, word] of ['First', 'Second', 'Third'].entries()) {
        writeFileSync(join(folder, '.saved'), text.replace('Message', word));
        renameSync(join(folder, '.saved'), bot);
        await prints('listening: ', index + 2);
        expect(await ask('hi')).toBe(`${word} 1: hi`);
      }
      child.kill('SIGTERM');
      await ended;
    },
  );

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends the bot, too', async (signal) => {
    const folder = await createProject(`ends-${signal.toLowerCase()}`, '--js');
    const { port, child, ended, prints } = await startDev(folder, '--js');
    await prints('listening: ');
    child.kill(signal);
    // Its output ends when the bot's does.
    await ended;
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow('fetch failed');
  });

  it('whose chat page finds its port taken says which setting changes it', async () => {
    const folder = await createProject('taken-chat', '--js');
    const { port: CHAT_PORT, release } = await takePort('127.0.0.1');
    const { ended, output } = start(
      folder,
      { PORT: String(await findPort()), CHAT_PORT },
      'src/dev.js',
    );
    expect(await ended).toEqual([1, null]);
    expect(output()).toBe(
      `port ${CHAT_PORT} is already in use: free it, or set CHAT_PORT to another.\n`,
    );
    await release();
    for (const file of ['.env.example', 'README.md']) {
      expect(readFileSync(join(folder, file), 'utf8')).toContain('CHAT_PORT');
    }
  });

  it('takes up what is filled in in .env', async () => {
    const folder = await createProject('settings', '--js', '--model');
    const { child, ended, prints } = await startDev(folder, '--js');
    await prints('MODEL_URL is missing: ');
    const example = readFileSync(join(folder, '.env.example'), 'utf8');
    writeFileSync(join(folder, '.env'), example);
    await prints('MODEL_API_KEY is missing: ');
    writeFileSync(join(folder, '.env'), example.replace('MODEL_API_KEY=', 'MODEL_API_KEY=KEY'));
    await prints('listening: ');
    child.kill('SIGTERM');
    await ended;
  });
});
