import { InvalidArgumentError, WechatError } from '@wechat-mp/core';
import {
  acceptAny,
  checkFunction,
  checkMilliseconds,
  createChoiceCheck,
  type OptionTable,
} from '@wechat-mp/core/stores';
import { checkAmount, readKnown } from './options.ts';

/** A picture for a multimodal model: `url` is its address, or a data URL after download. */
export interface ImageInput {
  readonly url: string;
  /** The bytes, after download. */
  readonly bytes?: Uint8Array | undefined;
  /** For example `image/jpeg`. */
  readonly mediaType?: string | undefined;
}

/** A user's voice file, as downloaded from the API. */
export interface VoiceFile {
  readonly bytes: Uint8Array;
  /** The platform's name of the format: mostly `amr`, sometimes `speex`. Most models expect mp3 or wav. */
  readonly format: string;
  readonly mediaType: string;
}

/** A picture or a voice could not be downloaded. Code `WECHAT_MEDIA`. */
export class MediaError extends WechatError {
  override readonly name: string = 'MediaError';

  constructor(message: string, options?: ErrorOptions) {
    super('WECHAT_MEDIA', message, options);
  }
}

/** Downloads a user's file: `client.media` of an OfficialClient. */
export interface MediaSource {
  readonly media: {
    get(mediaId: string): Promise<object>;
  };
}

interface Bounds {
  /** Timeout of the whole download in milliseconds. Default: 10 000. */
  timeout?: number | undefined;
  /** Maximum size in bytes. Default: the platform's limits, 2 MiB for a voice and 10 MiB for a picture. */
  maxBytes?: number | undefined;
  signal?: AbortSignal | undefined;
}

const BOUNDS = {
  timeout: { initial: 10_000, check: checkMilliseconds },
  signal: { check: acceptAny<AbortSignal> },
};

export interface VoiceOptions extends Bounds {
  /** Downloads the file when the platform has not recognised the voice. */
  client?: MediaSource | undefined;
  /** Transcribes the file: AMR at 8 kHz, which most models need converted first. */
  transcribe?: ((file: VoiceFile, signal: AbortSignal) => string | Promise<string>) | undefined;
}

const VOICE_OPTIONS = {
  ...BOUNDS,
  maxBytes: { initial: 2 ** 21, check: checkAmount },
  client: { check: checkSource },
  transcribe: { check: checkFunction<NonNullable<VoiceOptions['transcribe']>> },
} satisfies OptionTable<VoiceOptions>;

/**
 * Returns the text of a voice message: the platform's recognition (接收语音识别结果), otherwise the
 * result of `transcribe`.
 *
 * @example
 * voice: chat({ model, input: (message, { client }) => voiceText(message, { client, transcribe }) })
 * @throws {MediaError} when there is neither, or it takes too long or too much
 */
export async function voiceText(
  message: {
    readonly mediaId: string;
    readonly format?: string;
    readonly recognition?: string | undefined;
  },
  options: VoiceOptions = {},
): Promise<string> {
  const settings = readKnown('the options of voiceText', VOICE_OPTIONS, options);
  const { client, transcribe, maxBytes, ...bounds } = settings;
  const recognised = message.recognition?.trim();
  if (recognised) return recognised;
  if (!client || !transcribe) {
    throw new MediaError(
      'the platform has not recognised the voice: switch that on in its console, or give `client` and `transcribe`',
    );
  }
  return limitTime('the voice', bounds, async (signal) => {
    const { bytes, mediaType } = await download(client, message.mediaId, maxBytes, signal);
    return transcribe({ bytes, format: message.format ?? 'amr', mediaType }, signal);
  });
}

export interface ImageOptions extends Bounds {
  /**
   * `url` for models that download pictures themselves, `data` for a data URL and the bytes. The
   * platform's addresses cannot be reached from everywhere. Default: `data`.
   */
  as?: 'data' | 'url' | undefined;
  /** Downloads by media id; without it, the picture's address is fetched. */
  client?: MediaSource | undefined;
}

const IMAGE_OPTIONS = {
  ...BOUNDS,
  maxBytes: { initial: 10 * 2 ** 20, check: checkAmount },
  as: { initial: 'data', check: createChoiceCheck<'data' | 'url'>('data', 'url') },
  client: { check: checkSource },
} satisfies OptionTable<ImageOptions>;

/** The platform's hosts for users' pictures. */
const IMAGE_HOST = /(^|\.)(qpic\.cn|qlogo\.cn|weixin\.qq\.com)$/;

/**
 * Returns the picture of a message for a model that sees.
 *
 * @example
 * image: chat({ model, input: async (message) => ({ text: '图里有什么？', images: [await imageInput(message)] }) })
 * @throws {MediaError} when it is not a picture, or takes too long or too much
 */
export async function imageInput(
  message: { readonly picUrl: string; readonly mediaId: string },
  options: ImageOptions = {},
): Promise<ImageInput> {
  const settings = readKnown('the options of imageInput', IMAGE_OPTIONS, options);
  const { as, client, maxBytes, ...bounds } = settings;
  if (as === 'url') return { url: message.picUrl };
  return limitTime('the picture', bounds, async (signal) => {
    const { bytes } = client
      ? await download(client, message.mediaId, maxBytes, signal)
      : await fetchPicture(message.picUrl, maxBytes, signal);
    const mediaType = detectImage(bytes);
    if (!mediaType)
      throw new MediaError(
        'the file is not a picture in a format that models accept (jpeg, png, gif, webp)',
      );
    return {
      url: `data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}`,
      bytes,
      mediaType,
    };
  });
}

function checkSource(name: string, client: MediaSource): MediaSource {
  if (typeof client.media?.get === 'function') return client;
  throw new InvalidArgumentError(`${name} must be able to download: it has no media.get()`);
}

interface Downloaded {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

async function download(
  client: MediaSource,
  mediaId: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Downloaded> {
  const file = (await client.media.get(mediaId)) as {
    stream?: AsyncIterable<Uint8Array>;
    contentType?: string;
  };
  if (!file.stream) throw new MediaError('the platform returned no file for the media id');
  const bytes = await gather(file.stream, maxBytes, signal);
  return { bytes, mediaType: file.contentType ?? 'application/octet-stream' };
}

async function fetchPicture(
  address: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Downloaded> {
  // The address comes with the message, which may be forged where its signature is not checked.
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || !IMAGE_HOST.test(url.hostname)) {
    throw new MediaError("the picture's address is not one of the platform's: give `client`");
  }
  const response = await fetch(url, { signal, redirect: 'error' });
  if (!response.ok || !response.body)
    throw new MediaError(`the picture's address answered ${response.status}`);
  const bytes = await gather(response.body as AsyncIterable<Uint8Array>, maxBytes, signal);
  return { bytes, mediaType: response.headers.get('content-type') ?? '' };
}

async function gather(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    if (signal.aborted) break;
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes)
      throw new MediaError(`the file is larger than ${maxBytes} bytes (maxBytes)`);
  }
  return Buffer.concat(chunks);
}

/** Rejects after the timeout, even when the work ignores the signal. */
async function limitTime<T>(
  what: string,
  { timeout, signal }: Pick<ImageOptions, 'signal'> & { readonly timeout: number },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  const timer = setTimeout(stop, timeout);
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  const ended = new Promise<never>((_, reject) => {
    const fail = () => {
      const why = signal?.aborted ? 'was cancelled' : `timed out after ${timeout} ms (timeout)`;
      reject(new MediaError(`${what} ${why}`));
    };
    if (controller.signal.aborted) fail();
    else controller.signal.addEventListener('abort', fail, { once: true });
  });
  try {
    return await Promise.race([work(controller.signal), ended]);
  } catch (error) {
    if (error instanceof WechatError) throw error;
    throw new MediaError(`${what} could not be downloaded`, { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

/** The first bytes of image formats; a dot stands for any byte. */
const IMAGES: readonly [string, RegExp][] = [
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/png', /^\x89PNG\r\n/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF....WEBP/s],
];

function detectImage(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  return IMAGES.find(([, start]) => start.test(head))?.[0];
}
