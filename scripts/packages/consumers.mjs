// Projects of strangers, in a temporary folder, which install the packed packages and use them.
import { copyFileSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findCommand, readJson, report, root, run, step, writeJson } from './run.mjs';

const { devDependencies } = readJson(join(root, 'package.json'));
const nest = readJson(join(root, 'packages/nest/package.json')).devDependencies;

/** The dependencies of the newest frameworks, and of the test runners. */
const NEWEST = {
  ...pick(devDependencies, 'express', 'koa', 'fastify', 'ioredis', '@types/express', '@types/koa'),
  ...pick(devDependencies, '@types/node', '@swc/core', '@swc/jest', 'jest'),
  ...pick(nest, '@nestjs/common', '@nestjs/core', '@nestjs/platform-express', '@nestjs/testing'),
  ...pick(nest, 'reflect-metadata', 'rxjs'),
};

/** The oldest supported version of each framework. */
const OLDEST = {
  ...NEWEST,
  express: '^4.21.0',
  '@types/express': '^4.17.21',
  koa: '^2.15.0',
  '@types/koa': '^2.15.0',
  ioredis: '^5.0.0',
  '@nestjs/common': '^11.0.0',
  '@nestjs/core': '^11.0.0',
  '@nestjs/platform-express': '^11.0.0',
  '@nestjs/testing': '^11.0.0',
};

/** Vitest 5 does not run on Node 20. */
const VITEST = { vite: '8.3.8', vitest: '4.1.12' };
const COMPILERS = {
  5.9: 'npm:typescript@~5.9.3',
  6: 'npm:typescript@~6.0.3',
  7: `npm:typescript@${devDependencies.typescript}`,
};
const NODES = ['20', '22', '24'];

/** Uses the packages on this Node, with the newest of everything: what a change breaks first. */
export function checkNewest(temp, tarballs) {
  const folder = createProject(temp, 'newest', tarballs, NEWEST);
  runPrograms(folder, process.execPath);
  step('newest: command', folder, findCommand('wechat-mp-simulator', folder), '--version');
  report('newest: types, ESM and CommonJS', checkTypes(folder, findCommand('tsc')));
  runJest(folder, process.execPath);
}

/** Uses them on each Node, with each compiler and runner, and with the oldest frameworks. */
export function checkAll(temp, tarballs) {
  const compilers = Object.fromEntries(
    Object.entries(COMPILERS).map(([version, alias]) => [`typescript-${version}`, alias]),
  );
  const more = { ...VITEST, ...compilers };
  const newest = createProject(temp, 'newest', tarballs, { ...NEWEST, ...more });
  const oldest = createProject(temp, 'oldest', tarballs, OLDEST);
  step('newest: command', newest, findCommand('wechat-mp-simulator', newest), '--version');
  for (const version of Object.keys(COMPILERS)) {
    const compiler = join(newest, `node_modules/typescript-${version}/bin/tsc`);
    const types = checkTypes(newest, process.execPath, compiler);
    report(`newest: types with TypeScript ${version}`, types);
  }
  report('oldest: types', checkTypes(oldest, findCommand('tsc')));
  for (const version of NODES) {
    const node = findNode(temp, version);
    for (const folder of [newest, oldest]) {
      runPrograms(folder, node);
      runJest(folder, node);
    }
    step(
      `newest: Vitest, Node ${version}`,
      newest,
      node,
      findMain(newest, 'vitest'),
      'run',
      '--dir',
      'vitest',
    );
  }
}

function createProject(temp, name, tarballs, dependencies) {
  const folder = join(temp, name);
  cpSync(join(root, 'scripts/consumer'), folder, { recursive: true });
  copyFileSync(join(folder, 'types.ts'), join(folder, 'types.cts'));
  writeJson(join(folder, 'package.json'), {
    private: true,
    type: 'module',
    dependencies: { ...tarballs, ...dependencies },
  });
  writeJson(join(folder, 'tsconfig.json'), {
    files: ['types.ts', 'types.cts'],
    compilerOptions: {
      target: 'es2022',
      lib: ['es2022'],
      module: 'nodenext',
      types: ['node'],
      strict: true,
      skipLibCheck: false,
      experimentalDecorators: true,
      noEmit: true,
    },
  });
  step(`${name}: npm install`, folder, 'npm', 'install', '--no-audit', '--no-fund');
  writeEntries(folder, Object.keys(tarballs));
  return folder;
}

/** Lists every entry point of the installed packages, for programs that load them all. */
function writeEntries(folder, names) {
  const entries = names.flatMap((name) =>
    Object.entries(readJson(join(folder, 'node_modules', name, 'package.json')).exports ?? {})
      .filter(([, target]) => typeof target === 'object')
      .map(([path]) => name + path.slice(1)),
  );
  writeJson(join(folder, 'entries.json'), entries);
}

function runPrograms(folder, node) {
  const on = `${nameProject(folder)}, Node ${run(folder, node, '--version').stdout.trim()}`;
  for (const program of ['import.mjs', 'require.cjs', 'hosts.mjs']) {
    step(`${on}: ${program}`, folder, node, program);
  }
}

function runJest(folder, node) {
  const name = nameProject(folder);
  const jest = findMain(folder, 'jest');
  const version = run(folder, node, '--version').stdout.trim();
  const modules = '--experimental-vm-modules';
  step(`${name}: Jest, CommonJS, Node ${version}`, join(folder, 'jest'), node, jest);
  step(`${name}: Jest, ESM, Node ${version}`, join(folder, 'jest-esm'), node, modules, jest);
}

/**
 * Type-checks a project with the declarations of its dependencies. What is wrong inside those of
 * others is not ours: @types/koa does not compile beside Express's content-disposition.
 */
function checkTypes(folder, command, ...args) {
  const result = run(folder, command, ...args, '-p', '.', '--pretty', 'false');
  const errors = result.stdout.split('\n').filter((line) => line.includes('error TS'));
  const theirs = errors.filter((line) => /^node_modules\/(?!@wechat-mp\/)/.test(line));
  const clean = errors.length > 0 && errors.length === theirs.length;
  return clean ? { ...result, status: 0 } : result;
}

/** Finds a Node of a line: this one, or one of npm's. */
function findNode(temp, version) {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  const folder = join(temp, `node-${version}`);
  mkdirSync(folder);
  writeJson(join(folder, 'package.json'), { private: true });
  step(`Node ${version}: npm install`, folder, 'npm', 'install', '--no-audit', `node@${version}`);
  return findCommand('node', folder);
}

function findMain(folder, name) {
  const { bin } = readJson(join(folder, 'node_modules', name, 'package.json'));
  return join(folder, 'node_modules', name, typeof bin === 'string' ? bin : bin[name]);
}

function nameProject(folder) {
  return folder.endsWith('newest') ? 'newest' : 'oldest';
}

function pick(from, ...names) {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}
