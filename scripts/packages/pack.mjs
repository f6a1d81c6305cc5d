// Packs the public packages, and checks what is in the tarballs.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findCommand, readJson, report, root, run, step } from './run.mjs';

/** The files of every tarball. */
const FILES = ['package.json', 'README.md', 'README.zh-CN.md', 'LICENSE'];
const FIELDS = ['description', 'keywords', 'license', 'repository', 'engines', 'files'];

/** Reads the manifests of the packages that are published. */
export function listPackages() {
  return readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, ...readJson(join(folder, 'package.json')) }))
    .filter((manifest) => !manifest.private);
}

/** Packs one package and returns the path of its tarball. */
export function pack({ name, version, folder }, destination) {
  const { packageManager } = readJson(join(root, 'package.json'));
  const tarball = join(destination, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
  const args = ['--yes', packageManager, 'pack', '--pack-destination', destination];
  step(`${name}: pack`, folder, 'npx', ...args);
  return tarball;
}

/** Has publint and are-the-types-wrong look at a tarball, and looks at its files itself. */
export function checkTarball(manifest, tarball) {
  const { name, folder, exports } = manifest;
  step(`${name}: publint`, root, findCommand('publint'), 'run', tarball, '--strict');
  if (exports) step(`${name}: attw`, root, findCommand('attw'), tarball, '--profile', 'esm-only');
  const faults = [...findFaults(tarball), ...findDeadLinks(folder)];
  report(`${name}: contents`, { status: faults.length, stdout: faults.join('\n') });
}

function findFaults(tarball) {
  const files = list(tarball);
  const manifest = JSON.parse(read(tarball, 'package.json'));
  const { publishConfig, sideEffects, repository } = manifest;
  return [
    ...FILES.filter((file) => !files.includes(file)).map((file) => `${file} is not packed`),
    ...FIELDS.filter((field) => !manifest[field]).map((field) => `package.json has no ${field}`),
    ...(sideEffects === undefined ? ['package.json does not say whether it has sideEffects'] : []),
    ...(publishConfig?.access === 'public' ? [] : ['publishConfig.access is not public']),
    ...(repository?.directory ? [] : ['repository has no directory']),
    ...(JSON.stringify(manifest).includes('workspace:') ? ['a version is a workspace’s'] : []),
    ...files
      .filter((file) => file.endsWith('.map'))
      .flatMap((map) => findLost(tarball, files, map)),
  ];
}

/** A source map is of use when what it names is packed as well. */
function findLost(tarball, files, map) {
  const { sources } = JSON.parse(read(tarball, map));
  return sources
    .map((source) => join(dirname(map), source))
    .filter((source) => !files.includes(source))
    .map((source) => `${map} names ${source}, which is not packed`);
}

/** npm shows the links of a README as those of the repository, at `repository.directory`. */
function findDeadLinks(folder) {
  return ['README.md', 'README.zh-CN.md']
    .filter((file) => existsSync(join(folder, file)))
    .flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
        .map(([, link]) => link)
        .filter((link) => !/^https?:/.test(link) && !existsSync(join(folder, link)))
        .map((link) => `${file} leads to ${link}, which is not there`),
    );
}

function list(tarball) {
  const { stdout } = run(root, 'tar', '-tzf', tarball);
  return stdout
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
}

function read(tarball, file) {
  return run(root, 'tar', '-xzOf', tarball, `package/${file}`).stdout;
}
