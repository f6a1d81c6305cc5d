import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';

/** The checks of names and words, run on small files as `npm run check` runs them on the repository. */
const folder = mkdtempSync(join(tmpdir(), 'words-'));
const config = join(folder, 'config.json');
writeFileSync(
  config,
  JSON.stringify({
    plugins: [],
    jsPlugins: [resolve('scripts/lint-words.mjs')],
    categories: { correctness: 'off' },
    rules: Object.fromEntries(
      ['no-of-name', 'plain-docstring', 'plain-words'].map((rule) => [`words/${rule}`, 'error']),
    ),
  }),
);

afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

/** Returns the codes of the rules that a source breaks, as `rule:line`. */
function lint(source: string): string[] {
  const file = join(folder, `source-${++files}.ts`);
  writeFileSync(file, source);
  const { stdout } = spawnSync('node_modules/.bin/oxlint', ['-c', config, '-f', 'unix', file], {
    encoding: 'utf8',
  });
  return [...stdout.matchAll(/^.*\.ts:(\d+):\d+: .*words\(([\w-]+)\)\]$/gm)].map(
    ([, line, rule]) => `${rule}:${line}`,
  );
}

describe('names that end in Of', () => {
  test.each([
    ['a function', 'function keyOf() {}'],
    ['a function of TypeScript without a body', 'declare function keyOf(): void;'],
    ['an arrow function', 'const keyOf = () => 1;'],
    ['a variable that may hold a function', 'const keyOf = create();'],
    ['a parameter', 'call((keyOf) => keyOf());'],
    ['a parameter with a default', 'function call(keyOf = create()) {}'],
    ['a method', 'class A { keyOf() {} }'],
    ['a private method', 'class A { #keyOf() {} }'],
    ['a field of a class', 'class A { keyOf = () => 1; }'],
    ['a method of an object', 'export const a = { keyOf() {} };'],
    ['an arrow function of an object', 'export const a = { keyOf: () => 1 };'],
    ['a method of an interface', 'interface A { keyOf(): void }'],
    ['a property of an interface', 'interface A { keyOf: () => void }'],
  ])('are refused for %s', (_, source) => {
    expect(lint(source)).toEqual(['no-of-name:1']);
  });

  test.each([
    [
      'are those of the standard library',
      'const at = [1].indexOf(1); const own = { valueOf() {} };',
    ],
    ['are types', 'type PartOf = string;'],
    ['are called, not declared', 'library.keyOf(); export const { a } = library.listOf();'],
    ['are a word of their own', 'const proof = () => 1; function of() {}'],
  ])('pass when they %s', (_, source) => {
    expect(lint(source)).toEqual([]);
  });
});

describe('docstrings', () => {
  test.each(['What', 'Who', 'Whose', 'Whom', 'Where', 'Of'])('may not begin with "%s"', (word) => {
    expect(lint(`/** ${word} it is. */\nexport const a = 1;`)).toEqual(['plain-docstring:1']);
    expect(lint(`\n/**\n * ${word} it is.\n *\n * More.\n */\nexport const a = 1;`)).toEqual([
      'plain-docstring:2',
    ]);
  });

  test.each([
    '/** Returns the key. */',
    '/** Whether it is a key. */',
    '/** Offers a key. */',
    '/** Whatever it is, it is kept. */',
    '/* What a comment says is not a docstring. */',
    '// What a comment says is not a docstring.',
  ])('pass otherwise: %s', (comment) => {
    expect(lint(`${comment}\nexport const a = 1;`)).toEqual([]);
  });
});

describe('words of the list', () => {
  test.each([
    ['a comment', '// it is told so\nexport const a = 1;'],
    ['a docstring, over the end of a line', '/** It is\n * told so. */\nexport const a = 1;'],
    ['a message', "throw new Error('the body is no JSON');"],
    ['a template, across its values', 'throw new Error(`${1} is no JSON, ${2}`);'],
    ['the name of a test', "test('the log is told', () => {});"],
  ])('are refused in %s', (_, source) => {
    expect(lint(source)).toEqual(['plain-words:1']);
  });

  test('pass in names, and as parts of other words', () => {
    expect(lint("const anew = 1; throw new Error('Canewdon is JSON');")).toEqual([]);
  });

  const check = (text: string, name = 'page.md') => {
    const file = join(folder, name);
    writeFileSync(file, text);
    const { stdout, status } = spawnSync('node', ['scripts/check-words.mjs', file], {
      encoding: 'utf8',
    });
    return { status, lines: stdout.trim().split('\n').filter(Boolean) };
  };

  test('are refused on a page, each with its line and what to write', () => {
    const { status, lines } = check('# Page\n\nThe body is no\nJSON. 回复窗口\n');
    expect(status).toBe(1);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/page\.md:3: "is no JSON": write is not …$/);
    expect(lines[1]).toMatch(/page\.md:4: "回复窗口": write 回复时限$/);
  });

  test('stand in the glossary that says so', () => {
    const text = '<!-- glossary -->\n回复窗口\n<!-- /glossary -->\n';
    expect(check(text)).toEqual({ status: 0, lines: [] });
    expect(check(`${text}回复窗口\n`).lines[0]).toContain(':4:');
  });
});
