/** The catalogue of endpoints: which paths there are, and what each asks of a request. */
import { readFileSync } from 'node:fs';

interface Row {
  readonly method: 'GET' | 'POST' | 'upload' | 'download';
  readonly httpMethod?: 'GET' | 'POST';
  readonly path: string;
  readonly body: unknown;
  readonly fixedQuery?: Readonly<Record<string, string>>;
  readonly tokenless?: true;
  readonly auth?: 'user' | 'component' | 'authorizer';
  readonly contentType?: string;
  readonly page?: true;
}

export interface Endpoint {
  readonly verb: 'GET' | 'POST';
  /** Whose token has to be in the query. */
  readonly token: 'account' | 'user' | 'component' | undefined;
  readonly body: 'json' | 'text' | 'form' | undefined;
  /** What the query has when this endpoint is meant, for paths that several share. */
  readonly fixedQuery: Readonly<Record<string, string>>;
}

const fixture = new URL('../../../packages/core/test/fixtures/endpoints.json', import.meta.url);
const byPath = new Map<string, Endpoint[]>();
for (const row of JSON.parse(readFileSync(fixture, 'utf8')) as Row[]) {
  if (row.page) continue;
  const others = byPath.get(row.path) ?? [];
  byPath.set(row.path, [...others, toEndpoint(row)]);
}

/** The endpoint that a request means, if there is one. */
export function findEndpoint(
  path: string,
  query: Readonly<Record<string, string>>,
): Endpoint | undefined {
  const endpoints = byPath.get(path);
  const isMeant = ({ fixedQuery }: Endpoint) =>
    Object.entries(fixedQuery).every(([name, value]) => query[name] === value);
  return endpoints?.find(isMeant) ?? endpoints?.[0];
}

function toEndpoint(row: Row): Endpoint {
  const isRead = row.method === 'GET' || row.method === 'download';
  return {
    verb: row.httpMethod ?? (isRead ? 'GET' : 'POST'),
    token: tokenOf(row),
    body: bodyOf(row),
    fixedQuery: row.fixedQuery ?? {},
  };
}

function tokenOf({ auth, tokenless }: Row): Endpoint['token'] {
  if (auth === 'user' || auth === 'component') return auth;
  return tokenless ? undefined : 'account';
}

function bodyOf({ method, body, contentType }: Row): Endpoint['body'] {
  if (contentType) return 'text';
  if (Object.keys(Object(body) as object).length === 0) return undefined;
  return method === 'upload' ? 'form' : 'json';
}
