/** `FUZZ_RUNS` changes how many inputs there are, `FUZZ_SEED` repeats a run. */
import { describeFuzzing } from '../support/fuzz.ts';

const { FUZZ_RUNS: runs = 10_000, FUZZ_SEED: seed = Math.floor(Math.random() * 2 ** 31) } =
  process.env;
describeFuzzing({ runs: Number(runs), seed: Number(seed) });
