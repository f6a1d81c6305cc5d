import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a command in silence; a failure ends the script with the command's output. */
export function step(title, cwd, command, ...args) {
  report(title, run(cwd, command, ...args));
}

export function run(cwd, command, ...args) {
  return spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 });
}

export function report(title, { status, stdout, stderr, error }) {
  if (status !== 0) {
    console.error(`${stdout ?? ''}${stderr ?? ''}${error ?? ''}\nfailed: ${title}`);
    process.exit(1);
  }
  console.log(`ok: ${title}`);
}

/** Returns the path of a command that a project has installed. */
export function findCommand(name, folder = root) {
  return join(folder, 'node_modules/.bin', name);
}

export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

export function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
