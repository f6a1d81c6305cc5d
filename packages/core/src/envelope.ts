import type { Account } from './account.ts';
import type { MessageCipher } from './cipher.ts';
import { CipherError, ParseError, SignatureError } from './errors.ts';
import type { WebhookRequest } from './exchange.ts';
import { text } from './message/field.ts';
import { formatOf, readFields } from './message/message.ts';
import { checkSignature, isSameSignature } from './signature.ts';
import type { Fields, Tree } from './tree.ts';
import { renderXml } from './xml.ts';

type Query = WebhookRequest['query'];

/** What the query of a delivery says, once it is verified. */
export interface SignedQuery {
  readonly timestamp: string;
  readonly nonce: string;
  /** Signs the encrypted body; undefined when the delivery is plain. */
  readonly msgSignature: string | undefined;
}

/** What was in the envelope, and what it takes to answer in the same way. */
export interface Opened {
  readonly fields: Fields;
  readonly raw: string;
  readonly format: 'xml' | 'json';
  readonly nonce: string;
  /** The cipher that opened it; undefined when the delivery is plain. */
  readonly cipher: MessageCipher | undefined;
}

/** Longer than anything that the platform sends. */
const MAX_PARAMETER = 1024;
const encryptField = text('Encrypt');

/** Checks all that can be checked before the body is read. */
export function verifyQuery(account: Account, query: Query): SignedQuery {
  const signature = optionalParameter(query, 'signature');
  const encryptType = optionalParameter(query, 'encrypt_type');
  const msgSignature = optionalParameter(query, 'msg_signature');
  const encrypted = encryptType === 'aes';

  if (encryptType !== undefined && encryptType !== 'aes' && encryptType !== 'raw') {
    throw new SignatureError('encrypt_type is neither aes nor raw');
  }
  if (encrypted && msgSignature === undefined) throw new SignatureError('msg_signature is missing');
  // Encrypted deliveries carry `signature` too, but `msg_signature` is what counts there.
  if (!encrypted && signature === undefined) throw new SignatureError('signature is missing');
  const timestamp = parameter(query, 'timestamp');
  const nonce = parameter(query, 'nonce');
  if (
    signature !== undefined &&
    !checkSignature({ token: account.tokens, signature, timestamp, nonce })
  ) {
    throw new SignatureError('signature is wrong: is the token the one in the console?');
  }
  const { maxAge } = account;
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (maxAge !== undefined && !(age <= maxAge)) {
    throw new SignatureError(`timestamp is more than ${maxAge} seconds away (maxAge)`);
  }
  return { timestamp, nonce, msgSignature: encrypted ? msgSignature : undefined };
}

/** Answers the platform's check of the address: the echostr, decrypted where it is encrypted. */
export function openEcho(account: Account, signed: SignedQuery, query: Query): string {
  const echostr = optionalParameter(query, 'echostr');
  if (echostr === undefined) throw new ParseError('a GET without echostr is no verification');
  if (signed.msgSignature === undefined) return echostr;
  return decrypt(account, signed, echostr).plain;
}

/** Takes the message out of a delivery's body, decrypting it where it is encrypted. */
export function openBody(account: Account, signed: SignedQuery, body: string): Opened {
  const { nonce } = signed;
  const format = formatOf(body);
  if (signed.msgSignature === undefined && account.mode === 'safe') {
    throw new SignatureError('the delivery is not encrypted, but the mode is safe');
  }
  const fields = readFields(body);
  const encrypt = encryptField.read(fields);
  if (signed.msgSignature === undefined) {
    if (account.mode === 'compatible' && encrypt !== '') {
      throw new SignatureError(
        'the body has an Encrypt part, but the query does not say encrypt_type=aes',
      );
    }
    return { fields, raw: body, format, nonce, cipher: undefined };
  }
  // In the compatible mode plain fields stand beside Encrypt: no signature covers them.
  if (encrypt === '') throw new SignatureError('the query says encrypted, but the body is not');
  const { plain, cipher } = decrypt(account, signed, encrypt);
  return { fields: readFields(plain), raw: plain, format: formatOf(plain), nonce, cipher };
}

/** Writes a reply in the format of the delivery, encrypted where that was. */
export function sealReply(tree: Tree, { format, nonce, cipher }: Opened): string {
  const write = (content: Tree) =>
    format === 'json' ? JSON.stringify(content) : renderXml({ xml: content });
  if (!cipher) return write(tree);
  const encrypt = cipher.encrypt(write(tree));
  const timestamp = Math.floor(Date.now() / 1000);
  return write({
    Encrypt: encrypt,
    MsgSignature: cipher.sign(timestamp, nonce, encrypt),
    TimeStamp: timestamp,
    Nonce: nonce,
  });
}

function decrypt(
  account: Account,
  { timestamp, nonce, msgSignature }: SignedQuery,
  encrypt: string,
): { plain: string; cipher: MessageCipher } {
  if (account.mode === 'plain') {
    throw new SignatureError(
      'the delivery is encrypted, but the mode is plain: give encodingAESKey and appid, or choose 明文模式 in the console',
    );
  }
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
