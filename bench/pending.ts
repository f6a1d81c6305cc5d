// What 100 000 deliveries at once cost in memory: npm run bench
import { answerCrowd } from '../test/support/crowd.ts';

const LIMIT = 200;

function heapUsed(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

let megabytes = 0;
const unused = heapUsed();
await answerCrowd(100_000, () => {
  megabytes = (heapUsed() - unused) / 2 ** 20;
});
console.log(
  `100 000 deliveries at once, 10 000 of them in work: ${megabytes.toFixed(0)} MiB in use (limit ${LIMIT})`,
);
