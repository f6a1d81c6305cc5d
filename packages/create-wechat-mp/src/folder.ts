import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from './arguments.ts';
import type { Texts } from './texts.ts';

/** Entries that may exist in the folder of a new project. */
const HARMLESS = new Set(['.git', '.DS_Store', '.idea', '.vscode']);

/** Packages whose names a project cannot have, as it depends on them. */
const DEPENDENCIES = new Set(['express', 'koa', 'fastify', 'ioredis', 'typescript']);

/**
 * Returns the name of the project in a folder.
 *
 * @throws {UsageError} when it cannot be the name of a package
 */
export function nameProject(folder: string, cwd: string, texts: Texts): string {
  const name = basename(resolve(cwd, folder));
  if (DEPENDENCIES.has(name)) throw new UsageError(texts.nameOfDependency(name, `${name}-bot`));
  if (/^[a-z0-9][a-z0-9._-]{0,213}$/.test(name) && name !== 'node_modules') return name;
  throw new UsageError(texts.badName(name, suggestName(name)));
}

function suggestName(name: string): string {
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.length > 0 && name !== 'node_modules' ? words.join('-') : 'my-bot';
}

/**
 * Checks that a project can be written to a folder, which need not be there.
 *
 * @throws {UsageError} when it cannot
 */
export function checkFolder(folder: string, cwd: string, texts: Texts): void {
  try {
    const entries = readdirSync(resolve(cwd, folder));
    if (entries.every((entry) => HARMLESS.has(entry))) return;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    if (code === 'ENOTDIR') throw new UsageError(texts.notAFolder(folder));
    throw new UsageError(texts.cannotWrite(folder, code ?? String(error)));
  }
  throw new UsageError(texts.folderNotEmpty(folder));
}

/**
 * Writes files into a folder, and overwrites none.
 *
 * @throws {UsageError} when the folder cannot be written
 */
export function writeFiles(
  folder: string,
  files: Readonly<Record<string, string>>,
  texts: Texts,
): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content, { flag: 'wx' });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new UsageError(texts.cannotWrite(file, code ?? String(error)));
    }
  }
}
