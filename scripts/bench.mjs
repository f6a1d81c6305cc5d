// Runs a benchmark as users run the packages: compiled, without what a loader adds to each function.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

// Within the workspace, where what is loaded later is found.
mkdirSync('bench/.cache', { recursive: true });
const folder = mkdtempSync(join('bench/.cache', 'compiled-'));
const outfile = join(folder, 'bench.mjs');
await build({
  entryPoints: [process.argv[2]],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  conditions: ['@wechat-mp/source'],
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
});
const { status } = spawnSync(process.execPath, [outfile], { stdio: 'inherit' });
rmSync(folder, { recursive: true });
process.exitCode = status ?? 1;
