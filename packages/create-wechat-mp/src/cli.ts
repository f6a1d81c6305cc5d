#!/usr/bin/env node
import { detectLanguage } from './language.ts';
import { manifest } from './manifest.ts';
import { isOldNode } from './node-version.ts';
import { TEXTS } from './texts.ts';

const { argv, env, stdin, stdout, stderr, versions } = process;
const needed = manifest.engines.node.replace('>=', '');

if (isOldNode(versions.node, needed)) {
  stderr.write(`${TEXTS[detectLanguage(env)].oldNode(versions.node, needed)}\n`);
  process.exitCode = 1;
} else {
  // Terminals of containers may say 0, in which nothing can be drawn.
  if (stdout.isTTY && !stdout.columns) Object.assign(stdout, { columns: 80, rows: 24 });
  // Not before: an old Node cannot load it.
  const { create } = await import('./create.ts');
  process.exitCode = await create({
    args: argv.slice(2),
    env,
    cwd: process.cwd(),
    terminal: stdin.isTTY && stdout.isTTY ? { input: stdin, output: stdout } : undefined,
    print: (text) => void stdout.write(text),
    printError: (text) => void stderr.write(text),
  });
}
