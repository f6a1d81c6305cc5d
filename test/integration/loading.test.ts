/** The modules that an entry point loads besides its own files, as found by a bundler; names that are installed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Metafile {
  readonly inputs: Record<
    string,
    { readonly imports: { path: string; external?: boolean; kind: string }[] }
  >;
}

/** The packages that an entry names when it is loaded, those of Node and of this repository left out. */
function findPackages(entry: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'wechat-mp-loading-'));
  const metafile = join(folder, 'meta.json');
  const bundler = join(root, 'node_modules/esbuild/bin/esbuild');
  const options = ['--bundle', '--platform=node', '--format=esm', '--packages=external'];
  execFileSync(
    bundler,
    options.concat(
      `${root}packages/${entry}`,
      `--metafile=${metafile}`,
      `--outfile=${folder}/out.js`,
    ),
    { stdio: 'ignore' },
  );
  const { inputs } = JSON.parse(readFileSync(metafile, 'utf8')) as Metafile;
  rmSync(folder, { recursive: true });
  const named = Object.values(inputs).flatMap(({ imports }) => imports);
  const outside = named.filter(
    ({ external, kind, path }) =>
      external && kind === 'import-statement' && !path.startsWith('node:'),
  );
  return [...new Set(outside.map(({ path }) => path))].sort();
}

it.each([
  ['core/src/index.ts', ['cookie']],
  ['express/src/index.ts', ['@wechat-mp/core', '@wechat-mp/core/adapter']],
  ['koa/src/index.ts', ['@wechat-mp/core', '@wechat-mp/core/adapter']],
  ['fastify/src/index.ts', ['@wechat-mp/core', '@wechat-mp/core/adapter', 'fastify-plugin']],
])('%s loads no package but %j: no HTTP client, and no framework', (entry, packages) => {
  expect(findPackages(entry)).toEqual(packages);
});

it('core installs no package under a name that the types of a framework have types for', () => {
  const readManifest = (path: string) =>
    JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
  const needed = Object.keys(readManifest('packages/core').dependencies);
  for (const framework of ['express', 'koa']) {
    const { dependencies } = readManifest(`node_modules/@types/${framework}`);
    const typed = Object.keys(dependencies).map((name) => name.replace('@types/', ''));
    // npm puts it where the compiler looks first, and its own types differ.
    expect(needed.filter((name) => typed.includes(name))).toEqual([]);
  }
});
