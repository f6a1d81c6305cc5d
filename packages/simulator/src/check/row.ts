import type { Mode } from '@wechat-mp/core';
import type { Sealed } from '../push/envelope.ts';
import type { WireFields } from '../wire.ts';
import type { AccountSettings } from '../world.ts';
import type { OddRequest } from './exchange.ts';

/** In both languages of the page. */
export interface Words {
  readonly en: string;
  readonly zh: string;
}

/**
 * What is right. `echo`: the echostr, verbatim. `probed`: the status 200. `refused`: anything but the echo, or a reply.
 * `answered`: a valid reply, or success. `survived`: any answer, or none, as long as the bot lives.
 */
type Expected = 'echo' | 'probed' | 'refused' | 'answered' | 'survived';

/** One thing that a webhook is checked for. */
export interface Row {
  readonly name: string;
  readonly title: Words;
  readonly expected: Expected;
  /** Default: all three. */
  readonly modes?: readonly Mode[];
  /** How often it is sent at once; all have to be answered alike. Default: 1. */
  readonly times?: number;
  readonly send: (desk: CheckDesk) => OddRequest;
}

/** What rows are made with. */
export interface CheckDesk {
  readonly account: AccountSettings;
  readonly openid: string;
  /** The tags of a message of that type, with a MsgId of its own. */
  readonly message: (type: string, fields?: WireFields) => WireFields;
  /** Signs, and in safe mode encrypts, tags or XML as it is. */
  readonly seal: (message: WireFields | string, how?: SealOptions) => Sealed;
}

interface SealOptions {
  readonly breakSignature?: boolean;
  /** Encrypts with another appid. */
  readonly appid?: string;
}

/** A sealed message as a request. */
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
