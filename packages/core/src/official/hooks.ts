import type { WechatError } from '../errors.ts';

/** A request as hooks see it: without tokens, secrets, openids and what is said to users. */
export interface RequestSummary {
  /** The method’s name, such as `menu.create`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** Which try this is, from 1. */
  readonly attempt: number;
  /** A hook may add to them. */
  readonly headers: Record<string, string>;
}

/** An answer as hooks see it. */
export interface ResponseSummary extends RequestSummary {
  readonly status: number;
  /** 0 when it worked. */
  readonly errcode: number;
  readonly milliseconds: number;
}

/** Functions that are called with every request, in their order. */
export interface Hooks {
  readonly beforeRequest?: readonly ((request: RequestSummary) => void | Promise<void>)[];
  readonly afterResponse?: readonly ((response: ResponseSummary) => void | Promise<void>)[];
  /** Gives the error that the caller gets. */
  readonly beforeError?: readonly ((
    error: WechatError,
    request: RequestSummary,
  ) => WechatError | Promise<WechatError>)[];
}
