/**
 * WeChat's side of the wire, for tests and the demo: it makes deliveries as the platform does, and
 * reads replies as strictly as the platform might. It shares no code with the library.
 */
import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, createHash, randomBytes, randomInt } from 'node:crypto';
import { XMLParser, XMLValidator } from 'fast-xml-parser';

export interface Account {
  token: string;
  appid?: string;
  encodingAESKey?: string;
}

/** A request of the platform: append `query` to the address and POST the body, or GET without one. */
export interface Delivery {
  method: 'GET' | 'POST';
  query: Record<string, string>;
  body?: string;
}

/** An answer, from any client. */
export interface Answer {
  status: number;
  contentType: string | undefined;
  body: string;
}

export type WireValue = string | number | WireFields | readonly WireFields[];
export interface WireFields {
  readonly [tag: string]: WireValue;
}

export const GH = 'gh_97417a04a28d';
export const OPENID = 'o9AgO5Kd5ggOC-bXrbNODIiE3bGY';
/** The AppID of a third-party platform. */
export const COMPONENT = 'wx6d80ca40ad4e00fc';

let lastId = 6038700799783131222n;

/** An id that no message had yet, as large as the platform's. */
export function newMessageId(): string {
  lastId += 1n;
  return String(lastId);
}

/** Fields of a user's message. */
export function userMessage(MsgType: string, fields: WireFields = {}): WireFields {
  return { ...envelope(MsgType), MsgId: newMessageId(), ...fields };
}

export function event(Event: string, fields: WireFields = {}): WireFields {
  return { ...envelope('event'), Event, ...fields };
}

function envelope(MsgType: string): WireFields {
  return { ToUserName: GH, FromUserName: OPENID, CreateTime: seconds(), MsgType };
}

/** Fields of a push to a third-party platform (第三方平台), which has neither sender nor MsgType. */
export function push(InfoType: string, fields: WireFields = {}): WireFields {
  return { AppId: COMPONENT, CreateTime: seconds(), InfoType, ...fields };
}

/** Writes fields as the platform does: text in CDATA, which nothing is escaped in, numbers bare. */
export function writeXml(fields: WireFields): string {
  const write = (tag: string, value: WireValue): string => {
    if (Array.isArray(value)) return value.map((item: WireFields) => write(tag, item)).join('');
    if (typeof value === 'number') return `<${tag}>${value}</${tag}>\n`;
    if (typeof value === 'object') return `<${tag}>${writeAll(value as WireFields)}</${tag}>\n`;
    if (tag === 'MsgId') return `<${tag}>${value}</${tag}>\n`;
    return `<${tag}><![CDATA[${value}]]></${tag}>\n`;
  };
  const writeAll = (all: WireFields) =>
    Object.entries(all)
      .map(([tag, value]) => write(tag, value))
      .join('');
  return `<xml>${writeAll(fields)}</xml>`;
}

/** A delivery in the plain mode (明文模式). */
export function plain({ token }: Account, body: string | WireFields): Delivery {
  const query = { ...signedQuery(token), openid: OPENID };
  return { method: 'POST', query, body: typeof body === 'string' ? body : writeXml(body) };
}

/** A delivery in the safe mode (安全模式). */
export function safe(account: Account, message: string | WireFields): Delivery {
  return encrypted(account, message, {});
}

/** A delivery in the compatible mode (兼容模式): every plain field, and Encrypt as the last one. */
export function compatible(account: Account, message: WireFields): Delivery {
  return encrypted(account, message, message);
}

/** A delivery to a third-party platform: always encrypted, and of no user. */
export function pushed(account: Account, message: string | WireFields): Delivery {
  const { query, body = '' } = safe(account, message);
  const { openid: _, ...signed } = query;
  const { Encrypt } = readXml(body) as { Encrypt: string };
  return {
    method: 'POST',
    query: signed,
    body: writeXml({ AppId: `${account.appid}`, Encrypt }),
  };
}

function encrypted(account: Account, message: string | WireFields, beside: WireFields): Delivery {
  const text = typeof message === 'string' ? message : writeXml(message);
  const Encrypt = encrypt(account, text);
  const query = signedQuery(account.token);
  return {
    method: 'POST',
    query: {
      ...query,
      openid: OPENID,
      encrypt_type: 'aes',
      msg_signature: sha1(account.token, query.timestamp, query.nonce, Encrypt),
    },
    body: writeXml({ ToUserName: GH, ...beside, Encrypt }),
  };
}

/** The request that checks the address when it is saved in the console. */
export function verification({ token }: Account, echostr = '4375120948345356249'): Delivery {
  return { method: 'GET', query: { ...signedQuery(token), echostr } };
}

export type Fields = { readonly [tag: string]: string | Fields | Fields[] };

/**
 * Reads the answer to a delivery: `success`, or a reply's fields. Throws where the platform would
 * tell the user that the service is not available, or drop something without a word.
 */
export function readAnswer(
  account: Account,
  delivery: Delivery,
  answer: Answer,
  openid = OPENID,
): 'success' | Fields {
  assert.equal(answer.status, 200);
  if (answer.body === 'success') return 'success';
  assert.match(answer.contentType ?? '', /^application\/xml; charset=utf-8$/);
  let reply = readXml(answer.body);
  if (delivery.query['encrypt_type'] === 'aes') {
    assert.deepEqual(Object.keys(reply), ['Encrypt', 'MsgSignature', 'TimeStamp', 'Nonce']);
    const { Encrypt, MsgSignature, TimeStamp, Nonce } = reply as Record<string, string>;
    assertSeconds(TimeStamp, delivery);
    assert.equal(MsgSignature, sha1(account.token, `${TimeStamp}`, `${Nonce}`, `${Encrypt}`));
    reply = readXml(decrypt(account, `${Encrypt}`));
  }
  assert.deepEqual(Object.keys(reply).slice(0, 4), [
    'ToUserName',
    'FromUserName',
    'CreateTime',
    'MsgType',
  ]);
  assert.equal(reply['ToUserName'], openid);
  assert.equal(reply['FromUserName'], GH);
  assertSeconds(reply['CreateTime'], delivery);
  return reply;
}

const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  isArray: (tag) => tag === 'item',
});

function readXml(text: string): Fields {
  assert.equal(XMLValidator.validate(text), true, `not well-formed: ${text}`);
  const { xml } = parser.parse(text) as { xml: Fields };
  return xml;
}

/** A reply is made before it is read, and for one of the last deliveries: no test takes an hour. */
function assertSeconds(value: unknown, { query }: Delivery): void {
  assert.match(String(value), /^\d{10}$/);
  const [first, now] = [Number(query['timestamp'] ?? 0) - 3600, seconds()];
  const isBetween = first <= Number(value) && Number(value) <= now;
  assert.ok(isBetween, `${String(value)} is not between ${first} and ${now}`);
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

export function signedQuery(
  token: string,
  timestamp = String(seconds()),
): { signature: string; timestamp: string; nonce: string } {
  const nonce = String(randomInt(1e9));
  return { signature: sha1(token, timestamp, nonce), timestamp, nonce };
}

export function sha1(...parts: string[]): string {
  return createHash('sha1').update(parts.sort().join('')).digest('hex');
}

export function encrypt({ encodingAESKey, appid }: Account, text: string): string {
  const key = Buffer.from(`${encodingAESKey}=`, 'base64');
  const message = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  const content = Buffer.concat([randomBytes(16), length, message, Buffer.from(`${appid}`)]);
  const pad = 32 - (content.length % 32);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([
    cipher.update(Buffer.concat([content, Buffer.alloc(pad, pad)])),
    cipher.final(),
  ]).toString('base64');
}

export function decrypt({ encodingAESKey, appid }: Account, text: string): string {
  const key = Buffer.from(`${encodingAESKey}=`, 'base64');
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const bytes = Buffer.concat([decipher.update(text, 'base64'), decipher.final()]);
  const end = bytes.length - (bytes.at(-1) as number);
  const length = bytes.readUInt32BE(16);
  assert.equal(bytes.toString('utf8', 20 + length, end), appid);
  return bytes.toString('utf8', 20, 20 + length);
}
