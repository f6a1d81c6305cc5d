/** A few inputs, the same each time but for their nonces; `test/long/fuzz.test.ts` tries many others. */
import { describeFuzzing } from '../../../test/support/fuzz.ts';

describeFuzzing({ runs: 250, seed: 1 });
