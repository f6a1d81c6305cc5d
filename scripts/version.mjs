// Makes a version of the changesets in .changeset: manifests and changelogs of the packages by
// Changesets, and CHANGELOG.md, which has the history of all of them. Run: npm run release:version
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCommand, readJson, root, step } from './packages/run.mjs';

const CHANGELOG = join(root, 'CHANGELOG.md');

const changes = readChangesets();
if (changes.length === 0) {
  console.log('no changesets: the version stays');
} else {
  step('changeset version', root, findCommand('changeset'), 'version');
  step('format', root, findCommand('biome'), 'format', '--write', 'packages', '.changeset');
  const { version } = readJson(join(root, 'packages/core/package.json'));
  writeFileSync(CHANGELOG, addVersion(readFileSync(CHANGELOG, 'utf8'), version, changes));
  console.log(`version ${version}`);
}

/** Reads what each changeset says, without the list of packages above it. */
function readChangesets() {
  const folder = join(root, '.changeset');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => readFileSync(join(folder, file), 'utf8').split(/^---$/m)[2]?.trim())
    .filter(Boolean);
}

/** Puts a version on top of the history. What stood under "Next" is part of it. */
function addVersion(changelog, version, texts) {
  const lines = texts.map((text) => `- ${text.replaceAll('\n', '\n  ')}`).join('\n');
  const date = new Date().toISOString().slice(0, 10);
  const heading = `## ${version} (${date})\n\n${lines}`;
  const next = /^## Next\n+/m;
  return next.test(changelog)
    ? changelog.replace(next, () => `${heading}\n`)
    : changelog.replace(/^# Changelog\n+/, (title) => `${title}${heading}\n\n`);
}
