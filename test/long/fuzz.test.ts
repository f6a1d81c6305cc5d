/** 34 000 deliveries in each mode; `FUZZ_RUNS` changes that, `FUZZ_SEED` repeats a run. */
import { describeFuzzing } from '../support/fuzz.ts';

const { FUZZ_RUNS: runs = 34_000, FUZZ_SEED: seed = Math.floor(Math.random() * 2 ** 31) } =
  process.env;
describeFuzzing({ runs: Number(runs), seed: Number(seed) });
