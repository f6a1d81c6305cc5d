// Finds a redis-server for the tests, or installs one: $REDIS_SERVER_BIN, PATH, a package unpacked
// earlier into .cache, Debian's package (as root), Debian's package unpacked (without root).
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAlone } from './lock.ts';

const CACHE = fileURLToPath(new URL('../.cache/redis', import.meta.url));
const UNPACKED = join(CACHE, 'redis-server');
const PACKAGES = [
  'redis-server',
  'redis-tools',
  'libatomic1',
  'libjemalloc2',
  'liblua5.1-0',
  'liblzf1',
  'lua-bitop',
  'lua-cjson',
];

/** Gives the command of a redis-server that works; throws one line that says what to do. */
export function findRedis(): string {
  const given = process.env['REDIS_SERVER_BIN'];
  if (given) {
    if (works(given)) return given;
    throw new Error(`REDIS_SERVER_BIN is ${given}, which does not run`);
  }
  const found = findInstalled() ?? runAlone('install', () => findInstalled() ?? installAny());
  if (found) return found;
  throw new Error(
    'The tests need redis-server: install it (apt-get install redis-server, brew install redis) or set REDIS_SERVER_BIN.',
  );
}

function findInstalled(): string | undefined {
  if (works('redis-server')) return 'redis-server';
  return existsSync(UNPACKED) && works(UNPACKED) ? UNPACKED : undefined;
}

function installAny(): string | undefined {
  if (!run('sh', ['-c', 'command -v apt-get'])) return undefined;
  console.log('Installing redis-server for the tests, once …');
  const isRoot = process.getuid?.() === 0;
  return (
    (isRoot && install() ? findInstalled() : undefined) ?? (unpack() ? findInstalled() : undefined)
  );
}

function install(): boolean {
  const apt = ['install', '-y', '-o', 'DPkg::Lock::Timeout=120', 'redis-server'];
  return run('apt-get', apt) || (run('apt-get', ['update']) && run('apt-get', apt));
}

/** The command is a link into redis-tools, and its libraries lie beside it. */
function unpack(): boolean {
  const packages = join(CACHE, 'packages');
  const root = join(CACHE, 'root');
  mkdirSync(packages, { recursive: true });
  if (!run('apt-get', ['download', ...PACKAGES], packages)) return false;
  for (const file of readdirSync(packages)) run('dpkg', ['-x', join(packages, file), root]);
  const libraries = readdirSync(join(root, 'usr/lib')).find((name) => name.includes('-linux-'));
  const script = `#!/bin/sh\nLD_LIBRARY_PATH='${root}/usr/lib/${libraries}' exec '${root}/usr/bin/redis-server' "$@"\n`;
  writeFileSync(UNPACKED, script);
  chmodSync(UNPACKED, 0o755);
  return true;
}

function works(command: string): boolean {
  return run(command, ['--version']);
}

function run(command: string, args: string[], cwd?: string): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, args, { cwd, env, stdio: 'ignore', timeout: 180_000 }).status === 0;
}
