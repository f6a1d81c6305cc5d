import { checkSignature } from '@wechat-mp/core';
import type { DeliveryRecord } from '../events.ts';
import type { AccountSettings } from '../world.ts';
import { cipherOf } from './envelope.ts';
import { type Question, readReply, type Verdict } from './reply.ts';
import { readXml, type Tags } from './xml.ts';

const toast = (...problems: string[]): Verdict => ({
  verdict: 'toast',
  reply: undefined,
  problems,
});

/** Judges an answer as strictly as the platform does. */
export function judge(
  account: AccountSettings,
  question: Question,
  response: NonNullable<DeliveryRecord['response']>,
): Verdict {
  const { status, headers, body, plain = body } = response;
  if (status !== 200) return toast(describeStatus(status, headers['location']));
  if (body === '' || body === 'success') {
    return { verdict: 'nothing', reply: undefined, problems: [] };
  }
  if (body.trim() === 'success' || body.trim() === '') {
    return toast('the answer is success or nothing, but with blanks or line feeds around it');
  }
  const outer = readXml(body);
  if ('problem' in outer) return toast(outer.problem);
  const sealed = readSeal(account, outer.tags, question);
  if (sealed.problem !== undefined) return toast(sealed.problem);
  if (!sealed.isEncrypted) return readReply(outer.tags, account, question);
  const inner = readXml(plain);
  if ('problem' in inner) return toast(`the decrypted reply: ${inner.problem}`);
  return readReply(inner.tags, account, question);
}

/** Decrypts a reply; undefined where it is not encrypted, or cannot be. */
export function openReply(account: AccountSettings, body: string): string | undefined {
  const cipher = cipherOf(account);
  const outer = cipher && body !== '' && body !== 'success' ? readXml(body) : undefined;
  if (!cipher || !outer || 'problem' in outer) return undefined;
  try {
    return cipher.decrypt(`${outer.tags['Encrypt'] as string}`);
  } catch {
    return undefined;
  }
}

function readSeal(
  account: AccountSettings,
  tags: Tags,
  { now }: Question,
): { problem?: string; isEncrypted: boolean } {
  const isEncrypted = 'Encrypt' in tags;
  const refuse = (problem: string) => ({ problem, isEncrypted });
  const cipher = cipherOf(account);
  if (!cipher && isEncrypted) return refuse('the reply is encrypted, though the mode is plain');
  if (!isEncrypted && account.mode === 'safe') {
    return refuse('the reply is not encrypted, though the mode is safe');
  }
  if (!cipher || !isEncrypted) return { isEncrypted };
  for (const tag of ['Encrypt', 'MsgSignature', 'TimeStamp', 'Nonce']) {
    if (typeof tags[tag] !== 'string' || tags[tag] === '') return refuse(`${tag} is missing`);
  }
  const { Encrypt, MsgSignature, TimeStamp, Nonce } = tags as Record<string, string>;
  const parts = { timestamp: `${TimeStamp}`, nonce: `${Nonce}`, encrypt: `${Encrypt}` };
  if (!checkSignature({ token: account.token, signature: `${MsgSignature}`, ...parts })) {
    return refuse('MsgSignature is not that of TimeStamp, Nonce and Encrypt with the token');
  }
  if (!/^\d{10}$/.test(`${TimeStamp}`) || Math.abs(Number(TimeStamp) * 1000 - now) > 86_400_000) {
    return refuse('TimeStamp is not the time in Unix seconds');
  }
  try {
    cipher.decrypt(`${Encrypt}`);
  } catch (error) {
    return refuse(`Encrypt: ${(error as Error).message}`);
  }
  return { isEncrypted };
}

function describeStatus(status: number, location: string | undefined): string {
  if (status >= 300 && status < 400) {
    const where = location ? ` to ${location.split('?')[0]}` : '';
    return `the status is ${status}, a redirect${where}; the platform follows none`;
  }
  if (status === 401 || status === 403) {
    return `the status is ${status}: is the token (and in safe mode the key and the appid) the same on both sides?`;
  }
  if (status === 404) return 'the status is 404: is the path of the target right?';
  return `the status is ${status}, not 200`;
}
