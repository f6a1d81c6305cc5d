/**
 * Runs suites for Stryker, hundreds of times in one process: bundled once, evaluated again for each
 * change, until a test fails. Jest takes a second and 100 MB for each change.
 *
 * Suites have `describe`, `it`, `test`, their `each`, and `expect`: enough for the tests of functions
 * that take values and give values.
 */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  determineHitLimitReached,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { build } from 'esbuild';
import fc from 'fast-check';

// The same inputs for each change, and none made smaller once a test has failed.
fc.configureGlobal({ seed: 1, endOnFailure: true });

/** The state that changed code reads: the active change, and the running test. */
const context = {};
/** The latest duration of each test in ms: quick ones run first. */
const costs = new Map();
globalThis.__stryker__ = context;

class SuiteRunner {
  static inject = tokens(commonTokens.options);
  #files;
  #suites = [];

  constructor({ suites }) {
    this.#files = suites;
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    this.#suites = await Promise.all(this.#files.map((file) => bundle(resolve(file))));
  }

  async dryRun() {
    const result = await runTests(this.#suites, () => true);
    return { ...result, mutantCoverage: context.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit: most }) {
    // Stryker waits until a place is run a hundred times as often as without the change.
    const hitLimit = most && most / 10;
    Object.assign(context, { activeMutant: activeMutant.id, hitLimit, hitCount: 0 });
    const result = await runTests(this.#suites, (id) => testFilter?.includes(id) ?? true);
    return toMutantRunResult(determineHitLimitReached(context.hitCount, hitLimit) ?? result);
  }
}

/** Whatever a suite imports of this repository is in its bundle; packages are loaded once. */
async function bundle(file) {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    conditions: ['@wechat-mp/source'],
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(file)) },
    plugins: [{ name: 'packages', setup: leavePackagesOut }],
  });
  const code = `(require, module) => {${outputFiles[0].text}\n}`;
  const evaluate = new Script(code, { filename: file }).runInThisContext();
  return { evaluate, require: createRequire(file) };
}

function leavePackagesOut(build) {
  build.onResolve({ filter: /^[^./]/ }, ({ path }) =>
    path.startsWith('@wechat-mp/') ? undefined : { path, external: true },
  );
}

async function runTests(suites, isAsked) {
  const results = [];
  const tests = collectTests(suites).filter(({ id }) => isAsked(id));
  tests.sort((one, other) => (costs.get(one.id) ?? 0) - (costs.get(other.id) ?? 0));
  for (const { id, run } of tests) {
    context.currentTestId = id;
    const start = Date.now();
    const outcome = await judge(run);
    costs.set(id, Date.now() - start);
    results.push({ id, name: id, timeSpentMs: costs.get(id), ...outcome });
    if (outcome.status === TestStatus.Failed) break;
  }
  delete context.currentTestId;
  return { status: DryRunStatus.Complete, tests: results };
}

async function judge(run) {
  try {
    await run();
    return { status: TestStatus.Success };
  } catch (error) {
    return { status: TestStatus.Failed, failureMessage: String(error) };
  }
}

function collectTests(suites) {
  const tests = [];
  const path = [];
  const describe = withRows((name, body) => {
    path.push(name);
    body();
    path.pop();
  });
  const it = withRows((name, run) => {
    // Rows of a table share their name.
    tests.push({ id: `${tests.length} ${[...path, name].join(' ')}`, run });
  });
  for (const { evaluate, require } of suites) {
    const globals = { describe, it, test: it, expect: findExpect(require) };
    evaluate((name) => (name === '@jest/globals' ? globals : require(name)), {});
  }
  return tests;
}

function withRows(add) {
  const each = (rows) => (name, body) => {
    for (const row of rows) add(name, () => (Array.isArray(row) ? body(...row) : body(row)));
  };
  return Object.assign(add, { each });
}

/** Outside Jest, `@jest/globals` refuses to be loaded. */
function findExpect(require) {
  return createRequire(require.resolve('@jest/globals'))('@jest/expect').jestExpect;
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'suites', SuiteRunner)];
