/** The rules of a request, and their check. */
import { type BackEndCall, mergeValues } from './call.ts';
import { listTermFaults } from './terms.ts';
import type { World } from './world.ts';

export interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Terms, as `readTerms` takes them. Default: none. */
  readonly query?: string;
  readonly form?: string;
  /** Whether a part of the form, `file`, is a file. Default: false. */
  readonly hasFile?: boolean;
  /** Start of the referer after the host; `{name}` is a field of the request. Default: /. */
  readonly referer?: string | null;
  /** Whether it is sent by a script of the page, as its headers say. Default: needed. */
  readonly script?: 'needed' | 'absent' | 'either';
  /** The kind of the answer, which decides how a lost session is reported. Default: json. */
  readonly kind?: 'json' | 'page' | 'file';
  /** Default: true. */
  readonly needsSession?: boolean;
  /** Whether it counts against the rate limit. */
  readonly isThrottled?: boolean;
  readonly handle: (call: BackEndCall, world: World) => BackEndResponse;
}

/** One of json, html, bytes and location. */
export interface BackEndResponse {
  readonly json?: unknown;
  readonly html?: string;
  readonly bytes?: Buffer;
  /** The type of the bytes. */
  readonly type?: string;
  readonly location?: string;
  /** Set-Cookie headers. */
  readonly cookies?: readonly string[];
}

/** A request that follows its rules but not the current state. Answered like one that breaks them. */
export class Misfit extends Error {}

/** Creates an answer with `base_resp`, which nearly every answer has. */
export function verdict(ret: number, message = 'ok', more: object = {}): BackEndResponse {
  return { json: { base_resp: { ret, err_msg: message }, ...more } };
}

/** Returns the row that a request matches, or its faults against the nearest one. */
export function findEndpoint(
  table: readonly Endpoint[],
  call: BackEndCall,
): { endpoint: Endpoint; faults: readonly string[] } | undefined {
  return table
    .filter(({ path }) => path === call.path)
    .map((endpoint) => ({ endpoint, faults: listFaults(endpoint, call) }))
    .sort((one, other) => one.faults.length - other.faults.length)[0];
}

function listFaults(endpoint: Endpoint, call: BackEndCall): string[] {
  const { method, query = '', form = '', hasFile = false } = endpoint;
  const wanted = hasFile ? 'file' : '';
  const sent = call.parts.filter(({ filename }) => filename !== undefined);
  const files = sent.map(({ name }) => name).join(' ');
  return [
    ...(call.method === method ? [] : [`the method is ${call.method}, not ${method}`]),
    ...listTermFaults(query, call.query, 'query'),
    ...listTermFaults(form, call.form, 'form'),
    ...(files === wanted ? [] : [`the files are "${files}", not "${wanted}"`]),
    ...scriptFaults(endpoint, call),
    ...refererFaults(endpoint, call),
  ];
}

function scriptFaults({ script = 'needed', kind = 'json' }: Endpoint, call: BackEndCall): string[] {
  const { 'x-requested-with': sender, accept = '' } = call.headers;
  const isScript = sender === 'XMLHttpRequest';
  const isOdd = script !== 'either' && isScript !== (script === 'needed');
  const lacksType = isScript && kind === 'json' && !accept.includes('application/json');
  return [
    ...(isOdd ? [`x-requested-with is ${isScript ? 'there' : 'missing'}`] : []),
    ...(lacksType ? ['accept does not say application/json'] : []),
  ];
}

/** Checks the referer: a page on the platform's host, or on the host that replaces it. */
function refererFaults({ referer: template = '/' }: Endpoint, call: BackEndCall): string[] {
  if (template === null) return [];
  const given = mergeValues(call);
  const wanted = template.replace(/\{(\w+)\}/g, (_, name: string) => given[name] ?? '');
  const { referer = '', host = '' } = call.headers;
  const [, origin = '', rest = ''] = /^(https?:\/\/[^/]+)(.*)$/.exec(referer) ?? [];
  const isOwn = origin === `http://${host}` || /^https?:\/\/mp\.weixin\.qq\.com$/.test(origin);
  const page = decode(rest || '/');
  return isOwn && page.startsWith(wanted) ? [] : [`the referer is ${referer}, not ${wanted}`];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
