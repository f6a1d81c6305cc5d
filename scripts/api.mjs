// Writes api/: what each entry point of each package exports, with its types, out of the built
// declarations. With --check it compares instead, so that no change of the surface goes unseen.
// Run: npm run api
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor';

/** Those whose types are in the report of the main entry too: their own has the exported names. */
const WITHIN_MAIN = ['./adapter', './fetch', './serverless', './stores'];
const SILENT = { default: { logLevel: 'none', addToApiReportFile: false } };

const root = fileURLToPath(new URL('..', import.meta.url));
const reports = join(root, 'api');
const fresh = join(root, '.cache/api');
const isCheck = process.argv.includes('--check');

const entries = readdirSync(join(root, 'packages')).flatMap(listEntries);
const target = isCheck ? fresh : reports;
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const folder of new Set(entries.map((entry) => entry.folder))) {
  writeReports(entries.filter((entry) => entry.folder === folder));
}
if (isCheck) compare();

function listEntries(name) {
  const folder = join(root, 'packages', name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (manifest.private) return [];
  return Object.entries(manifest.publishConfig?.exports ?? {})
    .filter(([, { types }]) => types)
    .map(([path, { types }]) => ({
      folder,
      path,
      report: [name, path.slice(2)].filter(Boolean).join('.'),
      declarations: join(folder, types),
    }));
}

function writeReports(entriesOfPackage) {
  const configs = entriesOfPackage.map(createConfig);
  const [first, ...others] = configs;
  const compilerState = CompilerState.create(first, {
    additionalEntryPoints: others.map((config) => config.mainEntryPointFilePath),
  });
  for (const config of configs) {
    const { succeeded } = Extractor.invoke(config, {
      compilerState,
      localBuild: true,
      messageCallback: reportMessage,
    });
    if (!succeeded) process.exitCode = 1;
    removeProse(config.reportFilePath);
  }
}

/** A docstring may change without the surface. */
function removeProse(path) {
  const report = readFileSync(path, 'utf8');
  const bare = report
    .replaceAll(/^\s*\/\*\*[\s\S]*?\*\/\n/gm, '')
    .replaceAll(/^\s*\/\/ \(undocumented\)\n/gm, '')
    .replaceAll(' (undocumented)', '');
  writeFileSync(path, bare);
}

function createConfig({ folder, path, report, declarations }) {
  if (!existsSync(declarations)) {
    console.error(`${relative(root, declarations)} is not there: run npm run build first`);
    process.exit(1);
  }
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: declarations,
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2022',
            lib: ['es2023', 'es2024.string'],
            module: 'nodenext',
            strict: true,
            skipLibCheck: true,
            exactOptionalPropertyTypes: true,
            typeRoots: [join(root, 'node_modules/@types')],
            types: ['node'],
          },
          files: [declarations],
        },
      },
      apiReport: {
        enabled: true,
        tagsToReport: { '@experimental': true },
        includeForgottenExports: !WITHIN_MAIN.includes(path),
        reportFileName: `${report}.api.md`,
        reportFolder: target,
        reportTempFolder: join(root, '.cache/api-temp'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: { extractorMessageReporting: SILENT, tsdocMessageReporting: SILENT },
    },
  });
}

function reportMessage(message) {
  message.handled = true;
  if (message.category !== 'console' && message.logLevel !== 'none') {
    console.error(`${message.sourceFilePath ?? ''} ${message.text}`);
    process.exitCode = 1;
  }
}

function compare() {
  const { status, stdout } = spawnSync(
    'git',
    ['diff', '--no-index', '--no-color', relative(root, reports), relative(root, fresh)],
    { cwd: root, encoding: 'utf8' },
  );
  if (status === 0) {
    console.log(`api: ${entries.length} entry points are as their reports say`);
    return;
  }
  console.error(`${stdout}\nfailed: what packages export has changed. If it should: npm run api`);
  process.exitCode = 1;
}
