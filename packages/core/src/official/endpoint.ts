import type { Readable } from 'node:stream';

/** A file to send: its path, its bytes, a Blob or a stream. */
export type Upload = string | Uint8Array | Blob | Readable;

/** A downloaded file. */
export interface Download {
  readonly stream: Readable;
  readonly contentType: string;
  /** A base name: no folder, no leading dot, no device. Such a file may exist already. */
  readonly filename: string | undefined;
  /** In bytes. */
  readonly length: number | undefined;
}

/** Options of an upload. */
export interface UploadOptions {
  /** Default: the name of the path or the File, with an extension for its type. */
  readonly filename?: string | undefined;
  /** Default: by the content, otherwise by the extension. */
  readonly contentType?: string | undefined;
  /** Called with the number of bytes sent so far, and the total. */
  readonly onProgress?:
    | ((progress: { readonly sent: number; readonly total: number }) => void)
    | undefined;
}

/** A 64-bit id: a number, or a string where it exceeds 2^53. */
export type Id = number | string;

/** The answer of an endpoint without a result. */
export interface Success {
  readonly errcode?: number;
  readonly errmsg?: string;
}

/** The type of a missing body or query. */
export type None = undefined;

/**
 * The kind of a request: `get` and `post` use JSON, `upload` sends a form with a file, `download`
 * answers with a file, and a `page` is an address for the user’s browser.
 */
type Verb = 'get' | 'post' | 'upload' | 'download' | 'page';

declare const types: unique symbol;

/** One endpoint as plain data. Its input and output are known to the compiler only. */
export interface Endpoint<Body = unknown, Query = unknown, Result = unknown> extends Details {
  readonly verb: Verb;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** The parameters of a caller; for a page, in the platform's order. */
  readonly query: readonly string[];
  /** Whether it takes a body. */
  readonly body: boolean;
  readonly [types]?: { body: Body; query: Query; result: Result };
}

/** The differences of an endpoint from others of its verb. */
interface Details {
  /** Default: the host of the API. */
  readonly host?: string;
  /** Parameters that are the same in every call. */
  readonly fixedQuery?: Readonly<Record<string, string>>;
  /** It does not take the account’s access token. */
  readonly tokenless?: true;
  /** The token it takes instead: a user’s is in the query, a third-party platform’s is not. */
  readonly auth?: 'user' | 'component' | 'authorizer';
  /**
   * Parameters that the client fills in when the caller omits them; `{appid}` and similar
   * placeholders stand for its own values.
   */
  readonly filled?: Readonly<Record<string, string>>;
  /** Content type of the body. Default: implied by the verb. */
  readonly contentType?: 'text/plain';
  /**
   * Whether it can be repeated safely when the answer is lost. False: it must not happen twice, so
   * it is repeated only when nothing was sent. Undefined: repeated also when the platform was too
   * busy. Default for GET: true.
   */
  readonly idempotent?: boolean;
  /** The fragment of a page. */
  readonly hash?: string;
  /** How its list is paged. */
  readonly paging?: Paging;
}

/** How a list is paged. */
export interface Paging {
  /**
   * How the next page is found: by a `cursor` in each answer, by the `offset` after the previous
   * rows, by the `number` of the page, or by the largest id of the previous page (`lastId`).
   */
  readonly by: 'cursor' | 'offset' | 'number' | 'lastId';
  /** The parameter for the start of a page. */
  readonly at: string;
  /** The start of the first page. Default: the parameter is omitted. */
  readonly first?: Id;
  /** The parameter for the number of rows, if there is one. */
  readonly count?: string;
  /** Rows of a full page, the platform's maximum. */
  readonly size: number;
  /** Path of the rows in an answer; names separated by dots. */
  readonly rows: string;
  /** The member with the next cursor, the total number of rows, or the id of a row. */
  readonly next?: string;
  /** The member with the total number of rows, of a list by cursor; else a page that is not full is the last. */
  readonly total?: string;
}

type WhenNone<T, Then, Else = unknown> = [T] extends [None] ? Then : Else;

/** The details and the names of the query, if there is one. */
type Options<Query, Needs = unknown> = Details &
  Needs &
  WhenNone<Query, unknown, { readonly query: readonly (keyof Query & string)[] }>;

/** The options, optional when nothing in them is required. */
type Rest<Options> = Partial<Details> extends Options ? [options?: Options] : [options: Options];

/** Defines a GET that answers JSON. */
export function get<Response, Query = None>(
  path: string,
  ...[options]: Rest<Options<Query>>
): Endpoint<None, Query, Promise<Response>> {
  return { verb: 'get', method: 'GET', path, query: [], body: false, idempotent: true, ...options };
}

/** Defines a POST of JSON; `body: false` for one without a body. */
export function post<Body, Response = Success, Query = None>(
  path: string,
  ...[options]: Rest<Options<Query, WhenNone<Body, { readonly body: false }>>>
): Endpoint<Body, Query, Promise<Response>> {
  return { verb: 'post', method: 'POST', path, query: [], body: true, ...options };
}

/** An endpoint that takes a file, with options. */
export interface UploadEndpoint<Body, Query, Result> extends Endpoint<Body, Query, Result> {
  readonly verb: 'upload';
}

/** Defines a POST of a form with a file. */
export function upload<Body, Response = Success, Query = None>(
  path: string,
  ...[options]: Rest<Options<Query>>
): UploadEndpoint<Body, Query, Promise<Response>> {
  return { verb: 'upload', method: 'POST', path, query: [], body: true, ...options };
}

/** Defines a download: a GET, or a POST with `body: true`. */
export function download<Response = Download, Query = None, Body = None>(
  path: string,
  ...[options]: Rest<Options<Query, WhenNone<Body, unknown, { readonly body: true }>>>
): Endpoint<Body, Query, Promise<Response>> {
  const common = { path, query: [], body: false, idempotent: true } as const;
  const row = { verb: 'download', ...common, ...options } as const;
  return { ...row, method: row.body ? 'POST' : 'GET' };
}

/** Defines the address of a page. */
export function page<Query>(
  path: string,
  ...[options]: Rest<Options<Query>>
): Endpoint<None, Query, string> {
  return { verb: 'page', method: 'GET', path, query: [], body: false, ...options };
}

/** Endpoints by name, nested like the methods. */
export interface Tables {
  readonly [name: string]: Endpoint | Tables;
}

/** The methods of tables, each with the doc comment of its row. */
export type Methods<T> = {
  readonly [K in keyof T]: T[K] extends Endpoint<infer Body, infer Query, infer Result>
    ? (
        ...given: [
          ...GivenArguments<Body, [body: Body]>,
          ...GivenArguments<Query, [query: Query]>,
          ...(T[K] extends { verb: 'upload' } ? [options?: UploadOptions] : []),
        ]
      ) => Result
    : Methods<T[K]>;
};

/** No argument when there is nothing to pass, an optional one when nothing in it is required. */
type GivenArguments<T, Argument extends [unknown]> = WhenNone<
  T,
  [],
  object extends T ? Partial<Argument> : Argument
>;

/** The input of a call. */
export interface Input {
  readonly body?: unknown;
  readonly query?: unknown;
  /** Options of a file. */
  readonly options?: UploadOptions | undefined;
}

/** Creates the methods once; each passes its row and its input to `call`. */
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

/** Lists every endpoint with the name of its method, such as `menu.create`. */
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
