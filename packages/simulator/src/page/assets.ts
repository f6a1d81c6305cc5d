import { readFile } from 'node:fs/promises';
import type { Shown } from './media.ts';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The folder of the page's files, seen from `src/page/` or `dist/page/`. */
const FOLDER = new URL('../../public/', import.meta.url);

/** Returns a file of the page; undefined for any other name. */
export async function readAsset(path: string): Promise<Shown | undefined> {
  const name = path === '/' ? 'index.html' : path.slice(1);
  // One flat folder of plain names: there is nothing to climb out of.
  const type = /^[a-z][a-z-]*\.([a-z]+)$/.exec(name)?.[1];
  if (type === undefined || TYPES[type] === undefined) return undefined;
  try {
    return { type: TYPES[type], bytes: await readFile(new URL(name, FOLDER)) };
  } catch {
    return undefined;
  }
}
