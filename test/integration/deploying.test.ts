/** docs/deploying.md: every block of both languages is the program, or the file, that is run here. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import { createWebhook } from '@wechat-mp/core';
import { createSimulator } from '@wechat-mp/simulator';
import { Redis } from 'ioredis';
import { connect } from '../../examples/deploying/redis.ts';
import { findRedis } from '../../scripts/redis.ts';
import {
  bundlePrograms,
  killPrograms,
  runProgram,
  startServer,
  stopPrograms,
} from '../support/programs.ts';
import {
  startCluster,
  startRedis,
  startSentinel,
  stopRedis,
  track,
  until,
} from '../support/redis.ts';

const FOLDER = 'examples/deploying';
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const PAGES = ['docs/deploying.md', 'docs/deploying.zh-CN.md'] as const;

interface Block {
  readonly language: string;
  readonly text: string;
}

function readBlocks(path: string): Block[] {
  return [...read(path).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({
    language: language as string,
    text: text as string,
  }));
}

const blocks = readBlocks(PAGES[0]);
const find = (wanted: string) => {
  const found = blocks.filter(({ language }) => language === wanted);
  expect(found).toHaveLength(1);
  return (found[0] as Block).text;
};
/** Seconds that `close()` waits in the programs. */
const CLOSES = 20;

const temporary = mkdtempSync(join(tmpdir(), 'wechat-mp-deploying-'));
const servers: ChildProcess[] = [];
afterAll(async () => {
  for (const server of servers) server.kill('SIGKILL');
  await stopPrograms();
  await stopRedis();
  rmSync(temporary, { recursive: true });
});

it('both languages have the same blocks, all of them known', () => {
  expect(readBlocks(PAGES[1])).toEqual(blocks);
  const languages = new Set(blocks.map(({ language }) => language));
  expect([...languages].sort()).toEqual(['conf', 'dockerfile', 'js', 'nginx', 'ts', 'yaml']);
});

it('every TypeScript block is a file of examples/deploying, which tsc compiles', () => {
  const files = readdirSync(new URL(`../../${FOLDER}`, import.meta.url)).sort();
  const shown = blocks.filter(({ language }) => language === 'ts').map(({ text }) => text);
  const named = shown.map((text) => /^\/\/ (\S+\.ts)\n/.exec(text)?.[1]);
  expect(named.toSorted((one = '', other = '') => (one < other ? -1 : 1))).toEqual(files);
  for (const [index, text] of shown.entries()) {
    expect(text).toBe(read(`${FOLDER}/${named[index]}`));
  }
});

describe('servers', () => {
  const programs = ['express', 'koa', 'fastify', 'nest', 'fetch', 'node', 'cluster'];
  let environment: Record<string, string>;
  beforeAll(async () => {
    await bundlePrograms(...programs.map((name) => `${FOLDER}/${name}.ts`));
    const { port } = await startRedis();
    environment = {
      REDIS_URL: `redis://127.0.0.1:${port}`,
      WECHAT_TOKEN: 'TOKEN',
      WORKERS: '2',
    };
  });
  afterEach(killPrograms);

  it.each(programs)('%s answers a text, and ends with 0 on SIGTERM', async (name) => {
    const { child, origin, stderr } = await startServer(`${FOLDER}/${name}.ts`, environment);
    const ended = once(child, 'close');
    const wechat = await createSimulator({ target: `${origin}/wechat`, token: 'TOKEN' });
    const { reply } = await wechat.user(name).sendText('hello');
    await wechat.close();
    const content = name === 'nest' ? 'from Nest' : '1: hello';
    expect(reply).toEqual({ type: 'text', content });
    child.kill('SIGTERM');
    expect([await ended, stderr()]).toEqual([[0, null], '']);
  });

  it.each(programs.filter((name) => name !== 'cluster'))(
    '%s whose port is taken ends with 1 and says why, not that it listens',
    async (name) => {
      const taken = createServer().listen(0);
      await once(taken, 'listening');
      const { port } = taken.address() as AddressInfo;
      const settings = { ...environment, PORT: String(port) };
      const { code, stdout, stderr } = await runProgram(`${FOLDER}/${name}.ts`, settings);
      expect([code, stdout]).toEqual([1, expect.not.stringContaining('listening')]);
      expect(stderr).toContain('EADDRINUSE');
      taken.close();
    },
  );

  it('express ends with 0 on SIGINT, as pm2 sends it', async () => {
    const { child } = await startServer(`${FOLDER}/express.ts`, environment);
    const ended = once(child, 'close');
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
  });

  it('the endpoints of health tell a process without Redis', async () => {
    const redis = await startRedis();
    const REDIS_URL = `redis://127.0.0.1:${redis.port}`;
    const { origin } = await startServer(`${FOLDER}/express.ts`, { ...environment, REDIS_URL });
    const ask = async (path: string) => (await fetch(`${origin}/${path}`)).status;
    await until(async () => (await ask('ready')) === 200);
    await redis.kill();
    await until(async () => (await ask('ready')) === 503);
    expect(await ask('live')).toBe(200);
  });
});

it('the test of the bot passes', async () => {
  await bundlePrograms(`${FOLDER}/testing.ts`);
  const { code, stdout } = await runProgram(`${FOLDER}/testing.ts`, { NODE_TEST_CONTEXT: '' });
  expect(code).toBe(0);
  expect(stdout).toMatch(/pass 1/);
});

it('while a token and a key are changed, both are taken', async () => {
  const keys = ['A'.repeat(42), 'B'.repeat(42)].map((start) => `${start}A`);
  const appid = 'wx0123456789abcdef';
  Object.assign(process.env, {
    WECHAT_TOKEN: 'NEWTOKEN,OLDTOKEN',
    WECHAT_APPID: appid,
    WECHAT_AES_KEY: keys.join(','),
  });
  const { webhook: target } = await import('../../examples/deploying/secrets.ts');
  for (const [index, token] of ['NEWTOKEN', 'OLDTOKEN'].entries()) {
    const encodingAESKey = keys[index] as string;
    const wechat = await createSimulator({ target, token, appid, encodingAESKey });
    expect((await wechat.verify()).problems).toEqual([]);
    expect((await wechat.user(token).sendText('hi')).verdict).toBe('reply');
    await wechat.close();
  }
});

describe('Redis', () => {
  it('accepts redis.conf, and the bot works as its user without other rights', async () => {
    const file = join(temporary, 'redis.conf');
    const socket = join(temporary, 'redis.sock');
    writeFileSync(file, find('conf'));
    const server = spawn(
      findRedis(),
      [file, '--port', '0', '--unixsocket', socket, '--dir', temporary],
      { stdio: 'ignore' },
    );
    servers.push(server);
    const redis = track(
      new Redis({
        path: socket,
        username: 'bot',
        password: 'PASSWORD',
        retryStrategy: () => 20,
        disconnectTimeout: 50,
      }),
    );
    const memory = await redis.info('memory');
    expect(memory).toContain('maxmemory_policy:noeviction');
    expect(memory).toContain('maxmemory:268435456');
    expect(await redis.info('persistence')).toContain('aof_enabled:1');
    const target = createWebhook(
      { token: 'TOKEN', ...redisStores(redis) },
      { text: (_message, { context }) => `${context.openid.length > 0}` },
    );
    const wechat = await createSimulator({ target, token: 'TOKEN' });
    expect((await wechat.user('alice').sendText('hi')).reply).toMatchObject({ content: 'true' });
    await wechat.close();
    await expect(redis.set('other', '1')).rejects.toThrow('NOPERM');
    await expect(redis.flushall()).rejects.toThrow('NOPERM');
    const stranger = track(new Redis({ path: socket }));
    await expect(stranger.get('wechat:a')).rejects.toThrow('NOAUTH');
  });

  it('is found by its address, through Sentinel, and as a Cluster', async () => {
    const { port } = await startRedis();
    expect(await track(connect({ REDIS_URL: `redis://127.0.0.1:${port}` })).ping()).toBe('PONG');
    const { client } = await startSentinel();
    const { sentinels = [] } = (client as Redis).options;
    const REDIS_SENTINELS = sentinels.map((one) => `${one.host}:${one.port}`).join(',');
    const found = track(connect({ REDIS_SENTINELS, REDIS_MASTER: 'bot' }));
    expect(await found.ping()).toBe('PONG');
    const { ports } = await startCluster();
    const nodes = track(connect({ REDIS_NODES: ports.map((one) => `127.0.0.1:${one}`).join(',') }));
    expect(await nodes.set('wechat:{a}', '1')).toBe('OK');
  });
});

it('pm2 waits longer than close() does', () => {
  const module = { exports: {} as { apps?: Record<string, unknown>[] } };
  runInNewContext(find('js'), { module });
  const [app] = module.exports.apps ?? [];
  expect(app).toMatchObject({ exec_mode: 'cluster', wait_ready: true });
  expect(app?.['kill_timeout']).toBeGreaterThan(CLOSES * 1000);
  expect(read(`${FOLDER}/express.ts`)).toContain(`timeout: ${CLOSES}_000`);
});

it('Kubernetes waits longer than preStop and close() do, and asks the endpoints that there are', () => {
  const yaml = find('yaml');
  const pause = Number(/"sleep", "(\d+)"/.exec(yaml)?.[1]);
  const grace = Number(/terminationGracePeriodSeconds: (\d+)/.exec(yaml)?.[1]);
  expect(grace).toBeGreaterThan(pause + CLOSES);
  const paths = [...yaml.matchAll(/path: (\S+)/g)].map(([, path]) => path as string);
  expect(paths).toEqual(['/ready', '/live']);
  for (const path of paths) expect(read(`${FOLDER}/express.ts`)).toContain(`app.get('${path}'`);
});

it('the container starts node without a shell, which would keep the signal', () => {
  const [, command = ''] = /^CMD (.*)$/m.exec(find('dockerfile')) ?? [];
  expect(JSON.parse(command)).toEqual(['node', 'dist/express.js']);
});

/** Returns nginx's complaint, when it is installed; otherwise faults of the syntax. */
function findProblem(inner: string): string | undefined {
  if (!spawnSync('nginx', ['-v']).error) {
    const file = join(temporary, 'nginx.conf');
    writeFileSync(file, `pid ${temporary}/pid;\nevents {}\nhttp {\n${inner}}\n`);
    const { status, stderr } = spawnSync('nginx', ['-t', '-p', temporary, '-c', file]);
    return status === 0 ? undefined : stderr.toString();
  }
  let depth = 0;
  for (const line of inner.split('\n').map((one) => one.trim())) {
    if (line !== '' && !/^(?:[a-z_]+ [^;{}]+[;{]|[a-z_]+ \{|\})$/.test(line)) return line;
    depth += Number(line.endsWith('{')) - Number(line === '}');
    if (depth < 0) return 'a block that was not opened is closed';
  }
  return depth === 0 ? undefined : 'a block is not closed';
}

describe('nginx', () => {
  it('takes the file', () => {
    expect(findProblem(find('nginx'))).toBeUndefined();
  });

  it('passes the query on, and waits longer than WeChat', () => {
    const inner = find('nginx');
    expect(inner).toMatch(/proxy_pass http:\/\/bot;/);
    expect(Number(/proxy_read_timeout (\d+)s/.exec(inner)?.[1])).toBeGreaterThan(5);
  });
});

it('a delivery that a process answers 503 is answered by the next process', async () => {
  // What `proxy_next_upstream http_503 non_idempotent` relies on.
  const closed = createWebhook('TOKEN', { text: () => 'closed' });
  await closed.close();
  const open = createWebhook('TOKEN', { text: () => 'open' });
  const target = {
    ...open,
    async handle(request: Parameters<typeof open.handle>[0]) {
      const first = await closed.handle(request);
      expect(first.status).toBe(503);
      return open.handle(request);
    },
  };
  const wechat = await createSimulator({ target, token: 'TOKEN' });
  expect((await wechat.user('alice').sendText('hi')).reply).toMatchObject({ content: 'open' });
  await wechat.close();
});
