import { createCipheriv, createDecipheriv } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { CipherError, InvalidArgumentError, MessageCipher, NeedParamError } from '@wechat-mp/core';
import { catchError, SAFE } from './support.ts';

const A43 = 'A'.repeat(43);
const vectors = [
  {
    id: 'E1',
    options: { token: 'AAAAA', encodingAESKey: A43, appid: 'wxba5fad812f8e6fb9' },
    timestamp: '1714112445',
    nonce: '415670741',
    signature: '046e02f8204d34f8ba5fa3b1db94908f3df2e9b3',
    random: 'a8eedb185eb2fecf',
    encrypt:
      '+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=',
    text: '{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}',
  },
  {
    id: 'E2',
    options: { token: 'AAAAA', encodingAESKey: A43, appid: 'wxba5fad812f8e6fb9' },
    timestamp: '1713424427',
    nonce: '415670741',
    signature: '1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1',
    random: '707722b803182950',
    encrypt:
      'ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==',
    text: '{"demo_resp":"good luck"}',
  },
  {
    id: 'E3',
    options: { token: 'AAAAA', encodingAESKey: A43, appid: 'wx134c8103faa5a59e' },
    timestamp: '1715943329',
    nonce: '1590219412',
    signature: '6c12a4205838198b8fa631b3220723bb07f1015c',
    random: '1205899eaf019bbd',
    encrypt:
      'D7yzvUNAL930rd28wf21s4hvXhz0L6Uit/p2Di6C5DHyYGpEgdBRnKjBec34JwoQXicwaZC7fOVihW80F4VtsdvE//1vr7oAbqjDv8KenVp+ajKYpJnyQ4zMRhIC+a31fCVOMC03FfzV/QuC94kBP55a+Za3sJgvAn+ZbsNqZI5DkyuzkhQN8OBqCzFhizGmy0xpM0MEA4agpvE+RuNO1rhHTtuJB5yltw1FiYzecSXJ+y/D2r81VkRn2eYjh2ltsoyfbDR7Is6ookXIFxTfyeNyeHxMeT4KN5WpCDmSbTcUYrbBUlkGLJ9n/rU8YOywma6G7aTb7KZKOqCxgfoUlYEZPk4FUL/TK7ShriFDMVCLyjQJ15Ob++agDWtcxhfUfe6HIoIpRW8mKNBQiY/Jd1svvuskA1wLef1RTtzKfMpagSCX/laZINmdnX4zrF6kIaR9P4xQrWXbsTFHTYe0Mg==',
    text: '<xml><ToUserName><![CDATA[gh_97417a04a28d]]></ToUserName>\n<FromUserName><![CDATA[o9AgO5Kd5ggOC-bXrbNODIiE3bGY]]></FromUserName>\n<CreateTime>1715943329</CreateTime>\n<MsgType><![CDATA[event]]></MsgType>\n<Event><![CDATA[debug_demo]]></Event>\n<debug_str><![CDATA[hello world]]></debug_str>\n</xml>',
  },
  {
    id: 'E8',
    options: {
      token: 'QDG6eK',
      encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
      appid: 'wx5823bf96d3bd56c7',
    },
    timestamp: '1409659813',
    nonce: '1372623149',
    signature: '477715d11cdb4164915debcba66cb864d751f3e6',
    random: '0960688932c47ef1',
    encrypt:
      'RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==',
    text: undefined,
  },
];

describe('the documentation’s examples', () => {
  it.each(vectors)('$id is decrypted, signed, and encrypted again byte for byte', (vector) => {
    const { options, timestamp, nonce, signature, random, encrypt } = vector;
    const cipher = new MessageCipher(options);
    const text = cipher.decrypt(encrypt);
    expect(text).toBe(vector.text ?? text);
    expect(cipher.encrypt(text, Buffer.from(random))).toBe(encrypt);
    expect(cipher.sign(timestamp, nonce, encrypt)).toBe(signature);
    expect(cipher.sign(Number(timestamp), nonce, encrypt)).toBe(signature);
  });

  it('E8 is the text "hello"', () => {
    const { options, encrypt } = vectors[3] as (typeof vectors)[number];
    const text = new MessageCipher(options).decrypt(encrypt);
    expect(Buffer.byteLength(text)).toBe(284);
    expect(text).toContain('<Content><![CDATA[hello]]></Content>');
    expect(text).toContain('<MsgId>4561255354251345929</MsgId>');
  });
});

const cipher = new MessageCipher(SAFE);

/** Encrypts bytes as they are, so that everything in them can be wrong. */
function encryptBytes(...parts: (string | Uint8Array)[]): string {
  const key = Buffer.from(`${SAFE.encodingAESKey}=`, 'base64');
  const aes = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  return Buffer.concat([aes.update(bytes), aes.final()]).toString('base64');
}

/** Decrypts one message by Node alone. */
function decryptAlone(sealed: string): string {
  const key = Buffer.from(`${SAFE.encodingAESKey}=`, 'base64');
  const aes = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const bytes = Buffer.concat([aes.update(sealed, 'base64'), aes.final()]);
  return bytes.toString('utf8', 20, 20 + bytes.readUInt32BE(16));
}
const RANDOM = '0123456789abcdef';
const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const padding = (count: number, value = count) => Buffer.alloc(count, value);
/** 16 + 4 + 10 + 18 bytes are 48, so 16 more make a multiple of 32. */
const TEXT = '0123456789';
const content = [RANDOM, uint32(10), TEXT, SAFE.appid];

describe('decrypt', () => {
  it.each(Array.from({ length: 32 }, (_, i) => i + 1))('takes a padding of %d bytes', (count) => {
    const size = 96 - count - 16 - 4 - 18;
    const text = 'x'.repeat(size);
    const sealed = encryptBytes(RANDOM, uint32(size), text, SAFE.appid, padding(count));
    expect(cipher.decrypt(sealed)).toBe(text);
    expect(cipher.encrypt(text, Buffer.from(RANDOM))).toBe(sealed);
  });

  it.each([
    ['of no bytes', ''],
    ['that is no base64', '<xml>'],
    ['of half a block', encryptBytes(RANDOM)],
    ['of one and a half blocks', encryptBytes(...content)],
    ['cut by a character', cipher.encrypt('hi').slice(0, -6)],
    ['of nothing but padding', encryptBytes(padding(32))],
    ['with a padding of 0', encryptBytes(...content, padding(16, 0))],
    ['with a padding of 33', encryptBytes(...content, padding(16, 33))],
    ['with a padding of 255', encryptBytes(...content, padding(16, 255))],
    ['too short for a length', encryptBytes(RANDOM, 'ab', padding(14))],
    [
      'whose length goes beyond its end',
      encryptBytes(RANDOM, uint32(29), TEXT, SAFE.appid, padding(16)),
    ],
    [
      'whose length is 4 GiB',
      encryptBytes(RANDOM, uint32(0xffffffff), TEXT, SAFE.appid, padding(16)),
    ],
    ['whose length is too small', encryptBytes(RANDOM, uint32(9), TEXT, SAFE.appid, padding(16))],
    [
      'whose length takes in the appid',
      encryptBytes(RANDOM, uint32(28), TEXT, SAFE.appid, padding(16)),
    ],
    [
      'for another appid',
      encryptBytes(RANDOM, uint32(10), TEXT, 'wx5823bf96d3bd56c8', padding(16)),
    ],
    [
      'for an appid that is longer',
      encryptBytes(RANDOM, uint32(9), TEXT.slice(1), `${SAFE.appid}7`, padding(16)),
    ],
    [
      'for an appid that is shorter',
      encryptBytes(RANDOM, uint32(11), `${TEXT}a`, SAFE.appid.slice(1), padding(16)),
    ],
    ['for no appid', encryptBytes(RANDOM, uint32(10), TEXT, padding(2))],
    ['made with another key', new MessageCipher({ ...SAFE, encodingAESKey: A43 }).encrypt('hi')],
  ])('refuses a ciphertext %s', async (_, encrypt) => {
    const error = await catchError(() => cipher.decrypt(encrypt));
    expect(error).toBeInstanceOf(CipherError);
    expect((error as CipherError).code).toBe('WECHAT_CIPHER');
    for (const secret of Object.values(SAFE)) expect(error.message).not.toContain(secret);
  });
});

describe('what is wrong with a ciphertext', () => {
  it.each([
    ['half a block', encryptBytes(RANDOM), /base64 of a multiple of 32 bytes/],
    ['nothing but padding', encryptBytes(padding(32)), /padding/],
    ['a padding of 0', encryptBytes(...content, padding(16, 0)), /padding/],
    ['a padding of 33', encryptBytes(...content, padding(16, 33)), /padding/],
    ['no room for a length', encryptBytes(RANDOM, padding(16)), /padding/],
    [
      'an end that was cut',
      encryptBytes(RANDOM, uint32(29), TEXT, SAFE.appid, padding(16)),
      /length/,
    ],
    [
      'another appid',
      encryptBytes(RANDOM, uint32(28), TEXT, SAFE.appid, padding(16)),
      /another appid/,
    ],
    ['neither text nor appid', encryptBytes(RANDOM, uint32(0), padding(12)), /another appid/],
  ])('is reported: %s', (_, encrypt, message) => {
    expect(() => cipher.decrypt(encrypt)).toThrow(message);
  });
});

describe('encrypt', () => {
  it.each(['', 'a', '你好😀', 'x'.repeat(100_000), '<xml>]]></xml>'])(
    'is undone by decrypt',
    (text) => {
      expect(cipher.decrypt(cipher.encrypt(text))).toBe(text);
    },
  );

  it('writes messages that can each be read alone, in any order, after damaged ones too', () => {
    const texts = Array.from({ length: 20 }, (_, at) => `${at}`.repeat(at * 7));
    const sealed = texts.map((text) => {
      expect(() => cipher.decrypt(Buffer.alloc(64, text.length).toString('base64'))).toThrow(
        CipherError,
      );
      return cipher.encrypt(text);
    });
    const opened = sealed.toReversed().map((one) => [cipher.decrypt(one), decryptAlone(one)]);
    expect(opened.toReversed()).toEqual(texts.map((text) => [text, text]));
  });

  it('never encrypts a text alike', () => {
    const encrypted = Array.from({ length: 1000 }, () => cipher.encrypt('hi'));
    expect(new Set(encrypted).size).toBe(1000);
    expect(new Set(encrypted.map((text) => cipher.decrypt(text)))).toEqual(new Set(['hi']));
  });

  it.each([0, 15, 17])('refuses %d random bytes', (count) => {
    expect(() => cipher.encrypt('hi', Buffer.alloc(count))).toThrow(InvalidArgumentError);
    expect(() => cipher.encrypt('hi', Buffer.alloc(count))).toThrow('random must have 16 bytes');
  });

  it('takes a key that was copied with blanks around it', () => {
    const copied = new MessageCipher({ ...SAFE, encodingAESKey: ` ${SAFE.encodingAESKey}\n` });
    expect(copied.encrypt('hi', Buffer.from(RANDOM))).toBe(
      cipher.encrypt('hi', Buffer.from(RANDOM)),
    );
  });

  it('never gives the same twice', () => {
    expect(cipher.encrypt('hi')).not.toBe(cipher.encrypt('hi'));
  });
});

describe('new MessageCipher', () => {
  it.each(['token', 'encodingAESKey', 'appid'])('needs %s', (name) => {
    for (const value of [undefined, '']) {
      const make = () => new MessageCipher({ ...SAFE, [name]: value });
      expect(make).toThrow(NeedParamError);
      expect(make).toThrow(name);
    }
  });

  it.each([
    ['too short', SAFE.encodingAESKey.slice(1)],
    ['too long', `${SAFE.encodingAESKey}A`],
    ['base64 with its =', `${SAFE.encodingAESKey}=`],
    ['with a character that is not base64', `${SAFE.encodingAESKey.slice(1)}!`],
    ['with a blank in it', SAFE.encodingAESKey.replace('A', ' ')],
  ])('refuses a key that is %s, without telling it', async (_, encodingAESKey) => {
    const error = await catchError(() => new MessageCipher({ ...SAFE, encodingAESKey }));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toMatch(/43/);
    expect(error.message).not.toContain(encodingAESKey);
  });

  it('shows no secret when it is printed', async () => {
    const { inspect } = await import('node:util');
    const shown = inspect(cipher, { showHidden: true, depth: 9 }) + JSON.stringify(cipher);
    for (const secret of [SAFE.token, SAFE.encodingAESKey]) expect(shown).not.toContain(secret);
  });
});
