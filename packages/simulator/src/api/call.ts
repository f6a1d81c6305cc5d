/** The input of the functions that answer a path. */
import type { Person, State } from '../state.ts';
import type { World } from '../world.ts';
import type { ApiRequest } from './contract.ts';
import type { FormPart } from './form.ts';
import { ApiRefusal, demand } from './refusal.ts';
import type { Tokens } from './tokens.ts';

export type JsonFields = Readonly<Record<string, unknown>>;

export interface Call {
  readonly query: Readonly<Record<string, string>>;
  /** The JSON object of the body, or an empty one. */
  readonly given: JsonFields;
  readonly form: readonly FormPart[];
  readonly request: ApiRequest;
  /** The holder of the token: `''` for the account, otherwise an appid or an openid. */
  readonly holder: string;
  /** Runs an action after the answer has been sent. */
  readonly afterwards: (action: () => void) => void;
}

/** The handlers by path; their results are sent as JSON, except a `RawAnswer`. */
export type Endpoints = Readonly<Record<string, (call: Call) => unknown>>;

/** The state and services that all endpoints share. */
export interface Platform {
  readonly world: World;
  readonly tokens: Tokens;
  /** Address of the server, without a trailing slash. */
  readonly url: string;
}

export const OK = { errcode: 0, errmsg: 'ok' };

export function asObject(value: unknown): JsonFields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Counts characters, of which an emoji is one. */
export function countCharacters(text: string): number {
  return Array.from(text).length;
}

export function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Returns an own property of a record; inherited ones are ignored. */
export function lookUp<T>(record: Readonly<Record<string, T>>, name: unknown): T | undefined {
  const key = typeof name === 'string' || typeof name === 'number' ? `${name}` : '';
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** @throws {ApiRefusal} when no user has the openid */
export function findPerson({ people }: State, openid: unknown, errcode = 40003): Person {
  const person = typeof openid === 'string' ? lookUp(people, openid) : undefined;
  if (!person) throw new ApiRefusal(errcode);
  return person;
}

/** Returns the people with the openids of a list. Throws a code of its own for users of another account. */
export function findPeople(state: State, openids: unknown, most: number): Person[] {
  demand(Array.isArray(openids) && openids.length >= 1 && openids.length <= most, 40032);
  return openids.map((openid: unknown) => {
    demand(typeof openid === 'string' && openid.startsWith('o'), 40003);
    return findPerson(state, openid, 49003);
  });
}

export function listFollowers({ people }: State): Person[] {
  return Object.values(people).filter(({ follows }) => follows);
}
