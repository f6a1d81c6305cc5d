/** The paths, and the rules of their requests, derived from the tables of the client. */
import { endpoints } from '@wechat-mp/core/official';

/** The part of a row that a server needs. */
interface Row {
  readonly verb: 'get' | 'post' | 'upload' | 'download' | 'page';
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: boolean;
  readonly fixedQuery?: Readonly<Record<string, string>>;
  readonly tokenless?: true;
  readonly auth?: 'user' | 'component' | 'authorizer';
  readonly contentType?: string;
}

interface Tables {
  readonly [name: string]: Row | Tables;
}

export interface Endpoint {
  readonly verb: 'GET' | 'POST';
  /** The kind of token required in the query. */
  readonly token: 'account' | 'user' | 'component' | undefined;
  readonly body: 'json' | 'text' | 'form' | undefined;
  /** Query parameters that select this endpoint among several with the same path. */
  readonly fixedQuery: Readonly<Record<string, string>>;
}

const byPath = new Map<string, Endpoint[]>();
for (const row of listRows(endpoints)) {
  if (row.verb === 'page') continue;
  byPath.set(row.path, [...(byPath.get(row.path) ?? []), toEndpoint(row)]);
}

/** Returns the endpoint of a request, if there is one. */
export function findEndpoint(
  path: string,
  query: Readonly<Record<string, string>>,
): Endpoint | undefined {
  const those = byPath.get(path);
  const isMeant = ({ fixedQuery }: Endpoint) =>
    Object.entries(fixedQuery).every(([name, value]) => query[name] === value);
  return those?.find(isMeant) ?? those?.[0];
}

export function isPath(path: string): boolean {
  return byPath.has(path);
}

function listRows(tables: Tables): Row[] {
  return Object.values(tables).flatMap((row) => (isRow(row) ? [row] : listRows(row)));
}

function isRow(row: Row | Tables): row is Row {
  return typeof row.path === 'string';
}

function toEndpoint(row: Row): Endpoint {
  const { method, fixedQuery = {} } = row;
  return { verb: method, token: readTokenRule(row), body: readBodyRule(row), fixedQuery };
}

function readTokenRule({ auth, tokenless }: Row): Endpoint['token'] {
  if (auth === 'user' || auth === 'component') return auth;
  return tokenless ? undefined : 'account';
}

function readBodyRule({ verb, body, contentType }: Row): Endpoint['body'] {
  if (contentType) return 'text';
  if (!body) return undefined;
  return verb === 'upload' ? 'form' : 'json';
}
