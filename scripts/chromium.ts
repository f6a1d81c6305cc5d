// Finds a Chromium for the tests, or installs one: $CHROMIUM_BIN, PATH, packages unpacked earlier
// into .cache, Debian's package (as root), Debian's packages unpacked (without root).
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAlone } from './lock.ts';

const CACHE = fileURLToPath(new URL('../.cache/chromium', import.meta.url));
const UNPACKED = join(CACHE, 'chromium');
const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Gives the path of a Chromium that works; throws one line that says what to do. */
export function findChromium(): string {
  const given = process.env['CHROMIUM_BIN'];
  if (given) {
    if (works(given)) return given;
    throw new Error(`CHROMIUM_BIN is ${given}, which does not run`);
  }
  const found = findInstalled() ?? runAlone('install', () => findInstalled() ?? installAny());
  if (found) return found;
  throw new Error(
    'The tests need Chromium: install it (apt-get install chromium, brew install chromium) or set CHROMIUM_BIN.',
  );
}

function findInstalled(): string | undefined {
  return findInPath() ?? (existsSync(UNPACKED) && works(UNPACKED) ? UNPACKED : undefined);
}

function installAny(): string | undefined {
  if (!run('sh', ['-c', 'command -v apt-get']).isDone) return undefined;
  console.log('Installing chromium for the tests, once …');
  const isRoot = process.getuid?.() === 0;
  return (
    (isRoot && install() ? findInstalled() : undefined) ?? (unpack() ? findInstalled() : undefined)
  );
}

function findInPath(): string | undefined {
  for (const command of COMMANDS) {
    const { isDone, output } = run('sh', ['-c', `command -v ${command}`]);
    const path = output.trim();
    if (isDone && works(path)) return path;
  }
  return undefined;
}

function install(): boolean {
  const apt = [
    'install',
    '-y',
    '--no-install-recommends',
    '-o',
    'DPkg::Lock::Timeout=120',
    'chromium',
    // Without a font of theirs, Chinese characters are boxes.
    'fonts-noto-cjk',
  ];
  return (
    run('apt-get', apt).isDone || (run('apt-get', ['update']).isDone && run('apt-get', apt).isDone)
  );
}

/** Takes the package and all that it needs and this machine has not; its libraries lie beside it. */
function unpack(): boolean {
  const plan = run('apt-get', ['-s', 'install', '--no-install-recommends', 'chromium']);
  const names = [...plan.output.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name);
  if (!names.includes('chromium')) return false;
  const packages = join(CACHE, 'packages');
  const root = join(CACHE, 'root');
  mkdirSync(packages, { recursive: true });
  if (!run('apt-get', ['download', ...names], packages).isDone) return false;
  for (const file of readdirSync(packages)) run('dpkg', ['-x', join(packages, file), root]);
  const usr = join(root, 'usr/lib');
  const folders = readdirSync(usr).find((name) => name.includes('-linux-')) ?? '';
  const libraries = join(usr, folders);
  // Some packages keep libraries of their own in a folder below, as pulseaudio does.
  const below = readdirSync(libraries, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(libraries, name));
  const path = [join(usr, 'chromium'), libraries, join(root, 'lib', folders), ...below].join(':');
  const script = `#!/bin/sh\nLD_LIBRARY_PATH='${path}' exec '${join(usr, 'chromium/chromium')}' "$@"\n`;
  writeFileSync(UNPACKED, script);
  chmodSync(UNPACKED, 0o755);
  return true;
}

function works(command: string): boolean {
  return run(command, ['--version']).isDone;
}

function run(command: string, args: string[], cwd?: string): { isDone: boolean; output: string } {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stdout } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 300_000,
  });
  return { isDone: status === 0, output: stdout ?? '' };
}
