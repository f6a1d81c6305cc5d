/** A few documents, the same each time; `test/long/reader.test.ts` tries many others. */
import { describeReaders } from '../../../test/support/readers.ts';

describeReaders({ documents: 20_000, seed: 1 });
