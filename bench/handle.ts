// What handle() of a plain message costs, beside what it cost before the reply window was rebuilt
// around one slot: npm run bench
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { build } from 'esbuild';

const BEFORE = 'bec9288';
/** Maximum ratio to the cost of the reference. */
const LIMIT = 0.4;
const ROUNDS = 60;
const WARM_UP = 20;
const MESSAGES = 1000;

const root = new URL('../', import.meta.url).pathname;
const folder = `${root}.cache/bench`;
const old = `${folder}/${BEFORE}`;

/** Fetches the core of that commit, and what it needed. */
function fetchBefore(): void {
  if (existsSync(`${old}/node_modules/saxes`)) return;
  mkdirSync(old, { recursive: true });
  const archive = execFileSync('git', ['archive', BEFORE, 'packages/core', 'tsconfig.base.json'], {
    cwd: root,
    maxBuffer: 2 ** 28,
  });
  execFileSync('tar', ['x', '-C', old], { input: archive });
  const needs = ['saxes@6', 'raw-body@3', 'cookie@1', 'file-type@21', 'got@14', 'tough-cookie@6'];
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', old, ...needs]);
}

/** Bundles the messages with a core, and starts them in a process of their own. */
async function start(name: string, core: string): Promise<ChildProcess> {
  const outfile = `${folder}/${name}.mjs`;
  await build({
    entryPoints: [`${root}bench/handle-messages.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: { '@wechat-mp/core': `${core}/packages/core/src/index.ts` },
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const child = fork(outfile, { execArgv: [] });
  await once(child, 'message');
  return child;
}

async function measure(child: ChildProcess): Promise<number> {
  child.send(MESSAGES);
  const [microseconds] = (await once(child, 'message')) as [number];
  return microseconds;
}

const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;

fetchBefore();
const sides = [
  { child: await start('before', old), all: [] as number[] },
  { child: await start('now', root), all: [] as number[] },
] as const;
for (let round = 0; round < ROUNDS; round += 1) {
  for (const { child, all } of round % 2 ? sides.toReversed() : sides) {
    const microseconds = await measure(child);
    if (round >= WARM_UP) all.push(microseconds);
  }
}
for (const { child } of sides) child.kill();
const [before, now] = [median(sides[0].all), median(sides[1].all)];
const ratio = now / before;
console.log(
  `handle() of a plain message, CPU µs: ${now.toFixed(1)} now, ${before.toFixed(1)} at ${BEFORE}: ratio ${ratio.toFixed(2)} (limit ${LIMIT})${ratio > LIMIT ? ' | OVER THE LIMIT' : ''}; least ${Math.min(...sides[1].all).toFixed(1)} and ${Math.min(...sides[0].all).toFixed(1)} (${ROUNDS - WARM_UP} interleaved rounds of ${MESSAGES} messages)`,
);
