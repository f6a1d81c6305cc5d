/** The cost of loading a package: milliseconds beyond its framework, and modules. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Table } from './http/report.ts';

const ENTRIES = [
  ['@wechat-mp/core', undefined],
  ['@wechat-mp/express', 'express'],
  ['@wechat-mp/koa', 'koa'],
  ['@wechat-mp/fastify', 'fastify'],
  ['@wechat-mp/core/official', undefined],
] as const;
/** Milliseconds of an adapter beyond its framework. */
const LIMIT = 60;

/** Loads each entry in processes of its own, the framework before it. */
export function measureStart(rounds: number): Table {
  const rows = ENTRIES.map(([entry, framework]) => {
    const times = Array.from({ length: rounds }, () => timeImport(entry, framework));
    const best = Math.min(...times);
    const limit = framework ? `${LIMIT}` : '';
    return [framework ? `${entry} beyond ${framework}` : entry, best.toFixed(1), limit];
  });
  return { title: `Loading, the best of ${rounds}`, head: ['entry', 'ms', 'at most'], rows };
}

function timeImport(entry: string, framework: string | undefined): number {
  const source = `
    ${framework ? `await import('${framework}');` : ''}
    const start = performance.now();
    await import('${entry}');
    console.log(performance.now() - start);`;
  const args = ['--input-type=module', '--eval', source];
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  // Without what this process was started with: packages as they are built.
  const env = { ...process.env, NODE_OPTIONS: '' };
  return Number(spawnSync(process.execPath, args, { cwd, env, encoding: 'utf8' }).stdout);
}
