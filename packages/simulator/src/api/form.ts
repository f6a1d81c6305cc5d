/**
 * Reads a form twice, once as strictly as the platform and once with busboy, and compares the
 * results. Faults are refused with 41005, as if the file were missing.
 */
import { createHash } from 'node:crypto';
import busboy from 'busboy';
import type { Part } from './contract.ts';
import { ApiRefusal } from './refusal.ts';

export interface FormPart extends Part {
  readonly content: Buffer;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const HEADER = /^([\w!#$%&'*+.^`|~-]+): ([^\r\n]*)$/;
// A name after RFC 2231 or 5987 (filename*=) is not understood, nor is anything else after these two.
const DISPOSITION = /^form-data; name="([^"\r\n]+)"(?:; filename="([^"\r\n]+)")?$/i;
const BOUNDARY =
  /^multipart\/form-data;\s*boundary=(?:"([\w'()+,./:=? -]{1,70})"|([\w'()+,./:=?-]{1,70}))$/i;

export async function readForm(contentType: string, body: Buffer): Promise<FormPart[]> {
  const parts = split(contentType, body).map(readPart);
  const seen = await summarize(contentType, body);
  const isSame = JSON.stringify(parts.map(summary).sort()) === JSON.stringify(seen.sort());
  if (!isSame) throw new ApiRefusal(41005);
  return parts;
}

function split(contentType: string, body: Buffer): Buffer[] {
  const match = BOUNDARY.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (!boundary) throw new ApiRefusal(41005);
  const opening = Buffer.from(`--${boundary}\r\n`);
  const between = Buffer.from(`\r\n--${boundary}`);
  if (!body.subarray(0, opening.length).equals(opening)) throw new ApiRefusal(41005);
  const parts: Buffer[] = [];
  for (let start = opening.length; ; ) {
    const end = body.indexOf(between, start);
    if (end === -1) throw new ApiRefusal(41005);
    parts.push(body.subarray(start, end));
    const after = end + between.length;
    if (/^--(?:\r\n)?$/.test(body.toString('latin1', after, after + 5))) return parts;
    if (body.toString('latin1', after, after + 2) !== '\r\n') throw new ApiRefusal(41005);
    start = after + 2;
  }
}

function readPart(part: Buffer): FormPart {
  const end = part.indexOf(HEAD_END);
  if (end === -1) throw new ApiRefusal(41005);
  const headers = readHeaders(part.toString('utf8', 0, end));
  const disposition = DISPOSITION.exec(headers.get('content-disposition') ?? '');
  const contentType = headers.get('content-type');
  const [, name, filename] = disposition ?? [];
  if (name === undefined) throw new ApiRefusal(41005);
  const content = part.subarray(end + HEAD_END.length);
  return {
    name,
    ...(filename === undefined ? { text: content.toString() } : { filename }),
    ...(contentType === undefined ? {} : { contentType }),
    bytes: content.length,
    sha256: hash(content),
    content,
  };
}

function readHeaders(head: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of head.split('\r\n')) {
    const [, name, value] = HEADER.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new ApiRefusal(41005);
    if (headers.has(name.toLowerCase())) throw new ApiRefusal(41005);
    headers.set(name.toLowerCase(), value);
  }
  return headers;
}

const summary = ({ name, filename, sha256 }: Part) => `${name} ${filename ?? ''} ${sha256}`;
const hash = (content: Buffer) => createHash('sha256').update(content).digest('hex');

/** Summarises a form as busboy reads it. */
function summarize(contentType: string, body: Buffer): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new ApiRefusal(41005));
    const seen: string[] = [];
    const reader = busboy({
      headers: { 'content-type': contentType },
      defParamCharset: 'utf8',
      preservePath: true,
      limits: { fieldSize: Infinity, headerPairs: 100 },
    });
    reader.on('field', (name, text) => void seen.push(`${name}  ${hash(Buffer.from(text))}`));
    reader.on('file', (name, file, { filename }) => {
      const chunks: Buffer[] = [];
      file.on('data', (chunk: Buffer) => void chunks.push(chunk));
      file.on('error', fail);
      file.on('end', () => {
        seen.push(`${name} ${filename} ${hash(Buffer.concat(chunks))}`);
      });
    });
    reader.on('error', fail);
    reader.on('close', () => resolve(seen));
    reader.end(body);
  });
}
