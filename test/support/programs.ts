/**
 * Programs as processes of their own. A suite bundles those that it starts once: a loader of
 * TypeScript would cost each process more than what it does.
 */
import { type ChildProcess, type ChildProcessByStdio, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

interface Program {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** The output so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
}

type Environment = Record<string, string>;

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'wechat-mp-programs-'));
const children = new Set<ChildProcess>();

/** For `beforeAll`: makes files, named from the root of the repository, ready to be started. */
export async function bundlePrograms(...files: readonly string[]): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: [...files],
    entryNames: '[name]',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@wechat-mp/source'],
    // What Nest loads where it is installed.
    external: [
      '@nestjs/microservices',
      '@nestjs/websockets',
      'class-validator',
      'class-transformer',
    ],
    banner: {
      // A name of its own, as Nest imports createRequire too.
      js: "import { createRequire as createRequireHere } from 'node:module'; const require = createRequireHere(import.meta.url);",
    },
  });
}

/** Returns the path of a bundled program. */
export function findProgram(file: string): string {
  return join(folder, basename(file).replace(/\.ts$/, '.mjs'));
}

function startProgram(file: string, environment: Environment = {}): Program {
  const child = spawn(process.execPath, [findProgram(file)], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  track(child);
  return { child, stdout: collect(child.stdout), stderr: collect(child.stderr) };
}

/** Starts a server on a free port; gives its address once it says `port: …`. */
export async function startServer(
  file: string,
  environment: Environment = {},
): Promise<Program & { readonly origin: string }> {
  const program = startProgram(file, { PORT: '0', ...environment });
  const { child, stdout, stderr } = program;
  const ended = once(child, 'close').then(() => {
    throw new Error(`${file} ended: ${stdout()}${stderr()}`);
  });
  for (;;) {
    const port = /port: (\d+)/.exec(stdout())?.[1];
    if (port) {
      ended.catch(() => {});
      return { ...program, origin: `http://localhost:${port}` };
    }
    await Promise.race([once(child.stdout, 'data'), ended]);
  }
}

/** Runs a program to its end; gives what it wrote. */
export async function runProgram(
  file: string,
  environment: Environment = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { child, stdout, stderr } = startProgram(file, environment);
  await once(child, 'close');
  return { code: child.exitCode, stdout: stdout(), stderr: stderr() };
}

/** Starts a program that sends a message once it is ready; gives that, too. */
export async function forkProgram<Ready>(
  file: string,
  ...given: readonly string[]
): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = fork(findProgram(file), given);
  track(child);
  const [ready] = (await once(child, 'message')) as [Ready];
  return { child, ready };
}

/** Ends a program like a crash. */
export async function killProgram(child: ChildProcess): Promise<void> {
  if (!children.has(child)) return;
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
}

/** For `afterEach`: kills all that were started. */
export async function killPrograms(): Promise<void> {
  await Promise.all([...children].map(killProgram));
}

/** For `afterAll`. */
export async function stopPrograms(): Promise<void> {
  await killPrograms();
  rmSync(folder, { recursive: true, force: true });
}

function track(child: ChildProcess): void {
  children.add(child);
  child.once('close', () => children.delete(child));
}

function collect(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
