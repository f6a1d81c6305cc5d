/** A process that moves large files and measures itself: `npm test` forks it. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import {
  type Download,
  OfficialClient,
  type OfficialClientOptions,
} from '@wechat-mp/core/official';

export interface Job {
  readonly client: OfficialClientOptions;
  readonly file: string;
  readonly download: string;
}

/** Megabytes of memory in use beyond what the process had before. */
export interface Measured {
  readonly upload: number;
  readonly download: number;
}

/**
 * Measures what cannot be collected: how much of what can be still lies about is V8’s affair, which
 * lets some 32 MB of buffers pile up in any program that reads fast.
 */
async function measure(work: () => Promise<unknown>): Promise<number> {
  const inUse = () => {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = inUse();
  let most = before;
  const sampling = setInterval(() => {
    most = Math.max(most, inUse());
  }, 10);
  await work();
  clearInterval(sampling);
  return (most - before) / 2 ** 20;
}

async function run({ client: options, file, download }: Job): Promise<Measured> {
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

process.on('message', (job: Job) => {
  void run(job).then((measured) => process.send?.(measured));
});
