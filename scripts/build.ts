// Compiles packages for the tests that run what users run.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runAlone } from './lock.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Brings the `dist` of a package, and of those that it needs, up to date; quick when it is. */
export function buildPackage(name: string): void {
  const args = ['node_modules/typescript/bin/tsc', '-b', `packages/${name}`];
  const { status, stdout } = runAlone('build', () =>
    spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }),
  );
  if (status !== 0) throw new Error(`packages/${name} does not compile:\n${stdout}`);
}
