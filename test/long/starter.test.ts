/** `npm create wechat-mp` out of the packed packages: each project passes its tests, serves and stops. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createSimulator, type Simulator } from '@wechat-mp/simulator';
import { buildPackages } from '../../scripts/build.ts';
import { startModelServer } from '../support/model-server.ts';
import { findPort } from '../support/ports.ts';
import { startRedis, stopRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const temp = mkdtempSync(join(tmpdir(), 'wechat-mp-starter-'));
/** Those that projects depend on, and the command. */
const PACKAGES = 'core ai context-redis express fastify koa simulator create-wechat-mp'.split(' ');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly packageManager: string;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const running: ChildProcess[] = [];
const simulators: Simulator[] = [];

beforeAll(() => {
  const dependencies = { ...readManifest('create-wechat-mp').devDependencies, ...packAll() };
  const manifest = { private: true, type: 'module', dependencies };
  writeFileSync(join(temp, 'package.json'), JSON.stringify(manifest));
  // Once for all projects, which lie below it.
  run(temp, 'npm', 'install', '--no-audit', '--no-fund');
});
afterEach(async () => {
  for (const { pid } of running.splice(0)) {
    if (pid !== undefined) kill(pid, 'SIGKILL');
  }
  await Promise.all(simulators.splice(0).map((simulator) => simulator.close()));
});
afterAll(async () => {
  await stopRedis();
  rmSync(temp, { recursive: true, force: true });
});

function readManifest(name: string): Manifest {
  const path = join(root, name === '' ? '' : `packages/${name}`, 'package.json');
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
}

/** Packs the packages; gives their tarballs by their names. */
function packAll(): Record<string, string> {
  buildPackages(...PACKAGES);
  const folder = join(temp, 'tarballs');
  mkdirSync(folder);
  const filters = PACKAGES.map((name) => `--filter=./packages/${name}`);
  const { packageManager } = readManifest('');
  run(root, 'npx', '--yes', packageManager, '-r', ...filters, 'pack', '--pack-destination', folder);
  return Object.fromEntries(
    PACKAGES.map(readManifest).map(({ name, version }) => [
      name,
      `file:${folder}/${name.replace('@', '').replace('/', '-')}-${version}.tgz`,
    ]),
  );
}

function run(cwd: string, command: string, ...args: string[]): string {
  const env = { ...process.env, LANG: 'en_US.UTF-8', LC_ALL: '' };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** Creates a project by the packed command; returns its folder. */
function create(name: string, ...options: string[]): string {
  run(temp, join(temp, 'node_modules/.bin/create-wechat-mp'), name, ...options);
  return join(temp, name);
}

/** Starts a command in a process group of its own; gives what it prints. */
function start(cwd: string, environment: NodeJS.ProcessEnv, command: string, ...args: string[]) {
  const env = { ...process.env, ...environment };
  const child = spawn(command, args, { cwd, env, detached: true });
  running.push(child);
  const ended = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const prints = async (text: string) => {
    await until(() => output.includes(text) || child.exitCode !== null);
    expect(output).toContain(text);
  };
  return { pid: child.pid as number, ended, prints, output: () => output };
}

function kill(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // It has ended.
  }
}

async function talkTo(port: string, token: string): Promise<Simulator> {
  const target = `http://127.0.0.1:${port}/wechat`;
  const simulator = await createSimulator({ target, token });
  simulators.push(simulator);
  return simulator;
}

async function ask(simulator: Simulator, text: string): Promise<unknown> {
  const { reply } = await simulator.user('alice').sendText(text);
  return reply?.type === 'text' ? reply.content : reply;
}

describe('npm test, tsc included', () => {
  const combinations = ['express', 'koa', 'fastify'].flatMap((framework) =>
    ['--typescript', '--javascript'].flatMap((language) =>
      ['--echo', '--model'].flatMap((answer) =>
        ['--memory', '--redis'].map((store) => [framework, language, answer, store] as const),
      ),
    ),
  );

  it.each(combinations)('%s %s %s %s', (framework, ...options) => {
    // The languages differ in comments and in what the bot says.
    const lang = options.includes('--redis') ? 'zh' : 'en';
    const name = `${framework}${options.join('')}`;
    const folder = create(name, '--framework', framework, ...options, '--lang', lang);
    const passed = options.includes('--model') ? /^[#ℹ] pass 3$/mu : /^[#ℹ] pass 2$/mu;
    expect(run(folder, 'npm', 'test')).toMatch(passed);
  });
});

describe.each(['express', 'koa', 'fastify'])('the server on %s', (framework) => {
  it.each([
    ['--typescript', ['run', 'build'], 'dist/src/server.js'],
    ['--javascript', ['test'], 'src/server.js'],
  ])('in %s answers, and ends on SIGTERM', async (language, prepare, program) => {
    const folder = create(
      `serve-${framework}${language}`,
      '--framework',
      framework,
      language,
      '--yes',
    );
    run(folder, 'npm', ...prepare);
    const port = String(await findPort());
    writeFileSync(join(folder, '.env'), `WECHAT_TOKEN=${framework}\nPORT=${port}\n`);
    const server = start(folder, { LANG: 'en' }, process.execPath, program);
    await server.prints('listening: ');
    const simulator = await talkTo(port, framework);
    expect(await simulator.verify()).toMatchObject({ isRight: true });
    expect(await ask(simulator, 'hi')).toBe('Message 1: hi');
    process.kill(server.pid, 'SIGTERM');
    expect(await server.ended).toEqual([0, null]);
  });
});

it('with a model and Redis: the model reads the conversation of before a restart', async () => {
  const folder = create(
    'memory',
    '--framework',
    'koa',
    '--ts',
    '--model',
    '--redis',
    '--lang',
    'en',
  );
  run(folder, 'npm', 'run', 'build');
  const redis = await startRedis();
  const model = await startModelServer(() => ({ pieces: ['**Hi**', ' there'] }));
  const port = String(await findPort());
  const settings = {
    WECHAT_TOKEN: 'memory',
    PORT: port,
    MODEL_URL: `${model.url}/v1`,
    MODEL_NAME: 'a-model',
    MODEL_API_KEY: 'KEY',
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
  };
  const simulator = await talkTo(port, 'memory');
  for (const question of ['first', 'second']) {
    const server = start(folder, settings, process.execPath, 'dist/src/server.js');
    await server.prints('listening: ');
    expect(await ask(simulator, question)).toBe('Hi there');
    process.kill(server.pid, 'SIGTERM');
    expect(await server.ended).toEqual([0, null]);
  }
  const [, request] = model.requests;
  expect(request?.headers.authorization).toBe('Bearer KEY');
  expect(request?.body).toMatchObject({
    model: 'a-model',
    messages: [
      { role: 'system' },
      { role: 'user', content: 'first' },
      { role: 'assistant', content: expect.stringContaining('Hi') },
      { role: 'user', content: 'second' },
    ],
  });
  await model.close();
});

describe('npm run dev', () => {
  it.each(['--typescript', '--javascript'])(
    'in %s has a chat page, and takes changes up',
    async (language) => {
      const folder = create(`dev${language}`, language, '--yes');
      const port = String(await findPort());
      const dev = start(
        folder,
        { PORT: port, CHAT_PORT: String(await findPort()) },
        'npm',
        'run',
        'dev',
      );
      await dev.prints('chat with the bot: ');
      const [, page = ''] = /chat with the bot: (\S+)/.exec(dev.output()) ?? [];
      expect((await fetch(page)).status).toBe(200);
      await dev.prints('listening: ');

      const simulator = await talkTo(port, 'dev');
      expect(await ask(simulator, 'hi')).toBe('Message 1: hi');
      const bot = join(folder, `src/bot.${language === '--typescript' ? 'ts' : 'js'}`);
      writeFileSync(bot, readFileSync(bot, 'utf8').replace('Message', 'Changed'));
      await until(async () => String(await ask(simulator, 'hi')).startsWith('Changed'));
      kill(dev.pid, 'SIGTERM');
      await dev.ended;
    },
  );

  it('says which setting is missing', async () => {
    const folder = create('missing', '--js', '--redis', '--yes');
    const dev = start(folder, { CHAT_PORT: String(await findPort()) }, 'npm', 'run', 'dev');
    await dev.prints('REDIS_URL is missing: copy .env.example to .env, and fill it in.');
  });
});
