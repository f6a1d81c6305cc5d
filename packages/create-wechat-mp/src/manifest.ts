import { readFileSync } from 'node:fs';

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The package.json of this package. Its devDependencies are what projects depend on. */
export const manifest: Manifest = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as Manifest;

/** Returns the version range of a project's dependency. */
export function findRange(name: string): string {
  if (name.startsWith('@wechat-mp/')) return `^${manifest.version}`;
  const range = manifest.devDependencies[name];
  if (range === undefined) throw new Error(`no version of ${name} is known`);
  return range;
}
