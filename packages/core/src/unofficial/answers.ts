import { readJson } from '../official/answer.ts';
import { NeedLoginError, refusalOf } from './errors.ts';
import type { BackEndAnswer } from './http.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Reads the JSON object of an answer; a page in its place says that the session is over. */
export function readObject(path: string, { body }: Pick<BackEndAnswer, 'body'>): Fields {
  try {
    const value = readJson(body.toString());
    if (typeof value === 'object' && value !== null) return value as Fields;
  } catch {
    // It is told below.
  }
  throw new NeedLoginError(path);
}

/** The `base_resp.ret` of an answer; undefined when it has none. */
export function retOf(answer: Fields): number | undefined {
  const { ret } = Object(answer['base_resp']) as { ret?: unknown };
  return ret === undefined ? undefined : Number(ret);
}

/**
 * Reads what stands at the end of a path of names. What is JSON inside a string is read too: the
 * back end has written the same lists in both ways.
 *
 * @throws {NeedLoginError} when it is not there
 * @throws {UnofficialAPIError} when the back end says why
 */
export function readField(path: string, answer: BackEndAnswer, ...names: string[]): unknown {
  const fields = readObject(path, answer);
  let value: unknown = fields;
  for (const name of names) value = unwrap((Object(value) as Fields)[name]);
  if (value !== undefined) return value;
  const ret = retOf(fields);
  throw ret ? refusalOf(path, ret) : new NeedLoginError(path);
}

/** Reads JSON inside a string; any other string stays what it is. */
function unwrap(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return readJson(value);
  } catch {
    return value;
  }
}

/** What a page holds between two texts, on one line. */
export function scrape(page: string, pattern: RegExp): string | undefined {
  return pattern.exec(page)?.[1];
}
