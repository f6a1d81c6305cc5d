/** The nginx and pm2 files of docs/deploying.md, in the real ones, while processes are stopped under users who talk. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSimulator } from '@wechat-mp/simulator';
import { findNginx } from '../../scripts/nginx.ts';
import { findPort } from '../support/ports.ts';
import {
  bundlePrograms,
  findProgram,
  killPrograms,
  startServer,
  stopPrograms,
} from '../support/programs.ts';
import { startRedis, stopRedis, until } from '../support/redis.ts';

const BOT = 'examples/deploying/express.ts';
const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/deploying.md'), 'utf8');
const readBlock = (language: string) =>
  new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)?.[1] as string;
const folder = mkdtempSync(join(tmpdir(), 'wechat-mp-servers-'));
let environment: Record<string, string>;

beforeAll(async () => {
  await bundlePrograms(BOT);
  const { port } = await startRedis();
  environment = { REDIS_URL: `redis://127.0.0.1:${port}`, WECHAT_TOKEN: 'TOKEN' };
});
afterAll(async () => {
  await stopPrograms();
  await stopRedis();
  rmSync(folder, { recursive: true, force: true });
});

/** Has users talk while something is done; returns the texts whose answer is not their place in the conversation. */
async function talkDuring(origin: string, act: () => Promise<void>): Promise<string[]> {
  const wechat = await createSimulator({ target: `${origin}/wechat`, token: 'TOKEN' });
  const wrong: string[] = [];
  let isOver = false;
  const talk = async (name: string) => {
    for (let turn = 1; !isOver || turn < 3; turn += 1) {
      const { reply, problems } = await wechat.user(name).sendText(`${name}.${turn}`);
      const text = reply?.type === 'text' ? reply.content : `${problems.join(' ')}`;
      if (text !== `${turn}: ${name}.${turn}`) wrong.push(`${name}.${turn} got ${text}`);
    }
  };
  const talks = Array.from({ length: 20 }, (_, number) =>
    talk(`u${process.hrtime()[1]}-${number}`),
  );
  await act();
  isOver = true;
  await Promise.all(talks);
  await wechat.close();
  return wrong;
}

describe('nginx', () => {
  let nginx: ChildProcess;
  let origin: string;
  let written = '';
  const ports: number[] = [];
  const start = async (port: number) => {
    const { child } = await startServer(BOT, { ...environment, PORT: `${port}` });
    const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
      const ended = once(child, 'close');
      child.kill(signal);
      return (await ended) as unknown[];
    };
    return { end };
  };

  beforeAll(async () => {
    for (let count = 0; count < 3; count += 1) ports.push(await findPort());
    const port = await findPort();
    origin = `http://127.0.0.1:${port}`;
    const inner = readBlock('nginx')
      .replace(/:300(\d)/g, (_, number) => `:${ports[Number(number)]}`)
      .replace('listen 80', `listen 127.0.0.1:${port}`);
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${folder}/${name};`)
      .join('\n');
    const user = process.getuid?.() === 0 ? 'user root;\n' : '';
    const file = join(folder, 'nginx.conf');
    writeFileSync(
      file,
      `${user}daemon off;\npid ${folder}/pid;\nerror_log stderr info;\nevents {}\nhttp {\naccess_log ${folder}/access.log;\n${paths}\n${inner}\n}\n`,
    );
    nginx = spawn(findNginx(), ['-p', folder, '-c', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [nginx.stdout, nginx.stderr]) {
      stream?.on('data', (text: Buffer) => {
        written += String(text);
      });
    }
    await until(async () => nginx.exitCode !== null || (await fetch(origin)).status > 0);
    if (nginx.exitCode !== null) throw new Error(written);
  });
  afterAll(async () => {
    await killPrograms();
    if (nginx?.exitCode !== null) return;
    // Its workers end with it.
    const ended = once(nginx, 'close');
    nginx.kill('SIGTERM');
    await ended;
  });

  it('nothing is lost while each process is stopped, killed and started again, and no query is logged', async () => {
    let running = await Promise.all(ports.map(start));
    const wrong = await talkDuring(origin, async () => {
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        for (const [index, one] of running.entries()) {
          const ended = await one.end(signal);
          expect(ended).toEqual(signal === 'SIGTERM' ? [0, null] : [null, 'SIGKILL']);
          const next = await start(ports[index] as number);
          running = running.map((old) => (old === one ? next : old));
        }
      }
    });
    expect(wrong).toEqual([]);
    const logged = readFileSync(join(folder, 'access.log'), 'utf8');
    expect(logged).toContain('GET / ');
    expect(written + logged).not.toMatch(/signature=/);
  });
});

describe('pm2', () => {
  const cache = join(root, '.cache/pm2');
  const home = join(folder, 'pm2');
  const bot = join(folder, 'bot');
  let port: number;
  const pm2 = (...args: string[]) =>
    execFileSync(process.execPath, [join(cache, 'node_modules/pm2/bin/pm2'), ...args], {
      cwd: bot,
      env: { ...process.env, ...environment, PM2_HOME: home, PORT: `${port}` },
      encoding: 'utf8',
      stdio: 'pipe',
    });
  const list = () =>
    JSON.parse(pm2('jlist')) as {
      pid: number;
      pm2_env: { status: string; restart_time: number };
    }[];

  beforeAll(async () => {
    port = await findPort();
    if (!existsSync(join(cache, 'node_modules/pm2'))) {
      mkdirSync(cache, { recursive: true });
      const manifest = JSON.stringify({ private: true, dependencies: { pm2: '6.0.14' } });
      writeFileSync(join(cache, 'package.json'), manifest);
      const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts'];
      execFileSync('npm', install, { cwd: cache, stdio: 'pipe' });
    }
    mkdirSync(join(bot, 'dist'), { recursive: true });
    writeFileSync(join(bot, 'package.json'), '{"type":"module"}');
    copyFileSync(findProgram(BOT), join(bot, 'dist/express.js'));
    const file = readBlock('js').replace("instances: 'max'", 'instances: 2');
    writeFileSync(join(bot, 'ecosystem.config.cjs'), file);
  });
  afterAll(() => void pm2('kill'));

  it('nothing is lost while it reloads, and each process is a new one', async () => {
    pm2('start', 'ecosystem.config.cjs');
    const origin = `http://127.0.0.1:${port}`;
    await until(async () => (await fetch(`${origin}/ready`)).status === 200);
    const before = list().map(({ pid }) => pid);
    expect(before).toHaveLength(2);
    const wrong = await talkDuring(origin, async () => {
      const reload = spawn(
        process.execPath,
        [join(cache, 'node_modules/pm2/bin/pm2'), 'reload', 'ecosystem.config.cjs'],
        {
          cwd: bot,
          env: { ...process.env, ...environment, PM2_HOME: home, PORT: `${port}` },
          stdio: 'ignore',
        },
      );
      expect(await once(reload, 'close')).toEqual([0, null]);
    });
    expect(wrong).toEqual([]);
    const after = list();
    expect(after.map(({ pm2_env }) => pm2_env.status)).toEqual(['online', 'online']);
    for (const { pid } of after) expect(before).not.toContain(pid);
  });
});
