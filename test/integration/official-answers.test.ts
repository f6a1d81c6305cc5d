/** What comes back from the platform: how large it may be, and what it is taken for. */
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { brotliCompressSync, createGzip, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { Download } from '@wechat-mp/core/official';
import { UnofficialClient } from '@wechat-mp/core/unofficial';
import { createClient, failureOf, usePlatform } from '../support/official-client.ts';
import { Raw } from '../support/official-platform.ts';

const getPlatform = usePlatform();
const MIB = 1024 * 1024;
const TOO_LARGE = { name: 'ResponseTooLargeError', code: 'WECHAT_RESPONSE_TOO_LARGE' };
const PATH = '/cgi-bin/menu/get';

/** JSON of just so many bytes. */
function jsonOf(bytes: number): Buffer {
  const shell = '{"menu":""}';
  return Buffer.from(`{"menu":"${'x'.repeat(bytes - shell.length)}"}`);
}

/** JSON without an end: whoever reads it whole never ends. */
function endless(): Readable {
  const piece = Buffer.alloc(64 * 1024, 'x');
  return Readable.from(
    (function* () {
      yield Buffer.from('{"menu":"');
      for (;;) yield piece;
    })(),
    { objectMode: false },
  );
}

describe('an answer has at most 16 MiB, unpacked', () => {
  it('and is read up to there', async () => {
    const platform = getPlatform();
    const packed = gzipSync(jsonOf(16 * MIB));
    platform.answer(PATH, () => new Raw(packed, { 'content-encoding': 'gzip' }));
    expect((await createClient(platform).menu.get()).menu).toHaveLength(16 * MIB - 11);
  });

  it.each<[string, () => Raw]>([
    ['one byte more', () => new Raw(jsonOf(16 * MIB + 1))],
    ['of which gzip makes little', () => packedAs('gzip', gzipSync(jsonOf(16 * MIB + 1)))],
    ['of which brotli makes little', () => packedAs('br', brotliCompressSync(jsonOf(17 * MIB)))],
    ['without an end', () => new Raw(endless())],
    ['without an end, packed', () => new Raw(endless().pipe(createGzip()), GZIP)],
  ])('%s is an error, and asked for once', async (_, answer) => {
    const platform = getPlatform();
    platform.answer(PATH, answer);
    const error = await failureOf(createClient(platform).menu.get());
    expect(error).toMatchObject({ ...TOO_LARGE, path: PATH });
    expect(error.message).toContain('maxResponseSize');
    expect(platform.count(PATH)).toBe(1);
  });

  it('or as many as `maxResponseSize` says', async () => {
    const platform = getPlatform();
    const client = createClient(platform, { maxResponseSize: 1000 });
    platform.answer(PATH, (_, count) => new Raw(jsonOf(count === 1 ? 1000 : 1001)));
    expect((await client.menu.get()).menu).toHaveLength(989);
    expect(await failureOf(client.menu.get())).toMatchObject(TOO_LARGE);
  });

  it.each([0, -1, 1.5, Number.NaN, '16mb' as never])('but not %s', (maxResponseSize) => {
    expect(() => createClient(getPlatform(), { maxResponseSize })).toThrow(
      'maxResponseSize must be a whole number of bytes above 0',
    );
    expect(() => new UnofficialClient({ maxResponseSize })).toThrow(
      'maxResponseSize must be a whole number of bytes above 0',
    );
  });

  it('whatever its status and whatever was asked for: an upload, a token, a file that is none', async () => {
    const platform = getPlatform();
    const bytes = jsonOf(3000);
    const client = createClient(platform, { maxResponseSize: 2000 });
    platform.answer(PATH, () => new Raw(bytes, {}, 503));
    expect(await failureOf(client.menu.get())).toMatchObject(TOO_LARGE);
    platform.answer('/cgi-bin/media/upload', () => new Raw(bytes));
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
    expect(await failureOf(client.media.upload('image', png))).toMatchObject(TOO_LARGE);
    platform.answer('/cgi-bin/media/get', () => new Raw(bytes, {}, 404));
    expect(await failureOf(client.media.get('m1'))).toMatchObject(TOO_LARGE);
    platform.answer('/sns/oauth2/access_token', () => new Raw(bytes));
    expect(await failureOf(client.oauth2.getAccessToken({ code: 'c' }))).toMatchObject(TOO_LARGE);
  });
});

const GZIP = { 'content-encoding': 'gzip' };
function packedAs(encoding: string, bytes: Buffer): Raw {
  return new Raw(bytes, { 'content-encoding': encoding });
}

describe('a file has no limit', () => {
  it('and takes no memory until it is read', async () => {
    const platform = getPlatform();
    const client = createClient(platform, { maxResponseSize: 1000 });
    const file = (await client.media.get('big:3000000')) as Download;
    expect(await buffer(file.stream)).toHaveLength(3_000_000);
    platform.answer('/cgi-bin/media/get', () => new Raw(zeros().pipe(createGzip()), GZIP));
    const { stream } = (await client.media.get('m1')) as Download;
    let size = 0;
    for await (const chunk of stream) {
      size += (chunk as Buffer).length;
      if (size > 20 * MIB) break;
    }
    expect(size).toBeGreaterThan(20 * MIB);
  });

  it('even when it begins as JSON does', async () => {
    const platform = getPlatform();
    platform.answer('/cgi-bin/media/get', () => new Raw(jsonOf(5000), { 'content-type': 'x/y' }));
    const client = createClient(platform, { maxResponseSize: 1000 });
    const { stream } = (await client.media.get('m1')) as Download;
    expect(await text(stream)).toBe(jsonOf(5000).toString());
  });

  it('and is let go of when it is destroyed unread', async () => {
    const platform = getPlatform();
    const source = zeros();
    platform.answer('/cgi-bin/media/get', () => new Raw(source));
    const { stream } = (await createClient(platform).media.get('m1')) as Download;
    const closed = new Promise((resolve) => source.once('close', resolve));
    stream.destroy();
    await closed;
    expect(source.destroyed).toBe(true);
  });
});

function zeros(): Readable {
  const piece = Buffer.alloc(64 * 1024);
  return Readable.from(
    (function* () {
      for (;;) yield piece;
    })(),
    { objectMode: false },
  );
}

describe('what a download brings is told by its content', () => {
  const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(100)]);
  const refusal = '{"errcode":40007,"errmsg":"invalid media_id"}';
  const named = (type: string) => ({
    'content-type': type,
    'content-disposition': 'attachment; filename="m1.jpg"',
  });

  it.each<[string, Buffer, Record<string, string>]>([
    ['a picture as text', JPEG, { 'content-type': 'text/plain' }],
    ['a picture as JSON', JPEG, { 'content-type': 'application/json' }],
    ['a picture without a type', JPEG, {}],
    ['a text that begins as JSON does', Buffer.from('{ not JSON'), named('text/plain')],
    ['a text', Buffer.from('hello'), { 'content-type': 'text/plain' }],
    ['nothing', Buffer.alloc(0), { 'content-type': 'image/jpeg' }],
  ])('%s is a file', async (_, bytes, headers) => {
    const platform = getPlatform();
    platform.answer('/cgi-bin/media/get', () => new Raw(bytes, headers));
    const { stream } = (await createClient(platform).media.get('m1')) as Download;
    expect(await buffer(stream)).toEqual(bytes);
  });

  it.each<[string, string, Record<string, string>]>([
    ['as a picture', refusal, { 'content-type': 'image/jpeg' }],
    ['as an attachment', refusal, named('application/octet-stream')],
    ['as a text', refusal, named('text/plain')],
    ['behind blanks', `\r\n ${refusal}`, named('image/jpeg')],
    ['behind a byte order mark', `\uFEFF${refusal}`, named('image/jpeg')],
  ])('a refusal %s is an error', async (_, body, headers) => {
    const platform = getPlatform();
    platform.answer('/cgi-bin/media/get', () => new Raw(body, headers));
    const error = await failureOf(createClient(platform).media.get('m1'));
    expect(error).toMatchObject({ errcode: 40007, errmsg: 'invalid media_id' });
  });

  it.each([
    ['attachment; filename="../../.ssh/authorized_keys"', 'authorized_keys'],
    ['attachment; filename="/etc/cron.d/job"', 'job'],
    ['attachment; filename=".bashrc"', 'bashrc'],
    ["attachment; filename*=UTF-8''..%5C..%5Cnul.txt", '_nul.txt'],
    ['attachment; filename="a;b \\"c\\".jpg"', 'a;b _c_.jpg'],
    ['attachment; filename=".."', undefined],
  ])('and named by a base name: %s', async (disposition, filename) => {
    const platform = getPlatform();
    const headers = { 'content-disposition': disposition };
    platform.answer('/cgi-bin/media/get', () => new Raw(JPEG, headers));
    const file = (await createClient(platform).media.get('m1')) as Download;
    expect(file.filename).toBe(filename);
    file.stream.destroy();
  });
});
