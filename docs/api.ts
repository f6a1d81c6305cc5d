// Writes the API reference of every entry point that the packages export, as pages of HTML, into the
// folder that is given; build.ts runs it beside VitePress.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Application, type ProjectReflection } from 'typedoc';

const root = new URL('../', import.meta.url);

/** The entry points: as they are imported, with the sources that they lead to. */
function listEntryPoints(): Map<string, string> {
  const found = new Map<string, string>();
  for (const folder of readdirSync(new URL('packages', root)).sort()) {
    const manifest = JSON.parse(
      readFileSync(new URL(`packages/${folder}/package.json`, root), 'utf8'),
    ) as { name: string; private?: boolean; exports?: Record<string, Record<string, string>> };
    for (const [path, conditions] of Object.entries(manifest.exports ?? {})) {
      const source = conditions['@wechat-mp/source'];
      if (source && !manifest.private) {
        const file = fileURLToPath(new URL(`packages/${folder}/${source}`, root));
        found.set(manifest.name + path.slice(1), file);
      }
    }
  }
  return found;
}

async function writeApiReference(folder: string): Promise<void> {
  const entries = listEntryPoints();
  const base = process.env['DOCS_BASE'] ?? '/';
  const app = await Application.bootstrap({
    name: 'wechat-mp',
    entryPoints: [...entries.values()],
    tsconfig: fileURLToPath(new URL('tsconfig.api.json', import.meta.url)),
    // The repository's own compiler checks the sources; TypeDoc's is older.
    skipErrorChecking: true,
    readme: 'none',
    favicon: fileURLToPath(new URL('images/icon.svg', import.meta.url)),
    logLevel: 'Warn',
    hideGenerator: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    disableSources: true,
    includeHierarchySummary: false,
    navigationLinks: { Guide: base, 中文: `${base}zh/` },
  });
  const project = await app.convert();
  if (!project) throw new Error('the sources do not compile for the API reference');
  nameModules(project, entries);
  await app.generateDocs(project, folder);
  if (app.logger.hasErrors()) throw new Error('the API reference has errors, listed above');
}

/** Names each module as it is imported; TypeDoc names it by its path, without `/index.ts`. */
function nameModules(project: ProjectReflection, entries: ReadonlyMap<string, string>): void {
  const packages = fileURLToPath(new URL('packages/', root));
  const names = new Map(
    [...entries].map(([name, file]) => {
      return [file.slice(packages.length).replace(/(\/index)?\.ts$/, ''), name];
    }),
  );
  for (const module of project.children ?? []) {
    const name = names.get(module.name);
    if (!name) throw new Error(`the API reference has ${module.name}, which no package exports`);
    module.name = name;
  }
}

const [, , folder] = process.argv;
if (folder) await writeApiReference(folder);
