import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A value that was verified, and until when it is valid, in ms. */
export interface Opened<T> {
  readonly value: T;
  readonly until: number;
}

/** The format of states; the platform permits a-zA-Z0-9 and 128 bytes. */
const STATE = /^[\da-f]{64}$/;
/** Characters of half a signature, which is what fits. */
const HALF = 32;

/**
 * Signs what a browser keeps for the server: HMAC-SHA256 over purpose, account and text. The first
 * secret signs, all of them verify.
 */
export class Seal {
  readonly #secrets: readonly string[];
  readonly #appid: string;
  readonly #now: () => number;

  constructor(secrets: readonly string[], appid: string, now: () => number) {
    this.#secrets = secrets;
    this.#appid = appid;
    this.#now = now;
  }

  /**
   * Creates the text of a value that is valid for a number of seconds, in characters that a cookie
   * may have.
   */
  seal(purpose: string, value: unknown, seconds: number): string {
    const content = JSON.stringify([value, this.#now() + seconds * 1000]);
    const text = Buffer.from(content).toString('base64url');
    return `${text}.${this.#signatures(purpose, text)[0]}`;
  }

  /** Returns the value, or undefined when the text was not sealed for this purpose, or has expired. */
  open<T>(purpose: string, sealed: string | undefined): Opened<T> | undefined {
    const [text = '', signature = '', ...rest] = (sealed ?? '').split('.');
    if (rest.length > 0 || !isAmong(this.#signatures(purpose, text), signature)) return undefined;
    const [value, until] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [T, number];
    return until > this.#now() ? { value, until } : undefined;
  }

  /** Creates a state that nobody can guess: 32 random digits, and 32 of their signature. */
  createState(): string {
    const random = randomBytes(HALF / 2).toString('hex');
    return random + this.#halves(random)[0];
  }

  /** Whether a state was created here, for any browser. */
  isState(state: string | undefined): state is string {
    if (state === undefined || !STATE.test(state)) return false;
    return isAmong(this.#halves(state.slice(0, HALF)), state.slice(HALF));
  }

  #halves(random: string): string[] {
    return this.#signatures('state', random).map((signature) => signature.slice(0, HALF));
  }

  /** Returns one signature for each secret. */
  #signatures(purpose: string, text: string): string[] {
    const content = JSON.stringify([purpose, this.#appid, text]);
    return this.#secrets.map((secret) =>
      createHmac('sha256', secret).update(content).digest('hex'),
    );
  }
}

function isAmong(signatures: readonly string[], given: string): boolean {
  const bytes = Buffer.from(given);
  const isSame = (one: Buffer) => one.length === bytes.length && timingSafeEqual(one, bytes);
  return signatures.filter((one) => isSame(Buffer.from(one))).length > 0;
}
