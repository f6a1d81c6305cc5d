/** A request as it came, read strictly. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { readForm } from '../multipart.ts';
import type { Values } from './terms.ts';

export interface UploadedFile {
  name: string;
  filename: string;
  bytes: number;
  sha256: string;
}

export interface Call {
  method: string;
  path: string;
  query: Record<string, string>;
  form: Record<string, string>;
  headers: IncomingHttpHeaders;
  cookies: Record<string, string>;
  files: UploadedFile[];
}

/** What could not be read. */
export interface ReadCall {
  readonly call: Call;
  readonly faults: readonly string[];
}

export async function readCall(request: IncomingMessage): Promise<ReadCall> {
  const url = new URL(request.url ?? '/', 'http://back-end');
  const faults: string[] = [];
  const query = unite('query', [...url.searchParams], faults);
  const body = await readBody(request);
  const { form, files } = readFields(request.headers['content-type'] ?? '', body, faults);
  const isGet = request.method === 'GET';
  const call: Call = {
    method: request.method ?? '',
    path: url.pathname,
    // The Python SDK gives some GETs a body, which counts as more of the query.
    query: isGet ? { ...form, ...query } : query,
    form: isGet ? {} : form,
    headers: request.headers,
    cookies: readCookies(request.headers.cookie ?? ''),
    files,
  };
  return { call, faults };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function readFields(
  contentType: string,
  body: Buffer,
  faults: string[],
): Pick<Call, 'form' | 'files'> {
  if (body.length === 0) return { form: {}, files: [] };
  if (contentType.startsWith('multipart/')) return readParts(contentType, body, faults);
  if (!/^application\/x-www-form-urlencoded(;|$)/.test(contentType)) {
    faults.push(`the body is ${contentType || 'of no type'}, not a form`);
  }
  return { form: unite('form', [...new URLSearchParams(body.toString())], faults), files: [] };
}

function readParts(
  contentType: string,
  body: Buffer,
  faults: string[],
): Pick<Call, 'form' | 'files'> {
  try {
    const parts = readForm(contentType, body);
    const fields = parts.flatMap(({ name, text }): [string, string][] =>
      text === undefined ? [] : [[name, text]],
    );
    const files = parts.flatMap(({ name, filename, bytes, sha256 }) =>
      filename === undefined ? [] : [{ name, filename, bytes, sha256 }],
    );
    return { form: unite('form', fields, faults), files };
  } catch (error) {
    faults.push(`the parts cannot be read: ${(error as Error).message}`);
    return { form: {}, files: [] };
  }
}

function unite(where: string, pairs: [string, string][], faults: string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of pairs) {
    if (name in values) faults.push(`${where} has ${name} twice`);
    values[name] = value;
  }
  return values;
}

/** The values may hold `=` themselves. */
export function readCookies(header: string): Record<string, string> {
  const pairs = header.split(';').flatMap((part): [string, string][] => {
    const at = part.indexOf('=');
    return at > 0 ? [[part.slice(0, at).trim(), part.slice(at + 1).trim()]] : [];
  });
  return Object.fromEntries(pairs);
}

/** The fields of query and form together. */
export function givenOf({ query, form }: Call): Values {
  return { ...query, ...form };
}
