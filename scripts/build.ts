// Builds packages for what runs them as users do.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runAlone } from './lock.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Brings the `dist` of packages, and of those that they need, up to date; quick when it is. */
export function buildPackages(...names: readonly string[]): void {
  const folders = names.map((name) => `packages/${name}`);
  runAlone('build', () => {
    run('node_modules/typescript/bin/tsc', '-b', ...folders);
    run('scripts/bundle.mjs');
  });
}

function run(...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${args.join(' ')} failed:\n${stdout}${stderr}`);
}
