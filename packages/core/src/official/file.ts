import { createReadStream, ReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { Readable } from 'node:stream';
import { fileTypeFromBuffer } from 'file-type/core';
import { InvalidArgumentError } from '../errors.ts';
import type { Upload, UploadOptions } from './endpoint.ts';
import { EXTENSIONS, type FileRule } from './file-rules.ts';
import { boundSilences } from './silences.ts';

/** A file before it is sent. */
export interface OutgoingFile {
  readonly filename: string;
  readonly contentType: string;
  /** In bytes. */
  readonly size: number;
  /** Reads it from the beginning, each time. */
  read(): AsyncIterable<Uint8Array>;
}

/** Number of bytes that identify a format. */
const HEAD = 4100;
/** Size of the pieces in which one large chunk, such as a Buffer, is sent, so that progress is reported. */
const PIECE = 64 * 1024;
/** Maximum bytes of a stream without a rule: the platform accepts no larger file. */
const MOST = 10 * 1024 * 1024;
/** Milliseconds to wait for each piece of a stream. */
const SILENCE = 10_000;

/** The properties of a source. */
interface FileSource {
  readonly name: string | undefined;
  readonly type: string | undefined;
  readonly size: number;
  readonly head: Uint8Array;
  read(): AsyncIterable<Uint8Array>;
}

/**
 * Examines a file before it is sent: its name, its format, and whether it may be sent. A stream is
 * closed then: it is read again, or has been read into memory, and waited for up to `timeout` each
 * time that it gives nothing.
 *
 * @throws {InvalidArgumentError} when it is not there, empty, too large or of another format
 */
export async function openFile(
  file: Upload,
  rule: FileRule | undefined,
  options: UploadOptions,
  timeout = SILENCE,
): Promise<OutgoingFile> {
  // A stream that fails before it is read would end the process: who reads it has its error all the same.
  if (file instanceof Readable) file.on('error', () => {});
  try {
    return await lookAt(await openSource(file, rule, timeout), rule, options);
  } finally {
    if (file instanceof Readable) file.destroy();
  }
}

async function lookAt(
  source: FileSource,
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

/**
 * Appends the format's extension: a name such as `2024.06.06` has an extension, but not that of a
 * picture.
 */
function nameByFormat(name: string, format: string): string {
  const own = extensionIn(name);
  const extensions = EXTENSIONS[format] ?? [own || format];
  return extensions.includes(own) ? name : `${name}.${extensions[0]}`;
}

function extensionIn(name: string): string {
  return extname(name).slice(1).toLowerCase();
}

/** Content types by extension, for content that does not identify itself. */
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

/** Checks that exactly the announced number of bytes is sent, and no more than allowed. */
async function* counted(source: FileSource, rule: FileRule | undefined): AsyncIterable<Uint8Array> {
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

function changedError({ name = 'given', size }: FileSource, sent: number): InvalidArgumentError {
  return new InvalidArgumentError(
    `the file ${quote(name)} had ${size} bytes when it was opened, and ${sent} when it was sent`,
  );
}

/**
 * Creates the error of an unreadable file. The system's messages contain the whole path, its codes
 * do not.
 */
function unreadableError(name = 'given', what: string, cause: unknown): InvalidArgumentError {
  if (cause instanceof InvalidArgumentError) return cause;
  const { code, message } = Object(cause) as { code?: unknown; message?: string };
  const reason = typeof code === 'string' ? code : (message ?? String(cause));
  return new InvalidArgumentError(`the file ${quote(name)} ${what}: ${reason}`, { cause });
}

async function openSource(
  file: Upload,
  rule: FileRule | undefined,
  timeout: number,
): Promise<FileSource> {
  if (typeof file === 'string') return fromPath(file);
  if (file instanceof Uint8Array) return fromBytes(file);
  if (file instanceof Blob) return fromBlob(file);
  if (file instanceof Readable) return fromStream(file, rule, timeout);
  throw new InvalidArgumentError('a file must be a path, a Buffer, a Blob or a Readable');
}

function* splitBytes(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

function fromBytes(bytes: Uint8Array): FileSource {
  const head = bytes.subarray(0, HEAD);
  const read = async function* () {
    yield bytes;
  };
  return { name: undefined, type: undefined, size: bytes.byteLength, head, read };
}

/** Opens a file or a part of it; `end` is its last byte, as in Node. */
async function fromPath(
  path: string,
  { start = 0, end = Infinity }: { start?: number | undefined; end?: number | undefined } = {},
): Promise<FileSource> {
  const name = basename(path);
  try {
    const stats = await stat(path);
    if (!stats.isFile()) throw Object.assign(new Error(), { code: 'it is not a file' });
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

async function fromBlob(blob: Blob): Promise<FileSource> {
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
 * Opens a stream. The platform refuses uploads without a length: that of a file’s stream is known;
 * any other is read into memory first, and can then be sent again.
 */
async function fromStream(
  stream: Readable,
  rule: FileRule | undefined,
  timeout: number,
): Promise<FileSource> {
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
  const fail = () => new Error(`it gave nothing for ${timeout} ms`);
  try {
    for await (const chunk of boundSilences(readBytes(stream), timeout, fail)) {
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
      throw new InvalidArgumentError('a stream to send must yield bytes, not objects');
    }
    yield bytes;
  }
}

const quote = (name: string): string => JSON.stringify(name);
