// One process at a time: test suites run in parallel, and several may need the same thing made.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../.cache/locks', import.meta.url));
const PAUSE = 100;

/** Runs an action while no other process of this checkout runs one of that name; waits its turn. */
export function runAlone<T>(name: string, action: () => T): T {
  mkdirSync(FOLDER, { recursive: true });
  const lock = join(FOLDER, name);
  while (!create(lock)) {
    const owner = read(lock);
    if (owner && !isAlive(owner)) release(lock, owner);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
  }
  try {
    return action();
  } finally {
    rmSync(lock);
  }
}

/** Removes the lock of a process that died, unless another one has done so since. */
function release(lock: string, owner: string): void {
  const claim = `${lock}.${owner}`;
  if (!create(claim)) return;
  if (read(lock) === owner) rmSync(lock);
  rmSync(claim);
}

function create(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isAlive(pid: string): boolean {
  try {
    return process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
