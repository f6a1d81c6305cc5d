// Installs the dependencies when node_modules is absent or stale against the manifests. What only
// the benchmarks need, other packages of the same kind, comes with the argument "bench".
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const STAMP = 'node_modules/.installed';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`wechat-mp needs Node 20.19 or newer; this is ${process.versions.node}.`);
}
const most = fingerprint();
const everything = `${most} with bench`;
const isBench = process.argv[2] === 'bench';
const installed = existsSync(STAMP) ? read(STAMP) : undefined;
if (installed !== everything && (isBench || installed !== most)) install();

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
  const filter = isBench ? [] : ['--filter', '!@wechat-mp/bench'];
  const args = ['--yes', packageManager, 'install', '--frozen-lockfile', ...filter];
  const shell = process.platform === 'win32';
  const { status, stdout, stderr } = spawnSync('npx', args, { shell, encoding: 'utf8' });
  if (status !== 0) fail(`${stdout}${stderr}\nfailed: npx ${args.join(' ')}`);
  writeFileSync(STAMP, isBench ? everything : most);
}

function read(file) {
  return readFileSync(file, 'utf8');
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
