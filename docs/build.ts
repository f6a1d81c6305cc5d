// Builds the site into docs/.vitepress/dist, and checks what VitePress does not: that the parts of
// pages which links name are there, and that nothing comes from another server.
// Run: npm run docs:site; with -- --try the pages are then read and searched in Chromium.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vitepress';
import { findFaults } from './.vitepress/check.ts';
import { createLlmsFiles } from './.vitepress/llms.ts';
import { createPages } from './.vitepress/pages.ts';
import { tryReading } from './try.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const site = `${folder}.vitepress/dist`;

const source = fileURLToPath(new URL('../.cache/site', import.meta.url));
const base = process.env['DOCS_BASE'] ?? '/';
const markdown = createPages();
rmSync(source, { recursive: true, force: true });
for (const [path, text] of markdown) write(`${source}/${path}`, text);
cpSync(`${folder}images`, `${source}/public/images`, { recursive: true });

// TypeDoc has a core of its own meanwhile.
const api = fileURLToPath(new URL('../.cache/api', import.meta.url));
rmSync(api, { recursive: true, force: true });
const command = ['--import', 'tsx', `${folder}api.ts`, api];
const typedoc = once(spawn(process.execPath, command, { stdio: 'inherit' }), 'close');

// Ends with an error where a link leads to no page.
await build(folder);
for (const [path, text] of createLlmsFiles(markdown, base)) write(`${site}/${path}`, text);
const [status] = await typedoc;
if (status !== 0) throw new Error('the API reference was not written');
cpSync(api, `${site}/api`, { recursive: true });

const pages = readdirSync(site, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.html'));
const faults = findFaults(
  new Map(pages.map((path) => [path, readFileSync(`${site}/${path}`, 'utf8')])),
  base,
);
if (process.argv.includes('--try')) faults.push(...(await tryReading(site)));
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exitCode = 1;
} else {
  console.log(`${pages.length} pages in docs/.vitepress/dist`);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
