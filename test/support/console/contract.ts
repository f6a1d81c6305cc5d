/** What the fake of the back end is made of: requests as it reads them, and rows that answer them. */
import type { Part } from '../multipart.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
  readonly parts: readonly Part[] | undefined;
  readonly cookies: Readonly<Record<string, string>>;
  readonly referer: string;
  readonly isAjax: boolean;
  readonly accept: string;
}

export interface Answer {
  /** An object is JSON, a string a page. */
  readonly body: object | string | Buffer;
  readonly type?: string;
  readonly cookies?: readonly string[];
}

/** One request of the back end: what it must have, and what it is answered. */
export interface Row {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Tells rows of one path apart. */
  readonly when?: Readonly<Record<string, string>>;
  /** All keys of the query; those that end in ? may be missing. */
  readonly query: readonly string[];
  /** All keys of the form, in the same way; those that end in * have a number behind them. */
  readonly form?: readonly string[];
  /** What the page that sends it is called, from the base. */
  readonly referer: string;
  readonly isAjax: boolean;
  /** Whether it needs a session. */
  readonly isOpen?: true;
  /** How a lost session is told: scripts may be told so in JSON. */
  readonly isPage?: true;
  readonly answer: (asked: Asked) => Answer;
}

export const json = (body: object): Answer => ({ body });
export const ok = { ret: 0, err_msg: 'ok' };
export const refused = (ret: number, err_msg = 'refused'): Answer =>
  json({ base_resp: { ret, err_msg } });
