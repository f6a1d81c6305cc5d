import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { joinKey } from '../src/join-key.ts';

/** Texts in which separators, lengths and blanks are likely. */
const part = fc.oneof(
  fc.string({ unit: fc.constantFrom(':', ' ', '1', '2', 'a', '{', '}', '\0', '\ud800') }),
  fc.string({ unit: 'binary' }),
);

describe('joinKey', () => {
  it('gives no two lists of parts the same key', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), fc.array(part, { maxLength: 4 }), (a, b) => {
        expect(joinKey(...a) === joinKey(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 500 },
    );
  });

  it('gives the parts back, wherever the text is cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(), (text, at) => {
        const cut = at % (text.length + 1);
        const key = joinKey(text.slice(0, cut), text.slice(cut));
        expect(key).toBe(`${cut}:${text.slice(0, cut)}${text.length - cut}:${text.slice(cut)}`);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    [
      ['a', 'b c'],
      ['a b', 'c'],
    ],
    [
      ['gh_a', 'x:y'],
      ['gh_a:x', 'y'],
    ],
    [
      ['', 'a'],
      ['a', ''],
    ],
    [['1:a'], ['1', 'a']],
    [
      [12, '3'],
      [1, '23'],
    ],
  ])('keeps %j and %j apart', (one, other) => {
    expect(joinKey(...one)).not.toBe(joinKey(...other));
  });
});
