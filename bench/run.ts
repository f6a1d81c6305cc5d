// Whole servers under load, and what a start costs: npm run bench, and npm run bench -- --full
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildPackages } from '../scripts/build.ts';
import { startRedis, stopRedis } from '../test/support/redis.ts';
import { measureFairness, tabulateDelays } from './fairness.ts';
import {
  tabulateCpu,
  tabulateServers,
  tabulateTargets,
  writeReport,
  writeTable,
} from './http/report.ts';
import { compileServers, FOLDER, measureSeries, type Subject } from './http/series.ts';
import { FULL, GROWTH, QUICK } from './http/tables.ts';
import { measureSoak } from './soak.ts';
import { measureStart } from './start.ts';

const isFull = process.argv.includes('--full');
const root = fileURLToPath(new URL('..', import.meta.url));

buildPackages('core', 'express', 'koa', 'fastify', 'context-redis');
mkdirSync(FOLDER, { recursive: true });
const script = await compileServers();
const load = { connections: 50, warmUp: 15_000, measured: 20_000 };

// Beside the load, away from the server that is measured.
const redis = isFull ? await startRedis('--server_cpulist', '1') : undefined;
const env = redis && { REDIS_PORT: `${redis.port}` };
const subjects = (isFull ? FULL : QUICK).map((name): Subject => ({ name, ...(env && { env }) }));
const rows = await measureSeries(script, subjects, { ...load, rounds: isFull ? 5 : 2 });
await stopRedis();
const tables = [tabulateServers(rows), tabulateTargets(rows), measureStart(isFull ? 9 : 3)];

if (isFull) {
  for (const { what, of } of GROWTH) {
    const growing = of.map(
      ({ size, growth, bytes, kind }): Subject => ({
        name: `${size} ${what}`,
        server: 'growth',
        env: { GROWTH: JSON.stringify(growth) },
        traffic: {
          ...(bytes && { size: bytes, count: bytes > 9999 ? 12_000 : 30_000 }),
          ...(kind && { kind }),
        },
      }),
    );
    const less = { ...load, warmUp: 6000, measured: 8000, rounds: 3 };
    tables.push(tabulateCpu(`Growth: ${what}`, await measureSeries(script, growing, less)));
  }
  const crowded = ['bare koa', 'ours koa plain', 'bare fastify', 'ours fastify plain'];
  const many = { ...load, connections: 200, rounds: 3 };
  const delays = await measureSeries(
    script,
    crowded.map((name) => ({ name })),
    many,
  );
  tables.push(tabulateCpu('200 connections', delays), tabulateDelays(delays));
  tables.push(await measureFairness(script, 6));
  tables.push(await measureSoak(script, 1_000_000));
}

/** Benchmarks that stand alone, and whether each is compiled before it runs. */
const OTHERS: Record<string, 'as it is' | 'compiled'> = {
  'steps.ts': 'as it is',
  'allocation.ts': 'as it is',
  'context.ts': 'as it is',
  'window.ts': 'compiled',
  'handle.ts': 'as it is',
  'official.ts': 'compiled',
  'reader.ts': 'compiled',
  'parsing.ts': 'compiled',
  'requests.ts': 'compiled',
  'hostile.ts': 'compiled',
  'memory.ts': 'as it is',
  'pending.ts': 'as it is',
  'leftovers.ts': 'as it is',
  'simulator.ts': 'as it is',
  'page.ts': 'as it is',
};

if (isFull) {
  const source = ['--expose-gc', '--conditions=@wechat-mp/source', '--import', 'tsx'];
  for (const [file, how] of Object.entries(OTHERS)) {
    console.log(`\n## ${file}`);
    const args =
      how === 'compiled' ? ['scripts/bench.mjs', `bench/${file}`] : [...source, `bench/${file}`];
    spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  }
}

console.log(tables.map(writeTable).join('\n\n'));
console.log(`\ncharts: ${writeReport(FOLDER, tables, rows)}`);
process.exit(0);
