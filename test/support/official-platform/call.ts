/** What the functions that answer a path are given. */
import type { PlatformData, PlatformOptions, Recorded } from './contract.ts';
import type { FormPart } from './form.ts';
import type { Tokens } from './tokens.ts';

export interface Call {
  readonly query: Readonly<Record<string, string>>;
  /** The JSON object of the body, or an empty one. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly form: readonly FormPart[];
  readonly request: Recorded;
  /** Whose token it is: `''` for the account, else an appid or an openid. */
  readonly holder: string;
}

/** What answers each path; the answer is JSON unless it is a `RawAnswer`. */
export type Endpoints = Readonly<Record<string, (call: Call) => unknown>>;

export interface World {
  readonly options: Required<PlatformOptions>;
  readonly tokens: Tokens;
  readonly data: PlatformData;
  readonly now: () => number;
  /** Of the server, without a slash at the end. */
  url: string;
}

export const OK = { errcode: 0, errmsg: 'ok' };

export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
