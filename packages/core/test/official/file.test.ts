/** One file to send: its name, its type, its size, and whether it may be sent at all. */
import { once } from 'node:events';
import {
  appendFileSync,
  createReadStream,
  mkdtempSync,
  openAsBlob,
  openSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from '@jest/globals';
import { InvalidArgumentError } from '@wechat-mp/core';
import type { Upload, UploadOptions } from '@wechat-mp/core/official';
import { openFile } from '../../src/official/file.ts';
import { type FileRule, findRule } from '../../src/official/file-rules.ts';
import { catchError } from '../support.ts';

const folder = mkdtempSync(join(tmpdir(), 'wechat-mp-file-'));
afterAll(() => rmSync(folder, { recursive: true }));
function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const KIB = 1024;
const MIB = 1024 * KIB;
/** Bytes that begin as a format does. */
const of = (beginning: string | number[], size = 5000) => {
  const bytes = Buffer.alloc(size);
  bytes.set(typeof beginning === 'string' ? Buffer.from(beginning, 'latin1') : beginning);
  return bytes;
};
const box = (brand: string) => `\0\0\0\u0018ftyp${brand}`;
const chunk = (type: string, data: string) =>
  `\0\0\0${String.fromCharCode(data.length)}${type}${data}\0\0\0\0`;
const HEADER = chunk('IHDR', '\0\0\0\u0001\0\0\0\u0001\b\u0006\0\0\0');
const PNG_SIGNATURE = '\u0089PNG\r\n\u001a\n';
/** The head of a container, and in it the properties of a stream of sound. */
const ASF = Buffer.from(
  `3026b2758e66cf11a6d900aa0062ce6c${'00'.repeat(14)}9107dcb7b7a9cf118ee600c00c2053654e00000000000000409e69f84d5bcf11a8fd00805f5c442b`,
  'hex',
).toString('latin1');
const MAGIC = {
  amr: '#!AMR\n',
  apng: `${PNG_SIGNATURE}${HEADER}${chunk('acTL', '\0\0\0\u0001\0\0\0\0')}`,
  asf: ASF,
  bmp: 'BM',
  gif: 'GIF89a',
  jpg: [0xff, 0xd8, 0xff, 0xe0],
  m4v: box('M4V '),
  mov: box('qt  '),
  mp3: [0xff, 0xfb, 0x90, 0x64],
  mp4: box('mp42'),
  pdf: '%PDF-1.7',
  png: `${PNG_SIGNATURE}${HEADER}${chunk('IDAT', '')}`,
  wav: 'RIFF\0\0\0\0WAVEfmt ',
} as const satisfies Record<string, string | number[]>;
type Format = keyof typeof MAGIC;
const sample = (format: Format, size?: number) => of(MAGIC[format] as string | number[], size);
const TEXT = Buffer.from('nothing that has a format');

const open = (file: Upload, options: UploadOptions = {}, rule?: FileRule) =>
  openFile(file, rule, options);
const read = async (file: Upload, rule?: FileRule) =>
  buffer((await openFile(file, rule, {})).read());
const createStream = (...chunks: unknown[]) => Readable.from(chunks);
/** A stream with a `path`, as those of files have. */
const pathed = (path: unknown, bytes: Buffer) => Object.assign(createStream(bytes), { path });

describe('a file is called', () => {
  const png = sample('png');
  it.each<[string, () => Upload, string, UploadOptions?]>([
    ['as its path', () => write('cat.png', png), 'cat.png'],
    ['as its path in Chinese', () => write('猫 咪.png', png), '猫 咪.png'],
    ['as its path, with an extension by its content', () => write('cat', png), 'cat.png'],
    ['with the right extension when it has another', () => write('cat.jpg', png), 'cat.jpg.png'],
    [
      'so also when a date ends in what looks like one',
      () => write('2024.06.06', sample('jpg')),
      '2024.06.06.jpg',
    ],
    ['so also when it is said', () => sample('mp3'), 'v1.2 final.mp3', { filename: 'v1.2 final' }],
    ['as its path, in capitals', () => write('CAT.JPG', sample('jpg')), 'CAT.JPG'],
    ['as its path, in the other spelling', () => write('cat.jpeg', sample('jpg')), 'cat.jpeg'],
    [
      'as its path, in a spelling that the platform does not know',
      () => write('cat.jfif', sample('jpg')),
      'cat.jfif.jpg',
    ],
    [
      'as its path, when the format has many',
      () => write('a.docx', of('PK\u0003\u0004')),
      'a.docx',
    ],
    ['as its path, when nothing tells an extension', () => write('notes', TEXT), 'notes'],
    ['`file`, with an extension by its content, when it is bytes', () => png, 'file.png'],
    ['`file`, when nothing tells what it is', () => TEXT, 'file'],
    ['`file` when it is a Blob', () => new Blob([png]), 'file.png'],
    ['as the File', () => new File([png], '照片.png'), '照片.png'],
    ['`file` when the File has no name', () => new File([png], ''), 'file.png'],
    ['`file` when it is a stream', () => createStream(png), 'file.png'],
    ['as the path of its stream', () => pathed('/some/where/cat.png', png), 'cat.png'],
    ['`file` when that path is not a text', () => pathed(Buffer.from('/cat.png'), png), 'file.png'],
    ['as it is said', () => write('a.png', png), 'b.png', { filename: 'b.png' }],
    ['as it is said, with an extension', () => png, '图片.png', { filename: '图片' }],
    ['as its path when nothing is said', () => write('c.png', png), 'c.png', { filename: '' }],
  ])('%s', async (_, file, filename, ...[options]) => {
    expect((await open(file(), options)).filename).toBe(filename);
  });
});

describe('the type is', () => {
  it.each<[string, Upload, string, UploadOptions?]>([
    ['that of the content', sample('jpg'), 'image/jpeg'],
    [
      'that of the content rather than of the name',
      sample('gif'),
      'image/gif',
      { filename: 'a.png' },
    ],
    [
      'that of the content rather than of the Blob',
      new Blob([sample('png')], { type: 'text/x' }),
      'image/png',
    ],
    [
      'that of the Blob when the content does not tell',
      new Blob([TEXT], { type: 'text/x' }),
      'text/x',
    ],
    ['that of the extension when nothing else tells', TEXT, 'audio/mpeg', { filename: 'a.MP3' }],
    ['none in particular when nothing tells', TEXT, 'application/octet-stream'],
    [
      'none in particular of an extension that nobody knows',
      TEXT,
      'application/octet-stream',
      { filename: 'a.xyz' },
    ],
    ['as it is said', sample('jpg'), 'image/x', { contentType: 'image/x' }],
    [
      'that of the content when an empty one is said',
      sample('jpg'),
      'image/jpeg',
      { contentType: '' },
    ],
  ])('%s', async (_, file, contentType, ...[options]) => {
    expect((await open(file, options)).contentType).toBe(contentType);
  });
});

describe('all bytes are read, as often as they are sent, and how many is known before', () => {
  const bytes = Buffer.alloc(200_000, 'some bytes ');
  it.each<[string, () => Upload | Promise<Upload>, Buffer]>([
    ['a path', () => write('bytes.bin', bytes), bytes],
    ['a Buffer', () => bytes, bytes],
    [
      'a part of a larger array',
      () => new Uint8Array(Buffer.concat([TEXT, bytes])).subarray(TEXT.length),
      bytes,
    ],
    ['a Blob', () => new Blob([bytes]), bytes],
    ['a File', () => new File([bytes], 'bytes.bin'), bytes],
    ['a Blob that is a file', () => openAsBlob(write('blob.bin', bytes)), bytes],
    ['a stream of a file', () => createReadStream(write('stream.bin', bytes)), bytes],
    [
      'a stream of a part of a file',
      () => createReadStream(write('part.bin', bytes), { start: 5000, end: 150_000 }),
      bytes.subarray(5000, 150_001),
    ],
    [
      'a stream of the end of a file',
      () => createReadStream(write('end.bin', bytes), { start: 199_000, end: 300_000 }),
      bytes.subarray(199_000),
    ],
    [
      'a stream of a file that is open already',
      () => createReadStream('', { fd: openSync(write('open.bin', bytes), 'r') }),
      bytes,
    ],
    [
      'a stream of a file that was begun to be read',
      async () => {
        const stream = createReadStream(write('begun.bin', bytes), { highWaterMark: 1000 });
        await once(stream, 'readable');
        stream.read(1000);
        return stream;
      },
      bytes.subarray(1000),
    ],
    [
      'a stream of a file that is gone',
      async () => {
        const path = write('gone.bin', bytes);
        const stream = createReadStream(path);
        await once(stream, 'open');
        unlinkSync(path);
        return stream;
      },
      bytes,
    ],
    ['a stream of one chunk', () => createStream(bytes), bytes],
    [
      'a stream of bytes one by one, at first',
      () =>
        createStream(
          ...Array.from(bytes.subarray(0, 5000), (byte) => Buffer.of(byte)),
          bytes.subarray(5000),
        ),
      bytes,
    ],
    [
      'a stream with empty chunks',
      () => createStream(Buffer.alloc(0), bytes, Buffer.alloc(0)),
      bytes,
    ],
    [
      'a stream of texts',
      () => createStream(...(bytes.toString().match(/.{1,5000}/gs) as string[])),
      bytes,
    ],
  ])('of %s', async (_, source, expected) => {
    const given = await source();
    const file = await open(given);
    expect(file.size).toBe(expected.length);
    for (const _time of ['first', 'again']) {
      expect((await buffer(file.read())).equals(expected)).toBe(true);
    }
    expect(given instanceof Readable && !given.destroyed).toBe(false);
  });

  it('of a stream without a rule, 10 MiB', async () => {
    const stream = (size: number) => createStream(Buffer.alloc(size / 2), Buffer.alloc(size / 2));
    expect((await open(stream(10 * 1024 * 1024))).size).toBe(10 * 1024 * 1024);
    const error = await catchError(() => open(stream(10 * 1024 * 1024 + 2)));
    expect(error.message).toMatch(/a file given as a stream must have at most 10 MB/);
  });
});

const upload = (type: string) => findRule('/cgi-bin/media/upload', type);
const material = (type: string) => findRule('/cgi-bin/material/add_material', type);
const article = findRule('/cgi-bin/media/uploadimg', undefined);

describe('of each size that is permitted, as many bytes are sent and one more is refused', () => {
  it.each<[string, FileRule | undefined, Format, number, string]>([
    ['an image', upload('image'), 'png', 10 * MIB, 'an image must have at most 10 MB'],
    ['a voice', upload('voice'), 'amr', 2 * MIB, 'a voice must have at most 2 MB'],
    ['a video', upload('video'), 'mp4', 10 * MIB, 'a video must have at most 10 MB'],
    ['a thumb', upload('thumb'), 'jpg', 64 * KIB, 'a thumb must have at most 64 KB'],
    ['a permanent image', material('image'), 'bmp', 10 * MIB, 'an image must have at most 10 MB'],
    ['a permanent voice', material('voice'), 'wav', 2 * MIB, 'a voice must have at most 2 MB'],
    ['a permanent video', material('video'), 'mp4', 10 * MIB, 'a video must have at most 10 MB'],
    ['a permanent thumb', material('thumb'), 'jpg', 64 * KIB, 'a thumb must have at most 64 KB'],
    ['a picture of an article', article, 'png', MIB, 'a picture of an article .* at most 1 MB'],
  ])('%s', async (_, rule, format, most, says) => {
    const largest = sample(format, most);
    expect((await read(largest, rule)).length).toBe(most);
    expect((await read(createStream(largest), rule)).length).toBe(most);

    const larger = Buffer.concat([largest, Buffer.of(0)]);
    const error = await catchError(() => open(larger, {}, rule));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toMatch(new RegExp(`^${says}.*\\(${most + 1} bytes\\)$`));
    const streamed = await catchError(() => open(createStream(largest, Buffer.of(0)), {}, rule));
    expect(streamed.message).toBe(error.message);
  });

  it('and the message says both in words that people use', async () => {
    const error = await catchError(() => open(sample('mp3', 3_250_586), {}, upload('voice')));
    expect(error.message).toBe('a voice must have at most 2 MB: this has 3.1 MB (3250586 bytes)');
  });
});

describe('of the formats, only those that are permitted are sent', () => {
  const pictures: Format[] = ['png', 'jpg', 'gif', 'apng'];
  it.each<[string, FileRule | undefined, Format[]]>([
    ['image', upload('image'), pictures],
    ['voice', upload('voice'), ['amr', 'mp3']],
    ['video', upload('video'), ['mp4', 'm4v']],
    ['thumb', upload('thumb'), ['jpg']],
    ['permanent image', material('image'), [...pictures, 'bmp']],
    ['permanent voice', material('voice'), ['amr', 'mp3', 'wav', 'asf']],
    ['permanent video', material('video'), ['mp4', 'm4v']],
    ['permanent thumb', material('thumb'), ['jpg']],
    ['picture of an article', article, ['png', 'apng', 'jpg']],
  ])('%s', async (_, rule, permitted) => {
    for (const format of Object.keys(MAGIC) as Format[]) {
      const opening = open(sample(format), { filename: 'named.jpg' }, rule);
      const outcome = await opening.then(
        () => 'is sent',
        (error: Error) => error.message,
      );
      const expected = permitted.includes(format)
        ? /^is sent$/
        : new RegExp(`^an? .+ must be .+: this is ${format}$`);
      expect(outcome).toMatch(expected);
    }
  });

  it.each(['a.txt', 'a.WAV'])('by the name where the content does not tell: %s', async (name) => {
    const error = await catchError(() => open(new File([TEXT], name), {}, upload('voice')));
    expect(error.message).toBe(
      `a voice must be amr or mp3: this is ${name.slice(2).toLowerCase()}`,
    );
  });

  it.each<[string, string]>([
    ['nor the name', 'notes'],
    ['but the name is right', 'voice.AMR'],
  ])('and the platform decides when the content does not tell, %s', async (_, name) => {
    expect((await open(TEXT, { filename: name }, upload('voice'))).filename).toBe(name);
  });

  it.each([
    ['/customservice/kfaccount/uploadheadimg', undefined],
    ['/cv/ocr/idcard', 'photo'],
    ['/card/invoice/platform/setpdf', undefined],
    ['/cgi-bin/media/upload', 'hologram'],
    ['/cgi-bin/media/upload', undefined],
  ])('and the platform decides where nothing is sure: %s %s', (path, type) => {
    expect(findRule(path, type)).toBeUndefined();
  });
});

describe('refused before anything is sent is', () => {
  const broken = () =>
    new Readable({ read: () => undefined }).destroy(
      Object.assign(new Error(`ENOENT: no such file, open '${folder}/gone.png'`), {
        code: 'ENOENT',
      }),
    );
  const settled = (stream: Readable) => stream.on('error', () => {});
  it.each<[string, () => unknown, string]>([
    [
      'a missing path',
      () => join(folder, 'no-such.png'),
      'the file "no-such.png" cannot be read: ENOENT',
    ],
    ['a folder', () => folder, 'cannot be read: it is not a file'],
    ['a device', () => '/dev/zero', 'the file "zero" cannot be read: it is not a file'],
    [
      'a path below a file',
      () => join(write('plain', TEXT), 'a.png'),
      'the file "a.png" cannot be read: ENOTDIR',
    ],
    [
      'a stream of a missing path',
      () => createReadStream(join(folder, 'gone.png')),
      'the file "gone.png" cannot be read: ENOENT',
    ],
    [
      'a stream that fails while its file is looked at',
      () => {
        const stream = createReadStream(join(folder, 'gone.png'));
        process.nextTick(() => stream.emit('error', settled(broken()).errored));
        return stream;
      },
      'the file "gone.png" cannot be read: ENOENT',
    ],
    [
      'a stream that has failed',
      () => settled(broken()),
      'the file "given" cannot be read: ENOENT',
    ],
    ['a stream that somebody destroyed', () => createStream(TEXT).destroy(), 'cannot be read: '],
    [
      'an empty path',
      () => write('empty.jpg', Buffer.alloc(0)),
      'the file "empty.jpg" has no bytes',
    ],
    ['an empty Buffer', () => Buffer.alloc(0), 'has no bytes'],
    ['an empty Blob', () => new Blob([]), 'has no bytes'],
    ['an empty stream', () => createStream(), 'has no bytes'],
    ['a stream of empty chunks', () => createStream(Buffer.alloc(0)), 'has no bytes'],
    ['a stream of objects', () => createStream({ a: 1 }), 'must yield bytes, not objects'],
    ['a number', () => 42, 'must be a path, a Buffer, a Blob or a Readable'],
    ['null', () => null, 'must be a path, a Buffer, a Blob or a Readable'],
  ])('%s', async (_, file, says) => {
    const error = await catchError(() => open(file() as Upload));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toContain(says);
    expect(error.message).not.toContain(folder);
  });

  it('a Blob whose file has changed', async () => {
    const path = write('backing.bin', sample('png'));
    const blob = await openAsBlob(path);
    appendFileSync(path, 'more');
    const error = await catchError(() => open(blob));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toMatch(/cannot be read: \D/);
  });

  it('a stream, which is closed then', async () => {
    const stream = createReadStream(write('large.png', sample('png', 100_000)));
    expect(await catchError(() => open(stream, {}, upload('thumb')))).toBeInstanceOf(
      InvalidArgumentError,
    );
    expect(stream.destroyed).toBe(true);
  });
});

describe('a file that changes after it was looked at is an error, not other bytes', () => {
  const SIZE = 200_000;
  it.each<[string, (path: string) => void, RegExp]>([
    [
      'it shrinks',
      (path) => truncateSync(path, 500),
      /^the file "cat.png" had 200000 bytes when it was opened, and 500 when it was sent$/,
    ],
    [
      'it is emptied',
      (path) => truncateSync(path, 0),
      /had 200000 bytes .* and 0 when it was sent$/,
    ],
    [
      'it grows',
      (path) => appendFileSync(path, 'x'),
      /had 200000 bytes .* and 200001 when it was sent$/,
    ],
    ['it vanishes', unlinkSync, /^the file "cat.png" cannot be read to its end: ENOENT$/],
  ])('%s', async (_, change, says) => {
    const path = write('cat.png', sample('png', SIZE));
    const file = await open(path);
    change(path);
    let sent = 0;
    const error = await catchError(async () => {
      for await (const piece of file.read()) sent += piece.length;
    });
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toMatch(says);
    // More than was announced would reach the next request.
    expect(sent).toBeLessThanOrEqual(SIZE);
  });
});

describe('a stream', () => {
  async function* failing(cause: unknown) {
    yield sample('mp3', 50_000);
    throw cause;
  }
  it.each<[string, unknown, string]>([
    ['what it says', new Error('the disk is gone'), 'the disk is gone'],
    [
      'its code rather than a message with a path',
      Object.assign(new Error(`EIO: ${folder}`), { code: 'EIO' }),
      'EIO',
    ],
    ['what it says when that is no error', 'no more', 'no more'],
  ])('that fails midway is an error with %s', async (_, cause, says) => {
    const error = await catchError(() => open(Readable.from(failing(cause))));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toBe(`the file "given" cannot be read to its end: ${says}`);
    expect(error.cause).toBe(cause);
  });

  it('that turns to objects midway is an error', async () => {
    const error = await catchError(() => open(createStream(sample('mp3'), { a: 1 })));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toContain('must yield bytes');
  });

  it('that exceeds its limit midway is read no further, and is closed', async () => {
    let given = 0;
    const long = Readable.from(
      (function* () {
        while (given < 10_000_000) {
          given += 100_000;
          yield sample('mp3', 100_000);
        }
      })(),
    );
    const error = await catchError(() => open(long, {}, upload('voice')));
    expect(error.message).toMatch(
      /^a voice must have at most 2 MB: this has 2 MB \(2100000 bytes\)$/,
    );
    expect(long.destroyed).toBe(true);
    // No more than a stream of objects reads ahead.
    expect(given).toBeLessThan(4_000_000);
  });

  it('of a file is not read before it is wanted, but for its beginning', async () => {
    const path = write('later.bin', Buffer.alloc(5_000_000));
    const file = await open(createReadStream(path));
    writeFileSync(path, Buffer.alloc(5_000_000, 'x'));
    expect((await buffer(file.read())).at(-1)).toBe('x'.charCodeAt(0));
  });
});
