import type { Account } from './account.ts';
import type { MessageCipher } from './cipher.ts';
import { CONSOLE } from './console.ts';
import { cutEncrypt } from './encrypted-body.ts';
import { CipherError, ParseError, SignatureError } from './errors.ts';
import type { WebhookRequest } from './exchange.ts';
import { text } from './message/field.ts';
import { detectFormat, readFields } from './message/message.ts';
import { sealEnvelope } from './sealed-envelope.ts';
import { isSameSignature, isSigned } from './signature.ts';
import type { Fields, Tree } from './tree.ts';
import { renderXml } from './xml.ts';

type Query = WebhookRequest['query'];

/** The parameters of a delivery. */
export interface DeliveryQuery {
  readonly signature: string;
  readonly timestamp: string;
  readonly nonce: string;
  /** Signature of the encrypted body; undefined for a plain delivery. */
  readonly msgSignature: string | undefined;
  /** The text that URL verification expects in the answer. */
  readonly echostr: string | undefined;
}

/** The decrypted message, and what is needed to answer in the same way. */
export interface Opened {
  readonly fields: Fields;
  readonly raw: string;
  readonly format: 'xml' | 'json';
  readonly nonce: string;
  /** The cipher that decrypted it; undefined for a plain delivery. */
  readonly cipher: MessageCipher | undefined;
}

/** Maximum length of a parameter, longer than anything that the platform sends. */
const MAX_PARAMETER = 1024;
/** Unix seconds. The signature does not cover the boundary between timestamp and nonce. */
const TIMESTAMP = /^\d{1,20}$/;
const encryptField = text('Encrypt');

/** Reads a query that may come from the platform, for any account. */
export function readQuery(query: Query): DeliveryQuery {
  const encryptType = optionalParameter(query, 'encrypt_type');
  if (encryptType !== undefined && encryptType !== 'aes' && encryptType !== 'raw') {
    throw new SignatureError('encrypt_type is neither aes nor raw');
  }
  // Encrypted deliveries have both: `signature` is what can be checked without the body.
  const signature = parameter(query, 'signature');
  const msgSignature = optionalParameter(query, 'msg_signature');
  if (encryptType === 'aes' && msgSignature === undefined) {
    throw new SignatureError('msg_signature is missing');
  }
  const timestamp = parameter(query, 'timestamp');
  if (!TIMESTAMP.test(timestamp)) throw new SignatureError('timestamp is not a number');
  return {
    signature,
    timestamp,
    nonce: parameter(query, 'nonce'),
    msgSignature: encryptType === 'aes' ? msgSignature : undefined,
    echostr: optionalParameter(query, 'echostr'),
  };
}

/** Checks a delivery as far as possible before its body is read. */
export function verifyQuery(account: Account, query: DeliveryQuery, method: string): void {
  const { timestamp, msgSignature } = query;
  if (!isSigned(account.tokens, query)) {
    throw new SignatureError(
      `signature is wrong: does the token match the console? It is at ${CONSOLE.token}`,
    );
  }
  const { maxAge } = account;
  if (maxAge !== undefined && !(measureAge(account, timestamp) <= maxAge)) {
    throw new SignatureError(`timestamp is more than ${maxAge} seconds away (maxAge)`);
  }
  if (msgSignature !== undefined && account.mode === 'plain') {
    throw new SignatureError(
      `the delivery is encrypted, but the mode is plain: give encodingAESKey and appid, or choose 明文模式 in the console (${CONSOLE.server})`,
    );
  }
  // The check of the address is plain in every mode.
  if (msgSignature === undefined && account.mode === 'safe' && method !== 'GET') {
    throw new SignatureError('the delivery is not encrypted, but the mode is safe');
  }
}

/** Returns the seconds between a timestamp and now. */
function measureAge({ clock }: Account, timestamp: string): number {
  return Math.abs(clock.wallTime() / 1000 - Number(timestamp));
}

/** Answers the platform's URL verification: the echostr, decrypted if it is encrypted. */
export function openEcho(account: Account, query: DeliveryQuery): string {
  const { echostr } = query;
  if (echostr === undefined)
    throw new ParseError('a GET without echostr is not a URL verification');
  if (query.msgSignature === undefined) return echostr;
  return decrypt(account, query, echostr).plain;
}

/** Returns the message in a delivery's body, decrypted if it is encrypted. */
export function openBody(account: Account, query: DeliveryQuery, body: string): Opened {
  const { nonce } = query;
  if (query.msgSignature === undefined) {
    const fields = readFields(body);
    if (account.mode === 'compatible' && encryptField.read(fields) !== '') {
      throw new SignatureError(
        'the body has an Encrypt part, but the query lacks encrypt_type=aes',
      );
    }
    return { fields, raw: body, format: detectFormat(body), nonce, cipher: undefined };
  }
  // In the compatible mode plain fields stand beside Encrypt: no signature covers them.
  const encrypt = cutEncrypt(body);
  if (encrypt === undefined) {
    throw new SignatureError('the query says that the body is encrypted, but it is not');
  }
  const { plain, cipher } = decrypt(account, query, encrypt);
  return { fields: readFields(plain), raw: plain, format: detectFormat(plain), nonce, cipher };
}

/** Writes a reply in the format of the delivery, encrypted if the delivery was. */
export function sealReply(tree: Tree, { format, nonce, cipher }: Opened): string {
  const content = format === 'json' ? JSON.stringify(tree) : renderXml({ xml: tree });
  return cipher ? sealEnvelope(cipher, content, { nonce }) : content;
}

function decrypt(
  account: Account,
  { timestamp, nonce, msgSignature }: DeliveryQuery,
  encrypt: string,
): { plain: string; cipher: MessageCipher } {
  const signers = account.ciphers.filter((cipher) =>
    isSameSignature(cipher.sign(timestamp, nonce, encrypt), msgSignature),
  );
  if (signers.length === 0) throw new SignatureError('msg_signature is wrong');
  let failure: unknown;
  for (const cipher of signers) {
    try {
      return { plain: cipher.decrypt(encrypt), cipher };
    } catch (error) {
      if (!(error instanceof CipherError)) throw error;
      failure = error;
    }
  }
  throw failure;
}

function parameter(query: Query, name: string): string {
  const value = optionalParameter(query, name);
  if (value === undefined) throw new SignatureError(`${name} is missing`);
  return value;
}

function optionalParameter(query: Query, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new SignatureError(`${name} is given more than once`);
  if (value.length > MAX_PARAMETER) {
    throw new SignatureError(`${name} has more than ${MAX_PARAMETER} characters`);
  }
  return value;
}
