import { describe, expect, it } from '@jest/globals';
import {
  checkSignature,
  InvalidArgumentError,
  jsapiSignature,
  NeedParamError,
  sign,
} from '@wechat-mp/core';

const vectors: [string, string, string, string, string, string | undefined][] = [
  [
    'S1',
    'test_token',
    '1434295379',
    'ueivlkyhvdng46da0qxr52qzcjabjmo7',
    '41f929117dd6231a953f632cfb3be174b8e3ef08',
    undefined,
  ],
  [
    'S2',
    'AAAAA',
    '1714036504',
    '1514711492',
    'f464b24fc39322e44b38aa78f5edd27bd1441696',
    undefined,
  ],
  ['S3', 'AAAAA', '1714037059', '486452656', '899cf89e464efb63f54ddac96b0a0a235f53aa78', undefined],
  [
    'S4',
    'RMNlACHlV5ThzfRlVS4D4',
    'timestamp',
    'nonce',
    '8edac0945683c119ee71c9f6256d76c48aa08a96',
    'encrypt',
  ],
  ['S5', 'a', 'b', 'c', 'a9993e364706816aba3e25717850c26c9cd0d89d', undefined],
  ['S6', 'AAAAA', '1714112445', '415670741', '6c5c811b55cc85e0e1b54100749188c20beb3f5d', undefined],
  [
    'S7',
    'AAAAA',
    '1715943329',
    '1590219412',
    'cc0c594499c1634947d5b502f158ee518947db27',
    undefined,
  ],
];

describe('the signature of a delivery', () => {
  it.each(vectors)('%s is made and checked', (_, token, timestamp, nonce, signature, encrypt) => {
    expect(sign({ token, timestamp, nonce, encrypt })).toBe(signature);
    const parts = { timestamp, nonce, encrypt, signature };
    expect(checkSignature({ ...parts, token })).toBe(true);
    expect(checkSignature({ ...parts, token: ['other', token] })).toBe(true);
    expect(checkSignature({ ...parts, token: [token, 'other'] })).toBe(true);
    expect(checkSignature({ ...parts, token: ['other', 'another'] })).toBe(false);
  });

  it('sorts by bytes, not by the rules of a language', () => {
    const mixed = { timestamp: 'a', nonce: 'B' };
    expect(sign({ token: 'Z', ...mixed })).toBe(sign({ token: 'B', timestamp: 'Z', nonce: 'a' }));
    // sha1 of "BZa"
    expect(sign({ token: 'Z', ...mixed })).toBe('45ff1725d7503be526100c761f66e1fba6ca2352');
  });

  const [, token, timestamp, nonce, signature] = vectors[1] as [
    string,
    string,
    string,
    string,
    string,
    undefined,
  ];
  const right = { token, timestamp, nonce, signature };
  it.each([
    ['another timestamp', { timestamp: '1714036505' }],
    ['another nonce', { nonce: '1514711493' }],
    ['another token', { token: 'AAAA' }],
    ['a part more', { encrypt: 'a' }],
    ['an empty part more', { encrypt: '' }],
    ['upper case', { signature: signature.toUpperCase() }],
    ['a character less', { signature: signature.slice(1) }],
    ['a blank more', { signature: `${signature} ` }],
    ['no digits', { signature: '' }],
    ['no signature', { signature: undefined }],
    ['a list of signatures', { signature: [signature] }],
    ['no timestamp', { timestamp: undefined }],
    ['an empty timestamp', { timestamp: '' }],
    ['a timestamp that is a number', { timestamp: 1714036504 }],
    ['no nonce', { nonce: undefined }],
    ['an empty nonce', { nonce: '' }],
    ['a list of nonces', { nonce: [nonce] }],
  ])('is not right with %s', (_, change) => {
    expect(checkSignature({ ...right, ...change } as typeof right)).toBe(false);
  });

  it.each([
    ['a list with an empty one', ['AAAAA', '']],
    ['a list with undefined', ['AAAAA', undefined]],
  ])('that anyone can make never passes because the token is %s', (_, missing) => {
    const forged = sign({ token: '', timestamp, nonce });
    const parts = { timestamp, nonce, signature: forged, token: missing as string[] };
    expect(checkSignature(parts)).toBe(false);
    expect(checkSignature({ ...parts, signature })).toBe(true);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['empty', ''],
    ['an empty list', []],
    ['a list of nothing', [undefined, '']],
  ])('cannot be checked without a token: %s', (_, missing) => {
    for (const given of [signature, sign({ token: '', timestamp, nonce }), undefined]) {
      const parts = { timestamp, nonce, signature: given as string, token: missing as string };
      expect(() => checkSignature(parts)).toThrow(NeedParamError);
      expect(() => checkSignature(parts)).toThrow('missing option `token`');
    }
  });
});

describe('the signature of a web page (JS-SDK)', () => {
  const parts = {
    ticket:
      'sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg',
    noncestr: 'Wm3WZYTPz0wzccnW',
    timestamp: 1414587457,
    url: 'http://mp.weixin.qq.com?params=value',
  };
  const signature = '0f9de62fce790f9a083d5c99e95740ceb90c27ed';

  it('is the one of the documentation’s example', () => {
    expect(jsapiSignature(parts)).toBe(signature);
    expect(jsapiSignature({ ...parts, timestamp: '1414587457' })).toBe(signature);
  });

  it.each(['#', '#top', '#/a/b?c=d', '#a#b'])('leaves %s out', (hash) => {
    expect(jsapiSignature({ ...parts, url: parts.url + hash })).toBe(signature);
  });

  it.each(['ticket', 'noncestr', 'timestamp', 'url'])('needs %s', (name) => {
    for (const value of [undefined, '']) {
      expect(() => jsapiSignature({ ...parts, [name]: value })).toThrow(NeedParamError);
      expect(() => jsapiSignature({ ...parts, [name]: value })).toThrow(name);
    }
  });

  it.each([
    ['url', ['http://a.example/', 'http://b.example/']],
    ['url', new URL('http://a.example/')],
    ['ticket', ['t']],
    ['noncestr', 7],
  ])('refuses a %s that is not a text, as of `?url=a&url=b`: %j', (name, value) => {
    const sign = () => jsapiSignature({ ...parts, [name]: value });
    expect(sign).toThrow(InvalidArgumentError);
    expect(sign).toThrow(`${name} must be a string`);
  });

  it('takes & as it is and refuses &amp;', () => {
    const url = 'http://a.example/?a=1&b=2';
    expect(jsapiSignature({ ...parts, url })).toMatch(/^[0-9a-f]{40}$/);
    expect(() => jsapiSignature({ ...parts, url: url.replace('&', '&amp;') })).toThrow(
      InvalidArgumentError,
    );
    expect(() => jsapiSignature({ ...parts, url: url.replace('&', '&amp;') })).toThrow(/&amp;/);
  });
});
