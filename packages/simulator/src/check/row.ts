import type { Mode } from '@wechat-mp/core';
import type { Sealed } from '../push/envelope.ts';
import type { WireFields } from '../wire.ts';
import type { AccountSettings } from '../world.ts';
import type { OddRequest } from './exchange.ts';

/** A text in both languages of the page. */
export interface Words {
  readonly en: string;
  readonly zh: string;
}

/**
 * The expected result. `echo`: the echostr, verbatim. `probed`: status 200. `refused`: anything but
 * the echo or a reply. `answered`: a valid reply, or success. `survived`: any answer or none, as
 * long as the bot keeps running.
 */
type Expected = 'echo' | 'probed' | 'refused' | 'answered' | 'survived';

/** One check of a webhook. */
export interface Row {
  readonly name: string;
  readonly title: Words;
  readonly expected: Expected;
  /** Default: all three. */
  readonly modes?: readonly Mode[];
  /** Number of copies sent at once; all must be answered alike. Default: 1. */
  readonly times?: number;
  readonly send: (desk: CheckDesk) => OddRequest;
}

/** The tools that checks are made with. */
export interface CheckDesk {
  readonly account: AccountSettings;
  readonly openid: string;
  /** Creates the tags of a message of a type, with its own MsgId. */
  readonly message: (type: string, fields?: WireFields) => WireFields;
  /** Signs tags or XML, and in safe mode encrypts them. */
  readonly seal: (message: WireFields | string, how?: SealOptions) => Sealed;
}

interface SealOptions {
  readonly breakSignature?: boolean;
  /** The appid to encrypt with, in place of the account's. */
  readonly appid?: string;
}

/** Converts a sealed message to a request. */
export function toRequest(
  { method, query, body, headers }: Sealed,
  changes: Partial<OddRequest> & {
    readonly query?: Readonly<Record<string, string | undefined>>;
  } = {},
): OddRequest {
  const { query: others, ...rest } = changes;
  const all = Object.entries({ ...query, ...others }).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(all as [string, string][]).toString();
  const sent = { ...(method === 'POST' && { body }), ...(headers && { headers }) };
  return { method, search, ...sent, ...rest };
}
