/** The public types of the API. */
import type { IncomingHttpHeaders } from 'node:http';

export interface Part {
  readonly name: string;
  readonly filename?: string;
  readonly contentType?: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The value of a field; files have none. */
  readonly text?: string;
}

/** A recorded request. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** The JSON, or the text, which is empty for forms. */
  readonly body: unknown;
  /** The text of the body; empty for forms. */
  readonly rawBody: string;
  readonly parts: readonly Part[];
}

/**
 * An answer: an object is sent as JSON, text and bytes unchanged; a function receives the request
 * and its number, from 1.
 */
export type ApiAnswer = object | string | ((request: ApiRequest, count: number) => unknown);

/**
 * A failure: `reset` closes the connection, `hang` never answers, `half` closes it in the middle of
 * the answer; a number is answered as an errcode.
 */
export type Failure =
  | 'reset'
  | 'hang'
  | '500'
  | '502-html'
  | 'half'
  | { readonly errcode: number; readonly errmsg?: string };

export type OauthScope = 'snsapi_base' | 'snsapi_userinfo' | 'snsapi_login';

/** An answer that is not a JSON object; `raw` makes one. */
export class RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string | Uint8Array;

  constructor({ status = 200, headers = {}, body = '' }: Partial<RawAnswer>) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** Creates an answer with the given status, headers and body. */
export function raw(answer: Partial<RawAnswer>): RawAnswer {
  return new RawAnswer(answer);
}
