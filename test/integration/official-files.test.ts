/** Files to the platform and from it. */
import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { WechatError } from '@wechat-mp/core';
import type { Download, OfficialClient, Upload, UploadOptions } from '@wechat-mp/core/official';
import { closeServers, listen } from '../support/http.ts';
import { catchError, createClient, usePlatform } from '../support/official-client.ts';
import { Raw, SILENCE } from '../support/official-platform.ts';

const getPlatform = usePlatform();
const folder = mkdtempSync(join(tmpdir(), 'wechat-mp-files-'));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await closeServers();
});

/** The smallest picture: enough to tell what it is. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(100)]);
const MP3 = Buffer.concat([Buffer.from('ID3\u0003\0\0\0\0\0\0'), Buffer.alloc(2000)]);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const PATH = '/cgi-bin/media/upload';
/** Bytes, of which a connection holds only some. */
const LARGE = 96 * 1024 * 1024;

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}
async function sendPart(file: Upload, options: UploadOptions = {}) {
  const platform = getPlatform();
  await createClient(platform).media.upload('image', file, options);
  return platform.requestsTo(PATH)[0]?.parts?.[0];
}

/** A picture of a number of bytes, and how many of them were read. */
function createPicture(bytes: number): { stream: Readable; count: () => number } {
  let given = 0;
  const chunk = Buffer.concat([JPEG.subarray(0, 4), Buffer.alloc(64 * 1024 - 4)]);
  const chunks = (function* () {
    for (; given < bytes; given += chunk.length) yield chunk;
  })();
  return { stream: Readable.from(chunks, { objectMode: false }), count: () => given };
}

/** Waits until a number grows no more; gives it. */
async function settle(count: () => number): Promise<number> {
  let last = -1;
  for (let same = 0; same < 2000; same += 1) {
    await turn();
    if (count() !== last) same = 0;
    last = count();
  }
  return last;
}

describe('an upload has the bytes, a name and a type', () => {
  it.each<[string, () => Upload, UploadOptions, string]>([
    ['a path', () => write('cat.png', PNG), {}, 'cat.png'],
    ['a path in Chinese', () => write('猫 咪.png', PNG), {}, '猫 咪.png'],
    ['a path without an extension', () => write('cat', PNG), {}, 'cat.png'],
    ['a Buffer', () => PNG, {}, 'file.png'],
    ['a Buffer with a name', () => PNG, { filename: '图片.png' }, '图片.png'],
    [
      'a name that would end the line',
      () => PNG,
      { filename: 'a"\r\nX: y.png' },
      'a%22%0D%0AX: y.png',
    ],
    ['a Blob', () => new Blob([PNG]), {}, 'file.png'],
    ['a File', () => new File([PNG], '照片.png'), {}, '照片.png'],
    ['a stream', () => Readable.from([PNG.subarray(0, 10), PNG.subarray(10)]), {}, 'file.png'],
    [
      'a stream of objects that are bytes',
      () => Readable.from([new Uint8Array(PNG)]),
      {},
      'file.png',
    ],
  ])('%s', async (_, file, options, filename) => {
    expect(await sendPart(file(), options)).toEqual({
      name: 'media',
      filename,
      contentType: 'image/png',
      bytes: PNG.length,
      sha256: sha256(PNG),
      text: undefined,
    });
  });

  it('and is sent in pieces, each of which is reported', async () => {
    const bytes = Buffer.concat([JPEG, Buffer.alloc(5_000_000)]);
    const told: { sent: number; total: number | undefined }[] = [];
    await sendPart(write('large.jpg', bytes), {
      onProgress: (progress) => void told.push(progress),
    });
    const sent = told.map((progress) => progress.sent);
    expect(sent.length).toBeGreaterThan(50);
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
    expect(told.at(-1)).toEqual({ sent: told.at(-1)?.total, total: told.at(-1)?.total });
    expect(told.at(-1)?.total).toBeGreaterThan(bytes.length);
    const { headers } = getPlatform().requestsTo(PATH)[0] ?? {};
    expect(headers?.['content-length']).toBe(String(told.at(-1)?.total));
  });

  it.each<[string, (progress: { sent: number; total: number }) => boolean]>([
    ['at its first piece', () => true],
    ['at its last', ({ sent, total }) => sent === total],
  ])('and fails with what `onProgress` throws, once: %s', async (_, isNow) => {
    const mine = new TypeError('a mistake of the program');
    let thrown = 0;
    const onProgress = (progress: { sent: number; total: number }) => {
      if (!isNow(progress)) return;
      thrown += 1;
      throw mine;
    };
    const client = createClient(getPlatform(), { retry: 2 });
    const file = Buffer.concat([JPEG, Buffer.alloc(100_000)]);
    expect(await catchError(client.media.upload('image', file, { onProgress }))).toBe(mine);
    expect(thrown).toBe(1);
  });

  it('and no further ahead of the platform than the connection holds', async () => {
    let ahead = 0;
    let read = 0;
    const path = write('large.jpg', Buffer.concat([JPEG, Buffer.alloc(LARGE - JPEG.length)]));
    const address = await listen(async (req, res) => {
      ahead = await settle(() => read);
      for await (const _chunk of req);
      res.end('{"content":"{}"}');
    });
    const client = createClient(getPlatform(), { baseUrl: address, accessToken: 'given' });
    // An upload without a limit of its own.
    const onProgress = ({ sent }: { sent: number }) => void (read = sent);
    await client.ocr.menu({ img: createReadStream(path) }, {}, { onProgress });
    expect(read).toBeGreaterThan(LARGE);
    expect(ahead).toBeLessThan(LARGE / 2);
  });

  it.each<[string, (client: OfficialClient) => Promise<unknown>, string]>([
    [
      'a stream of a file',
      (client) => client.media.upload('image', createReadStream(write('tour.png', PNG))),
      PATH,
    ],
    [
      'a part of a file',
      (client) => {
        const path = write('part.jpg', Buffer.concat([Buffer.alloc(10), JPEG, Buffer.alloc(10)]));
        return client.media.upload('image', createReadStream(path, { start: 10, end: 60 }));
      },
      PATH,
    ],
    [
      'what was downloaded',
      async (client) => client.media.upload('image', await client.qrcode.show('ticket')),
      PATH,
    ],
    [
      'a permanent video',
      (client) => {
        const media = Readable.from([Buffer.from('\0\0\0\u0018ftypmp42'), Buffer.alloc(70_000)]);
        return client.material.add({ media, description: '{}' }, { type: 'video' });
      },
      '/cgi-bin/material/add_material',
    ],
  ])('and a length, without which the platform answers 412: %s', async (_, send, path) => {
    const platform = getPlatform();
    platform.answer('/cgi-bin/showqrcode', () => new Raw(JPEG, { 'content-type': 'image/jpg' }));
    await send(createClient(platform));
    expect(platform.requestsTo(path)[0]?.headers).toMatchObject({
      'content-length': expect.stringMatching(/^\d+$/),
    });
  });

  it('fields beside it are text', async () => {
    const platform = getPlatform();
    const description = JSON.stringify({ title: '标题', introduction: '' });
    const media = new File([Buffer.from('\0\0\0\u0018ftypmp42')], 'a.mp4');
    await createClient(platform).material.add({ media, description }, { type: 'video' });
    const parts = platform.requestsTo('/cgi-bin/material/add_material')[0]?.parts;
    expect(parts?.map(({ name, text }) => [name, text])).toEqual([
      ['media', undefined],
      ['description', description],
    ]);
  });
});

describe('a file that the platform would not take is not sent', () => {
  const thumb = (bytes: number) => Buffer.concat([JPEG, Buffer.alloc(bytes - JPEG.length)]);
  const large = (megabytes: number) => Buffer.concat([MP3, Buffer.alloc(megabytes * 1024 * 1024)]);
  it.each<[string, 'image' | 'voice' | 'video' | 'thumb', () => Upload, RegExp]>([
    [
      'too large',
      'voice',
      () => large(3),
      /a voice must have at most 2 MB: this has 3 MB \(\d+ bytes\)/,
    ],
    ['another format', 'thumb', () => PNG, /a thumb must be jpg or jpeg: this is png/],
    [
      'another format by its name',
      'video',
      () => new File(['text'], 'a.txt'),
      /must be mp4: this is txt/,
    ],
    ['another format by its path', 'image', () => write('song.mp3', MP3), /this is mp3/],
    ['another format by the name given', 'voice', () => new File(['x'], 'a.wav'), /this is wav/],
    ['one byte too large', 'thumb', () => thumb(64 * 1024 + 1), /has 64 KB \(65537 bytes\)/],
    ['an empty path', 'image', () => '', /needs a file/],
    ['nothing', 'image', () => undefined as never, /needs a file/],
    ['an empty file', 'image', () => write('none.jpg', Buffer.alloc(0)), /"none.jpg" has no bytes/],
    ['empty', 'image', () => Buffer.alloc(0), /has no bytes/],
    ['an empty stream', 'image', () => Readable.from([]), /has no bytes/],
    ['not there', 'image', () => '/no/such/cat.png', /"cat.png" cannot be read: ENOENT/],
    ['a folder', 'image', () => tmpdir(), /it is not a file/],
    ['no file at all', 'image', () => 42 as never, /path/],
    ['a stream of objects', 'image', () => Readable.from([{ a: 1 }]), /must yield bytes/],
  ])('%s', async (_, type, file, says) => {
    const platform = getPlatform();
    const error = await catchError(createClient(platform).media.upload(type, file()));
    expect((error as WechatError).code).toMatch(/^WECHAT_(?:INVALID_ARGUMENT|NEED_PARAM)$/);
    expect(error.message).toMatch(says);
    expect(error.message).not.toContain('/no/such');
    expect(platform.count(PATH)).toBe(0);
  });

  it('but one of just the size is', async () => {
    const platform = getPlatform();
    await createClient(platform).media.upload('thumb', thumb(64 * 1024));
    expect(platform.requestsTo(PATH)[0]?.parts?.[0]?.bytes).toBe(65_536);
  });

  it('or not to its end: a stream that is too large, one that fails, a file that shrinks', async () => {
    const platform = getPlatform();
    const client = createClient(platform);
    const endless = Readable.from(
      (function* () {
        yield MP3;
        for (let times = 0; times < 100; times += 1) yield Buffer.alloc(100_000);
      })(),
    );
    expect((await catchError(client.media.upload('voice', endless))).message).toContain(
      'at most 2 MB',
    );
    const failing = Readable.from(
      (async function* () {
        yield Buffer.concat([MP3, Buffer.alloc(100_000)]);
        await new Promise((resolve) => setImmediate(resolve));
        throw new Error('the disk is gone');
      })(),
    );
    expect((await catchError(client.media.upload('voice', failing))).message).toContain(
      'the disk is gone',
    );
    const shrinking = write('shrinking.jpg', Buffer.concat([JPEG, Buffer.alloc(1_000_000)]));
    const options = { onProgress: () => truncateSync(shrinking, 500) };
    const error = await catchError(client.media.upload('image', shrinking, options));
    expect(error.message).toMatch(/had 1000104 bytes when it was opened, and \d+ when it was sent/);
    expect(platform.count(PATH)).toBe(0);
  });
});

describe('a stream that gives nothing for `timeout` is not sent', () => {
  it.each([
    ['behind its first bytes', [JPEG], 'cannot be read to its end'],
    ['from the beginning', [], 'cannot be read'],
  ])('%s', async (_, begun, what) => {
    const stream = new Readable({ read() {} });
    for (const chunk of begun) stream.push(chunk);
    const client = createClient(getPlatform(), { timeout: 50 });
    const error = await catchError(client.media.upload('image', stream));
    expect(error).toMatchObject({ code: 'WECHAT_INVALID_ARGUMENT' });
    expect(error.message).toContain(`${what}: it gave nothing for 50 ms`);
    expect(stream.destroyed).toBe(true);
    expect(getPlatform().count(PATH)).toBe(0);
  });
});

describe('a repeated upload', () => {
  it('sends the same bytes again when the token was refused', async () => {
    const platform = getPlatform();
    const client = createClient(platform);
    await client.accessToken.get();
    platform.expireTokens();
    await client.media.upload('image', new Blob([PNG]));
    const sent = platform.requestsTo(PATH).map(({ parts }) => parts?.[0]?.sha256);
    expect(sent).toEqual([sha256(PNG), sha256(PNG)]);
  });

  it.each<[string, () => Readable]>([
    ['a stream', () => Readable.from([PNG, Buffer.alloc(10_000)])],
    ['a stream of a file', () => createReadStream(write('again.png', PNG))],
  ])('also of %s, and each time with its length', async (_, open) => {
    const platform = getPlatform();
    const client = createClient(platform);
    for (let times = 0; times < 2; times += 1) {
      await client.accessToken.get();
      platform.expireTokens();
      await client.media.upload('image', open());
    }
    const sent = platform.requestsTo(PATH);
    expect(sent).toHaveLength(4);
    expect(new Set(sent.map(({ parts }) => parts?.[0]?.sha256)).size).toBe(1);
    expect(new Set(sent.map(({ headers }) => headers['content-length'])).size).toBe(1);
  });
});

describe('a download', () => {
  it('is a stream with its type, its name and its length', async () => {
    const platform = getPlatform();
    platform.media.set('m1', { type: 'image', content: JPEG, filename: 'm1.jpg' });
    const file = (await createClient(platform).media.get('m1')) as Download;
    expect(file).toMatchObject({
      contentType: 'image/jpeg',
      filename: 'm1.jpg',
      length: JPEG.length,
    });
    expect(sha256(await buffer(file.stream))).toBe(sha256(JPEG));
  });

  it('is read no further ahead of its reader than the connection holds', async () => {
    const platform = getPlatform();
    const file = createPicture(LARGE);
    platform.answer(
      '/cgi-bin/media/get',
      () => new Raw(file.stream, { 'content-type': 'image/jpeg', 'content-length': LARGE }),
    );
    const { stream } = (await createClient(platform).media.get('large')) as Download;
    expect(await settle(file.count)).toBeLessThan(LARGE / 2);
    let read = 0;
    for await (const chunk of stream) read += (chunk as Buffer).length;
    expect(read).toBe(LARGE);
  });

  it('of a video is its address', async () => {
    expect(await createClient(getPlatform()).media.get('video:1')).toEqual({
      videoUrl: 'http://video.example/1',
    });
  });

  it('that the platform refuses is an error, though it has the status 200', async () => {
    const error = await catchError(createClient(getPlatform()).media.get('gone'));
    expect(error).toMatchObject({ errcode: 40007, errmsg: 'invalid media_id' });
  });

  it('replaces a token that was refused', async () => {
    const platform = getPlatform();
    platform.media.set('m1', { type: 'image', content: JPEG, filename: 'm1.jpg' });
    const client = createClient(platform);
    await client.accessToken.get();
    platform.expireTokens();
    const file = (await client.media.get('m1')) as Download;
    expect((await buffer(file.stream)).length).toBe(JPEG.length);
  });

  it('that breaks off is an error of its stream', async () => {
    const platform = getPlatform();
    const file = (await createClient(platform).media.get('big:50000000')) as Download;
    const read = buffer(file.stream);
    await platform.breakConnections();
    const error = await catchError(read);
    expect(error).toMatchObject({ code: 'WECHAT_NETWORK', path: '/cgi-bin/media/get' });
    const { accessToken } = await createClient(platform).accessToken.get();
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(accessToken);
  });

  it('that is not read does not crash the process when it ends early', async () => {
    const platform = getPlatform();
    const client = createClient(platform);
    await client.media.get('big:50000000');
    await platform.breakConnections();
    // By the time of an answer over a new connection the end of the old one has been seen.
    for (let times = 0; times < 3; times += 1) {
      expect(await client.media.get('video:1')).toEqual({ videoUrl: 'http://video.example/1' });
    }
  });

  describe('has `timeout` for each silence of the platform', () => {
    const silent = () => new Raw(new Readable({ read() {} }));
    const createHasty = async (timeout: number) => {
      const platform = getPlatform();
      const { accessToken } = await createClient(platform).accessToken.get();
      return createClient(platform, { accessToken, timeout, retry: 0 });
    };

    it.each([
      ['that pauses in the middle', 8 * 1024 * 1024, 1],
      ['that begins late', 200_000, 0],
    ])('and any for a reader %s', async (_, size, chunksBefore) => {
      const client = await createHasty(200);
      const { stream } = (await client.media.get(`big:${size}`)) as Download;
      const chunks = stream[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>;
      let read = 0;
      for (let chunk = 0; chunk < chunksBefore; chunk += 1) {
        read += ((await chunks.next()).value as Buffer).length;
      }
      // As long as the client waits for a platform that is silent.
      getPlatform().answer('/cgi-bin/media/get', silent);
      await catchError(client.media.get('silent'));
      for await (const chunk of chunks) read += chunk.length;
      expect(read).toBe(size);
    });

    it.each([
      ['when only blanks have come', ' ', 200],
      ['in the middle of a refusal', '{"errcode":', 200],
      ['in the middle of a page', '<html>', 502],
    ])('%s', async (_, begun, status) => {
      const client = await createHasty(50);
      const body = new Readable({ read() {} });
      body.push(begun);
      getPlatform().answer('/cgi-bin/media/get', () => new Raw(body, {}, status));
      const error = await catchError(client.media.get('m1'));
      expect(error).toMatchObject({ code: 'WECHAT_NETWORK', status, wasSent: true });
      expect(error.message).toContain('nothing came for 50 ms');
    });

    it('in the middle of a file', async () => {
      const client = await createHasty(50);
      const body = new Readable({ read() {} });
      body.push(JPEG);
      getPlatform().answer('/cgi-bin/media/get', () => new Raw(body));
      const { stream } = (await client.media.get('m1')) as Download;
      const error = await catchError(buffer(stream));
      expect(error).toMatchObject({ code: 'WECHAT_NETWORK', path: '/cgi-bin/media/get' });
      expect(error.message).toContain('nothing came for 50 ms');
    });
  });

  it('that does not begin is given up after `timeout`', async () => {
    const platform = getPlatform();
    const { accessToken } = await createClient(platform).accessToken.get();
    platform.answer('/cgi-bin/media/get', () => SILENCE);
    const client = createClient(platform, { accessToken, timeout: 50, retry: 0 });
    expect(await catchError(client.media.get('m1'))).toMatchObject({ code: 'WECHAT_NETWORK' });
  });
});
