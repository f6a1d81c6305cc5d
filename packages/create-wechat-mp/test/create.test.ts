/** The files, questions and refusals of the command. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { manifest } from '../src/manifest.ts';
import { call, callAndType, makeFolder, readFiles, removeFolders } from './support.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const ENTER = '\r';
const DOWN = '\u001B[B';
const CONTROL_C = '\u0003';

afterAll(removeFolders);

function readManifest(folder: string) {
  return JSON.parse(readFiles(folder)['package.json'] as string) as {
    name: string;
    scripts: Record<string, string>;
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
}

/** Expects that package.json has what is imported, and what the server imports not for development. */
function expectDeclared(folder: string): void {
  const { dependencies, devDependencies } = readManifest(folder);
  for (const [path, text] of Object.entries(readFiles(folder))) {
    if (!/\.[jt]s$/.test(path)) continue;
    const imported = [...text.matchAll(/(?:from|import\() ?'([^'./][^']*)'/g)].map(
      ([, name]) => name,
    );
    const served = /server|bot\.[jt]s/.test(path) && !path.startsWith('test/');
    const declared = Object.keys({ ...dependencies, ...(!served && devDependencies) });
    const packages = imported.filter((name) => !name?.startsWith('node:'));
    expect(declared).toEqual(expect.arrayContaining(packages));
  }
}

describe('what is written', () => {
  it('under ten files, in TypeScript by default', async () => {
    const cwd = makeFolder();
    expect(await call(cwd, ['my-bot', '--yes'])).toMatchObject({ code: 0, error: '' });
    expect(Object.keys(readFiles(join(cwd, 'my-bot'))).sort()).toEqual([
      '.env.example',
      '.gitignore',
      'README.md',
      'package.json',
      'src/bot.ts',
      'src/dev.ts',
      'src/server.ts',
      'test/bot.test.ts',
      'tsconfig.json',
    ]);
    const { name, dependencies } = readManifest(join(cwd, 'my-bot'));
    expect(name).toBe('my-bot');
    expect(Object.keys(dependencies)).toEqual(['@wechat-mp/express', 'express']);
  });

  it('JavaScript without a compiler', async () => {
    const cwd = makeFolder();
    await call(cwd, ['my-bot', '--framework=fastify', '--js', '--yes']);
    const files = Object.keys(readFiles(join(cwd, 'my-bot')));
    expect(files.filter((path) => /ts$|tsconfig/.test(path))).toEqual([]);
    const { scripts, devDependencies } = readManifest(join(cwd, 'my-bot'));
    expect(Object.keys(scripts)).toEqual(['dev', 'start', 'test']);
    expect(Object.keys(devDependencies)).toEqual(['@wechat-mp/simulator', 'chokidar']);
  });

  it.each([
    ['--model', 'MODEL_API_KEY', '@wechat-mp/ai'],
    ['--redis', 'REDIS_URL', '@wechat-mp/context-redis'],
  ])('with %s its settings and packages, and without it neither', async (option, setting, name) => {
    const cwd = makeFolder();
    await call(cwd, ['with', option, '--yes']);
    await call(cwd, ['without', '--yes']);
    for (const [folder, expected] of [
      ['with', true],
      ['without', false],
    ] as const) {
      const files = readFiles(join(cwd, folder));
      expect(files['.env.example']?.includes(setting)).toBe(expected);
      expect(files['src/server.ts']?.includes(setting)).toBe(expected);
      expect(Object.hasOwn(readManifest(join(cwd, folder)).dependencies, name)).toBe(expected);
    }
  });

  it('versions: its own of these packages, and those of the workspace of the others', async () => {
    const cwd = makeFolder();
    await call(cwd, ['my-bot', '--framework', 'koa', '--redis', '--yes']);
    const { dependencies, devDependencies } = readManifest(join(cwd, 'my-bot'));
    expect(dependencies).toMatchObject({
      '@wechat-mp/koa': `^${manifest.version}`,
      koa: manifest.devDependencies['koa'],
    });
    expect(devDependencies['typescript']).toBe(manifest.devDependencies['typescript']);
  });

  it('formatted, and with every package that it imports, whatever it is made of', async () => {
    const cwd = makeFolder();
    for (const framework of ['express', 'koa', 'fastify']) {
      for (const language of ['--ts', '--js']) {
        for (const answer of ['--echo', '--model']) {
          for (const store of ['--memory', '--redis']) {
            for (const lang of ['en', 'zh']) {
              const name = `${framework}${language}${answer}${store}-${lang}`;
              const args = ['--framework', framework, language, answer, store, '--lang', lang];
              expect(await call(cwd, [name, ...args])).toMatchObject({ code: 0 });
              expectDeclared(join(cwd, name));
            }
          }
        }
      }
    }
    expect(readdirSync(cwd)).toHaveLength(48);
    copyFileSync(join(root, 'biome.jsonc'), join(cwd, 'biome.jsonc'));
    const args = ['ci', '--colors=off', '--vcs-enabled=false', '.'];
    const biome = spawnSync(join(root, 'node_modules/.bin/biome'), args, { cwd, encoding: 'utf8' });
    expect([biome.status, biome.stdout]).toEqual([0, expect.not.stringContaining('×')]);
  });

  it('no secret: the token and the keys are left to be filled in', async () => {
    const cwd = makeFolder();
    await call(cwd, ['my-bot', '--model', '--yes']);
    const files = readFiles(join(cwd, 'my-bot'));
    expect(files['.env.example']).toMatch(/^WECHAT_TOKEN=$/m);
    expect(files['.env.example']).toMatch(/^MODEL_API_KEY=$/m);
    expect(files['.gitignore']).toMatch(/^\.env$/m);
  });

  it('goes into the folder that one is in, beside its .git', async () => {
    const cwd = join(makeFolder(), 'here');
    mkdirSync(join(cwd, '.git'), { recursive: true });
    const { code, out } = await call(cwd, ['.', '--yes']);
    expect(code).toBe(0);
    expect(out).not.toContain('cd ');
    expect(readManifest(cwd).name).toBe('here');
  });
});

describe('what it says at the end', () => {
  it.each([
    ['npm/11.0.0 node/v20.19.0 linux x64', 'npm install', 'npm run dev'],
    ['pnpm/10.34.9 npm/? node/v22.0.0 linux x64', 'pnpm install', 'pnpm dev'],
    ['yarn/4.9.0 npm/? node/v22.0.0 linux x64', 'yarn install', 'yarn dev'],
    ['bun/1.3.5 npm/? node/v24.0.0 linux x64', 'bun install', 'bun run dev'],
    ['another/1.0.0', 'npm install', 'npm run dev'],
  ])('called by %s: %s, %s', async (agent, install, dev) => {
    const cwd = makeFolder();
    const env = { LANG: 'en', npm_config_user_agent: agent };
    const { out } = await call(cwd, ['my-bot', '--yes'], env);
    expect(out).toBe(`
9 files written to my-bot

Next steps
  cd my-bot
  ${install}
  ${dev}
`);
    const readme = readFiles(join(cwd, 'my-bot'))['README.md'];
    expect(readme).toContain(`${install}\n${dev}\n`);
  });

  it('what has to be filled in and started first', async () => {
    const { out } = await call(makeFolder(), ['my-bot', '--model', '--redis', '--yes']);
    expect(out).toContain('cp .env.example .env   # fill in MODEL_API_KEY\n');
    expect(out).toContain('docker run --rm -d -p 6379:6379 redis ');
  });

  it.each([
    [{ LANG: 'zh_CN.UTF-8' }, [], '接下来', '基于'],
    [{ LC_ALL: 'C.UTF-8', LANG: 'zh_CN.UTF-8' }, [], 'Next steps', 'made with'],
    [{ LANG: 'en_US.UTF-8' }, ['--lang', 'zh'], '接下来', '基于'],
    [{ LANG: 'zh_CN.UTF-8' }, ['--lang', 'en'], 'Next steps', 'made with'],
  ])('in the language of %j %j', async (env, args, said, written) => {
    const cwd = makeFolder();
    const { out } = await call(cwd, ['my-bot', '--yes', ...args], env);
    expect(out).toContain(said);
    expect(readFiles(join(cwd, 'my-bot'))['README.md']).toContain(written);
  });
});

describe('what it asks', () => {
  it('everything, and takes what is typed', async () => {
    const cwd = makeFolder();
    const { code, out } = await callAndType(
      cwd,
      [],
      [
        ['In which folder?', 'kefu'],
        ['kefu', ENTER],
        ['Which framework?', DOWN],
        ['● Koa', ENTER],
        ['Which language?', DOWN],
        ['● JavaScript', ENTER],
        ['What answers?', DOWN],
        ['● A language model', ENTER],
        ['Where are conversations kept?', ENTER],
      ],
    );
    expect(code).toBe(0);
    expect(out).toContain('cd kefu');
    expect(Object.keys(readFiles(join(cwd, 'kefu')))).toContain('src/server.js');
    expect(Object.keys(readManifest(join(cwd, 'kefu')).dependencies)).toEqual([
      '@wechat-mp/ai',
      '@wechat-mp/koa',
      'koa',
    ]);
  });

  it('only what is not given', async () => {
    const cwd = makeFolder();
    const { code, shown } = await callAndType(
      cwd,
      ['bot', '--framework', 'fastify', '--ts', '--redis'],
      [['由谁回复？', ENTER]],
      { LANG: 'zh_CN.UTF-8' },
    );
    expect(code).toBe(0);
    expect(shown).not.toContain('用哪个框架？');
    expect(shown).not.toContain('上下文存在哪里？');
    expect(existsSync(join(cwd, 'bot/package.json'))).toBe(true);
  });

  it('the folder again when it is not empty; Enter alone takes my-bot', async () => {
    const cwd = makeFolder();
    mkdirSync(join(cwd, 'full'));
    writeFileSync(join(cwd, 'full/notes.txt'), '');
    const { code, shown } = await callAndType(
      cwd,
      ['--js', '--echo', '--memory', '--framework', 'koa'],
      [
        ['In which folder?', 'full'],
        ['full', ENTER],
        ['is not empty', '\u007F\u007F\u007F\u007F'],
        ['my-bot', ENTER],
      ],
    );
    expect([code, shown]).toEqual([0, expect.stringContaining('the folder full is not empty')]);
    expect(readdirSync(join(cwd, 'full'))).toEqual(['notes.txt']);
    expect(existsSync(join(cwd, 'my-bot/package.json'))).toBe(true);
  });

  it('nothing more after Ctrl+C, and writes nothing', async () => {
    const cwd = makeFolder();
    const keys = [['Which framework?', CONTROL_C]] as const;
    const { code, error } = await callAndType(cwd, ['my-bot'], keys);
    expect([code, error]).toEqual([1, 'Cancelled; nothing was written.\n']);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('what it refuses, and what it says then', () => {
  const REFUSED: readonly (readonly [args: string[], problem: string])[] = [
    [['b', '--frmework', 'koa'], 'unknown option --frmework; did you mean --framework?'],
    [['b', '--typscript'], 'unknown option --typscript; did you mean --typescript?'],
    [['b', '--language', 'en'], 'unknown option --language; did you mean --lang?'],
    [['b', '--docker'], 'unknown option --docker\n'],
    [['b', '-x'], 'unknown option -x\n'],
    [
      ['b', '--framework', 'expres'],
      '--framework is express, koa or fastify, not "expres"; did you mean express?',
    ],
    [['b', '--framework', 'nest'], '--framework is express, koa or fastify, not "nest"\n'],
    [['b', '--framework'], '--framework needs a value'],
    [['b', '--lang', 'fr'], '--lang is en or zh, not "fr"\n'],
    [['b', '--redis=6379'], '--redis takes no value'],
    [['b', '--ts', '--javascript'], '--ts and --javascript contradict each other'],
    [
      ['b', '--framework', 'koa', '--framework', 'fastify'],
      '--framework koa and --framework fastify contradict each other: give one of them',
    ],
    [['b', 'koa', '--yes'], 'unexpected argument "koa"'],
    [
      ['My Bot', '--yes'],
      '"My Bot" cannot be the name of a package: use lower-case letters, digits, "-", "_" and ".", for example my-bot\n',
    ],
    [['微信', '--yes'], 'for example my-bot'],
    [['node_modules', '--yes'], '"node_modules" cannot be the name of a package'],
    [
      ['express', '--yes'],
      'cannot depend on the package express: choose another name, for example express-bot',
    ],
    [
      ['b', '--framework', 'koa', '--js'],
      'there is no terminal to ask in: give --echo | --model, --memory | --redis, or --yes for the defaults',
    ],
    [[], 'give a folder, --framework,'],
  ];

  it.each(REFUSED)('%j: %s', async (args, problem) => {
    const cwd = makeFolder();
    const { code, out, error } = await call(cwd, args);
    expect([code, out]).toEqual([1, '']);
    expect(error).toContain(problem);
    expect(error).toContain('npm create wechat-mp@latest -- --help lists the options.');
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('options that npm has kept to itself: it says where -- goes', async () => {
    const { error } = await call(makeFolder(), ['my-bot', 'koa']);
    expect(error).toContain('npm create wechat-mp@latest my-bot -- --framework koa');
    const env = { LANG: 'en', npm_config_user_agent: 'pnpm/10.34.9' };
    expect((await call(makeFolder(), ['my-bot', 'koa'], env)).error).not.toContain('-- --');
  });

  it('a folder that is not empty, a file, and a folder in a file', async () => {
    const cwd = makeFolder();
    mkdirSync(join(cwd, 'full'));
    writeFileSync(join(cwd, 'full/notes.txt'), '');
    const refuse = async (folder: string) => (await call(cwd, [folder, '--yes'])).error;
    expect(await refuse('full')).toContain('the folder full is not empty');
    expect(await refuse('full/notes.txt')).toContain('full/notes.txt is a file, not a folder');
    expect(await refuse('full/notes.txt/bot')).toContain('notes.txt');
    expect(readdirSync(join(cwd, 'full'))).toEqual(['notes.txt']);
  });

  it.each([
    [['--frmework', 'koa'], '未知选项 --frmework，是不是 --framework？'],
    [['--framework', 'nest'], '--framework 只能是 express、koa 或 fastify，不能是 "nest"'],
    [
      ['--framework', 'koa', '--framework', 'express'],
      '--framework koa 与 --framework express 互相矛盾，只能给一个',
    ],
  ])('in Chinese too: %j', async (args, problem) => {
    const { error } = await call(makeFolder(), ['b', ...args, '--lang', 'zh']);
    expect(error).toBe(`${problem}\n全部选项见 npm create wechat-mp@latest -- --help。\n`);
  });
});
