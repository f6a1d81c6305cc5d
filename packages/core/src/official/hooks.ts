import type { WechatError } from '../errors.ts';

/** A request as passed to hooks: without tokens, secrets, openids and content for users. */
export interface RequestSummary {
  /** The method’s name, such as `menu.create`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** The number of the try, from 1. */
  readonly attempt: number;
  /** A hook may add to them. */
  readonly headers: Record<string, string>;
}

/** An answer as passed to hooks. */
export interface ResponseSummary extends RequestSummary {
  readonly status: number;
  /** 0 when it worked. */
  readonly errcode: number;
  readonly milliseconds: number;
}

/** Functions called with every request, in order. */
export interface Hooks {
  readonly beforeRequest?: readonly ((request: RequestSummary) => void | Promise<void>)[];
  readonly afterResponse?: readonly ((response: ResponseSummary) => void | Promise<void>)[];
  /** Returns the error that the caller gets. */
  readonly beforeError?: readonly ((
    error: WechatError,
    request: RequestSummary,
  ) => WechatError | Promise<WechatError>)[];
}
