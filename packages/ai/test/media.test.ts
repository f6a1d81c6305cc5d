/** Voices and pictures for models, within bounds of size and time. */
import { describe, expect, it } from '@jest/globals';
import { imageInput, MediaError, voiceText } from '../src/index.ts';

const JPEG = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);

/** Stands in for the API: gives the bytes of a file in pieces. */
function createClient(...chunks: Uint8Array[]) {
  async function* stream() {
    yield* chunks;
  }
  return { media: { get: async () => ({ stream: stream(), contentType: 'audio/amr' }) } };
}
const never = { media: { get: () => new Promise<never>(() => {}) } };
const voice = { mediaId: 'ID', format: 'amr' };
const picture = { mediaId: 'ID', picUrl: 'http://mmbiz.qpic.cn/1' };

describe('a voice', () => {
  it('is what the platform has recognised', async () => {
    expect(await voiceText({ ...voice, recognition: ' 你好。 ' })).toBe('你好。');
  });

  it('is handed on as it is when it was not recognised', async () => {
    const transcribe = async ({
      bytes,
      format,
      mediaType,
    }: {
      bytes: Uint8Array;
      format: string;
      mediaType: string;
    }) => `${format} ${mediaType} ${bytes.length}`;
    const client = createClient(JPEG, JPEG);
    expect(await voiceText({ ...voice, recognition: '' }, { client, transcribe })).toBe(
      'amr audio/amr 14',
    );
  });

  it('needs one of them', async () => {
    await expect(voiceText(voice)).rejects.toThrow('recognised');
  });

  it.each([
    ['too large', { client: createClient(JPEG, JPEG), maxBytes: 10 }, 'larger than 10 bytes'],
    ['too late', { client: never, timeout: 20 }, 'after 20 ms'],
    ['not wanted any more', { client: never, signal: AbortSignal.abort() }, 'was cancelled'],
    [
      'refused',
      { client: { media: { get: async () => Promise.reject(new Error('PRIVATE')) } } },
      'could not be downloaded',
    ],
    ['no file', { client: { media: { get: async () => ({ video_url: 'x' }) } } }, 'no file'],
  ])('that is %s rejects', async (_, options, message) => {
    const error: unknown = await voiceText(voice, { transcribe: () => 'x', ...options }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(MediaError);
    expect(error).toMatchObject({ code: 'WECHAT_MEDIA' });
    expect(String(error)).toContain(message);
    expect(String(error)).not.toContain('PRIVATE');
  });
});

describe('a picture', () => {
  it('is a data URL and bytes', async () => {
    expect(await imageInput(picture, { client: createClient(JPEG) })).toEqual({
      url: `data:image/jpeg;base64,${Buffer.from(JPEG).toString('base64')}`,
      bytes: Buffer.from(JPEG),
      mediaType: 'image/jpeg',
    });
  });

  it('is its address for models that fetch by themselves', async () => {
    expect(await imageInput(picture, { as: 'url' })).toEqual({ url: picture.picUrl });
  });

  it.each([
    'http://169.254.169.254/latest',
    'file:///etc/passwd',
    'http://qpic.cn.example.com/',
    'x',
  ])('is not fetched from %s', async (picUrl) => {
    await expect(imageInput({ ...picture, picUrl })).rejects.toThrow('not one of the platform');
  });

  it('that is none rejects', async () => {
    const client = createClient(Buffer.from('<html>'));
    await expect(imageInput(picture, { client })).rejects.toThrow('not a picture');
  });
});
