/** The command as a process. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { buildPackages } from '../../../scripts/build.ts';
import { manifest } from '../src/manifest.ts';
import { makeFolder, removeFolders } from './support.ts';

const CLI = resolve('packages/create-wechat-mp/dist/cli.js');

beforeAll(() => buildPackages('create-wechat-mp'));
afterAll(removeFolders);

function run(cwd: string, args: readonly string[], nodeOptions: readonly string[] = []) {
  const { PATH } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeOptions, CLI, ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH, LANG: 'en_US.UTF-8' },
  });
  return { status, stdout, stderr };
}

/** Makes the process believe that it runs on another Node. */
function pretendNode(version: string): string[] {
  const code = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
  return ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
}

it('--version and --help', () => {
  const cwd = makeFolder();
  expect(run(cwd, ['--version'])).toEqual({
    status: 0,
    stdout: `${manifest.version}\n`,
    stderr: '',
  });
  const { status, stdout } = run(cwd, ['--help']);
  expect(status).toBe(0);
  expect(stdout).toContain('npm create wechat-mp@latest [FOLDER] -- [OPTIONS]');
  for (const option of ['--framework', '--typescript', '--model', '--redis', '--yes', '--lang']) {
    expect(stdout).toContain(option);
  }
  expect(run(cwd, ['-h', '--lang', 'zh']).stdout).toContain('创建微信公众号项目');
});

it('writes a project where it is called', () => {
  const cwd = makeFolder();
  const args = ['my-bot', '--framework', 'koa', '--typescript', '--model', '--redis', '--yes'];
  expect(run(cwd, args)).toMatchObject({ status: 0, stderr: '' });
  expect(existsSync(join(cwd, 'my-bot/src/server.ts'))).toBe(true);
});

it('without a terminal asks nothing, and says what is missing', () => {
  const { status, stderr } = run(makeFolder(), ['my-bot']);
  expect(status).toBe(1);
  expect(stderr).toContain('there is no terminal to ask in: give --framework,');
});

it.each(['18.20.8', '20.18.3'])('refuses Node %s, and says which it needs', (version) => {
  const cwd = makeFolder();
  const { status, stdout, stderr } = run(cwd, ['my-bot', '--yes'], pretendNode(version));
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toBe(
    `Node.js ${version} is too old: 20.19 or later is needed, see https://nodejs.org\n`,
  );
  expect(existsSync(join(cwd, 'my-bot'))).toBe(false);
});

it.each(['20.19.0', '22.0.0', '100.0.0'])('takes Node %s', (version) => {
  expect(run(makeFolder(), ['my-bot', '--yes'], pretendNode(version)).status).toBe(0);
});
