import type { Readable } from 'node:stream';

/** A file to send: its path, its bytes, a Blob or a stream. */
export type Upload = string | Uint8Array | Blob | Readable;

/** A file that came. */
export interface Download {
  readonly stream: Readable;
  readonly contentType: string;
  /** A base name: no folder, no dot at its beginning, no device. Files of that name may be there already. */
  readonly filename: string | undefined;
  /** In bytes. */
  readonly length: number | undefined;
}

/** What else can be said of a file to send. */
export interface UploadOptions {
  /** Default: that of the path or the File, with an extension by its type. */
  readonly filename?: string | undefined;
  /** Default: by the content, else by the extension. */
  readonly contentType?: string | undefined;
  /** Called with the bytes sent so far, and how many there are in all. */
  readonly onProgress?:
    | ((progress: { readonly sent: number; readonly total: number }) => void)
    | undefined;
}

/** A 64-bit id: a number, or a string where it exceeds 2^53. */
export type Id = number | string;

/** The answer of an endpoint that has nothing to say but that it worked. */
export interface Success {
  readonly errcode?: number;
  readonly errmsg?: string;
}

/** Stands where an endpoint takes no body, or no query. */
export type None = undefined;

/**
 * What passes: `get` and `post` speak JSON, `upload` sends a form with a file, `download` answers
 * with a file, and a `page` is no call but an address for the user’s browser.
 */
type Verb = 'get' | 'post' | 'upload' | 'download' | 'page';

declare const types: unique symbol;

/** One endpoint, as plain data. What goes in and comes out, only the compiler knows. */
export interface Endpoint<Body = unknown, Query = unknown, Result = unknown> extends Details {
  readonly verb: Verb;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** The parameters that a caller gives, in the order that the platform wants in a page. */
  readonly query: readonly string[];
  /** Whether it takes a body. */
  readonly body: boolean;
  readonly [types]?: { body: Body; query: Query; result: Result };
}

/** What sets an endpoint apart from the others of its verb. */
interface Details {
  /** Default: that of the API. */
  readonly host?: string;
  /** Parameters that are the same in every call. */
  readonly fixedQuery?: Readonly<Record<string, string>>;
  /** It does not take the account’s access token. */
  readonly tokenless?: true;
  /** Whose token it takes instead: a user’s is in the query, a third-party platform’s is not. */
  readonly auth?: 'user' | 'component' | 'authorizer';
  /** Parameters that the client gives when the caller does not; `{appid}` and its like stand for what it knows. */
  readonly filled?: Readonly<Record<string, string>>;
  /** Of the body. Default: what the verb implies. */
  readonly contentType?: 'text/plain';
  /**
   * Whether doing it twice is as doing it once, so that it may be asked for again when the answer is
   * lost. False: it must not happen twice, so it is asked for again only when nothing was sent; left
   * out, also when the platform was too busy for it. Default of what is read by GET: true.
   */
  readonly idempotent?: boolean;
  /** What stands behind the # of a page. */
  readonly hash?: string;
  /** How its list comes page by page. */
  readonly paging?: Paging;
}

/** How a list comes page by page. */
export interface Paging {
  /**
   * How the next page is found: by a `cursor` that each answer has, by the `offset` behind the rows
   * before, by the `number` of the page, or by the largest id of the page before (`lastId`).
   */
  readonly by: 'cursor' | 'offset' | 'number' | 'lastId';
  /** The parameter that says where a page starts. */
  readonly at: string;
  /** Where the first page starts. Default: the parameter is left out. */
  readonly first?: Id;
  /** The parameter that says how many rows are asked for, where the platform lets one say it. */
  readonly count?: string;
  /** Rows of a full page, the largest that the platform gives. */
  readonly size: number;
  /** Where the rows are in an answer; names with dots between. */
  readonly rows: string;
  /** The member with the next cursor, with the number of all rows, or with the id of a row. */
  readonly next?: string;
}

type WhenNone<T, Then, Else = unknown> = [T] extends [None] ? Then : Else;

/** The details and what else a row needs, which is the names of the query where there is one. */
type Options<Query, Needs = unknown> = Details &
  Needs &
  WhenNone<Query, unknown, { readonly query: readonly (keyof Query & string)[] }>;

/** The options, which may be left out when nothing in them is needed. */
type Rest<Options> = Partial<Details> extends Options ? [options?: Options] : [options: Options];

/** A GET that answers JSON. */
export function get<Response, Query = None>(
  path: string,
  ...[options]: Rest<Options<Query>>
): Endpoint<None, Query, Promise<Response>> {
  return { verb: 'get', method: 'GET', path, query: [], body: false, idempotent: true, ...options };
}

/** A POST of JSON; one that takes no body says `body: false`. */
export function post<Body, Response = Success, Query = None>(
  path: string,
  ...[options]: Rest<Options<Query, WhenNone<Body, { readonly body: false }>>>
): Endpoint<Body, Query, Promise<Response>> {
  return { verb: 'post', method: 'POST', path, query: [], body: true, ...options };
}

/** An endpoint that takes a file, of which more can be said. */
export interface UploadEndpoint<Body, Query, Result> extends Endpoint<Body, Query, Result> {
  readonly verb: 'upload';
}

/** A POST of a form with a file. */
export function upload<Body, Response = Success, Query = None>(
  path: string,
  ...[options]: Rest<Options<Query>>
): UploadEndpoint<Body, Query, Promise<Response>> {
  return { verb: 'upload', method: 'POST', path, query: [], body: true, ...options };
}

/** What answers with a file: a GET, or a POST when it takes a body, which it says: `body: true`. */
export function download<Response = Download, Query = None, Body = None>(
  path: string,
  ...[options]: Rest<Options<Query, WhenNone<Body, unknown, { readonly body: true }>>>
): Endpoint<Body, Query, Promise<Response>> {
  const common = { path, query: [], body: false, idempotent: true } as const;
  const row = { verb: 'download', ...common, ...options } as const;
  return { ...row, method: row.body ? 'POST' : 'GET' };
}

/** The address of a page. */
export function page<Query>(
  path: string,
  ...[options]: Rest<Options<Query>>
): Endpoint<None, Query, string> {
  return { verb: 'page', method: 'GET', path, query: [], body: false, ...options };
}

/** Endpoints by name, nested as the methods will be. */
export interface Tables {
  readonly [name: string]: Endpoint | Tables;
}

/** The methods that tables stand for, each with the doc comment of its row. */
export type Methods<T> = {
  readonly [K in keyof T]: T[K] extends Endpoint<infer Body, infer Query, infer Result>
    ? (
        ...given: [
          ...Given<Body, [body: Body]>,
          ...Given<Query, [query: Query]>,
          ...(T[K] extends { verb: 'upload' } ? [options?: UploadOptions] : []),
        ]
      ) => Result
    : Methods<T[K]>;
};

/** No argument where there is nothing to give, an optional one where nothing in it is needed. */
type Given<T, Argument extends [unknown]> = WhenNone<
  T,
  [],
  object extends T ? Partial<Argument> : Argument
>;

/** What a caller gives to an endpoint. */
export interface Input {
  readonly body?: unknown;
  readonly query?: unknown;
  /** Of a file. */
  readonly options?: UploadOptions | undefined;
}

/** Makes the methods, once; each hands its row and what it was given to `call`. */
export function bind<T extends Tables>(
  tables: T,
  call: (endpoint: Endpoint, input: Input, name: string) => unknown,
  prefix = '',
): Methods<T> {
  const methods = Object.entries(tables).map(([key, row]) => {
    const name = `${prefix}${key}`;
    if (!isEndpoint(row)) return [key, bind(row, call, `${name}.`)];
    if (!row.body) return [key, (query: unknown) => call(row, { query }, name)];
    if (row.verb !== 'upload') {
      return [key, (body: unknown, query: unknown) => call(row, { body, query }, name)];
    }
    if (row.query.length === 0) {
      return [key, (body: unknown, options?: UploadOptions) => call(row, { body, options }, name)];
    }
    return [
      key,
      (body: unknown, query: unknown, options?: UploadOptions) =>
        call(row, { body, query, options }, name),
    ];
  });
  return Object.fromEntries(methods) as Methods<T>;
}

/** Every endpoint of the tables with the name of its method, such as `menu.create`. */
export function list(tables: Tables): [name: string, endpoint: Endpoint][] {
  return Object.entries(tables).flatMap(([name, row]) =>
    isEndpoint(row)
      ? [[name, row]]
      : list(row).map(([rest, endpoint]) => [`${name}.${rest}`, endpoint]),
  );
}

function isEndpoint(row: Endpoint | Tables): row is Endpoint {
  return typeof row.path === 'string';
}
