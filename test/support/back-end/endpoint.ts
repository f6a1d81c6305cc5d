/** What a row of the tables says of a request, and what does not fit. */
import { type Call, givenOf } from './call.ts';
import { faultsOf, readTerms } from './terms.ts';

export interface Endpoint<World> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Terms, as `readTerms` takes them. Default: none. */
  readonly query?: string;
  readonly form?: string;
  /** The names of the files that come with the form. */
  readonly files?: readonly string[];
  /** How the referer begins, after the host; `{name}` is a field of the request. Default: /. */
  readonly referer?: string | null;
  /** Whether it says `x-requested-with: XMLHttpRequest`. Default: needed. */
  readonly script?: 'needed' | 'absent' | 'either';
  /** What is answered: this decides how the loss of a session is told. Default: json. */
  readonly kind?: 'json' | 'page' | 'file';
  /** Default: true. */
  readonly needsSession?: boolean;
  /** Whether it counts for the frequency that is allowed. */
  readonly isThrottled?: boolean;
  readonly handle: (call: Call, world: World) => Answer;
}

export interface Answer {
  readonly json?: unknown;
  readonly html?: string;
  readonly bytes?: Buffer;
  /** Of the bytes. */
  readonly type?: string;
  readonly location?: string;
  /** Set-Cookie headers. */
  readonly cookies?: readonly string[];
}

/** A request that fits its row, but not the state of things. Answered like one that does not fit. */
export class Misfit extends Error {}

/** `base_resp`, as nearly every answer has it. */
export function verdict(ret: number, message = 'ok', more: object = {}): Answer {
  return { json: { base_resp: { ret, err_msg: message }, ...more } };
}

/** The row that a request fits, or how it misses the nearest one. */
export function findEndpoint<World>(
  table: readonly Endpoint<World>[],
  call: Call,
): { endpoint: Endpoint<World>; faults: readonly string[] } | undefined {
  return table
    .filter(({ path }) => path === call.path)
    .map((endpoint) => ({ endpoint, faults: missesOf(endpoint, call) }))
    .sort((one, other) => one.faults.length - other.faults.length)[0];
}

function missesOf<World>(endpoint: Endpoint<World>, call: Call): string[] {
  const { method, query = '', form = '', files = [] } = endpoint;
  const sent = call.files.map(({ name }) => name).join(' ');
  return [
    ...(call.method === method ? [] : [`the method is ${call.method}, not ${method}`]),
    ...faultsOf(readTerms(query), call.query, 'query'),
    ...faultsOf(readTerms(form), call.form, 'form'),
    ...(sent === files.join(' ') ? [] : [`the files are "${sent}", not "${files.join(' ')}"`]),
    ...headerFaults(endpoint, call),
  ];
}

function headerFaults<World>(endpoint: Endpoint<World>, call: Call): string[] {
  const { script = 'needed', referer = '/' } = endpoint;
  const isScript = call.headers['x-requested-with'] === 'XMLHttpRequest';
  const faults: string[] = [];
  if (script !== 'either' && isScript !== (script === 'needed')) {
    faults.push(`x-requested-with is ${isScript ? 'there' : 'missing'}`);
  }
  if (referer !== null) faults.push(...refererFaults(referer, call));
  return faults;
}

/** The page is named on the platform's own host, or on the one that stands in for it. */
function refererFaults(template: string, call: Call): string[] {
  const given = givenOf(call);
  const wanted = template.replace(/\{(\w+)\}/g, (_, name: string) => given[name] ?? '');
  const { referer = '', host = '' } = call.headers;
  const [, origin, rest = ''] = /^(https?:\/\/[^/]+)(.*)$/.exec(referer) ?? [];
  const isOwn =
    origin === `http://${host}` || /^https?:\/\/mp\.weixin\.qq\.com$/.test(origin ?? '');
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
