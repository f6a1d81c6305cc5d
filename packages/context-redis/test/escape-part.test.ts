import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { escapePart, escapeTag } from '../src/escape-part.ts';

const part = fc.oneof(
  fc.string({ unit: fc.constantFrom('{', '}', ':', '%', ' ', '0', '3', 'a', '\ud800', '\udc00') }),
  fc.string({ unit: 'binary' }),
);

describe('a part of a key', () => {
  it.each([
    ['', ''],
    ['wx5823bf96d3bd56c7', 'wx5823bf96d3bd56c7'],
    ['o9AgO5Kd5ggOC-bXrbN.ODIiE3_GY', 'o9AgO5Kd5ggOC-bXrbN.ODIiE3_GY'],
    ['a:b', 'a%003ab'],
    [' a\n', '%0020a%000a'],
    ['{}', '%007b%007d'],
    ['%007b', '%0025007b'],
    ['\0', '%0000'],
    ['商店', '%5546%5e97'],
    ['😀', '%d83d%de00'],
    ['\ud800', '%d800'],
  ])('%j is written as %s', (text, escaped) => {
    expect(escapePart(text)).toBe(escaped);
  });

  it('has no separator, blank or brace, and is that of one text alone', () => {
    fc.assert(
      fc.property(part, part, (one, other) => {
        expect(escapePart(one)).toMatch(/^[\w.%-]*$/);
        expect(escapePart(one) === escapePart(other)).toBe(one === other);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a name that is a hash tag', () => {
  it.each([
    ['', ''],
    // What is kept without a time to live must be found again after an update.
    ['wx6d80ca40ad4e00fc:wx5823bf96d3bd56c7', 'wx6d80ca40ad4e00fc:wx5823bf96d3bd56c7'],
    ['a b', 'a b'],
    ['商店', '商店'],
    ['{a}', '%007ba%007d'],
    ['%007b', '%0025007b'],
  ])('%j is written as %s', (name, escaped) => {
    expect(escapeTag(name)).toBe(escaped);
  });

  it('has no brace, and is that of one name alone', () => {
    fc.assert(
      fc.property(part, part, (one, other) => {
        expect(escapeTag(one)).toMatch(/^[^{}]*$/);
        expect(escapeTag(one) === escapeTag(other)).toBe(one === other);
      }),
      { numRuns: 500 },
    );
  });
});
