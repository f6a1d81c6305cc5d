/** A few inputs, always the same; `test/long/fuzz.test.ts` tries many others. */
import { describeFuzzing } from '../../../test/support/fuzz.ts';

describeFuzzing({ runs: 250, seed: 1 });
