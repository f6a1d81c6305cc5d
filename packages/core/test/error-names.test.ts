/** The name of an error is its class's, also where a minifier has renamed the classes. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { WechatError } from '../src/errors.ts';

const src = new URL('../src/', import.meta.url);
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(new URL(file, src), 'utf8'));

test('every class of errors names itself', () => {
  const classes = sources.flatMap((source) => [
    ...source.matchAll(
      /export class (\w+Error) extends \w+ \{\n {2}override readonly name: string = '(\w+)';/g,
    ),
  ]);
  const declared = sources.flatMap((source) => [
    ...source.matchAll(/class (\w+) extends \w*Error\b/g),
  ]);
  expect(classes.map(([, name]) => name)).toEqual(declared.map(([, name]) => name));
  expect(classes.map(([, , written]) => written)).toEqual(classes.map(([, name]) => name));
});

test.each([
  ['index', 'createWebhook({}, {})', 'NeedParamError'],
  ['index', "parseMessage('<')", 'ParseError'],
  ['index', "renderReply(7, { target: 'a', source: 'b' })", 'InvalidArgumentError'],
  ['unofficial/index', "new UnofficialClient({ baseUrl: 'x' })", 'InvalidArgumentError'],
  ['unofficial/index', "new LoginError('no', { path: '/' })", 'LoginError'],
  [
    'official/index',
    "new IPNotAllowedError({ errcode: 40164, errmsg: '', path: '/' })",
    'IPNotAllowedError',
  ],
])('minified, %s: %s gives %s', async (entry, code, name) => {
  const path = JSON.stringify(fileURLToPath(new URL(`${entry}.ts`, src)));
  const [used = ''] = /[A-Za-z]\w+(?=\()/.exec(code) ?? [];
  const contents = `import { ${used} } from ${path};
    let error; try { error = ${code}; } catch (thrown) { error = thrown; }
    process.stdout.write(error.name + ' ' + error.constructor.name);`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(src) },
    bundle: true,
    write: false,
    minify: true,
    format: 'cjs',
    platform: 'node',
    conditions: ['@wechat-mp/source'],
    logLevel: 'error',
  });
  const written: string[] = [];
  // oxlint-disable-next-line typescript/no-implied-eval -- runs what esbuild wrote
  const run = new Function('require', 'process', `${outputFiles[0]?.text}`) as (
    ...given: unknown[]
  ) => void;
  const { createRequire } = await import('node:module');
  const stdout = { write: (text: string) => written.push(text) };
  run(createRequire(import.meta.url), Object.create(process, { stdout: { value: stdout } }));
  const [shown, minified] = written.join('').split(' ');
  expect(shown).toBe(name);
  expect(minified).not.toBe(name);
});

test('a class of a user may have a name of its own', () => {
  class OwnError extends WechatError {
    override readonly name = 'OwnError';
  }
  expect(new OwnError('OWN', 'a').name).toBe('OwnError');
});
