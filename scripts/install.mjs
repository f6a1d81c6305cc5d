// Installs the dependencies when node_modules is absent or stale against the manifests. What only
// the benchmarks or the site need comes with the argument "bench" or "docs", and stays.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const STAMP = 'node_modules/.installed';
const EXTRAS = ['bench', 'docs'];

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`wechat-mp needs Node 20.19 or newer; this is ${process.versions.node}.`);
}
const current = fingerprint();
const [installed, ...had] = existsSync(STAMP) ? read(STAMP).split(' ') : [];
const wanted = EXTRAS.filter((name) => had.includes(name) || name === process.argv[2]);
if (installed !== current || wanted.length > had.length) install();

function fingerprint() {
  const lockfile = read('pnpm-lock.yaml');
  const importers = lockfile.split(/^packages:$/m, 1)[0].matchAll(/^ {2}(\S+):$/gm);
  const files = [...importers].map(([, folder]) => `${folder}/package.json`);
  const hash = createHash('sha256').update(lockfile);
  for (const file of ['pnpm-workspace.yaml', ...files]) hash.update(read(file));
  return hash.digest('hex');
}

function install() {
  console.log('Installing dependencies, once …');
  const { packageManager } = JSON.parse(read('package.json'));
  const left = EXTRAS.filter((name) => !wanted.includes(name));
  const filters = left.flatMap((name) => ['--filter', `!@wechat-mp/${name}`]);
  const args = ['--yes', packageManager, 'install', '--frozen-lockfile', ...filters];
  const shell = process.platform === 'win32';
  const { status, stdout, stderr } = spawnSync('npx', args, { shell, encoding: 'utf8' });
  if (status !== 0) fail(`${stdout}${stderr}\nfailed: npx ${args.join(' ')}`);
  writeFileSync(STAMP, [current, ...wanted].join(' '));
}

function read(file) {
  return readFileSync(file, 'utf8');
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
