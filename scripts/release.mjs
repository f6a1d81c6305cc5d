// Does all of a release but the publishing: makes the version, checks, and packs what is to be
// published into .cache/release. With --keep-version the version has been made before.
// Run: npm run release
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listPackages, pack } from './packages/pack.mjs';
import { readJson, root, step } from './packages/run.mjs';

const target = join(root, '.cache/release');

if (!process.argv.includes('--keep-version'))
  step('version', root, 'npm', 'run', 'release:version');
checkVersions();
checkAddresses();
check();

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const files = sortByNeed(listPackages()).map((manifest) => pack(manifest, target));
writeFileSync(join(target, 'SHA256SUMS'), files.map(describe).join(''));
writeFileSync(join(target, 'ORDER'), files.map((file) => `${basename(file)}\n`).join(''));
writeFileSync(join(target, 'NOTES.md'), readNotes());
console.log(`
.cache/release has ${files.length} tarballs, their SHA256SUMS and NOTES.md. What is left:
  npm test, npm run test:long and npm run packages -- --all, where CI has not run them
  commit, tag v${findVersion()}, push: .github/workflows/release.yml publishes with provenance
  or, by hand, in this order: ${files.map((file) => `npm publish ${basename(file)}`).join(', ')}`);

/** Takes minutes, so that its output is shown as it comes. */
function check() {
  const { status } = spawnSync('npm', ['run', 'check'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) fail('npm run check');
}

function findVersion() {
  return readJson(join(root, 'packages/core/package.json')).version;
}

/** All packages have one version. */
function checkVersions() {
  const versions = new Set(listPackages().map(({ version }) => version));
  if (versions.size > 1) fail(`packages have several versions: ${[...versions].join(', ')}`);
  const tag = process.env['GITHUB_REF']?.match(/^refs\/tags\/v(.*)$/)?.[1];
  if (tag && !versions.has(tag)) fail(`the tag is v${tag}, the version ${findVersion()}`);
}

/** Provenance names the repository that built a package: npm refuses one that says another. */
function checkAddresses() {
  const repository = process.env['GITHUB_REPOSITORY'];
  if (!repository) return;
  const wrong = listPackages().filter(
    (manifest) => manifest.repository?.url !== `git+https://github.com/${repository}.git`,
  );
  if (wrong.length > 0) {
    fail(
      `repository.url is not that of ${repository}: ${wrong.map(({ name }) => name).join(', ')}`,
    );
  }
}

/** Puts each package after those that it depends on. */
function sortByNeed(packages) {
  const sorted = new Map();
  const add = (manifest) => {
    if (sorted.has(manifest.name)) return;
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      const needed = packages.find((other) => other.name === name);
      if (needed) add(needed);
    }
    sorted.set(manifest.name, manifest);
  };
  for (const manifest of packages) add(manifest);
  return [...sorted.values()];
}

function describe(file) {
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
  return `${hash}  ${basename(file)}\n`;
}

/** Reads what CHANGELOG.md says of this version. */
function readNotes() {
  const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
  const sections = changelog.split(/^(?=## )/m).slice(1);
  return sections.find((section) => section.startsWith(`## ${findVersion()}`)) ?? '';
}

function fail(message) {
  console.error(`failed: ${message}`);
  process.exit(1);
}
