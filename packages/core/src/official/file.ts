import { createReadStream, ReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { Readable } from 'node:stream';
import { fileTypeFromBuffer } from 'file-type/core';
import { InvalidArgumentError } from '../errors.ts';
import type { Upload, UploadOptions } from './endpoint.ts';
import { EXTENSIONS, type FileRule } from './file-rules.ts';

/** A file, as far as it is known before it is sent. */
export interface OutgoingFile {
  readonly filename: string;
  readonly contentType: string;
  /** In bytes. */
  readonly size: number;
  /** Reads it from its beginning, each time. */
  read(): AsyncIterable<Uint8Array>;
}

/** Enough bytes to tell a format by. */
const HEAD = 4100;
/** What comes in one piece, such as a Buffer, goes out in several, so that its progress is seen. */
const PIECE = 64 * 1024;
/** Bytes of a stream where no rule says how large a file may be: the platform takes none above. */
const MOST = 10 * 1024 * 1024;

/** What is known of a source. */
interface Source {
  readonly name: string | undefined;
  readonly type: string | undefined;
  readonly size: number;
  readonly head: Uint8Array;
  read(): AsyncIterable<Uint8Array>;
}

/**
 * Looks at a file before it is sent: what it is called, what it is, and whether it may be sent.
 * A stream is closed then: what is sent is read anew, or was read.
 *
 * @throws {InvalidArgumentError} when it is not there, empty, too large or of another format
 */
export async function openFile(
  file: Upload,
  rule: FileRule | undefined,
  options: UploadOptions,
): Promise<OutgoingFile> {
  try {
    return await lookAt(await openSource(file, rule), rule, options);
  } finally {
    if (file instanceof Readable) file.destroy();
  }
}

async function lookAt(
  source: Source,
  rule: FileRule | undefined,
  options: UploadOptions,
): Promise<OutgoingFile> {
  const known = await fileTypeFromBuffer(source.head);
  const given = options.filename || source.name || 'file';
  const filename = known ? nameByFormat(given, known.ext) : given;
  const format = known?.ext ?? (extensionIn(filename) || undefined);
  if (source.size === 0) throw new InvalidArgumentError(`the file ${quote(given)} has no bytes`);
  if (rule) {
    checkFormat(rule, format);
    checkSize(rule, source.size);
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
    read: () => counted(source, rule),
  };
}

/** A name such as `2024.06.06` has an extension, but not that of a picture. */
function nameByFormat(name: string, format: string): string {
  const own = extensionIn(name);
  const extensions = EXTENSIONS[format] ?? [own || format];
  return extensions.includes(own) ? name : `${name}.${extensions[0]}`;
}

function extensionIn(name: string): string {
  return extname(name).slice(1).toLowerCase();
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
  if (EXTENSIONS[format]?.some((extension) => formats.includes(extension))) return;
  throw new InvalidArgumentError(`${kind} must be ${formats.join(' or ')}: this is ${format}`);
}

function checkSize({ kind, maxBytes }: FileRule, size: number): void {
  if (size <= maxBytes) return;
  throw new InvalidArgumentError(
    `${kind} must have at most ${formatSize(maxBytes)}: this has ${formatSize(size)} (${size} bytes)`,
  );
}

function formatSize(bytes: number): string {
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
      if (size > source.size) throw changedError(source, size);
      yield* splitBytes(chunk);
    }
  } catch (cause) {
    throw unreadableError(source.name, 'cannot be read to its end', cause);
  }
  if (size < source.size) throw changedError(source, size);
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

async function openSource(file: Upload, rule: FileRule | undefined): Promise<Source> {
  if (typeof file === 'string') return fromPath(file);
  if (file instanceof Uint8Array) return fromBytes(file);
  if (file instanceof Blob) return fromBlob(file);
  if (file instanceof Readable) return fromStream(file, rule);
  throw new InvalidArgumentError('a file must be a path, a Buffer, a Blob or a Readable');
}

function* splitBytes(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

function fromBytes(bytes: Uint8Array): Source {
  const head = bytes.subarray(0, HEAD);
  const read = async function* () {
    yield bytes;
  };
  return { name: undefined, type: undefined, size: bytes.byteLength, head, read };
}

/** A part of a file, or all of it; `end` is its last byte, as Node counts. */
async function fromPath(
  path: string,
  { start = 0, end = Infinity }: { start?: number | undefined; end?: number | undefined } = {},
): Promise<Source> {
  const name = basename(path);
  try {
    const stats = await stat(path);
    if (!stats.isFile()) throw Object.assign(new Error(), { code: 'it is no file' });
    const handle = await open(path);
    try {
      const size = Math.max(0, Math.min(stats.size, end + 1) - start);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, start);
      const head = buffer.subarray(0, Math.min(bytesRead, size));
      const read = () => createReadStream(path, { start, end });
      return { name, type: undefined, size, head, read };
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
  return { name, type: blob.type, size: blob.size, head, read };
}

/**
 * The platform refuses what has no length. That of a file’s stream is known; any other is read
 * first, and can be sent again then.
 */
async function fromStream(stream: Readable, rule: FileRule | undefined): Promise<Source> {
  if (stream instanceof ReadStream && typeof stream.path === 'string' && !stream.readableDidRead) {
    const { start, end } = stream as { start?: number; end?: number };
    // A file that is gone, or a pipe: the stream may have it all the same.
    const source = await fromPath(stream.path, { start, end }).catch(() => undefined);
    if (source) return source;
  }
  const { path } = stream as { path?: unknown };
  const name = typeof path === 'string' ? basename(path) : undefined;
  const limit = rule ?? { kind: 'a file given as a stream', maxBytes: MOST, formats: undefined };
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of readBytes(stream)) {
      size += chunk.byteLength;
      checkSize(limit, size);
      chunks.push(chunk);
    }
  } catch (cause) {
    const what = size === 0 ? 'cannot be read' : 'cannot be read to its end';
    throw unreadableError(name, what, cause);
  }
  return { ...fromBytes(Buffer.concat(chunks)), name };
}

async function* readBytes(stream: Readable): AsyncIterable<Uint8Array> {
  for await (const chunk of stream as AsyncIterable<unknown>) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (!(bytes instanceof Uint8Array)) {
      throw new InvalidArgumentError('a stream to send must give bytes, not objects');
    }
    yield bytes;
  }
}

const quote = (name: string): string => JSON.stringify(name);
