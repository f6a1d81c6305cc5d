// Servers beside the machine's own Redis, for the long suite: $VALKEY_SERVER_BIN and
// $REDIS_8_SERVER_BIN, or Debian's packages of a later release, unpacked into .cache/servers with the
// libraries that they need. Nothing is installed.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAlone } from './lock.ts';

const CACHE = fileURLToPath(new URL('../.cache/servers', import.meta.url));
const RELEASE = 'trixie';
const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';
const LIBRARIES = [
  'libatomic1',
  'libc6',
  'libcap2',
  'libgcc-s1',
  'libjemalloc2',
  'liblua5.1-0',
  'liblzf1',
  'libssl3t64',
  'libstdc++6',
  'libsystemd0',
  'libzstd1',
  'lua-bitop',
  'lua-cjson',
  'zlib1g',
];

const SERVERS = {
  'Valkey 8': {
    variable: 'VALKEY_SERVER_BIN',
    command: 'valkey-server',
    packages: ['valkey-server', 'valkey-tools'],
  },
  'Redis 8': {
    variable: 'REDIS_8_SERVER_BIN',
    command: 'redis-server',
    packages: ['redis-server', 'redis-tools'],
  },
} as const;

export type OtherServer = keyof typeof SERVERS;
export const otherServers = Object.keys(SERVERS) as OtherServer[];

/** Gives the command of a server that works; throws one line that says what to do. */
export function findServer(name: OtherServer): string {
  const { variable, command, packages } = SERVERS[name];
  const given = process.env[variable];
  if (given) return given;
  const unpacked = join(CACHE, command);
  const found = runAlone('install', () => works(unpacked) || unpack(unpacked, command, packages));
  if (found) return unpacked;
  throw new Error(`The long suite needs ${name}: set ${variable} to its ${command}.`);
}

function unpack(target: string, command: string, packages: readonly string[]): boolean {
  console.log(`Unpacking ${command} for the long suite, once …`);
  const folder = join(CACHE, `${command}-files`);
  const root = join(folder, 'root');
  const apt = prepareApt(folder);
  if (!apt || !run('apt-get', [...apt, 'update'])) return false;
  const wanted = [...packages, ...LIBRARIES].map((one) => `${one}/${RELEASE}`);
  if (!run('apt-get', [...apt, 'download', ...wanted], folder)) return false;
  for (const file of readdirSync(folder)) {
    if (file.endsWith('.deb')) run('dpkg', ['-x', join(folder, file), root]);
  }
  const place = readdirSync(join(root, 'usr/lib')).find((one) => one.includes('-linux-')) ?? '';
  const libraries = join(root, 'usr/lib', place);
  const loader = readdirSync(libraries).find((one) => one.startsWith('ld-linux')) ?? '';
  // Its own loader, as the machine may have an older C library.
  const start = `'${join(libraries, loader)}' --library-path '${libraries}'`;
  writeFileSync(target, `#!/bin/sh\nexec ${start} '${root}/usr/bin/${command}' "$@"\n`);
  chmodSync(target, 0o755);
  return works(target);
}

/** The options of an apt that knows that release alone, from where the machine has its packages. */
function prepareApt(folder: string): string[] | undefined {
  const format = '$(REPO_URI) $(ORIGIN) $(COMPONENT)';
  const told = ask('apt-get', ['indextargets', '--format', format]);
  const line = told.split('\n').find((one) => one.endsWith(' Debian main'));
  const from = line?.split(' ', 1)[0];
  if (!from) return undefined;
  for (const part of ['lists/partial', 'cache/archives/partial', 'sources', 'root']) {
    mkdirSync(join(folder, part), { recursive: true });
  }
  const source = `Types: deb\nURIs: ${from}\nSuites: ${RELEASE}\nComponents: main\nSigned-By: ${KEYS}\n`;
  writeFileSync(join(folder, 'sources', 'debian.sources'), source);
  const settings = {
    'Dir::State::lists': 'lists',
    'Dir::Cache': 'cache',
    'Dir::Etc::sourceparts': 'sources',
    'Dir::Etc::sourcelist': 'none',
  };
  return Object.entries(settings).flatMap(([name, path]) => [
    '-o',
    `${name}=${join(folder, path)}`,
  ]);
}

function works(command: string): boolean {
  return existsSync(command) && run(command, ['--version']);
}

function run(command: string, args: string[], cwd?: string): boolean {
  return spawnSync(command, args, { cwd, stdio: 'ignore', timeout: 300_000 }).status === 0;
}

function ask(command: string, args: string[]): string {
  return spawnSync(command, args, { encoding: 'utf8' }).stdout ?? '';
}
