/** Messages in which the platform repeats parts of a request. */
import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { hideEchoes } from '../../src/official/echo.ts';
import { GRAM, GramIndex } from '../../src/official/gram-index.ts';

const TOKEN = '83_pUJqU7b3rGx0P6dYkRk1fVv9a8sXwz-Qe';
const SECRET = 'ca5e0123456789abcdef0123456789ab';
const query = { access_token: TOKEN, secret: SECRET, type: 'image' };
const body = { touser: 'o6_bmjrPTlm6_2sgVt7hMZOPfL2M', text: { content: '你好 "friend" & co' } };

describe('a message of the platform', () => {
  it.each([
    ['invalid media_id', 'invalid media_id'],
    ['invalid ip 203.0.113.7, not in whitelist', 'invalid ip 203.0.113.7, not in whitelist'],
    ['access_token expired', 'access_token expired'],
    [`invalid credential ${TOKEN}`, 'invalid credential [redacted]'],
    [`no ${TOKEN.slice(0, 12)}… here`, 'no [redacted]… here'],
    [`[${TOKEN.toUpperCase()}]`, '[[redacted]]'],
    [
      `bad /cgi-bin/menu/get?access_token=${TOKEN}`,
      'bad /cgi-bin/menu/get?access_token=[redacted]',
    ],
    [`invalid openid ${body.touser}`, 'invalid openid [redacted]'],
    ['content 你好 \\"friend\\" & co', 'content [redacted]'],
    ['content 你好 &quot;friend&quot; &amp; co', 'content [redacted]'],
    [`%7B%22access_token%22%3A%22${TOKEN}%22%7D`, '{"access_token":"[redacted]"}'],
  ])('%s is shown as %s', (said, shown) => {
    expect(hideEchoes(said, query, body)).toBe(shown);
  });

  const written: Record<string, (value: string) => string> = {
    'as it is': (value) => value,
    'in an address': encodeURIComponent,
    'in an address of an address': (value) => encodeURIComponent(encodeURIComponent(value)),
    'in a form': (value) => new URLSearchParams({ value }).toString().slice('value='.length),
    'in JSON': (value) => JSON.stringify(value).slice(1, -1),
    'in JSON, escaped': (value) =>
      value.replaceAll(/./gsu, (one) =>
        [...Array(one.length).keys()]
          .map((at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, '0')}`)
          .join(''),
      ),
    'in HTML': (value) =>
      value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&#34;'),
  };
  const around = fc.string({ maxLength: 40 }).filter((text) => !/[%\\&]/.test(text));
  const secret = fc.stringMatching(/^[\w!"&'()*,./:;<=>?@~-]{8,120}$/);

  it.each(Object.entries(written))('never holds a secret that was sent, %s', (_, write) => {
    fc.assert(
      fc.property(secret, around, around, fc.nat(), (value, before, after, cut) => {
        // The platform cuts what it repeats.
        const echo = write(value.slice(0, 8 + (cut % (value.length - 7))));
        const shown = hideEchoes(`${before} ${echo} ${after}`, { access_token: value }, body);
        for (let at = 0; at + 8 <= value.length; at += 1) {
          expect(shown).not.toContain(value.slice(at, at + 8));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never holds a text that was sent without its control characters', () => {
    const content = 'a\u001b[1m se\u0007cret w\u0007ord';
    expect(hideEchoes('bad: [1m secret word', { content })).toBe('bad: [redacted]');
    expect(hideEchoes('bad:se\u0007cret w', { content })).toBe('bad:[redacted]');
  });

  it('never holds a secret wherever in the request it was', () => {
    const names = ['access_token', 'secret', 'touser', 'openid', 'content', 'kf_password', 'code'];
    fc.assert(
      fc.property(fc.constantFrom(...names), secret, fc.nat(2), (name, value, depth) => {
        let part: unknown = { [name]: value };
        for (let level = 0; level < depth; level += 1) part = { list: [{ part }] };
        expect(hideEchoes(`said: ${value}`, {}, part)).not.toContain(value);
        expect(hideEchoes(`said: ${value}`, part)).not.toContain(value);
      }),
    );
  });
});

test('an index finds exactly the pieces that its texts have, and none across two of them', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '中'), maxLength: 60 });
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 5 }), letters, (texts, text) => {
      const found: number[] = [];
      new GramIndex(texts).forEachFound(text, (at) => found.push(at));
      const places = [...Array(Math.max(0, text.length - GRAM + 1)).keys()];
      const expected = places.filter((at) =>
        texts.some((one) => one.includes(text.slice(at, at + GRAM))),
      );
      expect(found).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});
