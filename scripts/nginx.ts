// Finds an nginx for the long suite, or unpacks one: $NGINX_BIN, PATH, Debian's package unpacked into
// .cache/nginx. Nothing is installed.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAlone } from './lock.ts';

const CACHE = fileURLToPath(new URL('../.cache/nginx', import.meta.url));
const UNPACKED = join(CACHE, 'nginx');
const PACKAGES = ['nginx', 'libpcre2-8-0', 'libssl3', 'zlib1g'];

/** Returns the command of an nginx that works; throws an error of one line that says what to do. */
export function findNginx(): string {
  const given = process.env['NGINX_BIN'];
  if (given) return given;
  const found = findInstalled() ?? runAlone('install', () => findInstalled() ?? unpack());
  if (found) return found;
  throw new Error(
    'The long suite needs nginx: install it (apt-get install nginx, brew install nginx) or set NGINX_BIN.',
  );
}

function findInstalled(): string | undefined {
  return ['nginx', '/usr/sbin/nginx', UNPACKED].find(works);
}

function unpack(): string | undefined {
  console.log('Unpacking nginx for the long suite, once …');
  const packages = join(CACHE, 'packages');
  const root = join(CACHE, 'root');
  mkdirSync(packages, { recursive: true });
  const download = ['download', ...PACKAGES];
  if (!run('apt-get', download, packages)) {
    if (!run('apt-get', ['update']) || !run('apt-get', download, packages)) return undefined;
  }
  for (const file of readdirSync(packages)) run('dpkg', ['-x', join(packages, file), root]);
  const libraries = readdirSync(join(root, 'usr/lib')).find((name) => name.includes('-linux-'));
  const script = `#!/bin/sh\nLD_LIBRARY_PATH='${root}/usr/lib/${libraries}' exec '${root}/usr/sbin/nginx' "$@"\n`;
  writeFileSync(UNPACKED, script);
  chmodSync(UNPACKED, 0o755);
  return works(UNPACKED) ? UNPACKED : undefined;
}

function works(command: string): boolean {
  if (command.includes('/') && !existsSync(command)) return false;
  return run(command, ['-v']);
}

function run(command: string, args: string[], cwd?: string): boolean {
  return spawnSync(command, args, { cwd, stdio: 'ignore', timeout: 120_000 }).status === 0;
}
