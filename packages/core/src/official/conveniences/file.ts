/** Looks at a file before it is uploaded: its name, its kind and its size. */
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { InvalidArgumentError, NeedParamError } from '../../errors.ts';
import type { Upload } from '../endpoint.ts';
import type { MediaType } from '../endpoints/index.ts';
import { isFields, wrong } from './argument.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** What the platform takes of each type. */
const LIMITS: Readonly<Record<MediaType, { extensions: readonly string[]; bytes: number }>> = {
  image: { extensions: ['.jpg', '.jpeg', '.png', '.gif'], bytes: 10 * MIB },
  voice: { extensions: ['.mp3', '.amr'], bytes: 2 * MIB },
  video: { extensions: ['.mp4'], bytes: 10 * MIB },
  thumb: { extensions: ['.jpg', '.jpeg'], bytes: 64 * KIB },
};

export const MEDIA_TYPES = Object.keys(LIMITS) as MediaType[];

/**
 * Checks a file as far as it can be known without reading it.
 *
 * @throws {NeedParamError} when there is no file
 * @throws {InvalidArgumentError} when it is no file, not of the type, empty or too large
 */
export async function checkFile(
  call: string,
  type: MediaType,
  file: unknown,
  filename: string | undefined,
): Promise<Upload> {
  if (file === undefined || file === null || file === '') {
    throw new NeedParamError(`${call} needs a file: ${FILE}`);
  }
  if (!isUpload(file)) throw wrong(call, 'file', FILE, file);
  const { extensions, bytes } = LIMITS[type];
  const extension = extname(filename || ownName(file)).toLowerCase();
  if (extension !== '' && !extensions.includes(extension)) {
    throw new InvalidArgumentError(
      `${call}: a file whose name ends in ${extension} is no ${type}, whose name ends in ${extensions.join(', ')}`,
    );
  }
  const size = await sizeOf(call, file);
  if (size === undefined || (size > 0 && size <= bytes)) return file;
  throw new InvalidArgumentError(
    `${call}: the file has ${size} bytes; one of type ${type} has from 1 to ${bytes}`,
  );
}

const FILE = 'a path, bytes, a Blob or a stream';

function isUpload(file: unknown): file is Upload {
  if (typeof file === 'string' || file instanceof Uint8Array || file instanceof Blob) return true;
  return isFields(file) && typeof file['pipe'] === 'function';
}

/** What a file calls itself, or nothing. */
function ownName(file: Upload): string {
  if (typeof file === 'string') return file;
  return file instanceof File ? file.name : '';
}

/** In bytes; undefined of a stream, which only its end tells. */
async function sizeOf(call: string, file: Upload): Promise<number | undefined> {
  if (file instanceof Uint8Array) return file.byteLength;
  if (file instanceof Blob) return file.size;
  if (typeof file !== 'string') return undefined;
  try {
    return (await stat(file)).size;
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    throw new InvalidArgumentError(
      `${call}: the file ${JSON.stringify(basename(file))} cannot be read (${code})`,
      { cause },
    );
  }
}
