import { checkSignature } from '@wechat-mp/core';
import type { DeliveryRecord } from '../events.ts';
import type { AccountSettings } from '../world.ts';
import { createAccountCipher } from './envelope.ts';
import { readJson } from './json.ts';
import { isAbout, type Question, type ReplyVerdict, readReply } from './reply.ts';
import type { Response } from './transport.ts';
import { readXml, type Tags } from './xml.ts';

const toast = (...problems: string[]): ReplyVerdict => ({
  verdict: 'toast',
  reply: undefined,
  problems,
});

/** Judges an answer as the platform does. */
export function judge(
  account: AccountSettings,
  question: Question,
  response: NonNullable<DeliveryRecord['response']>,
): ReplyVerdict {
  const { status, body, plain = body } = response;
  if (status !== 200) return toast(describeStatus(response));
  const said = body.trim();
  if (said === '' || said === 'success') {
    const problems =
      said === body
        ? []
        : ['the answer is success or nothing, but with blanks around it, which may be refused'];
    return { verdict: 'nothing', reply: undefined, problems };
  }
  const outer = account.pushFormat === 'json' ? readJson(body) : readXml(body);
  if ('problem' in outer) return toast(outer.problem);
  const sealed = readSeal(account, outer.tags, question);
  if (sealed.problem !== undefined) return toast(sealed.problem);
  const inner = sealed.isEncrypted ? readXml(plain) : outer;
  if ('problem' in inner) return toast(`the decrypted reply: ${inner.problem}`);
  const judged = readReply(inner.tags, account, question);
  return { ...judged, problems: [...inner.hints, ...sealed.hints, ...judged.problems] };
}

/** Decrypts a reply; undefined when it is not encrypted, or cannot be decrypted. */
export function openReply(account: AccountSettings, body: string): string | undefined {
  const cipher = createAccountCipher(account);
  const outer = cipher && body !== '' && body !== 'success' ? readXml(body) : undefined;
  if (!cipher || !outer || 'problem' in outer) return undefined;
  try {
    return cipher.decrypt(`${outer.tags['Encrypt'] as string}`);
  } catch {
    return undefined;
  }
}

/** Reads the envelope of a reply: faults that the platform refuses, and those it may refuse. */
function readSeal(
  account: AccountSettings,
  tags: Tags,
  { now }: Question,
): { problem?: string; isEncrypted: boolean; hints: string[] } {
  const isEncrypted = 'Encrypt' in tags;
  const hints: string[] = [];
  const refuse = (problem: string) => ({ problem, isEncrypted, hints });
  const cipher = createAccountCipher(account);
  // Without a MsgType nothing is known of it: https://github.com/w7corp/easywechat/issues/2124
  if (!cipher && isEncrypted) return refuse('the reply is encrypted, though the mode is plain');
  if (!isEncrypted && account.mode === 'safe') {
    // Documented as wrong, and reported to show: https://github.com/ArtisanCloud/PowerWeChat/issues/216
    hints.push('the reply is not encrypted, though the mode is safe');
  }
  if (!cipher || !isEncrypted) return { isEncrypted, hints };
  // Empty ones are refused: https://github.com/ArtisanCloud/PowerWeChat/issues/216
  for (const tag of ['Encrypt', 'MsgSignature', 'TimeStamp', 'Nonce']) {
    if (typeof tags[tag] !== 'string' || tags[tag] === '') return refuse(`${tag} is missing`);
  }
  const { Encrypt, MsgSignature, TimeStamp, Nonce } = tags as Record<string, string>;
  const parts = { timestamp: `${TimeStamp}`, nonce: `${Nonce}`, encrypt: `${Encrypt}` };
  // https://developers.weixin.qq.com/doc/service/guide/dev/push/encryption.html
  if (!checkSignature({ token: account.token, signature: `${MsgSignature}`, ...parts })) {
    return refuse('MsgSignature is not that of TimeStamp, Nonce and Encrypt with the token');
  }
  // The package wechat writes milliseconds, and is used so: https://github.com/node-webot/wechat/issues/243
  if (/^\d{13}$/.test(`${TimeStamp}`)) {
    hints.push('TimeStamp is in milliseconds; it is documented in seconds');
  } else if (!isAbout(`${TimeStamp}`, now)) {
    hints.push('TimeStamp is not the time in Unix seconds');
  }
  try {
    // Another appid is refused: https://github.com/node-webot/wechat/issues/140
    cipher.decrypt(`${Encrypt}`);
  } catch (error) {
    return refuse(`Encrypt: ${(error as Error).message}`);
  }
  return { isEncrypted, hints };
}

const PAGE_EXPIRED = 419;
const FORBIDDEN = 403;

/** Whether a bot refuses a POST like frameworks with CSRF protection. */
export function isLikeCsrf({ status, body }: Pick<Response, 'status' | 'body'>): boolean {
  if (status === FORBIDDEN || status === PAGE_EXPIRED) return true;
  return status >= 400 && status < 500 && /csrf|xsrf/i.test(body);
}

/** Returns possible causes of a refused POST; a GET that passed rules out the token. */
export function describeStatus(response: Response, isVerified = false): string {
  const { status, headers } = response;
  if (status >= 300 && status < 400) {
    const location = headers['location']?.split('?')[0];
    const where = location ? ` to ${location}` : '';
    return `the status is ${status}, a redirect${where}; the platform does not follow redirects`;
  }
  const isForbidden = status === FORBIDDEN;
  if (isLikeCsrf(response) && (isVerified || !isForbidden)) {
    return `the status is ${status}: ${CSRF}; else: ${SAME_KEYS}`;
  }
  if (isForbidden) return `the status is ${status}: ${SAME_TOKEN} Or ${CSRF}`;
  if (status === 401) return `the status is 401: ${isVerified ? SAME_KEYS : SAME_TOKEN}`;
  if (status === 404) return 'the status is 404: is the path of the target right?';
  return `the status is ${status}, not 200`;
}

const CSRF =
  'a protection against CSRF refuses POSTs that no form of the site has sent (Egg, Laravel, Spring, Django): leave the path of the webhook out of it';
const SAME_TOKEN = 'is the token (and in safe mode the key and the appid) the same on both sides?';
const SAME_KEYS = 'are the key, the appid and the mode the same on both sides?';
