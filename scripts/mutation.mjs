/**
 * `npm run test:mutation` changes the code that reads strangers' bytes in one place at a time, and
 * asks whether a unit test notices. `npm run test:mutation -- seal keys` runs these groups alone.
 *
 * What a group changes is held by its own suites, as quick as can be: they run for every change.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';

const GROUPS = {
  signature: {
    files: ['core/src/signature.ts'],
    suites: ['core/test/signature.test.ts'],
  },
  cipher: {
    files: ['core/src/cipher.ts'],
    suites: ['core/test/cipher.test.ts'],
  },
  envelope: {
    files: ['core/src/envelope.ts'],
    suites: ['core/test/envelope.test.ts'],
  },
  'encrypted-body': {
    files: ['core/src/encrypted-body.ts'],
    suites: ['core/test/encrypted-body.test.ts'],
  },
  reader: {
    files: ['core/src/xml*.ts'],
    suites: ['core/test/xml.test.ts', 'core/test/xml-plan.test.ts'],
  },
  keys: {
    files: ['core/src/join-key.ts', 'context-redis/src/escape-part.ts'],
    suites: ['core/test/join-key.test.ts', 'context-redis/test/escape-part.test.ts'],
  },
  seal: {
    files: ['core/src/oauth/seal.ts'],
    suites: ['core/test/oauth/seal.test.ts'],
  },
};

/** The required share of detected changes in percent. */
const LEAST = 85;
const FOLDER = '.cache/mutation';

function testGroup(name) {
  const { files, suites } = GROUPS[name];
  const stryker = new Stryker({
    mutate: files.map((file) => `packages/${file}`),
    plugins: ['./scripts/mutation-runner.mjs'],
    testRunner: 'suites',
    suites: suites.map((suite) => `packages/${suite}`),
    warnings: false,
    logLevel: 'error',
    tsconfigFile: 'none',
    coverageAnalysis: 'perTest',
    concurrency: 2,
    // Endless loops are detected by counts: on a slow machine a timeout would detect harmless changes.
    timeoutMS: 60_000,
    tempDirName: '.cache/stryker',
    reporters: ['json', 'progress-append-only'],
    jsonReporter: { fileName: `${FOLDER}/${name}.json` },
  });
  return stryker.runMutationTest();
}

/** Counts what became of the changes of each file. A loop that a change made endless is noticed too. */
function summarize(mutants) {
  const files = [...new Set(mutants.map(({ fileName }) => fileName))];
  return files.map((file) => {
    const all = mutants.filter(({ fileName }) => fileName === file);
    const count = (status) => all.filter((mutant) => mutant.status === status).length;
    const [killed, timeout] = [count('Killed'), count('Timeout')];
    const [survived, uncovered] = [count('Survived'), count('NoCoverage')];
    const valid = killed + timeout + survived + uncovered;
    const score = Math.round((1000 * (killed + timeout)) / valid) / 10;
    return {
      file: relative('', file),
      mutants: valid,
      killed,
      timeout,
      survived,
      uncovered,
      score,
    };
  });
}

function printSurvivors(mutants) {
  for (const { status, fileName, location, mutatorName, replacement } of mutants) {
    if (status !== 'Survived' && status !== 'NoCoverage') continue;
    const { line, column } = location.start;
    const text = replacement.replace(/\s+/g, ' ').slice(0, 80);
    console.log(`${status} ${relative('', fileName)}:${line}:${column} ${mutatorName} -> ${text}`);
  }
}

const asked = process.argv.slice(2);
const names = Object.keys(GROUPS).filter((name) => asked.length === 0 || asked.includes(name));
const rows = [];
mkdirSync(FOLDER, { recursive: true });
for (const name of names) {
  const mutants = await testGroup(name);
  printSurvivors(mutants);
  rows.push(...summarize(mutants));
  writeFileSync(`${FOLDER}/summary.json`, `${JSON.stringify(rows, null, 2)}\n`);
}
console.table(rows);
const weak = rows.filter(({ score }) => !(score >= LEAST));
for (const { file, score } of weak) console.log(`${file}: ${score} % is under ${LEAST} %`);
process.exitCode = rows.length === 0 || weak.length > 0 ? 1 : 0;
