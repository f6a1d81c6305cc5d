// Compiles every TypeScript block of the docs and READMEs, and reads those of JavaScript and JSON. A
// block that is a part of a program is completed by what its page gives in a comment above it, and
// what it imports from files beside it is in scripts/docs/given. Run: npm run blocks
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Block, readBlocks } from './docs/blocks.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
// There everything that examples import can be imported.
const folder = `${root}examples/.cache/blocks`;
const OPTIONS = {
  composite: false,
  noEmit: true,
  isolatedDeclarations: false,
  rewriteRelativeImportExtensions: false,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
};

const blocks = readBlocks();
const examples = new Set(
  readdirSync(`${root}examples`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/node_modules|\.cache/.test(file))
    .map((file) => readFileSync(`${root}examples/${file}`, 'utf8')),
);
rmSync(folder, { recursive: true, force: true });
const faults: string[] = [];
for (const block of blocks) {
  if (block.language === 'ts' && !examples.has(block.text)) writeBlock(block);
  if (block.language === 'js') faults.push(...checkScript(block));
  if (block.language === 'json') faults.push(...checkJson(block));
}
for (const project of readdirSync(folder)) {
  const path = `${folder}/${project}`;
  cpSync(`${root}scripts/docs/given`, path, { recursive: true });
  const config = { extends: '../../../../tsconfig.base.json', compilerOptions: OPTIONS };
  writeFileSync(`${path}/tsconfig.json`, JSON.stringify(config));
  const command = ['tsc', '-p', path, '--pretty', 'false'];
  const { status, stdout, stderr } = spawnSync('npx', command, { cwd: root, encoding: 'utf8' });
  if (status !== 0) faults.push(stdout + stderr);
}
if (faults.length > 0) {
  console.error(faults.join('\n').replaceAll(/^examples\/\.cache\/blocks\/\w+\//gm, ''));
  process.exitCode = 1;
} else {
  console.log(`${blocks.length} blocks of code in the docs are as they should be`);
}

function writeBlock({ page, line, text, given }: Block): void {
  // What a block adds to the types of everyone, the others must not see.
  const project = /^declare module '@/m.test(text) ? `p${page.replaceAll(/\W/g, '')}` : 'plain';
  mkdirSync(`${folder}/${project}`, { recursive: true });
  const isMembers = /^\s*(?:async )?(?:'[\w:]+'|text|image|voice|default)(?:: |\()/.test(text);
  const code = isMembers ? `export const handlers: Handlers = {\n${text}};\n` : text;
  const types = isMembers ? "import type { Handlers } from '@wechat-mp/core';\n" : '';
  const isModule = /^(?:import|export) /m.test(types + given + code);
  writeFileSync(
    `${folder}/${project}/${page.replaceAll('/', '.')}.${line}.ts`,
    `${types}${given}${code}${isModule ? '' : 'export {};\n'}`,
  );
}

function checkScript({ page, line, text }: Block): string[] {
  const { status, stderr } = spawnSync(process.execPath, ['--check', '-'], {
    input: text,
    encoding: 'utf8',
  });
  return status === 0 ? [] : [`${page}.${line}: ${stderr}`];
}

function checkJson({ page, line, text }: Block): string[] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    return [`${page}.${line}: ${String(error)}`];
  }
}
