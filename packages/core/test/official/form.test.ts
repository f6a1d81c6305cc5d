/** The form that carries a file: the very bytes of it, read by two parsers. */
import {
  closeSync,
  createReadStream,
  mkdtempSync,
  openAsBlob,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, it } from '@jest/globals';
import { InvalidArgumentError } from '@wechat-mp/core';
import type { UploadOptions } from '@wechat-mp/core/official';
import { readForm } from '../../../../test/support/multipart.ts';
import { createForm, type Form, hasFile } from '../../src/official/form.ts';
import { catchError } from '../support.ts';

const folder = mkdtempSync(join(tmpdir(), 'wechat-mp-form-'));
afterAll(() => rmSync(folder, { recursive: true }));
function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const MIB = 1024 * 1024;
const PATH = '/cgi-bin/media/upload';
const JPEG = Buffer.concat([
  Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
  Buffer.alloc(300_000, 'pixels'),
]);
const MP3 = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), Buffer.alloc(50_000, 'sound')]);
const createStream = (...chunks: unknown[]) => Readable.from(chunks);

const createTestForm = (fields: Record<string, unknown>, options?: UploadOptions, type = 'image') =>
  createForm(PATH, { type }, fields, options);
const readBytes = (form: Form) => buffer(form.open());

/** Reads the parts of a form as strictly as the platform. */
async function readParts(form: Form) {
  const parts = readForm(form.headers['content-type'] ?? '', await readBytes(form));
  return parts.map(({ name, filename, contentType, bytes, text }) => ({
    name,
    filename,
    contentType,
    bytes,
    text,
  }));
}
const textPart = (name: string, text: string) => {
  const none = { filename: undefined, contentType: undefined };
  return { name, ...none, bytes: Buffer.byteLength(text), text };
};

/** Reads a form with Node's fetch, which parses like browsers. */
async function readFormData(form: Form) {
  const response = new Response(await readBytes(form), { headers: form.headers });
  return response.formData();
}

describe('every source arrives as it is', () => {
  it.each<[string, () => unknown, string]>([
    ['a path', () => write('photo.jpg', JPEG), 'photo.jpg'],
    ['a Buffer', () => JPEG, 'file.jpg'],
    ['a Uint8Array', () => new Uint8Array(JPEG), 'file.jpg'],
    ['a Blob', () => new Blob([JPEG]), 'file.jpg'],
    ['a File', () => new File([JPEG], '照片.jpg'), '照片.jpg'],
    ['a Blob of the disk', () => openAsBlob(write('blob.jpg', JPEG)), 'file.jpg'],
    ['a stream', () => createReadStream(write('stream.jpg', JPEG)), 'stream.jpg'],
    [
      'a stream without a name',
      () => createStream(JPEG.subarray(0, 7), JPEG.subarray(7)),
      'file.jpg',
    ],
  ])('%s', async (_, source, filename) => {
    const form = await createTestForm({ media: await source() });
    const file = (await readFormData(form)).get('media') as File;
    expect([file.name, file.type, file.size]).toEqual([filename, 'image/jpeg', JPEG.length]);
    expect(Buffer.from(await file.arrayBuffer()).equals(JPEG)).toBe(true);
  });

  it.each<[string, () => unknown]>([
    ['a path', () => write('again.jpg', JPEG)],
    ['a Buffer', () => JPEG],
    ['a Blob', () => new Blob([JPEG])],
    ['a stream', () => createStream(JPEG)],
    ['a stream of a file', () => createReadStream(write('file.jpg', JPEG))],
  ])('and again when the form is opened again: %s', async (_, source) => {
    const form = await createTestForm({ media: source() });
    const [first, second] = [form.open(), form.open()];
    expect(first).not.toBe(second);
    expect((await buffer(first)).equals(await buffer(second))).toBe(true);
    expect((await readParts(form))[0]?.bytes).toBeGreaterThan(3999);
  });
});

describe('the head of a file', () => {
  const readHead = async (options: UploadOptions) => {
    const text = (await readBytes(await createTestForm({ media: JPEG }, options))).toString();
    return text.slice(text.indexOf('\r\n') + 2, text.indexOf('\r\n\r\n')).split('\r\n');
  };
  it.each<[string, string, string]>([
    ['Chinese is UTF-8', '图片.jpg', '图片.jpg'],
    ['a quote', 'a"b.jpg', 'a%22b.jpg'],
    ['a new line', 'a\r\nX-Evil: 1\r\n\r\n.jpg', 'a%0D%0AX-Evil: 1%0D%0A%0D%0A.jpg'],
    ['one that claims another field', 'a.jpg"; name="other', 'a.jpg%22; name=%22other.jpg'],
    ['a percent sign stays', '100%.jpg', '100%.jpg'],
    ['blanks and semicolons stay', 'my cat; 2.jpg', 'my cat; 2.jpg'],
    ['an extension by the content', '图片', '图片.jpg'],
  ])('names it: %s', async (_, filename, expected) => {
    expect(await readHead({ filename })).toEqual([
      `Content-Disposition: form-data; name="media"; filename="${expected}"`,
      'Content-Type: image/jpeg',
    ]);
  });

  it.each(['a"b\r\n图.jpg', 'a\\b.jpg', '--boundary.jpg'])(
    'is understood by others: %j',
    async (filename) => {
      const form = await createTestForm({ media: JPEG }, { filename });
      expect(await readParts(form)).toHaveLength(1);
      const entries = [...(await readFormData(form))] as [string, File][];
      expect(entries.map(([name, file]) => [name, file.name, file.size])).toEqual([
        ['media', filename, JPEG.length],
      ]);
    },
  );

  it.each(['image/png\r\nX-Evil: 1', 'image/png\n'])(
    'has no type of several lines: %j',
    async (contentType) => {
      const error = await catchError(() => createTestForm({ media: JPEG }, { contentType }));
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect(error.message).toContain('one line');
    },
  );
});

describe('fields', () => {
  it('are texts and JSON beside the file, in their order; what is undefined is left out', async () => {
    const form = await createTestForm({
      title: '标题 "一"\r\n',
      media: JPEG,
      description: { title: '标题', tags: ['a'] },
      count: 3,
      isPublic: false,
      missing: undefined,
      empty: '',
    });
    const contentType = 'image/jpeg';
    expect(await readParts(form)).toEqual([
      textPart('title', '标题 "一"\r\n'),
      { name: 'media', filename: 'file.jpg', contentType, bytes: JPEG.length, text: undefined },
      textPart('description', '{"title":"标题","tags":["a"]}'),
      textPart('count', '3'),
      textPart('isPublic', 'false'),
      textPart('empty', ''),
    ]);
  });

  it('may be several files, and files of another name than the platform’s', async () => {
    const form = await createTestForm({
      media: JPEG,
      buffer: new Blob([JPEG]),
      cover: createStream(JPEG),
    });
    expect((await readParts(form)).map(({ name, bytes }) => [name, bytes])).toEqual(
      ['media', 'buffer', 'cover'].map((name) => [name, JPEG.length]),
    );
  });

  it('whose name would end the line are harmless', async () => {
    const form = await createTestForm({ media: JPEG, 'a"\r\nX: 1': 'text' });
    expect((await readParts(form))[1]).toEqual(textPart('a%22%0D%0AX: 1', 'text'));
  });

  const loop: Record<string, unknown> = {};
  loop['loop'] = loop;
  it.each<[string, unknown, RegExp]>([
    ['goes in circles', loop, /^the field extra cannot be written as JSON: .*circular/i],
    ['is a bigint', { id: 1n }, /BigInt/],
    ['is a function', () => 'text', /it is a function$/],
  ])('are refused when one %s', async (_, extra, says) => {
    const error = await catchError(() => createTestForm({ media: JPEG, extra }));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toMatch(says);
  });

  it.each<[string, Record<string, unknown>]>([
    ['nothing', {}],
    ['texts alone', { title: 'a', description: '/etc/hostname' }],
    ['undefined', { media: undefined }],
    ['null', { media: null }],
    ['an empty path', { media: '' }],
  ])('without a file are no form: %s', async (_, fields) => {
    expect(hasFile(fields)).toBe(false);
    const error = await catchError(() => createTestForm(fields));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toContain('needs a file');
  });

  it.each([undefined, null, 'media', 5])('are none at all: %s', (body) => {
    expect(hasFile(body)).toBe(false);
  });
});

describe('the headers', () => {
  it.each<[string, () => unknown]>([
    ['a path', () => write('猫.jpg', JPEG)],
    ['a Buffer', () => JPEG],
    ['a Blob', () => new Blob([JPEG])],
    ['a stream', () => createStream(JPEG)],
    ['a stream of a file', () => createReadStream(write('file.jpg', JPEG))],
  ])('say the length of what is sent: %s', async (_, source) => {
    const form = await createTestForm(
      { media: source(), description: '描述' },
      { filename: '图.jpg' },
    );
    expect(form.headers['content-length']).toBe(String((await readBytes(form)).length));
  });

  it('have a boundary of their own each time', async () => {
    const types = await Promise.all(
      Array.from(
        { length: 50 },
        async () => (await createTestForm({ media: JPEG })).headers['content-type'],
      ),
    );
    expect(new Set(types).size).toBe(50);
  });
});

describe('what is given as the type in the query says what is permitted', () => {
  it.each<[string, RegExp]>([
    ['voice', /^a voice must be amr or mp3: this is jpg$/],
    ['thumb', /^a thumb must have at most 64 KB: this has 293 KB \(300004 bytes\)$/],
  ])('%s', async (type, says) => {
    const error = await catchError(() => createTestForm({ media: JPEG }, {}, type));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toMatch(says);
  });
});

describe('progress', () => {
  async function follow(media: unknown) {
    const told: { sent: number; total: number }[] = [];
    const form = await createTestForm(
      { media },
      { onProgress: (progress) => void told.push(progress) },
    );
    const expected = told.length === 0 && (await readBytes(form)).length;
    const sent = told.map((progress) => progress.sent);
    return { sent, length: expected, totals: new Set(told.map(({ total }) => total)) };
  }
  it.each<[string, () => unknown]>([
    ['a path', () => write('long.jpg', JPEG)],
    ['a Buffer', () => JPEG],
    ['a Blob', () => new Blob([JPEG])],
    ['a stream', () => createStream(JPEG)],
  ])('of %s is reported in steps, upwards, to the end', async (_, source) => {
    const { sent, length, totals } = await follow(source());
    // Beside the pieces of the file there are two of its head and two behind it.
    expect(sent.length).toBeGreaterThanOrEqual(4 + Math.ceil(JPEG.length / 65_536));
    expect(sent).toEqual([...new Set(sent)].sort((a, b) => a - b));
    expect(sent.at(-1)).toBe(length);
    expect([...totals]).toEqual([length]);
  });
});

describe('10 MB', () => {
  const bytes = Buffer.alloc(10 * MIB, 'pixels');
  JPEG.copy(bytes, 0, 0, 4);
  const source = write('large.jpg', bytes);
  const overwriteEnd = (text: string) => {
    const file = openSync(source, 'r+');
    writeSync(file, text, bytes.length - text.length);
    closeSync(file);
  };
  /** Bytes of the buffers that cannot be collected. */
  const countHeld = (buffers: WeakRef<ArrayBufferLike>[]) => {
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    const held = new Set(buffers.map((buffer) => buffer.deref()));
    return [...held].reduce((sum, buffer) => sum + (buffer?.byteLength ?? 0), 0);
  };
  const sources: [string, () => unknown][] = [
    ['a path', () => source],
    ['a stream', () => createReadStream(source)],
    ['a Blob of the disk', () => openAsBlob(source)],
  ];

  it.each(sources)('are not held once they are sent: %s', async (_name, give) => {
    const form = await createTestForm({ media: await give() });
    const buffers: WeakRef<ArrayBufferLike>[] = [];
    let sent = 0;
    let held: number | undefined;
    for await (const chunk of form.open()) {
      sent += (chunk as Buffer).length;
      buffers.push(new WeakRef((chunk as Buffer).buffer));
      if (sent > 9 * MIB) held ??= countHeld(buffers);
    }
    expect(sent).toBeGreaterThan(bytes.length);
    expect(held).toBeLessThan(2 * MIB);
  });

  it.each(sources.slice(0, 2))(
    'are read when they are sent, not before: %s',
    async (_name, give) => {
      const form = await createTestForm({ media: await give() });
      let isWritten = false;
      let last = Buffer.alloc(0);
      for await (const chunk of form.open()) {
        if (!isWritten) overwriteEnd('written meanwhile');
        isWritten = true;
        last = Buffer.concat([last, chunk as Buffer]).subarray(-1000);
      }
      expect(last.toString()).toContain('written meanwhile');
    },
  );
});

describe('a form ends with the error', () => {
  it('of a file that shrank, and without its last boundary', async () => {
    const media = write('song.mp3', MP3);
    const form = await createTestForm({ media }, {}, 'voice');
    truncateSync(media, 10);
    let sent = '';
    const error = await catchError(async () => {
      for await (const chunk of form.open()) sent += String(chunk);
    });
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toMatch(
      /^the file "song.mp3" had 50004 bytes when it was opened, and 10 when it was sent$/,
    );
    const boundary = form.headers['content-type']?.split('boundary=')[1];
    expect(sent.split(`--${boundary}`)).toHaveLength(2);
  });

  it('of the reader is passed on, and is not one of the file', async () => {
    const form = await createTestForm({ media: createReadStream(write('taken.jpg', JPEG)) });
    const sending = pipeline(form.open(), async (chunks: AsyncIterable<unknown>) => {
      for await (const _ of chunks) throw new Error('the connection broke');
    });
    expect((await catchError(() => sending)).message).toBe('the connection broke');
  });
});
