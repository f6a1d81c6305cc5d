import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { StoreError } from '../errors.ts';

/** Milliseconds after which a lock is that of a crashed process: the work takes a few. */
const STALE = 10_000;
/** Milliseconds to wait for a lock. */
const PATIENCE = 30_000;
/** Milliseconds between two tries; doubled at most. */
const TRY_AGAIN = 5;

/**
 * Runs work on a file exclusively, in this process and others: the lock is a file beside it, which
 * only one can create.
 *
 * @throws {StoreError} when another process keeps the lock
 */
export async function withFileLock<Result>(
  path: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = `${path}.lock`;
  const owner = randomUUID();
  const until = Date.now() + PATIENCE;
  while (!(await create(lock, owner))) {
    if (Date.now() > until) throw new StoreError('another process keeps the file locked');
    if (!(await dropStale(lock))) await pause(TRY_AGAIN * (1 + Math.random()));
  }
  try {
    return await work();
  } finally {
    // It is another’s when this process was stopped for so long that it was taken for dead.
    if ((await readFile(lock, 'utf8').catch(missing)) === owner) await rm(lock, { force: true });
  }
}

async function create(lock: string, owner: string): Promise<boolean> {
  try {
    await writeFile(lock, owner, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the lock of a crashed process. */
async function dropStale(lock: string): Promise<boolean> {
  const seen = await stat(lock).catch(missing);
  // One of the future is of a time before the clock was set back.
  if (!seen || Math.abs(Date.now() - seen.mtimeMs) < STALE) return false;
  const aside = `${lock}.${randomUUID()}`;
  await rename(lock, aside).catch(missing);
  const taken = await stat(aside).catch(missing);
  // Somebody was faster, and this is the lock of a living one: it goes back.
  if (taken && taken.mtimeMs !== seen.mtimeMs) await link(aside, lock).catch(() => {});
  await rm(aside, { force: true });
  return true;
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
