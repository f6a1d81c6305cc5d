// What it costs to read the worst documents that fit into a body: npm run bench
import { parseMessage } from '../packages/core/src/index.ts';
import { BODY_LIMIT, hostileDocuments } from '../test/tables/hostile-documents.ts';

/** CPU milliseconds that a document may cost, and how many times as much as one of a quarter. */
const BUDGET = 100;
const RATIO = 6;
/** Below this many milliseconds a ratio says nothing. */
const MEASURABLE = 2;
const ROUNDS = 7;

/** CPU milliseconds of one reading. */
function measure(document: string | Uint8Array): number {
  const before = process.cpuUsage();
  try {
    parseMessage(document);
  } catch {
    // Refusing is an outcome too; hostile.test.ts says which it is.
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The best of several rounds for each of the documents, in turn: the machine is not always the same. */
function measureBest(...documents: (string | Uint8Array)[]): number[] {
  const rounds = Array.from({ length: ROUNDS }, () => documents.map(measure));
  return documents.map((_, index) => Math.min(...rounds.map((round) => round[index] as number)));
}

const rows = Object.entries(hostileDocuments).map(([name, [make]]) => {
  const [quarter, full] = [make(BODY_LIMIT / 4), make(BODY_LIMIT)];
  const [small, large] = measureBest(quarter, full) as [number, number];
  const hasGrown = full.length > 2 * quarter.length && large >= MEASURABLE;
  return { name, large, ratio: hasGrown ? large / small : undefined };
});
const isOver = ({ large, ratio = 0 }: (typeof rows)[number]) => large > BUDGET || ratio > RATIO;
const slowest = rows.toSorted((a, b) => b.large - a.large);
const steepest = rows.toSorted((a, b) => (b.ratio ?? 0) - (a.ratio ?? 0));

console.log(
  `the worst bodies of 1 MiB, CPU ms (limit ${BUDGET}) | times those of 256 KiB (limit ${RATIO})`,
);
for (const row of new Set([
  ...slowest.slice(0, 8),
  ...steepest.slice(0, 4),
  ...rows.filter(isOver),
])) {
  const { name, large, ratio } = row;
  const verdict = isOver(row) ? ' | OVER THE LIMIT' : '';
  console.log(`${name}: ${large.toFixed(1)} | ${ratio?.toFixed(1) ?? '-'}${verdict}`);
}
