import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { compatible, event, safe, userMessage } from '../../../test/support/platform.ts';
import { cutEncrypt } from '../src/encrypted-body.ts';
import { SAFE } from './support.ts';

const BASE64 = 'q1+/ZZ0=';

describe('the Encrypt text', () => {
  it.each([
    ['in CDATA', `<Encrypt><![CDATA[${BASE64}]]></Encrypt>`],
    ['plain', `<Encrypt>${BASE64}</Encrypt>`],
    ['with blanks around its section', `<Encrypt>\n <![CDATA[${BASE64}]]>\t\r\n</Encrypt>`],
    ['with line feeds and blanks inside', '<Encrypt><![CDATA[ q1+/\r\n ZZ\t0=\n]]></Encrypt>'],
    ['plain, with line feeds inside', '<Encrypt>q1+/\nZZ0=\n</Encrypt>'],
    ['in lower case', `<encrypt>${BASE64}</encrypt>`],
    [
      'behind one in lower case',
      `<encrypt>x</encrypt><Encrypt><![CDATA[${BASE64}]]></Encrypt><AgentID>1</AgentID>`,
    ],
    ['in lower case, behind one that is not', `<Encrypt>x</Encrypt><encrypt>${BASE64}</encrypt>`],
    ['behind one without end', `<Encrypt>x<Encrypt>${BASE64}</Encrypt>`],
  ])('is cut out of XML %s', (_, element) => {
    expect(cutEncrypt(`<xml><ToUserName>gh_1</ToUserName>${element}</xml>`)).toBe(BASE64);
    expect(cutEncrypt(`\ufeff\n<?xml version="1.0"?><xml>${element}\n</xml>\n`)).toBe(BASE64);
  });

  it.each([
    ['as a member', `{"ToUserName":"gh_1","Encrypt":"${BASE64}"}`],
    ['as the first member', `{"Encrypt":"${BASE64}","ToUserName":"gh_1"}`],
    ['in lower case', `{"encrypt":"${BASE64}"}`],
    ['with blanks between', `\ufeff\n { "Encrypt" :\n "${BASE64}" } `],
    ['with blanks inside', '{"Encrypt":"q1+/\\n ZZ\\r\\n\\t0="}'],
    ['with escapes', '{"Encrypt":"q1\\u002b\\/ZZ0="}'],
    ['behind nested ones', `{"a":{"Encrypt":"x"},"b":[{"Encrypt":"x"}],"Encrypt":"${BASE64}"}`],
    ['before nested ones', `{"Encrypt":"${BASE64}","a":{"Encrypt":"x"},"b":["Encrypt","x"]}`],
    ['after one that is not a text', `{"Encrypt":1,"a":"x","Encrypt":"${BASE64}"}`],
    ['as the last of two', `{"Encrypt":"x","Encrypt":"${BASE64}"}`],
    ['behind a text that ends in a backslash', `{"Content":"\\\\","Encrypt":"${BASE64}"}`],
    ['behind a text that ends in a quote', `{"Content":"\\"","Encrypt":"${BASE64}"}`],
    ['beside values that look like it', `{"a":"Encrypt","b":"x","Encrypt":"${BASE64}","c":"x"}`],
  ])('is cut out of JSON %s', (_, body) => {
    expect(cutEncrypt(body)).toBe(BASE64);
  });

  it.each(['<![CDATA[q1', 'q1]]>', 'q1'])('is the whole of what is no section: %s', (text) => {
    expect(cutEncrypt(`<xml><Encrypt>${text}</Encrypt></xml>`)).toBe(text);
  });

  it.each([
    '',
    ' \n',
    '<xml></xml>',
    '<xml><Encrypt/></xml>',
    '<xml><Encrypt></Encrypt></xml>',
    '<xml><Encrypt> <![CDATA[\n]]> </Encrypt></xml>',
    '<xml><Encrypt>q1',
    '<Encrypt>q1',
    '<xml>q1</Encrypt></xml>',
    '<xml><ToUserName>gh_1</ToUserName></Encrypt></xml>',
    '</Encrypt><Encrypt>',
    '<xml><ENCRYPT>q1</ENCRYPT></xml>',
    '{}',
    '{"Encrypt":""}',
    '{"Encrypt":null}',
    '{"Encrypt":7}',
    '{"Encrypt":7,"a":"x"}',
    '{"Encrypt":["x"]}',
    '{"Encrypt":{"a":"x"}}',
    '{"Encrypt"',
    '{"Encrypt":',
    '{"Encrypt":"q1',
    '{"Encrypt":"q1\\',
    '{"Encrypt":"q1\\"}',
    '{"Encrypt":"\\q"}',
    '{"a":{"Encrypt":"x"}}',
    '{"a":["Encrypt","x"]}',
    '{"a":["Encrypt"],"b":"x"}',
    '{"a":{"Encrypt"}"x"}',
    '{"Content":"\\"Encrypt\\":\\"x\\""}',
    '["Encrypt","x"]',
    '"Encrypt"',
  ])('is not found in %j', (body) => {
    expect(cutEncrypt(body)).toBeUndefined();
  });
});

describe('what a user typed is never taken for it', () => {
  const typed = fc.oneof(
    fc.constantFrom(
      '<Encrypt>x</Encrypt>',
      ']]></Content><Encrypt><![CDATA[x]]></Encrypt>',
      '</Encrypt>',
      '<Encrypt>',
      '<encrypt>',
      '","Encrypt":"x","a":"',
      '\\","Encrypt":"x',
      '"Encrypt":"x"',
      'Encrypt',
      '\\',
    ),
    fc.string({ unit: 'binary' }),
  );
  const words = fc.array(typed, { maxLength: 4 }).map((parts) => parts.join(''));

  /** The text that the platform wrote: no other test support reads it so. */
  const written = (body = '') =>
    /<Encrypt><!\[CDATA\[([^\]]*)\]\]><\/Encrypt>\n<\/xml>$/.exec(body);

  test('in the compatible mode, where it stands unescaped before it', () => {
    fc.assert(
      fc.property(words, (Content) => {
        const placeholder = 'WORDS';
        const { body } = compatible(SAFE, userMessage('text', { Content: placeholder }));
        const pasted = `${body}`.replace(placeholder, () => Content);
        expect(cutEncrypt(pasted)).toBe(written(body)?.[1]);
      }),
    );
  });

  test('in JSON', () => {
    fc.assert(
      fc.property(words, (Content) => {
        const members = { ...userMessage('text', { Content }), Encrypt: BASE64 };
        expect(cutEncrypt(JSON.stringify(members))).toBe(BASE64);
        expect(cutEncrypt(JSON.stringify(members, null, 2))).toBe(BASE64);
        expect(cutEncrypt(JSON.stringify({ Encrypt: BASE64, Content }))).toBe(BASE64);
        expect(cutEncrypt(JSON.stringify({ Content }))).toBeUndefined();
      }),
    );
  });

  test('in the safe mode there is nothing beside it', () => {
    const { body } = safe(SAFE, event('CLICK', { EventKey: '<Encrypt>x</Encrypt>' }));
    expect(cutEncrypt(`${body}`)).toBe(written(body)?.[1]);
  });
});
