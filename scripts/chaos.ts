// npm run chaos -- --minutes 5 --seed 1: everything goes wrong for some minutes; prints what came of each
// message, and ends with 1 when one was lost or doubled, or stands wrong in a conversation.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { prepareChaos, runChaos } from '../test/long/chaos/chaos.ts';
import { stopPrograms } from '../test/support/programs.ts';
import { stopRedis } from '../test/support/redis.ts';

const LOG = fileURLToPath(new URL('../.cache/chaos.log', import.meta.url));
mkdirSync(dirname(LOG), { recursive: true });

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: `${Math.floor(Math.random() * 1e6)}` },
    users: { type: 'string', default: '200' },
    quiet: { type: 'boolean', default: false },
  },
});
const [minutes, seed, users] = [values.minutes, values.seed, values.users].map(Number) as [
  number,
  number,
  number,
];
if (![minutes, seed, users].every((number) => number >= 0)) {
  console.error('--minutes, --seed and --users take numbers');
  process.exit(2);
}

console.log(`${minutes} minutes, ${users} users, --seed ${seed}`);
const start = performance.now();
const tell = (line: string) => {
  if (!values.quiet) console.log(`${((performance.now() - start) / 1000).toFixed(1)} s  ${line}`);
};
try {
  await prepareChaos();
  const { done, wrong, ...counts } = await runChaos({
    seed,
    users,
    tell,
    milliseconds: minutes * 60_000,
    logFile: LOG,
  });
  for (const [what, count] of Object.entries(done)) console.log(`${what}: ${count}`);
  for (const one of wrong) console.log(`WRONG ${one}`);
  console.log(`--seed ${seed}`);
  console.log(JSON.stringify(counts));
  if (counts.lag > 1000) {
    console.log(
      'This machine stood still for over a second: the platform may have hung up too early.',
    );
  }
  if (counts.falseFailovers > 0) {
    console.log(
      'Sentinel took a living master for dead: this machine is too busy, so this says nothing.',
    );
  }
  if (wrong.length > 0) console.log(`all that the processes told: ${LOG}`);
  if (wrong.length > 0 || counts.sent === 0) process.exitCode = 1;
} finally {
  await stopPrograms();
  await stopRedis();
}
