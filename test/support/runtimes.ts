/** Runtimes other than Node, from the registry; installed when a suite first needs them. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, '.cache', 'runtimes');
const platform = `${process.platform}-${process.arch}`;
const BUN = `@oven/bun-${platform}`;
const DENO = `@deno/${platform}${process.platform === 'linux' ? '-glibc' : ''}`;
const packages = { [BUN]: '1.3.5', [DENO]: '2.9.6', miniflare: '4.20260426.0' };

/** For `beforeAll`: installs them. */
export function installRuntimes(): void {
  const manifest = JSON.stringify({ private: true, type: 'module', dependencies: packages });
  const stamp = join(folder, '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === manifest) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), manifest);
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts'];
  execFileSync('npm', args, { cwd: folder, stdio: 'pipe' });
  writeFileSync(stamp, manifest);
}

/** Programs that serve the `fetch` of a module, and print `port: …`. */
const SERVERS = {
  Bun: {
    serve: "const { port } = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch });",
    command: [join(folder, 'node_modules', BUN, 'bin', 'bun'), 'run', 'Bun.mjs'],
  },
  Deno: {
    serve:
      "const { port } = Deno.serve({ port: 0, hostname: '127.0.0.1', onListen() {} }, fetch).addr;",
    command: [
      join(folder, 'node_modules', DENO, 'deno'),
      'run',
      '--allow-net',
      '--allow-env',
      '--allow-read',
      'Deno.mjs',
    ],
  },
  workerd: { serve: undefined, command: [process.execPath, 'serve-workerd.mjs'] },
} as const;

export type Runtime = keyof typeof SERVERS;
export const runtimes = Object.keys(SERVERS) as Runtime[];

/** Runs the bundled worker as Cloudflare does. */
const MINIFLARE = `
import { Miniflare } from 'miniflare';
const worker = new Miniflare({
  modules: true,
  scriptPath: 'workerd.mjs',
  compatibilityDate: '2025-06-01',
  compatibilityFlags: ['nodejs_compat'],
});
console.log('port: ' + (await worker.ready).port);
`;

/** Starts a module that exports `fetch`, bundled by plain esbuild; gives its address. */
export async function startRuntime(
  name: Runtime,
  file: string,
): Promise<{ origin: string; stop: () => void }> {
  const { serve, command } = SERVERS[name];
  const module = JSON.stringify(join(root, file));
  const contents = serve
    ? `import { fetch } from ${module}; ${serve} console.log('port: ' + port);`
    : `import { fetch } from ${module}; export default { fetch: (request, env, context) => fetch(request, context) };`;
  await build({
    stdin: { contents, resolveDir: root },
    outfile: join(folder, `${name}.mjs`),
    bundle: true,
    format: 'esm',
    external: ['node:*'],
    conditions: ['@wechat-mp/source'],
    logLevel: 'error',
  });
  writeFileSync(join(folder, 'serve-workerd.mjs'), MINIFLARE);

  const [program, ...args] = command;
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let written = '';
  const port = await new Promise<string>((resolve, reject) => {
    const read = (text: Buffer) => {
      written += String(text);
      const said = /port: (\d+)/.exec(written)?.[1];
      if (said) resolve(said);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('close', () => reject(new Error(`${name} ended: ${written}`)));
  });
  return { origin: `http://127.0.0.1:${port}`, stop: () => child.kill() };
}
