import { randomInt } from 'node:crypto';
import type { MessageCipher } from './cipher.ts';
import { CONSOLE } from './console.ts';
import { cutEncrypt } from './encrypted-body.ts';
import { SignatureError } from './errors.ts';
import type { WebhookRequest } from './exchange.ts';
import { decode, detectFormat } from './message/message.ts';
import { isSameSignature } from './signature.ts';
import { renderXml } from './xml.ts';

/**
 * Opens the body of an encrypted delivery, for code that performs the steps of a webhook itself.
 * Returns the message as text, for `parseMessage`.
 *
 * @example
 * const cipher = new MessageCipher({ token, encodingAESKey, appid });
 * const message = parseMessage(openEnvelope(cipher, request.query, body));
 * @throws {SignatureError} when the body is not encrypted, or `msg_signature` is missing or wrong
 * @throws {CipherError} when it was encrypted with another key or for another account
 */
export function openEnvelope(
  cipher: MessageCipher,
  query: WebhookRequest['query'],
  body: string | Uint8Array,
): string {
  const encrypt = cutEncrypt(decode(body));
  if (encrypt === undefined) throw new SignatureError('the body has no Encrypt part');
  const [signature, timestamp, nonce] = ['msg_signature', 'timestamp', 'nonce'].map((name) => {
    const value = query[name];
    if (typeof value === 'string' && value !== '') return value;
    throw new SignatureError(`${name} is missing in the query`);
  }) as [string, string, string];
  if (isSameSignature(cipher.sign(timestamp, nonce, encrypt), signature)) {
    return cipher.decrypt(encrypt);
  }
  throw new SignatureError(
    `msg_signature is wrong: does the token match the console? It is at ${CONSOLE.token}`,
  );
}

/** The values beside the ciphertext of a reply. */
export interface SealOptions {
  /** Default: a random one. */
  nonce?: string | undefined;
  /** Unix seconds. Default: now. */
  timestamp?: number | string | undefined;
}

/**
 * Encrypts and signs a reply, for code that performs the steps of a webhook itself. JSON is sealed
 * as JSON, anything else as XML. The word `success` is never sealed: send it unchanged.
 *
 * @example
 * response.send(sealEnvelope(cipher, renderReply('Hello', { target: message.source, source: message.target })));
 */
export function sealEnvelope(
  cipher: MessageCipher,
  content: string,
  {
    nonce = String(randomInt(2 ** 31)),
    timestamp = Math.floor(Date.now() / 1000),
  }: SealOptions = {},
): string {
  const encrypt = cipher.encrypt(content);
  const envelope = {
    Encrypt: encrypt,
    MsgSignature: cipher.sign(timestamp, nonce, encrypt),
    TimeStamp: timestamp,
    Nonce: nonce,
  };
  return detectFormat(content) === 'json' ? JSON.stringify(envelope) : renderXml({ xml: envelope });
}
