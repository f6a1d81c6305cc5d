import { randomInt } from 'node:crypto';

/** Characters in a row above which equal text is not chance. */
export const GRAM = 8;

/** The base of the hashes: odd, and nobody’s text can be made for it. */
const BASE = randomInt(2 ** 30) * 2 + 1;
/** The factor of the oldest character in a hash. */
const OLDEST = Array.from({ length: GRAM - 1 }).reduce<number>(
  (power) => Math.imul(power, BASE),
  1,
);

/**
 * Every 8 characters in a row of some texts. Building and searching it take time in proportion to
 * the texts, whatever is in them: a body may have a million characters.
 */
export class GramIndex {
  readonly #text: string;
  /** One more than the places of the rows in the text; 0 is free. */
  readonly #slots: Int32Array;
  readonly #shift: number;

  constructor(texts: readonly string[]) {
    this.#text = texts.join('');
    const bits = Math.ceil(Math.log2(2 * this.#text.length + 2));
    this.#slots = new Int32Array(2 ** bits);
    this.#shift = 32 - bits;
    let start = 0;
    for (const { length } of texts) {
      forEachHash(this.#text, start, start + length, (at, hash) => {
        this.#slots[this.#findSlot(this.#text, at, hash)] = at + 1;
      });
      start += length;
    }
  }

  /** Calls back with the place of each row of a text that is in the index. */
  forEachFound(text: string, tell: (at: number) => void): void {
    forEachHash(text, 0, text.length, (at, hash) => {
      if (this.#slots[this.#findSlot(text, at, hash)] !== 0) tell(at);
    });
  }

  /** Returns the slot of the row at a place of a text, or the free one where it would be. */
  #findSlot(text: string, at: number, hash: number): number {
    const last = this.#slots.length - 1;
    let slot = Math.imul(hash, 0x9e3779b1) >>> this.#shift;
    while (this.#slots[slot] !== 0) {
      if (isSame(this.#text, (this.#slots[slot] as number) - 1, text, at)) return slot;
      slot = (slot + 1) & last;
    }
    return slot;
  }
}

function isSame(one: string, start: number, other: string, at: number): boolean {
  for (let next = 0; next < GRAM; next += 1) {
    if (one.charCodeAt(start + next) !== other.charCodeAt(at + next)) return false;
  }
  return true;
}

/** Calls back with the place and the hash of each row; each hash is made of the one before. */
function forEachHash(
  text: string,
  start: number,
  end: number,
  tell: (at: number, hash: number) => void,
): void {
  let hash = 0;
  for (let next = start; next < end; next += 1) {
    const at = next - GRAM + 1;
    if (at > start) hash -= Math.imul(text.charCodeAt(at - 1), OLDEST);
    hash = (Math.imul(hash, BASE) + text.charCodeAt(next)) | 0;
    if (at >= start) tell(at, hash);
  }
}
