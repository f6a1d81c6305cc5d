/** What tests see of the platform. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

export interface PlatformOptions {
  /** Default: `wx0123456789abcdef`. */
  readonly appid?: string;
  /** Default: 32 hexadecimal digits. */
  readonly appsecret?: string;
  /** Seconds that tokens and tickets live. Default: 7200. */
  readonly tokenLife?: number;
  /** Milliseconds for which a classic token works on after the next one. Default: 0. */
  readonly graceMs?: number;
  /** Milliseconds that each answer waits. Default: 0. */
  readonly latency?: number;
  /** Default: a free one. */
  readonly port?: number;
  /** Whether `requests` are kept. Default: true. */
  readonly record?: boolean;
  /** Whether a user takes no more than 5 customer-service messages per `openWindow`. Default: false. */
  readonly strictWindow?: boolean;
  /** A clock in milliseconds. Default: `Date.now`. */
  readonly now?: () => number;
}

export interface Part {
  readonly name: string;
  readonly filename?: string;
  readonly contentType?: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Of fields; files have none. */
  readonly text?: string;
}

export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: IncomingHttpHeaders;
  /** The JSON, or the text, which is empty for forms. */
  readonly body: unknown;
  /** The text of bodies that are no forms. */
  readonly rawBody: string;
  readonly parts: readonly Part[];
}

/** What the account holds. Tests assign to it; lists are given page by page. */
export interface PlatformData {
  /** Who follows. `undefined`, as at first: everyone whose openid begins with `o`. */
  followers: readonly string[] | undefined;
  /** Openids by tag id. */
  tagged: Record<number, readonly string[]>;
  blacklist: readonly string[];
  /** By type: image, video, voice, news. What is uploaded comes after them. */
  materials: Record<string, readonly unknown[]>;
  drafts: readonly unknown[];
  publications: readonly unknown[];
  /** Customer-service records; the first has msgid 1. */
  records: readonly unknown[];
  comments: readonly unknown[];
}

export interface TokenRequest {
  readonly at: number;
  readonly kind: 'classic' | 'stable';
  readonly forced: boolean;
}

export type Answer = unknown | ((request: Recorded, count: number) => unknown);

/** `reset` breaks the connection, `hang` never answers, a code is answered as the platform would. */
export type Failure =
  | 'reset'
  | 'hang'
  | '500'
  | '502-html'
  | { readonly errcode: number; readonly errmsg?: string };

export type OauthScope = 'snsapi_base' | 'snsapi_userinfo';

/** An answer that is not a JSON object; `raw` makes one. */
export class RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string | number>;
  readonly body: string | Buffer | Readable;

  constructor({ status = 200, headers = {}, body = '' }: Partial<RawAnswer>) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/**
 * An answer with a status, headers and a body as they are.
 *
 * @example
 * platform.answer('/cgi-bin/media/get', raw({ headers: { 'content-type': 'image/png' }, body: png }))
 */
export function raw(answer: Partial<RawAnswer>): RawAnswer {
  return new RawAnswer(answer);
}
