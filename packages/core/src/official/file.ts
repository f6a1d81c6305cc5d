import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { Readable } from 'node:stream';
import { fileTypeFromBuffer } from 'file-type';
import { InvalidArgumentError } from '../errors.ts';
import type { Upload, UploadOptions } from './endpoint.ts';
import { CONTAINERS, type FileRule } from './file-rules.ts';

/** A file, as far as it is known before it is sent. */
export interface OutgoingFile {
  readonly filename: string;
  readonly contentType: string;
  /** In bytes; undefined of a stream, which only its end tells. */
  readonly size: number | undefined;
  /** Whether it can be read more than once. */
  readonly isRepeatable: boolean;
  read(): AsyncIterable<Uint8Array>;
  /** Lets go of a stream, read or not: without its beginning it is of no use to anybody. */
  close(): void;
}

/** Enough bytes to tell a format by. */
const HEAD = 4100;
/** What comes in one piece, such as a Buffer, goes out in several, so that its progress is seen. */
const PIECE = 64 * 1024;

/** What is known of a source: a new reading of it each time, but of a stream. */
interface Source {
  readonly name: string | undefined;
  readonly type: string | undefined;
  readonly size: number | undefined;
  readonly head: Uint8Array;
  readonly isRepeatable: boolean;
  read(): AsyncIterable<Uint8Array>;
}

/**
 * Looks at a file before it is sent: what it is called, what it is, and whether it may be sent.
 * A stream that may not is closed.
 *
 * @throws {InvalidArgumentError} when it is not there, empty, too large or of another format
 */
export async function openFile(
  file: Upload,
  rule: FileRule | undefined,
  options: UploadOptions,
): Promise<OutgoingFile> {
  const close = () => {
    if (file instanceof Readable) file.destroy();
  };
  try {
    return { ...(await lookAt(await sourceOf(file), rule, options)), close };
  } catch (error) {
    close();
    throw error;
  }
}

async function lookAt(
  source: Source,
  rule: FileRule | undefined,
  options: UploadOptions,
): Promise<Omit<OutgoingFile, 'close'>> {
  const known = await fileTypeFromBuffer(source.head);
  const given = options.filename || source.name || 'file';
  const filename = extname(given) === '' && known ? `${given}.${known.ext}` : given;
  const format = known?.ext ?? (extname(filename).slice(1).toLowerCase() || undefined);
  if (source.size === 0) throw new InvalidArgumentError(`the file ${quote(given)} has no bytes`);
  if (rule) {
    checkFormat(rule, format);
    if (source.size !== undefined) checkSize(rule, source.size);
  }
  return {
    filename,
    contentType:
      options.contentType ||
      known?.mime ||
      source.type ||
      TYPES[format ?? ''] ||
      'application/octet-stream',
    size: source.size,
    isRepeatable: source.isRepeatable,
    read: () => counted(source, rule),
  };
}

/** Where the content does not tell. */
const TYPES: Readonly<Record<string, string>> = {
  amr: 'audio/amr',
  jpg: 'image/jpeg',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  png: 'image/png',
  wma: 'audio/x-ms-wma',
};

function checkFormat({ kind, formats }: FileRule, format: string | undefined): void {
  if (!formats || format === undefined || formats.includes(format)) return;
  if (formats.includes(CONTAINERS[format] ?? '')) return;
  throw new InvalidArgumentError(`${kind} must be ${formats.join(' or ')}: this is ${format}`);
}

function checkSize({ kind, maxBytes }: FileRule, size: number): void {
  if (size <= maxBytes) return;
  throw new InvalidArgumentError(
    `${kind} must have at most ${sizeOf(maxBytes)}: this has ${sizeOf(size)} (${size} bytes)`,
  );
}

function sizeOf(bytes: number): string {
  const [unit, name] = bytes < 1024 * 1024 ? [1024, 'KB'] : [1024 * 1024, 'MB'];
  return `${Number((bytes / (unit as number)).toFixed(1))} ${name}`;
}

/** What is sent must be as long as was said, and no longer than is allowed. */
async function* counted(source: Source, rule: FileRule | undefined): AsyncIterable<Uint8Array> {
  let size = 0;
  try {
    for await (const chunk of source.read()) {
      size += chunk.byteLength;
      if (rule) checkSize(rule, size);
      // More than the announced length would be taken for the beginning of the next request.
      if (size > (source.size ?? size)) throw changedError(source, size);
      yield* piecesOf(chunk);
    }
  } catch (cause) {
    throw unreadableError(source.name, 'cannot be read to its end', cause);
  }
  if (size < (source.size ?? size)) throw changedError(source, size);
}

function changedError({ name = 'given', size }: Source, sent: number): InvalidArgumentError {
  return new InvalidArgumentError(
    `the file ${quote(name)} had ${size} bytes when it was looked at, and ${sent} when it was sent`,
  );
}

/** The system's messages have the whole path, its codes have not. */
function unreadableError(name = 'given', what: string, cause: unknown): InvalidArgumentError {
  if (cause instanceof InvalidArgumentError) return cause;
  const { code, message } = Object(cause) as { code?: unknown; message?: string };
  const reason = typeof code === 'string' ? code : (message ?? String(cause));
  return new InvalidArgumentError(`the file ${quote(name)} ${what}: ${reason}`, { cause });
}

async function sourceOf(file: Upload): Promise<Source> {
  if (typeof file === 'string') return fromPath(file);
  if (file instanceof Uint8Array) {
    const unknown = { name: undefined, type: undefined };
    const head = file.subarray(0, HEAD);
    const read = async function* () {
      yield file;
    };
    return { ...unknown, size: file.byteLength, head, isRepeatable: true, read };
  }
  if (file instanceof Blob) return fromBlob(file);
  if (file instanceof Readable) return fromStream(file);
  throw new InvalidArgumentError('a file must be a path, a Buffer, a Blob or a Readable');
}

function* piecesOf(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

async function fromPath(path: string): Promise<Source> {
  const name = basename(path);
  try {
    const stats = await stat(path);
    if (!stats.isFile()) throw Object.assign(new Error(), { code: 'it is no file' });
    const handle = await open(path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0);
      const head = buffer.subarray(0, bytesRead);
      const read = () => createReadStream(path);
      return { name, type: undefined, size: stats.size, head, isRepeatable: true, read };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new InvalidArgumentError(`the file ${quote(name)} cannot be read: ${code}`);
  }
}

async function fromBlob(blob: Blob): Promise<Source> {
  const name = blob instanceof File ? blob.name : undefined;
  const beginning = await blob
    .slice(0, HEAD)
    .arrayBuffer()
    .catch((cause: unknown) => {
      throw unreadableError(name, 'cannot be read', cause);
    });
  const head = new Uint8Array(beginning);
  const read = () => blob.stream();
  return { name, type: blob.type, size: blob.size, head, isRepeatable: true, read };
}

async function fromStream(stream: Readable): Promise<Source> {
  const { path } = stream as { path?: unknown };
  const name = typeof path === 'string' ? basename(path) : undefined;
  const chunks = bytesOf(stream);
  const first: Uint8Array[] = [];
  let length = 0;
  try {
    while (length < HEAD) {
      const { done, value } = await chunks.next();
      if (done) break;
      first.push(value);
      length += value.byteLength;
    }
  } catch (cause) {
    throw unreadableError(name, 'cannot be read', cause);
  }
  const isWhole = length < HEAD;
  let wasRead = false;
  return {
    name,
    type: undefined,
    size: isWhole ? length : undefined,
    head: Buffer.concat(first).subarray(0, HEAD),
    isRepeatable: isWhole,
    async *read() {
      if (wasRead && !isWhole) {
        throw new InvalidArgumentError(
          'a stream can be sent once; give a path, a Buffer or a Blob to send it again',
        );
      }
      wasRead = true;
      yield* first;
      yield* chunks;
    },
  };
}

async function* bytesOf(stream: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of stream as AsyncIterable<unknown>) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (!(bytes instanceof Uint8Array)) {
      throw new InvalidArgumentError('a stream to send must give bytes, not objects');
    }
    yield bytes;
  }
}

const quote = (name: string): string => JSON.stringify(name);
