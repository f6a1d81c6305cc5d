/** `READER_DOCUMENTS` changes how many documents there are, `READER_SEED` repeats a run. */
import { describeReaders } from '../support/readers.ts';

const {
  READER_DOCUMENTS: documents = 300_000,
  READER_SEED: seed = Math.floor(Math.random() * 2 ** 31),
} = process.env;
describeReaders({ documents: Number(documents), seed: Number(seed) });
