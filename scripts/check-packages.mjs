// Packs every public package, checks the tarballs, and uses them as a stranger's project would.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const temp = mkdtempSync(join(tmpdir(), 'wechat-mp-packages-'));
process.on('exit', () => rmSync(temp, { recursive: true, force: true }));

const { packageManager, devDependencies } = readJson(join(root, 'package.json'));
const packages = readdirSync(join(root, 'packages'))
  .map((folder) => join(root, 'packages', folder))
  .map((folder) => ({ folder, ...readJson(join(folder, 'package.json')) }))
  .filter((manifest) => !manifest.private);
const names = packages.map(({ name }) => name);

const tarballs = {};
for (const { name, version, folder } of packages) {
  const tarball = join(temp, `${name.slice(1).replace('/', '-')}-${version}.tgz`);
  step(`${name}: pack`, folder, 'npx', '--yes', packageManager, 'pack', '--pack-destination', temp);
  step(`${name}: publint`, root, bin('publint'), 'run', tarball, '--strict');
  step(`${name}: attw`, root, bin('attw'), tarball, '--profile', 'esm-only');
  tarballs[name] = `file:${tarball}`;
}

const consumer = join(temp, 'consumer');
cpSync(join(root, 'scripts/consumer'), consumer, { recursive: true });
copyFileSync(join(consumer, 'types.ts'), join(consumer, 'types.cts'));
writeJson('package.json', {
  private: true,
  type: 'module',
  dependencies: { ...tarballs, ...fromRoot('express', 'koa', 'fastify') },
  devDependencies: {
    ...fromRoot('@types/express', '@types/koa', '@types/node', '@swc/core', '@swc/jest', 'jest'),
    ...fromNest('@nestjs/platform-express', '@nestjs/testing'),
  },
});
writeJson('tsconfig.json', {
  exclude: ['jest'],
  compilerOptions: {
    target: 'es2022',
    lib: ['es2022'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    skipLibCheck: false,
    noEmit: true,
  },
});
step('consumer: npm install', consumer, 'npm', 'install', '--no-audit', '--no-fund');
step('consumer: import', consumer, process.execPath, 'esm.mjs', ...names);
step('consumer: require', consumer, process.execPath, 'commonjs.cjs', ...names);
step(
  'consumer: command',
  consumer,
  join(consumer, 'node_modules/.bin/wechat-mp-simulator'),
  '--version',
);
report('consumer: types, ESM and CommonJS', checkTypes());
process.env['WECHAT_MP_PACKAGES'] = JSON.stringify(names);
step('consumer: Jest, CommonJS', join(consumer, 'jest'), join(consumer, 'node_modules/.bin/jest'));

/** Runs a command in silence; a failure ends the script with the command's output. */
function step(title, cwd, command, ...args) {
  report(title, spawnSync(command, args, { cwd, encoding: 'utf8' }));
}

/**
 * Type-checks the consumer with the declarations of its dependencies. What is wrong inside those of
 * the frameworks is not ours: @types/koa does not compile beside Express's content-disposition.
 */
function checkTypes() {
  const args = ['-p', '.', '--pretty', 'false'];
  const result = spawnSync(bin('tsc'), args, { cwd: consumer, encoding: 'utf8' });
  const errors = (result.stdout ?? '').split('\n').filter((line) => line.includes('error TS'));
  const theirs = errors.filter((line) => /^node_modules\/(?!@wechat-mp\/)/.test(line));
  const clean = errors.length > 0 && errors.length === theirs.length;
  return clean ? { ...result, status: 0 } : result;
}

function report(title, { status, stdout, stderr, error }) {
  if (status !== 0) {
    console.error(`${stdout ?? ''}${stderr ?? ''}${error ?? ''}\nfailed: ${title}`);
    process.exit(1);
  }
  console.log(`ok: ${title}`);
}

function bin(name) {
  return join(root, 'node_modules/.bin', name);
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function writeJson(name, value) {
  writeFileSync(join(consumer, name), JSON.stringify(value, null, 2));
}

function fromNest(...wanted) {
  const nest = packages.find(({ name }) => name === '@wechat-mp/nest');
  return Object.fromEntries(wanted.map((name) => [name, nest.devDependencies[name]]));
}

function fromRoot(...wanted) {
  return Object.fromEntries(wanted.map((name) => [name, devDependencies[name]]));
}
