/** Answers of the platform: their size, and how they are read. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer, text as readText } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { brotliCompressSync, createGzip, gzipSync } from 'node:zlib';
import { describe, expect, it, jest } from '@jest/globals';
import type { Download } from '@wechat-mp/core/official';
import { UnofficialClient } from '@wechat-mp/core/unofficial';
import { catchError, createClient, usePlatform } from '../support/official-client.ts';
import { Raw, type Recorded } from '../support/official-platform.ts';

const getPlatform = usePlatform();
const MIB = 1024 * 1024;
const TOO_LARGE = { name: 'ResponseTooLargeError', code: 'WECHAT_RESPONSE_TOO_LARGE' };
const PATH = '/cgi-bin/menu/get';

/** JSON of exactly a number of bytes. */
function createJson(bytes: number): Buffer {
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
    const packed = gzipSync(createJson(16 * MIB));
    platform.answer(PATH, () => new Raw(packed, { 'content-encoding': 'gzip' }));
    expect((await createClient(platform).menu.get()).menu).toHaveLength(16 * MIB - 11);
  });

  it.each<[string, () => Raw]>([
    ['one byte more', () => new Raw(createJson(16 * MIB + 1))],
    ['of which gzip makes little', () => packedAs('gzip', gzipSync(createJson(16 * MIB + 1)))],
    [
      'of which brotli makes little',
      () => packedAs('br', brotliCompressSync(createJson(17 * MIB))),
    ],
    ['without an end', () => new Raw(endless())],
    ['without an end, packed', () => new Raw(endless().pipe(createGzip()), GZIP)],
  ])('%s is an error, and asked for once', async (_, answer) => {
    const platform = getPlatform();
    platform.answer(PATH, answer);
    const error = await catchError(createClient(platform).menu.get());
    expect(error).toMatchObject({ ...TOO_LARGE, path: PATH });
    expect(error.message).toContain('maxResponseSize');
    expect(platform.count(PATH)).toBe(1);
  });

  it('or as many as `maxResponseSize` says', async () => {
    const platform = getPlatform();
    const client = createClient(platform, { maxResponseSize: 1000 });
    platform.answer(PATH, (_, count) => new Raw(createJson(count === 1 ? 1000 : 1001)));
    expect((await client.menu.get()).menu).toHaveLength(989);
    expect(await catchError(client.menu.get())).toMatchObject(TOO_LARGE);
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
    const bytes = createJson(3000);
    const client = createClient(platform, { maxResponseSize: 2000 });
    platform.answer(PATH, () => new Raw(bytes, {}, 503));
    expect(await catchError(client.menu.get())).toMatchObject(TOO_LARGE);
    platform.answer('/cgi-bin/media/upload', () => new Raw(bytes));
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
    expect(await catchError(client.media.upload('image', png))).toMatchObject(TOO_LARGE);
    platform.answer('/cgi-bin/media/get', () => new Raw(bytes, {}, 404));
    expect(await catchError(client.media.get('m1'))).toMatchObject(TOO_LARGE);
    platform.answer('/sns/oauth2/access_token', () => new Raw(bytes));
    expect(await catchError(client.oauth2.getAccessToken({ code: 'c' }))).toMatchObject(TOO_LARGE);
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
    platform.answer(
      '/cgi-bin/media/get',
      () => new Raw(createJson(5000), { 'content-type': 'x/y' }),
    );
    const client = createClient(platform, { maxResponseSize: 1000 });
    const { stream } = (await client.media.get('m1')) as Download;
    expect(await readText(stream)).toBe(createJson(5000).toString());
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

describe('a download is recognised by its content', () => {
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
    const error = await catchError(createClient(platform).media.get('m1'));
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

describe('a refusal', () => {
  const SEND = '/cgi-bin/message/custom/send';
  const message = { touser: 'o6_bmjrPTlm6_2sgVt7hMZOPfL2M', msgtype: 'text' } as const;
  const text = { content: 'the words of a user' };
  const printed = (error: unknown) =>
    `${inspect(error, { depth: 9, showHidden: true })} ${JSON.stringify(error)} ${(error as Error).message}`;

  it.each<[string, (request: Recorded) => string]>([
    ['its address', ({ query }) => `bad ${SEND}?${new URLSearchParams(query)}`],
    ['its token in a sentence', ({ query }) => `token ${query['access_token']} is bad`],
    ['half of its token', ({ query }) => `token ${query['access_token']?.slice(0, 20)} is bad`],
    ['its body', ({ body }) => `bad body ${JSON.stringify(body)}`],
    ['its body, escaped', ({ body }) => `bad ${encodeURIComponent(JSON.stringify(body))}`],
  ])('shows nothing of the request when it repeats %s', async (_, say) => {
    const platform = getPlatform();
    platform.answer(SEND, (request) => ({
      errcode: 45157,
      errmsg: say(request),
      url: say(request),
    }));
    const client = createClient(platform);
    const error = await catchError(client.message.custom.send({ ...message, text }));
    expect(error).toMatchObject({ errcode: 45157, message: expect.stringContaining('bad') });
    const { accessToken } = await client.accessToken.get();
    for (const secret of [accessToken.slice(0, 20), message.touser, text.content]) {
      expect(printed(error)).not.toContain(secret);
    }
  });

  it('shows nothing of the secret when the request for a token is repeated', async () => {
    const platform = getPlatform();
    const { appsecret } = platform;
    for (const path of ['/cgi-bin/token', '/cgi-bin/stable_token']) {
      const server = createServer((request, response) => {
        void readText(request).then((body) => {
          const errmsg = `bad ${request.url}${body}`;
          response.end(JSON.stringify({ errcode: 40001, errmsg }));
        });
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const client = createClient(platform, { baseUrl, stableToken: path.includes('stable') });
      const error = await catchError(client.menu.get());
      expect(error).toMatchObject({ errcode: 40001, path });
      expect(printed(error)).not.toContain(appsecret);
      server.closeAllConnections();
      server.close();
    }
  });

  it('has its other fields in `answer`, redacted', async () => {
    const platform = getPlatform();
    const given = { errcode: 45065, errmsg: 'clientmsgid exist', msg_id: 3147483730 };
    platform.answer(SEND, () => ({
      ...given,
      access_token: 'SECRET-TOKEN',
      openid: 'o6_bmjrPTlm6',
    }));
    const error = await catchError(
      createClient(platform).message.custom.send({ ...message, text }),
    );
    expect(error).toMatchObject({
      answer: { ...given, access_token: '[redacted]', openid: 'o6_b…' },
    });
    platform.answer('/cgi-bin/menu/get', () => new Raw('{"base_resp":{"ret":-2,"err_msg":"no"}}'));
    expect(await catchError(createClient(platform).menu.get())).toMatchObject({
      errcode: -2,
      answer: { base_resp: { ret: -2, err_msg: 'no' } },
    });
  });

  it('that is nested without end is an error of this library', async () => {
    const platform = getPlatform();
    const nested = (open: string, close: string) =>
      `${open.repeat(20_000)}1${close.repeat(20_000)}`;
    for (const value of [nested('[', ']'), nested('{"a":', '}')]) {
      platform.answer(SEND, () => new Raw(`{"errcode":45009,"errmsg":"x","a":${value}}`));
      const error = await catchError(
        createClient(platform).message.custom.send({ ...message, text }),
      );
      expect(error).toMatchObject({ code: 'WECHAT_API_QUOTA', errcode: 45009 });
      expect(printed(error)).toContain('[nested');
    }
  });

  it('shows nothing of what was deep in the request', async () => {
    const platform = getPlatform();
    platform.answer('/cgi-bin/draft/add', () => ({
      errcode: 45002,
      errmsg: `bad ${text.content}`,
    }));
    let body: object = { content: text.content };
    for (let depth = 0; depth < 1000; depth += 1) body = depth % 2 ? { a: body } : { a: [body] };
    const error = await catchError(
      createClient(platform).request('POST', '/cgi-bin/draft/add', { body }),
    );
    expect(error).toMatchObject({ errmsg: 'bad [redacted]' });
  });

  it('takes work in proportion to the request and the answer', async () => {
    const platform = getPlatform();
    const client = createClient(platform, { retry: 0 });
    const listOpenids = (count: number) =>
      Array.from({ length: count }, (_, at) => `o6_bmjrPTlm6_2sgVt7hMZO${1000 + at}`);
    const countWork = async (size: number) => {
      platform.answer('/cgi-bin/tags/members/batchtagging', () => ({
        errcode: 45009,
        errmsg: 'x',
        list: listOpenids(size).map((openid) => `said ${openid}`),
      }));
      const spies = (['slice', 'charCodeAt'] as const).map((name) =>
        jest.spyOn(String.prototype, name),
      );
      const error = await catchError(client.tag.batchTag(listOpenids(size), 1));
      const calls = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
      jest.restoreAllMocks();
      expect(error).toMatchObject({ errcode: 45009 });
      expect(printed(error)).not.toContain('o6_bmjrP');
      return calls;
    };
    const few = await countWork(50);
    expect(await countWork(200)).toBeLessThan(6 * few);
  });

  it('that is not JSON is reported by its size, without its content', async () => {
    const platform = getPlatform();
    platform.answer(PATH, ({ query }) => new Raw(`?access_token=${query['access_token']}`));
    const error = await catchError(createClient(platform).menu.get());
    expect(error.message).toMatch(/the answer is not JSON: it has \d+ characters/);
    expect(printed(error)).not.toContain('access_token');
  });
});
