import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import type { Job, Measured } from '../support/memory-process.ts';
import { usePlatform } from '../support/official-client.ts';

const getPlatform = usePlatform();

it('10 MB up and 100 MB down take less than 30 MB of memory', async () => {
  const { appid, appsecret, url: baseUrl, requestsTo } = getPlatform();
  const folder = mkdtempSync(join(tmpdir(), 'wechat-mp-large-'));
  const file = join(folder, 'large.jpg');
  const bytes = 10 * 1024 * 1024;
  writeFileSync(
    file,
    Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(bytes - 4)]),
  );
  const child = fork(fileURLToPath(new URL('../support/memory-process.ts', import.meta.url)), {
    execArgv: ['--expose-gc', '--conditions=@wechat-mp/source', '--import', 'tsx'],
  });
  const client = { appid, appsecret, baseUrl };
  child.send({ client, file, download: `big:${100 * 1024 * 1024}` } satisfies Job);
  const [measured] = (await once(child, 'message')) as [Measured];
  child.kill();
  rmSync(folder, { recursive: true });
  console.log(
    `10 MB up: ${measured.upload.toFixed(1)} MB, 100 MB down: ${measured.download.toFixed(1)} MB`,
  );
  expect(requestsTo('/cgi-bin/media/upload').at(-1)?.parts?.[0]?.bytes).toBe(bytes);
  expect(measured.upload).toBeLessThan(30);
  expect(measured.download).toBeLessThan(30);
}, 60_000);
