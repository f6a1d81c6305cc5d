import { tellText } from '../hide-secrets.ts';
import { readJson } from '../json.ts';
import { hideEchoes } from '../official/echo.ts';
import { NetworkError } from '../official/errors.ts';
import { createRefusal, NeedLoginError, type RetVerdict } from './errors.ts';
import type { BackEndAnswer } from './http.ts';

type AnswerFields = Readonly<Record<string, unknown>>;

/**
 * Reads the JSON object of an answer; a page in its place means that the session is over.
 *
 * @throws {NeedLoginError} when it is none
 * @throws {NetworkError} when it breaks off
 */
export function readObject(path: string, { body, status }: BackEndAnswer): AnswerFields {
  const text = body.toString();
  try {
    const value = readJson(text);
    if (typeof value === 'object' && value !== null) return value as AnswerFields;
  } catch {
    if (/^\s*[[{]/.test(text)) {
      throw new NetworkError(path, 'the answer ends early', { status, wasSent: true });
    }
  }
  throw new NeedLoginError(path);
}

/** Returns the verdict of an answer; undefined when it has none. */
export function readVerdict(fields: AnswerFields, { sent }: BackEndAnswer): RetVerdict | undefined {
  const { ret, err_msg: said } = Object(fields['base_resp']) as AnswerFields;
  const given = ret ?? fields['ret'];
  if (given === undefined) return undefined;
  const told = typeof said === 'string' ? tellText(hideEchoes(said, sent)) : '';
  return { ret: Number(given), errMsg: told === '' ? undefined : told };
}

/**
 * Reads the value at a path of names. JSON inside a string is parsed too: the back end has written
 * the same lists in both ways. An empty string stands for an empty list.
 *
 * @throws {NeedLoginError} when it is not there
 * @throws {UnofficialAPIError} when the back end says why
 */
export function readField<Result>(
  path: string,
  answer: BackEndAnswer,
  names: readonly string[],
  empty?: Result,
): Result {
  const fields = readObject(path, answer);
  let value: unknown = fields;
  for (const name of names) {
    value = unwrap((Object(value) as AnswerFields)[name]);
    if (empty !== undefined && (value === '' || value === null)) return empty;
  }
  if (value !== undefined) return value as Result;
  const verdict = readVerdict(fields, answer);
  throw verdict?.ret ? createRefusal(path, verdict) : new NeedLoginError(path);
}

/** Parses JSON inside a string; returns any other string unchanged. */
export function unwrap(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return readJson(value);
  } catch {
    return value;
  }
}

/** Returns the text of a page between two texts, on one line. */
export function scrape(page: string, pattern: RegExp): string | undefined {
  return pattern.exec(page)?.[1];
}
