// What large files cost in memory: npm run bench
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  type Download,
  OfficialClient,
  type OfficialClientOptions,
} from '../packages/core/src/official/index.ts';
import { startOfficialPlatform } from '../test/support/official-platform.ts';

const MIB = 2 ** 20;
/** MiB in use beyond what the process had before. */
const LIMIT = 30;

interface Job {
  readonly client: OfficialClientOptions;
  readonly file: string;
  readonly download: string;
}
interface Measured {
  readonly upload: number;
  readonly download: number;
}

/**
 * Measures what cannot be collected: how much of what can be still lies about is V8’s affair, which
 * lets some 32 MiB of buffers pile up in any program that reads fast.
 */
async function measure(work: () => Promise<unknown>): Promise<number> {
  const readMemory = () => {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = readMemory();
  let most = before;
  const sampling = setInterval(() => {
    most = Math.max(most, readMemory());
  }, 10);
  await work();
  clearInterval(sampling);
  return (most - before) / MIB;
}

async function moveFiles({ client: options, file, download }: Job): Promise<Measured> {
  const client = new OfficialClient(options);
  const fetchFile = async (mediaId: string) => {
    const { stream } = (await client.media.get(mediaId)) as Download;
    await pipeline(stream, createWriteStream('/dev/null'));
  };
  // What is made once does not count: connections, compiled code.
  await client.media.upload('image', file);
  await fetchFile('big:1000000');
  return {
    upload: await measure(() => client.media.upload('image', file)),
    download: await measure(() => fetchFile(download)),
  };
}

/** The client works in a process of its own: the platform’s memory is not its. */
async function compare(): Promise<void> {
  const platform = await startOfficialPlatform();
  const folder = mkdtempSync(join(tmpdir(), 'wechat-mp-large-'));
  const file = join(folder, 'large.jpg');
  writeFileSync(
    file,
    Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(10 * MIB - 4)]),
  );
  const child = fork(process.argv[1] as string, ['client'], {
    execArgv: [...process.execArgv, '--expose-gc'],
  });
  const { appid, appsecret, url: baseUrl } = platform;
  const client = { appid, appsecret, baseUrl };
  child.send({ client, file, download: `big:${100 * MIB}` } satisfies Job);
  const [{ upload, download }] = (await once(child, 'message')) as [Measured];
  child.kill();
  rmSync(folder, { recursive: true });
  await platform.close();
  const tell = (name: string, used: number) =>
    console.log(`${name}: ${used.toFixed(1)} MiB of memory (limit ${LIMIT})`);
  tell('10 MiB up', upload);
  tell('100 MiB down', download);
}

if (process.argv[2] === 'client') {
  process.once('message', (job: Job) => {
    void moveFiles(job).then((measured) => process.send?.(measured));
  });
} else await compare();
