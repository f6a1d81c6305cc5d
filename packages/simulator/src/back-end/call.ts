/** A recorded request, read strictly. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Part } from '../api/contract.ts';
import { readForm } from '../api/form.ts';
import { readBody as readContent } from '../http/body.ts';
import type { TextValues } from './terms.ts';

export interface BackEndCall {
  readonly method: string;
  readonly path: string;
  readonly query: TextValues;
  readonly form: TextValues;
  /** All parts of a form with files, in order. */
  readonly parts: readonly Part[];
  readonly headers: IncomingHttpHeaders;
  readonly cookies: TextValues;
}

export interface ReadCall {
  readonly call: BackEndCall;
  /** The faults found while reading. */
  readonly faults: readonly string[];
}

export async function readCall(request: IncomingMessage): Promise<ReadCall> {
  const { method = '', headers } = request;
  const url = new URL(`http://back-end${request.url}`);
  const faults: string[] = [];
  const query = unite('query', [...url.searchParams], faults);
  const { form, parts } = await readBody(request, faults);
  const isGet = method === 'GET';
  const call: BackEndCall = {
    method,
    path: url.pathname,
    // The Python SDK gives some GETs a body, which counts as more of the query.
    query: isGet ? { ...form, ...query } : query,
    form: isGet ? {} : form,
    parts,
    headers,
    cookies: readCookies(headers.cookie ?? ''),
  };
  return { call, faults };
}

const LONGEST = 32 * 1024 * 1024;

type ParsedBody = Pick<BackEndCall, 'form' | 'parts'>;

async function readBody(request: IncomingMessage, faults: string[]): Promise<ParsedBody> {
  const body = await readContent(request, LONGEST);
  const contentType = request.headers['content-type'] ?? '';
  if (!body) {
    faults.push(`the body has more than ${LONGEST} bytes`);
    return { form: {}, parts: [] };
  }
  if (body.length === 0) return { form: {}, parts: [] };
  if (contentType.startsWith('multipart/')) return readParts(contentType, body, faults);
  if (!/^application\/x-www-form-urlencoded(;|$)/.test(contentType)) {
    faults.push(`the body is ${contentType || 'of no type'}, not a form`);
  }
  return { form: unite('form', [...new URLSearchParams(body.toString())], faults), parts: [] };
}

async function readParts(contentType: string, body: Buffer, faults: string[]): Promise<ParsedBody> {
  try {
    const parts = (await readForm(contentType, body)).map(({ content: _content, ...part }) => part);
    const fields = parts.flatMap(({ name, text }): [string, string][] =>
      text === undefined ? [] : [[name, text]],
    );
    return { form: unite('form', fields, faults), parts };
  } catch {
    faults.push('the parts of the form cannot be read');
    return { form: {}, parts: [] };
  }
}

function unite(where: string, pairs: [string, string][], faults: string[]): TextValues {
  const values: Record<string, string> = {};
  for (const [name, value] of pairs) {
    if (Object.hasOwn(values, name)) faults.push(`${where} has ${name} twice`);
    values[name] = value;
  }
  return values;
}

/** Reads cookies, whose values may contain `=`. */
function readCookies(header: string): TextValues {
  const pairs = header.split(';').flatMap((part): [string, string][] => {
    const at = part.indexOf('=');
    return at > 0 ? [[part.slice(0, at).trim(), part.slice(at + 1).trim()]] : [];
  });
  return Object.fromEntries(pairs);
}

/** Merges the fields of query and form. */
export function mergeValues({ query, form }: BackEndCall): TextValues {
  return { ...query, ...form };
}
