/** The command: what it prints, what it serves, and how it ends. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createWebhook } from '@wechat-mp/core';
import { nodeRequest } from '@wechat-mp/core/adapter';
import { buildPackages } from '../../../scripts/build.ts';
import { closeServers, listen } from '../../../test/support/http.ts';

const TOKEN = 'CommandToken';
const CLI = 'packages/simulator/dist/cli.js';
const PORTS = ['--port', '0', '--api-port', '0'];
const running: ChildProcess[] = [];
let target = '';

beforeAll(async () => {
  buildPackages('simulator');
  target = await startBot();
});
afterAll(closeServers);
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

async function startBot(): Promise<string> {
  const logger = { error() {}, warn() {}, info() {}, debug() {} };
  const webhook = createWebhook({ token: TOKEN, logger }, { text: ({ content }) => content });
  return await listen(async (request, response) => {
    const { status, headers, body } = await webhook.handle(nodeRequest(request, response));
    response.writeHead(status, headers).end(body);
  });
}

function start(...args: string[]) {
  const child = spawn(process.execPath, [CLI, ...args], { env: { ...process.env, LANG: 'en' } });
  running.push(child);
  const told = { out: '', error: '' };
  const ended = once(child, 'close');
  const serves = new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      told.out += text;
      if (told.out.includes('Ctrl+C')) resolve();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      told.error += text;
    });
    void ended.then(() => reject(new Error(`it ended: ${told.error}`)));
  });
  serves.catch(() => {});
  return { child, told, ended, serves };
}

async function run(...args: string[]) {
  const { told, ended } = start(...args);
  const [code] = (await ended) as [number];
  return { code, ...told };
}

/** Runs the command several times in one process, which loads its modules once. */
const REPEAT = `const runs = [];
let said;
process.stdout.write = (text) => (said.out += text, true);
process.stderr.write = (text) => (said.error += text, true);
for (const [index, args] of JSON.parse(process.argv[1]).entries()) {
  said = { out: '', error: '' };
  // With --eval there is no script before the arguments.
  process.argv = [process.argv[0], ...args];
  await import('./${CLI}?' + index);
  runs.push({ code: process.exitCode, ...said });
}
process.exitCode = 0;
(await import('node:fs')).writeSync(1, JSON.stringify(runs));`;

describe('what it is asked', () => {
  const HELP = ['--help'];
  const VERSION = ['--version'];
  const REFUSED: readonly [args: string[], problem: string][] = [
    [['--token', 't'], 'missing --target'],
    [['--target', 'http://localhost:1'], 'missing --token'],
    [['--target', 'localhost:1', '--token', 't'], 'http://localhost:3000/wechat'],
    [['--target', 'http://localhost:1', '--token', 't', '--port', 'x'], '--port must be a port'],
    [['--target', 'http://localhost:1', '--token', 't', '--aes-key', 'k'], '43'],
    [
      ['--target', 'http://localhost:1', '--token', 't', '--mode', 'm'],
      'mode must be one of plain, compatible, safe',
    ],
    [['serv'], 'unknown command serv'],
    [['--traget', 'a'], 'unknown option --traget; did you mean --target?\n'],
    [['--target', 'http://localhost:1', '--tokne', 't'], '--tokne; did you mean --token?\n'],
    [['--aes_key=k'], 'unknown option --aes_key; did you mean --aes-key?\n'],
    [['--docker'], 'unknown option --docker\n'],
    [['-x'], 'unknown option -x\n'],
  ];
  const runs = new Map<string[], { code: number; out: string; error: string }>();

  beforeAll(() => {
    const asked = [HELP, VERSION, ...REFUSED.map(([args]) => args)];
    const args = ['--input-type=module', '--eval', REPEAT, JSON.stringify(asked)];
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    for (const [index, told] of JSON.parse(stdout).entries()) runs.set(asked[index] ?? [], told);
  });

  it('--help lists every option', () => {
    const { code, out } = runs.get(HELP) ?? {};
    expect(code).toBe(0);
    for (const word of ['check', 'doctor', '--target', '--token', '--aes-key', '--state']) {
      expect(out).toContain(word);
    }
  });

  it('--version', async () => {
    const manifest = await readFile('packages/simulator/package.json', 'utf8');
    const told = { code: 0, out: `${JSON.parse(manifest).version}\n`, error: '' };
    expect(runs.get(VERSION)).toEqual(told);
    expect(await run(...VERSION)).toEqual(told);
  });

  it.each(REFUSED)('%j is refused in words', (args, problem) => {
    const { code, out, error } = runs.get(args) ?? {};
    expect([code, out]).toEqual([2, '']);
    expect(error).toContain(problem);
    expect(error).not.toMatch(/\n +at /);
  });

  it('what is refused ends with 2', async () => {
    const { code, out, error } = await run('serv');
    expect([code, out]).toEqual([2, '']);
    expect(error).toBe('unknown command serv\n\nwechat-mp-simulator --help tells more.\n');
  });
});

describe('serving', () => {
  it('verifies the bot, serves the page and the API, and saves the state when it is stopped', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'simulator-'));
    const state = join(folder, 'state.json');
    const account = ['--target', target, '--token', TOKEN, '--state', state];
    const { child, told, ended, serves } = start(...account, ...PORTS, '--back-end-port', '0');
    await serves;
    const [page, api, backEnd] = [...told.out.matchAll(/http:\/\/127\.0\.0\.1:\d+\/?/g)]
      .map(([address]) => address)
      .filter((address) => !target.startsWith(address));
    expect(told.out).toContain(`${target}  ✓ verified`);
    expect(await (await fetch(page as string)).text()).toContain('<!doctype html>');
    expect(await (await fetch(`${api}/cgi-bin/user/get`)).json()).toMatchObject({ errcode: 41001 });
    expect((await fetch(backEnd as string)).status).toBeLessThan(500);
    child.kill('SIGINT');
    const [code] = (await ended) as [number];
    expect([code, told.error]).toEqual([0, '']);
    expect(JSON.parse(await readFile(state, 'utf8'))).toHaveProperty('people');
    await rm(folder, { recursive: true });
  });

  it('says at the start that the state cannot be written, as there is no such folder', async () => {
    const account = ['--target', target, '--token', TOKEN, '--state', 'no/such/folder/state.json'];
    const { code, out, error } = await run(...account, ...PORTS);
    expect([code, out]).toEqual([2, '']);
    expect(error).toMatch(
      /^no\/such\/folder\/state\.json cannot be written \(ENOENT.*\): its folder has to exist/,
    );
    expect(error).not.toMatch(/\n +at |\.tmp/);
  });

  it('warns when other machines can come, and answers them under the names that it prints', async () => {
    const ports = ['--port', '0', '--api-port', '0'];
    const account = ['--target', target, '--token', TOKEN];
    const hosts = [
      '--host',
      '0.0.0.0',
      '--allowed-host',
      'desk.example',
      '--allowed-host',
      'b.test',
    ];
    const { child, told } = start(...account, ...ports, ...hosts);
    while (!told.out.includes('Ctrl+C')) {
      if (child.exitCode !== null) throw new Error(told.error);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(told.error).toContain('warning: other machines can reach 0.0.0.0');
    expect(told.error).toContain('desk.example, b.test; --allowed-host adds a name');
    const printed = told.error.match(/http:\/\/[^/]+\//g) ?? [];
    expect(printed.length).toBeGreaterThan(0);
    const page = new URL(/page +(\S+)/.exec(told.out)?.[1] as string);
    for (const address of [...printed, 'http://desk.example/', 'http://b.test/']) {
      const headers = { host: new URL(address).host };
      const [response] = (await once(
        get({ host: '127.0.0.1', port: page.port, path: '/', headers }),
        'response',
      )) as [IncomingMessage];
      expect([address, response.resume().statusCode]).toEqual([address, 200]);
    }
  });

  it('says which port is taken, and ends', async () => {
    const { port } = new URL(target);
    const account = ['--target', target, '--token', TOKEN];
    for (const ports of [
      ['--api-port', port, '--port', '0'],
      ['--api-port', '0', '--port', port],
    ]) {
      const { code, error } = await run(...account, ...ports);
      expect([code, error]).toEqual([2, expect.stringMatching(`^port ${port} is already in use`)]);
    }
  });

  it('says what is wrong with a bot that does not verify, and serves on', async () => {
    const { told, serves } = start('--target', target, '--token', 'other', ...PORTS);
    await serves;
    expect(told.out).toContain('✗ the status is 401, not 200');
  });
});

describe('check and doctor', () => {
  it('end with 0 for a good bot', async () => {
    const account = ['--target', target, '--token', TOKEN, '--language', 'en'];
    const [check, doctor] = [await run('check', ...account), await run('doctor', ...account)];
    expect([check.code, check.error]).toEqual([0, '']);
    expect([doctor.code, doctor.error]).toEqual([0, '']);
    expect(check.out + doctor.out).not.toContain(TOKEN);
  });

  it('end with 1 for one that is not', async () => {
    const echo = await listen((_, response) => response.end('hello'));
    const account = ['--target', echo, '--token', TOKEN, '--language', 'zh'];
    const [check, doctor] = [await run('check', ...account), await run('doctor', ...account)];
    expect([check.code, doctor.code]).toEqual([1, 1]);
    expect(check.out).toMatch(/[\u4e00-\u9fff]/);
  });
});

describe('it loads no more than it needs', () => {
  const HOOK = `import { writeSync } from 'node:fs';
export const load = (url, context, next) => (writeSync(2, url + '\\n'), next(url, context));`;
  const toUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
  const TRACE = toUrl(`import { register } from 'node:module';
register(${JSON.stringify(toUrl(HOOK))});`);

  /** The modules of that a command loads before it does anything. */
  function load(...args: string[]): string[] {
    const { stderr } = spawnSync(process.execPath, ['--import', TRACE, CLI, ...args]);
    return String(stderr)
      .split('\n')
      .filter((line) => line.startsWith('file:'));
  }

  it('to say its version: no command', () => {
    const loaded = load('--version');
    expect(loaded.filter((url) => url.includes('/simulator/dist/'))).toEqual([
      expect.stringContaining('/cli.js'),
      expect.stringContaining('/cli/command.js'),
    ]);
    expect(loaded.filter((url) => !url.includes('/simulator/dist/'))).toEqual([]);
  });

  it('to serve: no unrequested back end, and nothing that opens a browser', () => {
    const loaded = load('--target', target, '--token', TOKEN, '--port', 'x');
    expect(loaded.filter((url) => /\/simulator\/dist\/back-end\/|\/open\//.test(url))).toEqual([]);
    expect(loaded.length).toBeGreaterThan(200);
    expect(loaded.length).toBeLessThan(450);
  });
});

describe('--cloud', () => {
  const startCloudBot = async () => {
    const logger = { error() {}, warn() {}, info() {}, debug() {} };
    const webhook = createWebhook({ source: 'cloud', logger }, { text: ({ content }) => content });
    return await listen(async (request, response) => {
      const { status, headers, body } = await webhook.handle(nodeRequest(request, response));
      response.writeHead(status, headers).end(body);
    });
  };

  it.each([['--cloud'], ['--cloud', '--cloud-format', 'xml'], ['--cloud-format', 'json']])(
    '%s %s: check and doctor need no token',
    async (...args) => {
      const bot = await startCloudBot();
      const checked = await run('check', '--target', bot, ...args);
      expect([checked.code, checked.error]).toEqual([0, '']);
      expect(checked.out).toContain('All of them passed.');
      const told = await run('doctor', '--target', bot, ...args);
      expect([told.code, told.error]).toEqual([0, '']);
      expect(told.out).toContain('x-wx-source');
    },
  );

  it('the page is served after the probe, and the API says how it is called', async () => {
    const { child, told, ended, serves } = start(
      '--target',
      await startCloudBot(),
      '--cloud',
      ...PORTS,
    );
    await serves;
    expect(told.out).toContain('✓ verified');
    expect(told.out).toContain('(baseUrl of OfficialClient; cloud: true)');
    child.kill('SIGTERM');
    await ended;
  });

  it('another format is refused', async () => {
    const { code, error } = await run('check', '--target', target, '--cloud-format', 'yaml');
    expect([code, error]).toEqual([2, expect.stringContaining('json or xml')]);
  });
});
