/** Reads requests, and writes answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readJson } from '@wechat-mp/core/adapter';
import { readBody } from '../http/body.ts';
import { type ApiRequest, type Failure, RawAnswer, raw } from './contract.ts';
import { type FormPart, readForm } from './form.ts';
import { ApiRefusal } from './refusal.ts';

export interface Received {
  readonly request: ApiRequest;
  readonly form: readonly FormPart[];
  /** The fault of the body, if any. */
  readonly refusal: ApiRefusal | undefined;
}

const JSON_TYPE = 'application/json; encoding=utf-8';
const HTML = '<html><body><center><h1>502 Bad Gateway</h1></center></body></html>\n';
/** Bytes that the platform accepts. */
const LONGEST = 32 * 1024 * 1024;
/** Maximum nesting of JSON. */
const DEEPEST = 100;

export async function receive(incoming: IncomingMessage): Promise<Received> {
  const [path, search] = splitAt(`${incoming.url}`, '?');
  const content = await readBody(incoming, LONGEST);
  const contentType = incoming.headers['content-type'] ?? '';
  const isForm = /^multipart\//i.test(contentType);
  const { form, refusal } = await readParts(isForm, contentType, content);
  const rawBody = isForm || !content ? '' : content.toString();
  const request: ApiRequest = {
    method: incoming.method ?? 'GET',
    path,
    query: Object.fromEntries(new URLSearchParams(search)),
    headers: incoming.headers,
    body: parse(rawBody),
    rawBody,
    parts: form.map(({ content: _content, ...part }) => part),
  };
  return { request, form, refusal };
}

function splitAt(text: string, mark: string): [string, string] {
  const index = text.indexOf(mark);
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

async function readParts(
  isForm: boolean,
  contentType: string,
  content: Buffer | undefined,
): Promise<Pick<Received, 'form' | 'refusal'>> {
  if (!content) return { form: [], refusal: new ApiRefusal(45001) };
  if (!isForm) return { form: [], refusal: undefined };
  try {
    return { form: await readForm(contentType, content), refusal: undefined };
  } catch (error) {
    return { form: [], refusal: error instanceof ApiRefusal ? error : new ApiRefusal(41005) };
  }
}

function parse(text: string): unknown {
  try {
    return isShallow(text) ? readJson(text) : text;
  } catch {
    return text;
  }
}

function isShallow(text: string): boolean {
  let depth = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const mark = text[index];
    if (mark === '"') isQuoted = !isQuoted;
    else if (isQuoted) index += mark === '\\' ? 1 : 0;
    else if (mark === '[' || mark === '{') depth += 1;
    else if (mark === ']' || mark === '}') depth -= 1;
    if (depth > DEEPEST) return false;
  }
  return true;
}

/** Converts an answer: objects to JSON, text with the type of JSON, bytes and `RawAnswer` unchanged. */
export function toRaw(answer: unknown): RawAnswer {
  if (answer instanceof RawAnswer) {
    const names = Object.keys(answer.headers).map((name) => name.toLowerCase());
    if (names.includes('content-type')) return answer;
    const { status, headers, body } = answer;
    return raw({ status, headers: { 'Content-Type': JSON_TYPE, ...headers }, body });
  }
  if (answer instanceof Uint8Array) {
    return raw({ headers: { 'Content-Type': 'application/octet-stream' }, body: answer });
  }
  const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return raw({ headers: { 'Content-Type': JSON_TYPE }, body });
}

export function send(outgoing: ServerResponse, { status, headers, body }: RawAnswer): void {
  outgoing.writeHead(status, { ...headers }).end(body);
}

/** Sends the first half of an answer, then closes the connection. */
export function sendHalf(outgoing: ServerResponse, { status, headers, body }: RawAnswer): void {
  const bytes = Buffer.from(body);
  outgoing.writeHead(status, { ...headers, 'Content-Length': bytes.length });
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  outgoing.write(half, () => setImmediate(() => outgoing.socket?.resetAndDestroy()));
}

/** Fails in a way that has no code; returns the status that was sent, 0 for none. */
export function fail(
  outgoing: ServerResponse,
  how: Exclude<Extract<Failure, string>, 'half'>,
): number {
  switch (how) {
    case 'hang':
      return 0;
    case 'reset':
      outgoing.socket?.resetAndDestroy();
      return 0;
    case '500':
      outgoing.writeHead(500).end();
      return 500;
    case '502-html':
      outgoing.writeHead(502, { 'Content-Type': 'text/html' }).end(HTML);
      return 502;
  }
}
