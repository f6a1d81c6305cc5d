import type { Download, Upload, UploadOptions } from '../endpoint.ts';
import type { MediaType } from '../endpoints/index.ts';
import type { Api } from './api.ts';
import { isWire, neededName, neededText, optionalText, readOptions } from './argument.ts';

const MEDIA_TYPES: readonly MediaType[] = ['image', 'voice', 'video', 'thumb'];

type Media = Api['media'];
type Uploaded = ReturnType<Media['upload']>;

/** Files kept for three days; wrong arguments throw before anything is sent. */
export interface MediaMethods {
  /**
   * 新增临时素材: uploads a file that is kept for three days, and answers its `media_id` (of a thumb
   * its `thumb_media_id`). An image (jpg, png, gif) or a video (mp4) has 10 MiB at most, a voice
   * (mp3, amr) 2 MiB and 60 seconds, a thumb (jpg) 64 KiB.
   *
   * @example
   * await client.media.upload('image', 'photos/cat.jpg');
   * await client.media.upload('voice', bytes, { filename: 'hello.amr' });
   * @throws {NeedParamError} when the type or the file is missing
   * @throws {InvalidArgumentError} when the file is not of the type, empty, too large or not there
   */
  upload(type: MediaType, file: Upload, options?: UploadOptions): Uploaded;

  /** 新增临时素材: the same in the form that it has on the wire. */
  upload(body: { media: Upload }, query: { type: MediaType }, options?: UploadOptions): Uploaded;

  /**
   * 获取临时素材: downloads a file by its media_id, as a stream with what is known of it; of a video
   * it gives the address.
   *
   * @example
   * const file = await client.media.get(mediaId);
   * if ('stream' in file) {
   *   const path = join('downloads', file.filename ?? mediaId);
   *   await pipeline(file.stream, createWriteStream(path, { flags: 'wx' })); // never over another file
   * }
   * @throws {NeedParamError} when there is no media_id
   */
  get(mediaId: string): Promise<Download | { videoUrl: string }>;

  /** 获取临时素材: the same in the form that it has on the wire. */
  get(query: Parameters<Media['get']>[0]): ReturnType<Media['get']>;
}

/** Creates the methods of media with arguments. */
export function createMediaMethods({ upload, get }: Pick<Media, 'upload' | 'get'>): MediaMethods {
  async function uploaded(
    first: MediaType | { media: Upload },
    second: Upload | { type: MediaType },
    options?: UploadOptions,
  ) {
    if (isWire(first)) return upload(first, second as { type: MediaType }, options);
    const call = 'media.upload';
    const type = neededName(call, 'type', first, MEDIA_TYPES);
    optionalText(call, 'filename', readOptions(call, options)['filename']);
    return upload({ media: second as Upload }, { type }, options);
  }

  function got(mediaId: string): Promise<Download | { videoUrl: string }>;
  function got(query: Parameters<Media['get']>[0]): ReturnType<Media['get']>;
  async function got(first: string | Parameters<Media['get']>[0]) {
    if (isWire(first)) return get(first);
    const answer = await get({ media_id: neededText('media.get', 'mediaId', first) });
    return 'video_url' in answer ? { videoUrl: answer.video_url } : answer;
  }

  return { upload: uploaded, get: got };
}
