/** What others see of the API. */
import type { IncomingHttpHeaders } from 'node:http';

export interface Part {
  readonly name: string;
  readonly filename?: string;
  readonly contentType?: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Of fields; files have none. */
  readonly text?: string;
}

/** A request as it came. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** The JSON, or the text, which is empty for forms. */
  readonly body: unknown;
  /** The text of bodies that are no forms. */
  readonly rawBody: string;
  readonly parts: readonly Part[];
}

/** An object is sent as JSON, text and bytes as they are; a function makes the answer of the request and its number, from 1. */
export type Answer = object | string | ((request: ApiRequest, count: number) => unknown);

/** `reset` breaks the connection, `hang` never answers, `half` breaks it in the middle of the answer; a code is answered as the platform would. */
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

/** An answer with a status, headers and a body as they are. */
export function raw(answer: Partial<RawAnswer>): RawAnswer {
  return new RawAnswer(answer);
}
