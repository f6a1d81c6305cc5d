/** Links between the pages of the repository lead to files and headings that are there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, it } from '@jest/globals';

const root = new URL('../../', import.meta.url);
const folders = [
  '.',
  'docs',
  'docs/decisions',
  ...readdirSync(new URL('packages', root)).map((name) => `packages/${name}`),
];
const pages = folders.flatMap((folder) =>
  readdirSync(new URL(folder, root))
    .filter((file) => file.endsWith('.md'))
    .map((file) => posix.join(folder, file)),
);

const read = (page: string) => readFileSync(new URL(page, root), 'utf8');
/** Without code, where brackets mean other things. */
const readProse = (page: string) =>
  read(page)
    .replaceAll(/^```[\s\S]*?^```$/gm, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''));

/** As Git hosts name headings. */
const nameHeading = (heading: string) =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');

function readHeadings(page: string): Set<string> {
  const prose = read(page).replaceAll(/^```[\s\S]*?^```$/gm, '');
  return new Set([...prose.matchAll(/^#{1,6} (.*)$/gm)].map(([, text = '']) => nameHeading(text)));
}

it.each(pages)('%s', (page) => {
  const links = [...readProse(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, href]) => href as string);
  const dead = links.filter((href) => {
    if (/^[a-z]+:/i.test(href)) return false;
    const [path = '', hash] = href.split('#', 2);
    const target = path === '' ? page : posix.join(posix.dirname(page), decodeURIComponent(path));
    if (!existsSync(new URL(target, root))) return true;
    return hash !== undefined && target.endsWith('.md')
      ? !readHeadings(target).has(decodeURIComponent(hash))
      : false;
  });
  expect(dead).toEqual([]);
});

it('what npx runs is a package of ours, by its whole name, or pnpm', () => {
  const names = readdirSync(new URL('packages', root)).map((folder) => {
    const manifest = JSON.parse(read(`packages/${folder}/package.json`)) as { name: string };
    return manifest.name;
  });
  const run = pages.flatMap((page) =>
    [...read(page).matchAll(/\bnpx (@?[^\s@`]+)/g)].map(([, name]) => `${page}: ${name}`),
  );
  const known = [...names, 'pnpm'];
  expect(run.length).toBeGreaterThan(20);
  expect(run.filter((line) => !known.some((name) => line.endsWith(`: ${name}`)))).toEqual([]);
});
