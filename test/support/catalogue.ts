/** The catalogue of the platform’s endpoints, as it documents them. */
import { readFileSync } from 'node:fs';

/** The shape of a body: fields by name, lists of one member, and the names of types. */
export type Shape = string | readonly Shape[] | { readonly [name: string]: Shape };

export interface Row {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'upload' | 'download';
  readonly httpMethod?: 'GET' | 'POST';
  readonly page?: true;
  readonly path: string;
  readonly query: string[];
  readonly body: Shape;
  readonly fixedQuery?: Record<string, string>;
  readonly host?: string;
  readonly tokenless?: true;
  readonly auth?: string;
  readonly contentType?: string;
  readonly status: 'current' | 'legacy' | 'discontinued';
}

const file = new URL('../../packages/core/test/fixtures/endpoints.json', import.meta.url);
export const rows = JSON.parse(readFileSync(file, 'utf8')) as readonly Row[];

/** The method of HTTP that a row is called with. */
export const getHttpMethod = ({ httpMethod, method }: Row): 'GET' | 'POST' =>
  httpMethod ?? (method === 'GET' || method === 'download' ? 'GET' : 'POST');
