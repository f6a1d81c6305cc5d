import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { InvalidArgumentError } from '../errors.ts';
import type { Upload, UploadOptions } from './endpoint.ts';
import { type OutgoingFile, openFile } from './file.ts';
import { findRule } from './file-rules.ts';
import { toSentText, writeJson } from './whole-text.ts';

/** A form with a file, ready to be sent. */
export interface Form {
  readonly headers: Readonly<Record<string, string>>;
  /** Writes it from the beginning, each time. */
  open(): Readable;
}

/** The errors that carry what `onProgress` has thrown through the request. */
const carriers = new WeakSet<object>();

function carryThrown(cause: unknown): Error {
  const carrier = new Error('onProgress has thrown', { cause });
  carriers.add(carrier);
  return carrier;
}

/** Whether the cause of an error is what `onProgress` has thrown. */
export function isThrownByProgram(error: Error): boolean {
  return carriers.has(error);
}

/** The fields that hold files: a string is a path there, and a text elsewhere. */
const FILES: ReadonlySet<string> = new Set(['media', 'img', 'pdf']);

/** Whether a body has a file, and must be sent as a form. */
export function hasFile(body: unknown): body is Readonly<Record<string, unknown>> {
  return Object.entries(Object(body)).some(
    ([name, value]) => isFile(name, value) && ![undefined, null, ''].includes(value as null),
  );
}

function isFile(name: string, value: unknown): boolean {
  return (
    FILES.has(name) ||
    value instanceof Uint8Array ||
    value instanceof Blob ||
    value instanceof Readable
  );
}

/**
 * Creates the form of an endpoint. Only the first bytes of a file are read; a stream that is not a
 * file’s is read to its end, with up to `timeout` milliseconds for each silence.
 *
 * @throws {InvalidArgumentError} when there is no file, it may not be sent, or a field has no text
 */
export async function createForm(
  path: string,
  query: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, unknown>>,
  options: UploadOptions = {},
  timeout?: number,
): Promise<Form> {
  if (/[\r\n]/.test(options.contentType ?? '')) {
    throw new InvalidArgumentError('contentType must be one line, such as image/png');
  }
  if (!hasFile(fields)) {
    throw new InvalidArgumentError(
      `a form needs a file, a path, a Buffer, a Blob or a Readable, as ${[...FILES].join(' or ')}`,
    );
  }
  const values: Record<string, string | OutgoingFile> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    values[name] = isFile(name, value)
      ? await openFile(value as Upload, findRule(path, query['type']), options, timeout)
      : toFieldText(name, value);
  }
  return writeForm(values, options.onProgress);
}

function toFieldText(name: string, value: unknown): string {
  if (typeof value === 'string') return toSentText(name, value);
  let reason = `it is a ${typeof value}`;
  try {
    const text = writeJson(value);
    if (text !== undefined) return text;
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error;
    reason = (error as Error).message;
  }
  throw new InvalidArgumentError(`the field ${name} cannot be written as JSON: ${reason}`);
}

/** Writes texts and files as a form, in order. */
export function writeForm(
  values: Readonly<Record<string, string | OutgoingFile>>,
  onProgress?: UploadOptions['onProgress'],
): Form {
  const boundary = `----wechat-mp-${randomBytes(12).toString('hex')}`;
  const parts: (Buffer | OutgoingFile)[] = [];
  const add = (text: string) => parts.push(Buffer.from(text));
  for (const [name, value] of Object.entries(values)) {
    add(`--${boundary}\r\nContent-Disposition: form-data; name="${escape(name)}"`);
    if (typeof value === 'string') {
      add(`\r\n\r\n${value}\r\n`);
    } else {
      // The platform refuses a `filename*`, so other scripts go as they are.
      add(`; filename="${escape(value.filename)}"\r\nContent-Type: ${value.contentType}\r\n\r\n`);
      parts.push(value);
      add('\r\n');
    }
  }
  add(`--${boundary}--\r\n`);

  const sizes = parts.map((part) => (Buffer.isBuffer(part) ? part.length : part.size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return {
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(total),
    },
    open: () => Readable.from(write(parts, total, onProgress), { objectMode: false }),
  };
}

async function* write(
  parts: readonly (Buffer | OutgoingFile)[],
  total: number,
  onProgress: UploadOptions['onProgress'],
): AsyncIterable<Uint8Array> {
  let sent = 0;
  for (const part of parts) {
    for await (const chunk of Buffer.isBuffer(part) ? [part] : part.read()) {
      yield chunk;
      sent += chunk.byteLength;
      try {
        onProgress?.({ sent, total });
      } catch (error) {
        throw carryThrown(error);
      }
    }
  }
}

/** Escapes a name as browsers do: characters that would end it, or the line. */
function escape(name: string): string {
  return name.replaceAll(/["\r\n]/g, (character) => encodeURIComponent(character));
}
