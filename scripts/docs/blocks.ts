import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** A block of code in a page. */
export interface Block {
  /** The page, from the root of the repository, and the line where the block begins. */
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** The code that a comment above the block supplies, `<!-- given: … -->`. */
  readonly given: string;
}

/** Gives the blocks of the docs, and of the pages at the root and in the packages. */
export function readBlocks(): Block[] {
  return listPages().flatMap(readPage);
}

function listPages(): string[] {
  const folders = [
    '',
    'docs/',
    ...readdirSync(new URL('packages', root)).map((name) => `packages/${name}/`),
  ];
  return folders.flatMap((folder) =>
    readdirSync(new URL(`./${folder}`, root))
      // The changelog shows how things were.
      .filter((file) => file.endsWith('.md') && file !== 'CHANGELOG.md')
      .map((file) => folder + file),
  );
}

function readPage(page: string): Block[] {
  const text = read(page);
  const found = text.matchAll(/(?:<!-- given:\n?([\s\S]*?)-->\n+)?^```(\w+)\n([\s\S]*?)^```$/gm);
  return [...found].map(({ 0: whole, 1: given = '', 2: language = '', 3: code = '', index }) => ({
    page,
    line: text.slice(0, index + whole.indexOf('```')).split('\n').length,
    language,
    text: code,
    given,
  }));
}
