// The query, body and address of a call, from its row and what was given.
import { InvalidArgumentError, NeedParamError } from '../errors.ts';
import { isFields } from './conveniences/argument.ts';
import type { Endpoint } from './endpoint.ts';
import { type BaseUrl, findOrigin } from './origin.ts';
import { checkWhole, toSentText, writeJson } from './whole-text.ts';

/** Merges the given fields with those that the client knows. */
export function fill(
  { filled }: Endpoint,
  given: unknown,
  known: Readonly<Record<string, string | undefined>>,
  name: string,
  isHere: (key: string) => boolean,
): Record<string, unknown> {
  const isMissing = given === undefined || given === null;
  if (!filled || !(isMissing || isFields(given))) {
    return (given ?? {}) as Record<string, unknown>;
  }
  const all: Record<string, unknown> = { ...given };
  for (const [key, value] of Object.entries(filled)) {
    if (all[key] !== undefined || !isHere(key)) continue;
    all[key] = value.startsWith('{') ? known[value.slice(1, -1)] : value;
    if (all[key] === undefined) throw createMissingOption(name, key, value);
  }
  return all;
}

/** Creates the error of a missing option of the client. */
function createMissingOption(name: string, key: string, value: string): NeedParamError {
  const option = value.startsWith('{') ? `: this client has no ${value.slice(1, -1)}` : '';
  return new NeedParamError(`${name} needs ${key}${option}`);
}

/** Writes the body of a request; the platform refuses a POST without one. */
export function write(
  { verb, body: takesBody, contentType }: Endpoint,
  given: unknown,
  name: string,
): string | undefined {
  if (!takesBody && verb !== 'post') return undefined;
  if (contentType !== undefined && typeof given === 'string') {
    return toSentText('the body', given);
  }
  const body = given ?? {};
  if (!isPlain(body)) {
    throw new InvalidArgumentError(
      `${name}: the body must be a plain object, which is sent as JSON, not ${describeClass(body)}`,
    );
  }
  try {
    return writeJson(body);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error;
    throw new InvalidArgumentError(
      `the body cannot be written as JSON: ${(error as Error).message}`,
    );
  }
}

/**
 * Whether a value can be a JSON body: text, bytes, forms and maps are JSON already, or would lose
 * their content.
 */
function isPlain(body: unknown): boolean {
  if (Array.isArray(body)) return true;
  return (
    isFields(body) &&
    !(Symbol.iterator in body || Symbol.asyncIterator in body || body instanceof Blob)
  );
}

export function describeClass(value: unknown): string {
  return typeof value === 'object' ? `a ${Object(value).constructor?.name}` : `a ${typeof value}`;
}

export function createAddress(
  { path, host, query: names, fixedQuery, hash }: Endpoint,
  query: Readonly<Record<string, unknown>>,
  baseUrl: BaseUrl | undefined,
): string {
  // The platform wants the parameters of a page in its order.
  const rank = (name: string) => (names.includes(name) ? names.indexOf(name) : names.length);
  const given = Object.entries(query).sort(([a], [b]) => rank(a) - rank(b));
  const parameters = [...Object.entries(fixedQuery ?? {}), ...given]
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeValue(name, String(value))}`);
  const search = parameters.length === 0 ? '' : `?${parameters.join('&')}`;
  return `${findOrigin(host, baseUrl)}${path}${search}${hash === undefined ? '' : `#${hash}`}`;
}

function encodeValue(name: string, text: string): string {
  checkWhole(name, text);
  return encodeURIComponent(text);
}
