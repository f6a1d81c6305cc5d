/** Forms and files of the simulator's API. */
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type Answer,
  call,
  closeAll,
  type Desk,
  getToken,
  open,
  withToken,
} from '../../../../test/support/simulator-api.ts';

afterEach(closeAll);

const MB = 1024 * 1024;
const UPLOAD = '/cgi-bin/media/upload';
const ADD = '/cgi-bin/material/add_material';
const IMAGE = '/cgi-bin/media/uploadimg';
const DISPOSITION = 'Content-Disposition: form-data; name="media"; filename="a.amr"';
/** The first bytes of files. */
const STARTS: Readonly<Record<string, string>> = {
  png: '\x89PNG\r\n\x1a\n',
  jpg: '\xff\xd8\xff\xe0',
  gif: 'GIF89a',
  bmp: 'BM',
  amr: '#!AMR\n',
  mp3: 'ID3\x04',
  wav: 'RIFF\x00\x00\x00\x00WAVE',
  wma: '\x30\x26\xb2\x75',
  mp4: '\x00\x00\x00\x18ftypmp42',
};
const getStart = (name: string) => STARTS[name.slice(-3).toLowerCase()] ?? '';
/** A file of that kind, with bytes in it that look like a form's. */
const createFile = (name: string) =>
  Buffer.from(`${getStart(name)} bytes of a file \xff\x00\r\n--b`, 'latin1');
const CONTENT = createFile('a.png');

/** A file of that kind and length. */
function sized(name: string, bytes: number): Buffer {
  const file = Buffer.alloc(bytes);
  file.write(getStart(name), 'latin1');
  return file;
}

function createForm(name: string, content: Buffer, fields: Record<string, string> = {}) {
  const form = new FormData();
  form.append('media', new Blob([content]), name);
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  return form;
}

async function post(
  desk: Desk,
  path: string,
  type: string,
  body: FormData | string,
  contentType?: string,
): Promise<Answer> {
  const query = new URLSearchParams({ access_token: await getToken(desk), type });
  const headers = contentType ? { 'content-type': contentType } : undefined;
  const init = { method: 'POST', body, ...(headers ? { headers } : {}) };
  return (await (await fetch(`${desk.api.url}${path}?${query}`, init)).json()) as Answer;
}

async function bytesAt(address: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(address)).arrayBuffer());
}

async function readBytes(file: object): Promise<Buffer> {
  const chunks: Buffer[] = [];
  if (!('stream' in file)) throw new Error('no file');
  for await (const chunk of file.stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('a form is read strictly', () => {
  const part = (head: string, content = '#!AMR bytes') => `--b\r\n${head}\r\n\r\n${content}\r\n`;
  const FORM = 'multipart/form-data; boundary=b';
  const nameless = 'Content-Disposition: form-data; name="media"';

  it.each([
    ['as it should be', `${part(DISPOSITION)}--b--\r\n`, FORM, undefined],
    ['with a type', `${part(`${DISPOSITION}\r\nContent-Type: image/jpeg`)}--b--`, FORM, undefined],
    ['with a name in UTF-8', `${part(DISPOSITION.replace('a.', '图.'))}--b--`, FORM, undefined],
    ['without a last boundary', part(DISPOSITION), FORM, 41005],
    ['with another last boundary', `${part(DISPOSITION)}--c--`, FORM, 41005],
    ['with something after it', `${part(DISPOSITION)}--b--\r\nmore`, FORM, 41005],
    ['with something before it', `more\r\n${part(DISPOSITION)}--b--`, FORM, 41005],
    ['without a boundary in its type', `${part(DISPOSITION)}--b--`, 'multipart/form-data', 41005],
    ['of another type', `${part(DISPOSITION)}--b--`, 'multipart/mixed; boundary=b', 41005],
    ['that is no form', 'bytes', 'image/jpeg', 41005],
    ['without a filename', `${part(nameless)}--b--`, FORM, 41005],
    ['with another name', `${part(DISPOSITION.replace('media', 'file'))}--b--`, FORM, 41005],
    ['with filename*', `${part(`${DISPOSITION}; filename*=UTF-8''a.amr`)}--b--`, FORM, 41005],
    ['with filename* alone', `${part(`${nameless}; filename*=UTF-8''a.amr`)}--b--`, FORM, 41005],
    ['without quotes', `${part(DISPOSITION.replaceAll('"', ''))}--b--`, FORM, 41005],
    ['with a header that is none', `${part(`${DISPOSITION}\r\nnothing`)}--b--`, FORM, 41005],
    ['with a header twice', `${part(`${DISPOSITION}\r\n${DISPOSITION}`)}--b--`, FORM, 41005],
    ['with bare line feeds', `${part(DISPOSITION)}--b--`.replaceAll('\r', ''), FORM, 41005],
  ])('%s', async (_, body, contentType, errcode) => {
    const desk = await open();
    const answer = await post(desk, UPLOAD, 'voice', body, contentType);
    expect(answer['errcode']).toBe(errcode);
  });

  it('and is recorded with the names and sizes of its parts', async () => {
    const desk = await open();
    await post(
      desk,
      UPLOAD,
      'image',
      createForm('图.jpg', sized('a.jpg', 70_000), { note: '你好' }),
    );
    expect(desk.api.callsTo(UPLOAD)[0]?.body).toEqual([
      { name: 'media', filename: '图.jpg', bytes: 70_000 },
      { name: 'note', text: '你好' },
    ]);
  });
});

describe('what is uploaded has its type and size', () => {
  const description = JSON.stringify({ title: 't', introduction: 'i' });

  it.each([
    [UPLOAD, 'image', 'a.gif', 10 * MB, {}, undefined],
    [UPLOAD, 'image', 'a.jpg', 10 * MB + 1, {}, 40009],
    [UPLOAD, 'image', 'a.bmp', 9, {}, 40113],
    [UPLOAD, 'image', 'a.jpg', 0, {}, 44001],
    [UPLOAD, 'voice', 'a.amr', 2 * MB, {}, undefined],
    [UPLOAD, 'voice', 'a.mp3', 2 * MB + 1, {}, 40010],
    [UPLOAD, 'video', 'a.mp4', 10 * MB + 1, {}, 40011],
    [UPLOAD, 'thumb', 'a.JPG', 64 * 1024, {}, undefined],
    [UPLOAD, 'thumb', 'a.jpg', 64 * 1024 + 1, {}, 40012],
    [UPLOAD, 'file', 'a.jpg', 1, {}, 40004],
    [UPLOAD, '__proto__', 'a.jpg', 1, {}, 40004],
    [UPLOAD, 'image', 'a.jpg', 33 * MB, {}, 45001],
    [IMAGE, '', 'a.png', MB - 1, {}, undefined],
    [IMAGE, '', 'a.png', MB, {}, 40009],
    [IMAGE, '', 'a.gif', 9, {}, 40005],
    [ADD, 'image', 'a.bmp', 9, {}, undefined],
    [ADD, 'voice', 'a.wma', 9, {}, undefined],
    [ADD, 'video', 'a.mp4', 20, { description }, undefined],
    [ADD, 'video', 'a.mp4', 20, {}, 47001],
    [ADD, 'video', 'a.mp4', 20, { description: 'no JSON' }, 47001],
  ])('%s %s %s of %i bytes', async (path, type, name, bytes, fields, errcode) => {
    const desk = await open();
    const form = createForm(name, sized(name, bytes), fields);
    expect((await post(desk, path, type, form))['errcode']).toBe(errcode);
  });
});

describe('a file is recognised by its name and its content', () => {
  it.each([
    ['a picture whose name has no extension', UPLOAD, 'image', 'a', 'a.jpg'],
    ['a picture that is named like a date', UPLOAD, 'image', '2024.06.06', 'a.jpg'],
    ['a picture that is named like another kind', UPLOAD, 'image', 'a.png', 'a.gif'],
    ['a text that is named like a picture', UPLOAD, 'image', 'a.png', 'a.txt'],
    ['a video whose name is an id', ADD, 'video', '56c7fec010fe409e83d9b9e7', 'a.mp4'],
    ['a voice of another format', UPLOAD, 'voice', 'a.wav', 'a.wav'],
    ['a voice that is named like another', ADD, 'voice', 'a.mp3', 'a.wav'],
    ['a thumb that is a PNG', UPLOAD, 'thumb', 'a.jpg', 'a.png'],
  ])('%s is refused', async (_, path, type, name, kind) => {
    const form = createForm(name, createFile(kind), { description: '{"title":"t"}' });
    expect(await post(await open(), path, type, form)).toMatchObject({ errcode: 40113 });
  });

  it('the client finds a name that the platform takes', async () => {
    const { client } = await open();
    for (const filename of ['2024.06.06', 'photo', 'a.txt']) {
      const { media_id } = await client.media.upload('image', createFile('a.jpg'), { filename });
      expect(media_id).toBeTruthy();
    }
  });
});

describe('what was uploaded', () => {
  it('is given back byte for byte for 3 days, by its id and at its address', async () => {
    const desk = await open();
    const { media } = desk.client;
    const { media_id: id } = await media.upload('image', CONTENT, { filename: 'a.png' });
    const file = await media.get(id);
    expect(file).toMatchObject({ contentType: 'image/png', filename: `${id}.png` });
    expect(await readBytes(file)).toEqual(CONTENT);
    expect(await bytesAt(`${desk.api.url}/media/${id}`)).toEqual(CONTENT);
    await desk.clock.advance(3 * 86_400_000);
    await expect(media.get(id)).rejects.toMatchObject({ errcode: 40007 });
    expect((await fetch(`${desk.api.url}/media/${id}`)).status).toBe(404);
  });

  it('as a thumb has another name for its id, as a video an address', async () => {
    const desk = await open();
    const thumb = await post(desk, UPLOAD, 'thumb', createForm('a.jpg', createFile('a.jpg')));
    expect(Object.keys(thumb)).toEqual(['type', 'thumb_media_id', 'created_at']);
    const { media } = desk.client;
    const { media_id: id } = await media.upload('video', createFile('a.mp4'), {
      filename: 'a.mp4',
    });
    const file = await media.get(id);
    if (!('videoUrl' in file)) throw new Error('no address');
    expect(await bytesAt(file.videoUrl)).toEqual(createFile('a.mp4'));
  });

  it('for good is listed, counted, given back and deleted', async () => {
    const desk = await open();
    const { material } = desk.client;
    const { media_id: id, url } = await post(
      desk,
      ADD,
      'image',
      createForm('a.jpg', createFile('a.jpg')),
    );
    const media_id = id as string;
    expect(await bytesAt(url as string)).toEqual(createFile('a.jpg'));
    expect(await material.batchGet({ type: 'image', offset: 0, count: 20 })).toMatchObject({
      total_count: 1,
      item: [{ media_id, name: 'a.jpg', url }],
    });
    expect(await material.count()).toMatchObject({ image_count: 1, news_count: 0 });
    expect(await readBytes(await material.get({ media_id }))).toEqual(createFile('a.jpg'));
    await desk.clock.advance(300 * 86_400_000);
    expect(await readBytes(await material.get({ media_id }))).toEqual(createFile('a.jpg'));
    await expect(desk.client.media.get(media_id)).rejects.toMatchObject({ errcode: 40007 });
    await material.delete({ media_id });
    await expect(material.delete({ media_id })).rejects.toMatchObject({ errcode: 40007 });
    expect(await material.count()).toMatchObject({ image_count: 0 });
  });

  it('for good as a video has its title and an address', async () => {
    const desk = await open();
    const description = JSON.stringify({ title: 't', introduction: 'i' });
    const form = createForm('a.mp4', createFile('a.mp4'), { description });
    const { media_id } = await post(desk, ADD, 'video', form);
    const answer = await withToken(desk, '/cgi-bin/material/get_material', { media_id });
    expect(answer).toMatchObject({ title: 't', description: 'i' });
    expect(await bytesAt(answer['down_url'] as string)).toEqual(createFile('a.mp4'));
  });

  it('for an article has an address, and is in no list', async () => {
    const desk = await open();
    const { url } = await post(desk, IMAGE, '', createForm('a.png', CONTENT));
    expect(await bytesAt(url as string)).toEqual(CONTENT);
    expect(await desk.client.material.count()).toMatchObject({ image_count: 0 });
  });

  it('is plain JSON in the state, and served from there', async () => {
    const desk = await open();
    const { media_id: id } = await desk.client.media.upload('image', CONTENT, {
      filename: 'a.png',
    });
    desk.world.state = structuredClone(desk.world.state);
    expect(JSON.parse(JSON.stringify(desk.world.state))).toEqual(desk.world.state);
    expect(await bytesAt(`${desk.api.url}/media/${id}`)).toEqual(CONTENT);
  });
});

describe('the type of an answer says little of it', () => {
  it('material comes as text/plain, and its refusals do', async () => {
    const desk = await open();
    const { media_id } = await post(desk, ADD, 'image', createForm('a.jpg', createFile('a.jpg')));
    const query = new URLSearchParams({ access_token: await getToken(desk) });
    const get = (id: unknown) =>
      fetch(`${desk.api.url}/cgi-bin/material/get_material?${query}`, {
        method: 'POST',
        body: JSON.stringify({ media_id: id }),
      });
    for (const id of [media_id, 'x']) {
      expect((await get(id)).headers.get('content-type')).toBe('text/plain');
    }
    const { material } = desk.client;
    expect(await readBytes(await material.get({ media_id: media_id as string }))).toEqual(
      createFile('a.jpg'),
    );
    await expect(material.get({ media_id: 'x' })).rejects.toMatchObject({ errcode: 40007 });
  });

  it.each(['image/jpeg', 'text/plain', 'application/octet-stream'])(
    'errors and files come as %s where that is asked for',
    async (type) => {
      const desk = await open();
      desk.api.setContentType('/cgi-bin/media/get', type);
      const { media } = desk.client;
      await expect(media.get('x')).rejects.toMatchObject({ errcode: 40007 });
      const { media_id } = await media.upload('image', CONTENT, { filename: 'a.png' });
      expect(await readBytes(await media.get(media_id))).toEqual(CONTENT);
      const query = new URLSearchParams({ access_token: await getToken(desk), media_id });
      const ask = () => fetch(`${desk.api.url}/cgi-bin/media/get?${query}`);
      expect((await ask()).headers.get('content-type')).toBe(type);
      desk.api.setContentType('/cgi-bin/media/get', undefined);
      expect((await ask()).headers.get('content-type')).toBe('image/png');
    },
  );
});

it('a picture may be given by its address', async () => {
  const desk = await open();
  const access_token = await getToken(desk);
  const scan = (query: Record<string, string>) =>
    call(desk, '/cv/img/qrcode', { access_token, ...query }, '');
  expect(await scan({ img_url: 'http://a.example/b.jpg' })).toMatchObject({ errcode: 0 });
  expect(await scan({})).toMatchObject({ errcode: 41005 });
});
