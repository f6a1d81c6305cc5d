/** Imports run one way: what docs say of the rooms is true of the sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';

const packages = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, packages), 'utf8');
const sources = readdirSync(packages)
  .flatMap((name) =>
    readdirSync(new URL(`${name}/src/`, packages), { recursive: true, encoding: 'utf8' }).map(
      (file) => `${name}/src/${file.replaceAll('\\', '/')}`,
    ),
  )
  .filter((path) => path.endsWith('.ts'));
const core = sources
  .filter((path) => path.startsWith('core/src/'))
  .map((path) => path.slice('core/src/'.length));
const SCENE_LOGIN = 'oauth/scene-login.ts';
const ADAPTERS = ['express', 'koa', 'fastify'];

/** Every module that a source names, by `import`, `export … from`, `import()` or `require()`. */
function listImports(source: string): string[] {
  const code = withoutComments(source);
  const named = code.matchAll(
    /\bfrom\s*(['"])(.+?)\1|\b(?:import|require)\b\s*\(?\s*(['"])(.+?)\3/g,
  );
  return [...named].map(([, , from, , called]) => (from ?? called) as string);
}

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*.*?\*\/|(?<=^|\s)\/\/[^\n]*/gs, '');
}

type Graph = ReadonlyMap<string, readonly string[]>;

/** Reads the imports of each file of a package within that package, as paths from its src. */
function readGraph(name: string): Graph {
  const files = sources
    .filter((path) => path.startsWith(`${name}/src/`))
    .map((path) => path.slice(`${name}/src/`.length));
  return new Map(
    files.map((file) => [
      file,
      listImports(read(`${name}/src/${file}`))
        .filter((imported) => imported.startsWith('.'))
        .map((imported) => posix.join(posix.dirname(file), imported)),
    ]),
  );
}

const graph = readGraph('core');
const importers = (of: string) =>
  [...graph].filter(([, imported]) => imported.includes(of)).map(([file]) => file);

/** Whether a file of core is a table of endpoints. */
const isTable = (file: string) => file.startsWith('official/endpoints/');

/** Everything that a file reaches, itself left out unless a cycle leads back to it. */
function reach(file: string, imports: Graph = graph): Set<string> {
  const reached = new Set<string>();
  const visit = (next: string) => {
    for (const imported of imports.get(next) ?? []) {
      if (reached.has(imported)) continue;
      reached.add(imported);
      visit(imported);
    }
  };
  visit(file);
  return reached;
}

test('the reader of imports sees every form', () => {
  const source = `
    import a from './a.ts';
    import { type B, // a comment
      c } from "./b.ts";
    import './c.ts';
    export * from './d.ts';
    export { e } from './e.ts';
    const f = await import('./f.ts');
    const g = require('./g.ts');
    type H = import('./h.ts').H;
    // import './not.ts'
    /* import './not.ts' */
  `;
  expect(listImports(source).join(' ')).toBe(
    './a.ts ./b.ts ./c.ts ./d.ts ./e.ts ./f.ts ./g.ts ./h.ts',
  );
});

test('all sources are seen, and every import in core leads to one of them', () => {
  expect(core).toContain('message/events.ts');
  expect(graph.get('webhook.ts')).toContain('envelope.ts');
  const lost = [...graph].flatMap(([file, names]) =>
    names.filter((name) => !core.includes(name)).map((name) => `${file} → ${name}`),
  );
  expect(lost).toEqual([]);
});

test.each(['core', 'context-redis', 'simulator'])('no file of %s reaches itself', (name) => {
  const imports = readGraph(name);
  expect([...imports.keys()].filter((file) => reach(file, imports).has(file))).toEqual([]);
});

test('only the public surface and the adapters’ part import the entry', () => {
  expect(importers('webhook.ts').sort()).toEqual([
    'adapter.ts',
    'fetch.ts',
    'index.ts',
    'serverless.ts',
  ]);
  expect(importers('adapter.ts')).toEqual(['index.ts']);
  expect(importers('index.ts')).toEqual([]);
});

test('the webhook loads nothing of the clients, and with it no HTTP library', () => {
  const loaded = ['index.ts', ...reach('index.ts')];
  const isClient = (file: string) => /^(?:un)?official\//.test(file);
  expect(loaded.filter(isClient)).toEqual([]);
  const users = core.filter((file) =>
    /'(?:got|file-type|tough-cookie)'/.test(read(`core/src/${file}`)),
  );
  expect(users.filter((file) => !isClient(file))).toEqual([]);
});

describe('the lower rooms', () => {
  test.each([
    ['errors.ts', []],
    ['tree.ts', []],
    ['printable.ts', []],
    ['control-characters.ts', []],
    ['spelling.ts', ['errors.ts', 'printable.ts']],
    ['option-checks.ts', ['errors.ts', 'printable.ts', 'spelling.ts']],
    ['describe-kind.ts', []],
    ['hide-secrets.ts', ['printable.ts']],
    ['background.ts', []],
    ['diagnostics.ts', ['describe-error.ts', 'reply/reply.ts', 'undelivered.ts']],
    ['logger.ts', ['background.ts', 'describe-error.ts', 'printable.ts']],
    ['xml-text.ts', ['errors.ts']],
    ['xml-plan.ts', ['errors.ts', 'xml-text.ts']],
    ['xml-words.ts', ['xml-plan.ts', 'xml-text.ts']],
    ['xml-element.ts', ['tree.ts', 'xml-text.ts', 'xml-words.ts']],
    [
      'xml.ts',
      ['control-characters.ts', 'errors.ts', 'tree.ts', 'xml-library.ts', 'xml-scanner.ts'],
    ],
    ['json.ts', ['errors.ts', 'tree.ts']],
    ['console.ts', []],
    ['signature.ts', ['console.ts', 'errors.ts', 'option-checks.ts']],
    ['cipher.ts', ['console.ts', 'errors.ts', 'option-checks.ts', 'signature.ts', 'spelling.ts']],
  ])('%s imports nothing but %j', (file, allowed) => {
    expect(allowed).toEqual(expect.arrayContaining([...(graph.get(file) ?? ['no such file'])]));
  });

  // A scan comes as a message, and waits for its browser where conversations are kept.
  test.each([
    ['but the login by QR code', (file: string) => file !== SCENE_LOGIN, []],
    [
      'by QR code',
      (file: string) => file === SCENE_LOGIN,
      ['context/memory.ts', 'context/store.ts', 'guard-store.ts', 'message/message.ts'],
    ],
  ])(
    'the login to web pages %s reaches nothing of the webhook and of the clients',
    (_which, isIt, more) => {
      const outside = core
        .filter((file) => file.startsWith('oauth/') && isIt(file))
        .flatMap((file) => graph.get(file) ?? [])
        .filter((name) => !name.startsWith('oauth/'));
      const allowed = new Set(['errors.ts', 'option-checks.ts', 'signature.ts', ...more]);
      expect([...new Set(outside)].filter((name) => !allowed.has(name))).toEqual([]);
    },
  );

  // A reply says what it answers, by the message's name: types only, from message/message.ts.
  test.each([
    ['message/', ['errors.ts', 'json.ts', 'tree.ts', 'xml.ts']],
    [
      'reply/',
      [
        'describe-kind.ts',
        'errors.ts',
        'logger.ts',
        'message/message.ts',
        'printable.ts',
        'spelling.ts',
        'tree.ts',
        'xml.ts',
      ],
    ],
  ])('%s imports nothing outside itself but %j', (room, allowed) => {
    const outside = core
      .filter((file) => file.startsWith(room))
      .flatMap((file) => graph.get(file) ?? [])
      .filter((name) => !name.startsWith(room));
    expect(outside).not.toEqual([]);
    expect(allowed).toEqual(expect.arrayContaining(outside));
  });

  test('a table of endpoints imports nothing but what all of them share', () => {
    const tables = core.filter((file) => isTable(file) && !file.endsWith('/index.ts'));
    expect(tables).toContain('official/endpoints/menu.ts');
    const imported = new Set(tables.flatMap((file) => graph.get(file) ?? []));
    expect([...imported].sort()).toEqual(['official/endpoint.ts', 'official/endpoints/common.ts']);
    expect(graph.get('official/endpoint.ts')).toEqual([]);
  });

  test.each([
    ['message/', ['reply/', 'delivery/', 'router.ts', 'webhook.ts', 'envelope.ts', 'account.ts']],
    ['reply/', ['delivery/', 'router.ts', 'webhook.ts', 'envelope.ts', 'account.ts']],
    ['router.ts', ['delivery/', 'webhook.ts', 'envelope.ts', 'account.ts']],
  ])('%s does not reach %j, whatever the way', (room, forbidden) => {
    const reached = core
      .filter((file) => file.startsWith(room))
      .flatMap((file) => [...reach(file)]);
    const wrong = reached.filter((file) => forbidden.some((name) => file.startsWith(name)));
    expect(wrong).toEqual([]);
  });
});

describe('adapters', () => {
  test.each(ADAPTERS)('%s imports core and its framework only', (name) => {
    const ours = ['@wechat-mp/core', '@wechat-mp/core/adapter'];
    const allowed = [...ours, name, `${name}-plugin`, './oauth.ts'];
    const imported = sources
      .filter((path) => path.startsWith(`${name}/`))
      .flatMap((path) => listImports(read(path)));
    expect(imported).toEqual(expect.arrayContaining([...ours, name]));
    expect(allowed).toEqual(expect.arrayContaining(imported));
  });

  test.each([
    ['index.ts', 150],
    ['oauth.ts', 90],
  ])('their %s together have fewer than %i lines of code', (file, limit) => {
    const paths = ADAPTERS.map((name) => `${name}/src/${file}`);
    const lines = paths.flatMap((path) => withoutComments(read(path)).split('\n'));
    expect(lines.filter((line) => line.trim() !== '').length).toBeLessThan(limit);
  });

  test('they have no other files', () => {
    const files = sources.filter((path) => ADAPTERS.some((name) => path.startsWith(`${name}/`)));
    const expected = ADAPTERS.flatMap((name) => [`${name}/src/index.ts`, `${name}/src/oauth.ts`]);
    expect(files.sort()).toEqual(expected.sort());
  });
});

test('core imports no framework', () => {
  const frameworks = core.flatMap((file) =>
    listImports(read(`core/src/${file}`)).filter((name) =>
      ADAPTERS.includes(name.split('/', 1)[0] ?? ''),
    ),
  );
  expect(frameworks).toEqual([]);
});

describe('the webhook, bundled as it is', () => {
  test.each(['fetch', 'serverless'])('%s needs nothing that workers lack', async (name) => {
    const { outputFiles, metafile } = await build({
      entryPoints: [fileURLToPath(new URL(`core/src/${name}.ts`, packages))],
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      external: ['node:*'],
      conditions: ['@wechat-mp/source'],
    });
    const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports);
    const outside = new Set(imported.filter(({ external }) => external).map(({ path }) => path));
    // What workerd has under nodejs_compat, whatever the compatibility date.
    expect([...outside].sort()).toEqual([
      'node:crypto',
      'node:diagnostics_channel',
      'node:querystring',
      'node:stream',
      'node:util',
    ]);
    expect(outputFiles[0]?.text).not.toMatch(/\brequire\(/);
  });
});
