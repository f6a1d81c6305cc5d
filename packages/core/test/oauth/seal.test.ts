/** A sealed value is recognised, and nothing else is. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Seal } from '../../src/oauth/seal.ts';

const NOW = 1_714_037_059_000;
const createSeal = (secrets: readonly string[], { appid = 'wx1', now = NOW } = {}) =>
  new Seal(secrets, appid, () => now);
const seal = createSeal(['secret']);

describe('a sealed value', () => {
  it('is the value and its end, in base64url, and a signature of both', () => {
    const text = Buffer.from(`["x",${NOW + 60_000}]`).toString('base64url');
    const signature = createHmac('sha256', 'secret')
      .update(JSON.stringify(['user', 'wx1', text]))
      .digest('hex');
    expect(seal.seal('user', 'x', 60)).toBe(`${text}.${signature}`);
  });

  it('comes back as it was, with its end', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 1e6 }), (value, seconds) => {
        const sealed = seal.seal('user', value, seconds);
        expect(sealed).toMatch(/^[\w-]+\.[\da-f]{64}$/);
        const opened = { value, until: NOW + seconds * 1000 };
        expect(JSON.stringify(seal.open('user', sealed))).toBe(JSON.stringify(opened));
      }),
    );
  });

  it('holds for its seconds, and no longer', () => {
    const sealed = seal.seal('user', 1, 60);
    const openAt = (now: number) => createSeal(['secret'], { now }).open('user', sealed);
    expect(openAt(NOW + 59_999)).toEqual({ value: 1, until: NOW + 60_000 });
    expect(openAt(NOW + 60_000)).toBeUndefined();
    expect(openAt(NOW + 60_001)).toBeUndefined();
  });

  it('is nothing to another purpose, account or secret', () => {
    const sealed = seal.seal('user', 1, 60);
    expect(seal.open('pending', sealed)).toBeUndefined();
    expect(createSeal(['secret'], { appid: 'wx2' }).open('user', sealed)).toBeUndefined();
    expect(createSeal(['another']).open('user', sealed)).toBeUndefined();
    expect(createSeal([]).open('user', sealed)).toBeUndefined();
  });

  it('is signed with the first secret, and known by all of them', () => {
    const changing = createSeal(['new', 'old']);
    expect(changing.open('user', createSeal(['old']).seal('user', 1, 60))).toBeDefined();
    expect(changing.open('user', createSeal(['new']).seal('user', 1, 60))).toBeDefined();
    expect(createSeal(['new']).open('user', changing.seal('user', 1, 60))).toBeDefined();
    expect(createSeal(['old']).open('user', changing.seal('user', 1, 60))).toBeUndefined();
  });

  it('is invalid when a single character of it is changed', () => {
    const sealed = seal.seal('user', { openid: 'o1' }, 60);
    for (let at = 0; at < sealed.length; at++) {
      const other = sealed[at] === 'a' ? 'b' : 'a';
      const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
      expect(seal.open('user', changed)).toBeUndefined();
    }
  });

  const sealed = seal.seal('user', 1, 60);
  const [text = '', signature = ''] = sealed.split('.');
  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a dot', '.'],
    ['dots', '...'],
    ['a text without signature', text],
    ['a text with an empty signature', `${text}.`],
    ['a signature without text', `.${signature}`],
    ['a third part', `${sealed}.x`],
    ['an empty third part', `${sealed}.`],
    ['half of a signature', `${text}.${signature.slice(0, 32)}`],
    ['a signature in upper case', `${text}.${signature.toUpperCase()}`],
  ])('is not %s', (_, given) => {
    expect(seal.open('user', given)).toBeUndefined();
  });
});

describe('a state', () => {
  it('is 32 random digits and half of their signature', () => {
    const state = seal.createState();
    expect(state).toMatch(/^[\da-f]{64}$/);
    const signature = createHmac('sha256', 'secret')
      .update(JSON.stringify(['state', 'wx1', state.slice(0, 32)]))
      .digest('hex');
    expect(state.slice(32)).toBe(signature.slice(0, 32));
    expect(seal.createState().slice(0, 32)).not.toBe(state.slice(0, 32));
  });

  it('is known by each of the secrets, and signed with the first', () => {
    const changing = createSeal(['new', 'old']);
    expect(changing.isState(createSeal(['old']).createState())).toBe(true);
    expect(changing.isState(createSeal(['new']).createState())).toBe(true);
    expect(createSeal(['new']).isState(changing.createState())).toBe(true);
    expect(createSeal(['old']).isState(changing.createState())).toBe(false);
  });

  it('is invalid for another account or secret', () => {
    const state = seal.createState();
    expect(seal.isState(state)).toBe(true);
    expect(createSeal(['secret'], { appid: 'wx2' }).isState(state)).toBe(false);
    expect(createSeal(['another']).isState(state)).toBe(false);
    expect(createSeal([]).isState(state)).toBe(false);
  });

  const state = seal.createState();
  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['its random half', state.slice(0, 32)],
    ['one character less', state.slice(0, -1)],
    ['one character more', `${state}0`],
    ['one character before it', `0${state}`],
    ['a line feed behind it', `${state}\n`],
    ['upper case', state.toUpperCase()],
    ['another random half', `${'0'.repeat(32)}${state.slice(32)}`],
    ['another signature', `${state.slice(0, 32)}${'0'.repeat(32)}`],
  ])('is not %s', (_, given) => {
    expect(seal.isState(given)).toBe(false);
  });

  it.each([
    ['its whole signature', 32, 64],
    ['other characters', 30, 32],
  ])('is none with %s, though it was signed with the secret', (_, digits, length) => {
    const random = digits === 32 ? '0'.repeat(32) : `${'0'.repeat(30)}__`;
    const signature = createHmac('sha256', 'secret')
      .update(JSON.stringify(['state', 'wx1', random]))
      .digest('hex');
    expect(seal.isState(random + signature.slice(0, length))).toBe(false);
  });
});
