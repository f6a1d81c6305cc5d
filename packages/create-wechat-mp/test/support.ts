/** Calls of the command, in a folder of their own. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { create } from '../src/create.ts';

const folders: string[] = [];

/** Makes an empty folder, which `removeFolders` removes. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'create-wechat-mp-'));
  folders.push(folder);
  return folder;
}

/** For `afterAll`. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Calls the command as it is called where nobody can be asked. */
export async function call(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = { LANG: 'en_US.UTF-8' },
): Promise<Outcome> {
  return await callWith(undefined, cwd, args, env);
}

/** Calls the command at a terminal, and types each key once its question is shown. */
export async function callAndType(
  cwd: string,
  args: readonly string[],
  keys: readonly (readonly [question: string, typed: string])[],
  env: NodeJS.ProcessEnv = { LANG: 'en_US.UTF-8' },
): Promise<Outcome & { readonly shown: string }> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const left = [...keys];
  let [shown, unanswered] = ['', ''];
  output.setEncoding('utf8').on('data', (text: string) => {
    const plain = stripVTControlCharacters(text);
    shown += plain;
    unanswered += plain;
    const [next] = left;
    if (!next || !unanswered.includes(next[0])) return;
    left.shift();
    unanswered = '';
    // Once what is shown is drawn to its end.
    setImmediate(() => input.write(next[1]));
  });
  const outcome = await callWith({ input, output }, cwd, args, env);
  return { ...outcome, shown };
}

async function callWith(
  terminal: Parameters<typeof create>[0]['terminal'],
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Outcome> {
  let [out, error] = ['', ''];
  const code = await create({
    args,
    env,
    cwd,
    terminal,
    print: (text) => {
      out += text;
    },
    printError: (text) => {
      error += text;
    },
  });
  return { code, out, error };
}

/** Reads all files of a folder: their text by their path. */
export function readFiles(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  const read = paths.map((path) => [
    path.slice(folder.length + 1).replaceAll('\\', '/'),
    readFileSync(path, 'utf8'),
  ]);
  return Object.fromEntries(read) as Record<string, string>;
}
