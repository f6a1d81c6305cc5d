import { randomInt } from 'node:crypto';
import { MessageCipher, sign } from '@wechat-mp/core';
import type { WireFields } from '../wire.ts';
import type { AccountSettings } from '../world.ts';
import { writeJson } from './json.ts';
import { writeXml } from './xml.ts';

/** A request of the platform, ready to be sent. */
export interface Sealed {
  readonly method: 'GET' | 'POST';
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
  /** Additional headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The message before encryption; empty for URL verification. */
  readonly plain: string;
}

/** The time and the faults of a request. */
export interface Sealing {
  /** Unix milliseconds. */
  readonly now: number;
  readonly breakSignature?: boolean | undefined;
  /** The sender of a message, when it is not in its fields. */
  readonly openid?: string | undefined;
}

/**
 * Signs a message, or XML unchanged, and encrypts it when the account's mode needs it. Each call
 * gives another result.
 */
export function sealMessage(
  account: AccountSettings,
  message: WireFields | string,
  how: Sealing,
): Sealed {
  const fields = typeof message === 'string' ? {} : message;
  const plain = typeof message === 'string' ? message : writeXml(message);
  if (account.pushFormat) return push(account.pushFormat, message, how);
  const openid = how.openid ?? `${fields['FromUserName'] as string}`;
  const query = { ...signQuery(account, how), openid };
  const cipher = createAccountCipher(account);
  if (!cipher) return { method: 'POST', query, body: plain, plain };
  const Encrypt = cipher.encrypt(plain);
  const signature = cipher.sign(query.timestamp, query.nonce, Encrypt);
  return {
    method: 'POST',
    query: {
      ...query,
      encrypt_type: 'aes',
      msg_signature: how.breakSignature ? damage(signature) : signature,
    },
    body: writeXml(
      account.mode === 'safe' ? { ToUserName: account.id, Encrypt } : { ...fields, Encrypt },
    ),
    plain,
  };
}

/**
 * Creates a push of 微信云托管, whose gateway adds the header in place of a signature.
 *
 * @see https://developers.weixin.qq.com/miniprogram/dev/wxcloudrun/src/guide/weixin/push.html
 */
function push(
  format: 'json' | 'xml',
  message: WireFields | string,
  { breakSignature }: Pick<Sealing, 'breakSignature'>,
): Sealed {
  const written = format === 'json' ? writeJson : writeXml;
  const body = typeof message === 'string' ? message : written(message);
  const headers = {
    'content-type': format === 'json' ? 'application/json' : 'text/xml',
    ...(!breakSignature && { 'x-wx-source': 'wx_unknown' }),
  };
  return { method: 'POST', query: {}, headers, body, plain: body };
}

/** Creates the request by which the console of 微信云托管 checks a path when it is saved. */
export function sealProbe(format: 'json' | 'xml', how: Pick<Sealing, 'breakSignature'>): Sealed {
  const probe = { action: 'CheckContainerPath' };
  return push(
    format,
    format === 'xml' ? '<xml><action>CheckContainerPath</action></xml>' : probe,
    how,
  );
}

/** Creates the request by which the console checks an address when it is saved. */
export function sealVerification(account: AccountSettings, echostr: string, how: Sealing): Sealed {
  return { method: 'GET', query: { ...signQuery(account, how), echostr }, body: '', plain: '' };
}

/** Returns the account's cipher; undefined in plain mode. */
export function createAccountCipher(account: AccountSettings): MessageCipher | undefined {
  const { mode, token, appid, encodingAESKey = '' } = account;
  return mode === 'plain' ? undefined : new MessageCipher({ token, appid, encodingAESKey });
}

function signQuery({ token }: AccountSettings, { now, breakSignature }: Sealing) {
  const timestamp = String(Math.floor(now / 1000));
  const nonce = String(randomInt(1e9));
  const signature = sign({ token, timestamp, nonce });
  return { signature: breakSignature ? damage(signature) : signature, timestamp, nonce };
}

const damage = (signature: string) => `${signature.startsWith('0') ? 1 : 0}${signature.slice(1)}`;
