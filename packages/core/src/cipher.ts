import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import { CONSOLE } from './console.ts';
import { CipherError, InvalidArgumentError } from './errors.ts';
import { refuseMissing } from './option-checks.ts';
import { sign } from './signature.ts';
import { checkSpelling } from './spelling.ts';

const ALGORITHM = 'aes-256-cbc';
/** The platform pads to 32 bytes, twice the block size of AES, so Node's own padding is off. */
const BLOCK = 32;
const RANDOM = 16;
const LENGTH = 4;

/**
 * Encrypts and decrypts the messages of one account (安全模式, safe mode).
 *
 * @example
 * const cipher = new MessageCipher({ token, encodingAESKey, appid });
 * cipher.decrypt(encrypt); // the message's XML
 * @throws {NeedParamError} when one of the three is missing
 * @throws {InvalidArgumentError} when the key is not the 43 characters that the console shows
 * @see https://developers.weixin.qq.com/doc/service/guide/dev/push/encryption.html
 */
export class MessageCipher {
  readonly #token: string;
  readonly #key: Buffer;
  readonly #appid: Buffer;
  // For all messages, as a new one costs more than a message. Each goes on from the message before, but
  // only the first block is mixed with that: random bytes, which nobody reads.
  #encipher: ReturnType<typeof createEncipher> | undefined;
  #decipher: ReturnType<typeof createDecipher> | undefined;

  constructor(options: { token: string; encodingAESKey: string; appid: string }) {
    const names = ['token', 'encodingAESKey', 'appid'] as const;
    checkSpelling(options, names);
    for (const name of names) {
      if (!options[name]) refuseMissing(name, 'messages are encrypted with it');
    }
    this.#token = options.token;
    this.#key = decodeKey(options.encodingAESKey);
    this.#appid = Buffer.from(options.appid);
  }

  /**
   * Returns the text of the `Encrypt` tag of a delivery.
   *
   * @throws {CipherError} when it is damaged, made with another key or meant for another appid
   */
  decrypt(encrypt: string): string {
    const bytes = Buffer.from(encrypt, 'base64');
    if (bytes.length === 0 || bytes.length % BLOCK !== 0) {
      throw new CipherError(`the ciphertext is not base64 of a multiple of ${BLOCK} bytes`);
    }
    this.#decipher ??= createDecipher(this.#key);
    // Whole blocks without padding: nothing is left for the end.
    const padded = this.#decipher.update(bytes);

    const padding = padded.at(-1) as number;
    const end = padded.length - padding;
    const start = RANDOM + LENGTH;
    if (padding < 1 || padding > BLOCK || end < start) {
      throw new CipherError('the padding is wrong: is this the account’s encodingAESKey?');
    }
    const textEnd = start + padded.readUInt32BE(RANDOM);
    if (textEnd > end) {
      throw new CipherError('the length is wrong: is this the account’s encodingAESKey?');
    }
    if (!padded.subarray(textEnd, end).equals(this.#appid)) {
      throw new CipherError('the message was encrypted for another appid');
    }
    return padded.toString('utf8', start, textEnd);
  }

  /** Encrypts a text for the `Encrypt` tag of a reply. `random` (16 bytes) is for tests. */
  encrypt(text: string, random?: Uint8Array): string {
    if (random && random.length !== RANDOM) {
      throw new InvalidArgumentError(`random must have ${RANDOM} bytes`);
    }
    const start = RANDOM + LENGTH;
    const length = Buffer.byteLength(text);
    const size = start + length + this.#appid.length;
    const padding = BLOCK - (size % BLOCK);
    const plain = Buffer.allocUnsafe(size + padding);
    plain.set(random ?? takeRandom());
    plain.writeUInt32BE(length, RANDOM);
    plain.write(text, start);
    plain.set(this.#appid, start + length);
    plain.fill(padding, size);
    // Given bytes are for a given result.
    if (random) return createEncipher(this.#key).update(plain).toString('base64');
    this.#encipher ??= createEncipher(this.#key);
    return this.#encipher.update(plain).toString('base64');
  }

  /** Creates the `msg_signature` of a ciphertext. */
  sign(timestamp: string | number, nonce: string, encrypt: string): string {
    return sign({ token: this.#token, timestamp: String(timestamp), nonce, encrypt });
  }
}

function createEncipher(key: Buffer) {
  return createCipheriv(ALGORITHM, key, key.subarray(0, RANDOM)).setAutoPadding(false);
}

function createDecipher(key: Buffer) {
  return createDecipheriv(ALGORITHM, key, key.subarray(0, RANDOM)).setAutoPadding(false);
}

/** Random bytes for many messages: fetching those of each would cost more than its cipher. */
const pool = Buffer.alloc(256 * RANDOM);
let used = pool.length;

/** Returns unused random bytes. */
function takeRandom(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += RANDOM;
  return pool.subarray(used - RANDOM, used);
}

function decodeKey(encodingAESKey: string): Buffer {
  // The 43rd character often has spare bits set, so encoding the bytes again need not give the key.
  const key = encodingAESKey.trim();
  if (!/^[A-Za-z0-9+/]{43}$/.test(key)) {
    throw new InvalidArgumentError(
      `encodingAESKey must be the 43 letters and digits of the console’s 消息加解密密钥 (${CONSOLE.encodingAESKey}), but has ${key.length} characters`,
    );
  }
  return Buffer.from(key, 'base64');
}
