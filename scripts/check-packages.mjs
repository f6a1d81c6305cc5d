// Packs every public package, checks the tarballs, and uses them as a stranger's project would:
// with the newest of everything on this Node, or, with --all, on each Node that is supported, with
// each compiler, test runner and framework version. Run: npm run packages, npm run packages -- --all
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkAll, checkNewest } from './packages/consumers.mjs';
import { checkTarball, listPackages, pack } from './packages/pack.mjs';

const temp = mkdtempSync(join(tmpdir(), 'wechat-mp-packages-'));
process.on('exit', () => rmSync(temp, { recursive: true, force: true }));

const isAll = process.argv.includes('--all');
const tarballs = {};
for (const manifest of listPackages()) {
  const tarball = pack(manifest, temp);
  if (!isAll) checkTarball(manifest, tarball);
  tarballs[manifest.name] = `file:${tarball}`;
}
(isAll ? checkAll : checkNewest)(temp, tarballs);
