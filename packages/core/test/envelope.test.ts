/** Each check of a delivery by itself: what it lets through, what it refuses, and what it says. */
import { describe, expect, it } from '@jest/globals';
import * as platform from '../../../test/support/platform.ts';
import type { Account } from '../src/account.ts';
import { createAccountLookup } from '../src/account-lookup.ts';
import { systemClock } from '../src/clock.ts';
import { CONSOLE } from '../src/console.ts';
import {
  type DeliveryQuery,
  openBody,
  openEcho,
  readQuery,
  sealReply,
  verifyQuery,
} from '../src/envelope.ts';
import { CipherError, ParseError, SignatureError } from '../src/errors.ts';
import type { WebhookOptions } from '../src/options.ts';
import { CHANGED, recorder, SAFE } from './support.ts';

const NOW = 1_714_037_059;
const clock = { ...systemClock, wallTime: () => NOW * 1000 };

function createAccount(options: WebhookOptions): Account {
  return createAccountLookup({ clock, logger: recorder(), ...options }).only as Account;
}

const plain = createAccount({ token: SAFE.token });
const compatible = createAccount({ ...SAFE, mode: 'compatible' });
const safe = createAccount(SAFE);

/** The query of every delivery. */
const FOR_ALL = { signature: 's', timestamp: '1714037059', nonce: 'n' };
const FOR_SAFE = { ...FOR_ALL, encrypt_type: 'aes', msg_signature: 'm' };

describe('a query', () => {
  it.each<[string, object, object]>([
    ['plain', FOR_ALL, {}],
    ['plain, as it says', { ...FOR_ALL, encrypt_type: 'raw' }, {}],
    ['encrypted', FOR_SAFE, { msgSignature: 'm' }],
    ['a check of the address', { ...FOR_ALL, echostr: 'e' }, { echostr: 'e' }],
    ['an encrypted check', { ...FOR_SAFE, echostr: 'e' }, { msgSignature: 'm', echostr: 'e' }],
    ['with an empty echostr', { ...FOR_ALL, echostr: '' }, {}],
    ['with an empty encrypt_type', { ...FOR_ALL, encrypt_type: '' }, {}],
    ['with a msg_signature that it does not need', { ...FOR_ALL, msg_signature: 'm' }, {}],
    ['raw, with a msg_signature', { ...FOR_SAFE, encrypt_type: 'raw' }, {}],
    ['with parameters of its own', { ...FOR_ALL, openid: 'o', account: ['a', 'b'] }, {}],
  ])('is read: %s', (_, query, read) => {
    const none = { msgSignature: undefined, echostr: undefined };
    expect(readQuery(query as never)).toStrictEqual({ ...FOR_ALL, ...none, ...read });
  });

  it.each<[object, string]>([
    [{}, 'signature is missing'],
    [{ ...FOR_ALL, signature: undefined }, 'signature is missing'],
    [{ ...FOR_ALL, signature: '' }, 'signature is missing'],
    [{ ...FOR_ALL, timestamp: undefined }, 'timestamp is missing'],
    [{ ...FOR_ALL, nonce: '' }, 'nonce is missing'],
    [{ ...FOR_SAFE, signature: undefined }, 'signature is missing'],
    [{ ...FOR_SAFE, msg_signature: undefined }, 'msg_signature is missing'],
    [{ ...FOR_SAFE, msg_signature: '' }, 'msg_signature is missing'],
    [{ ...FOR_SAFE, encrypt_type: 'AES' }, 'encrypt_type is neither aes nor raw'],
    [{ ...FOR_ALL, encrypt_type: 'none' }, 'encrypt_type is neither aes nor raw'],
    ...['signature', 'timestamp', 'nonce', 'encrypt_type', 'msg_signature', 'echostr'].map(
      (name): [object, string] => [
        { ...FOR_SAFE, [name]: ['a', 'b'] },
        `${name} is given more than once`,
      ],
    ),
  ])('%j is refused: %s', (query, message) => {
    expect(() => readQuery(query as never)).toThrow(new SignatureError(message));
  });

  it.each(['1', '0', '9'.repeat(20)])('may have the timestamp %s', (timestamp) => {
    expect(readQuery({ ...FOR_ALL, timestamp })).toMatchObject({ timestamp });
  });

  it.each(['a', '-1', '1.5', '1e3', ' 1', '1 ', '1\n', '１', '9'.repeat(21), '17140370591a'])(
    'with the timestamp %j is refused',
    (timestamp) => {
      const error = new SignatureError('timestamp is not a number');
      expect(() => readQuery({ ...FOR_ALL, timestamp })).toThrow(error);
    },
  );

  it('may have 1024 characters in a parameter, and no more', () => {
    for (const name of ['signature', 'nonce', 'echostr', 'msg_signature']) {
      const query = { ...FOR_SAFE, [name]: 'a'.repeat(1024) };
      expect(Object.values(readQuery(query))).toContain('a'.repeat(1024));
      const error = new SignatureError(`${name} has more than 1024 characters`);
      expect(() => readQuery({ ...query, [name]: 'a'.repeat(1025) })).toThrow(error);
    }
  });
});

/** The query of a delivery that the platform signed at a time. */
function signed(
  token: string,
  { age = 0, ...more }: Partial<DeliveryQuery> & { age?: number } = {},
) {
  const query = platform.signedQuery(token, String(NOW - age));
  return { ...query, msgSignature: undefined, echostr: undefined, ...more };
}

describe('the signature of a query', () => {
  it('is that of the token', () => {
    const query = signed(SAFE.token);
    expect(() => verifyQuery(plain, query, 'POST')).not.toThrow();
    const error = new SignatureError(
      `signature is wrong: does the token match the console? It is at ${CONSOLE.token}`,
    );
    for (const wrong of [
      signed(CHANGED.token),
      { ...query, nonce: '1' },
      { ...query, timestamp: '1' },
      { ...query, signature: 'a'.repeat(40) },
      { ...query, signature: '' },
    ]) {
      expect(() => verifyQuery(plain, wrong, 'POST')).toThrow(error);
    }
  });

  it('may be that of each token, while one takes the place of the other', () => {
    const changing = createAccount({ token: [SAFE.token, CHANGED.token] });
    for (const { token } of [SAFE, CHANGED]) {
      expect(() => verifyQuery(changing, signed(token), 'POST')).not.toThrow();
    }
  });

  it('is of any time, unless there is a maxAge', () => {
    expect(() => verifyQuery(plain, signed(SAFE.token, { age: 1e9 }), 'POST')).not.toThrow();
  });

  it('is within maxAge, to both sides', () => {
    const account = createAccount({ token: SAFE.token, maxAge: 60 });
    const error = new SignatureError('timestamp is more than 60 seconds away (maxAge)');
    for (const age of [0, 1, 60, -60]) {
      expect(() => verifyQuery(account, signed(SAFE.token, { age }), 'POST')).not.toThrow();
    }
    for (const age of [61, -61, 1e9]) {
      expect(() => verifyQuery(account, signed(SAFE.token, { age }), 'POST')).toThrow(error);
    }
    const strange = { ...account, clock: { ...clock, wallTime: () => Number.NaN } };
    expect(() => verifyQuery(strange, signed(SAFE.token), 'POST')).toThrow(error);
  });
});

describe('the mode of an account', () => {
  const accounts = { plain, compatible, safe };
  const verify = (mode: keyof typeof accounts, method: string, isEncrypted: boolean) => () => {
    const query = signed(SAFE.token, { msgSignature: isEncrypted ? 'm' : undefined });
    verifyQuery(accounts[mode], query, method);
  };

  it.each([
    ['plain', 'POST', false],
    ['compatible', 'POST', false],
    ['compatible', 'POST', true],
    ['safe', 'POST', true],
    ['safe', 'GET', false],
    ['safe', 'GET', true],
  ] as const)('%s takes a %s, encrypted: %j', (mode, method, isEncrypted) => {
    expect(verify(mode, method, isEncrypted)).not.toThrow();
  });

  const keyless = `the delivery is encrypted, but the mode is plain: give encodingAESKey and appid, or choose 明文模式 in the console (${CONSOLE.server})`;
  it.each([
    ['plain', 'POST', true, keyless],
    ['plain', 'GET', true, keyless],
    ['safe', 'POST', false, 'the delivery is not encrypted, but the mode is safe'],
  ] as const)('%s takes no %s, encrypted: %j', (mode, method, isEncrypted, message) => {
    expect(verify(mode, method, isEncrypted)).toThrow(new SignatureError(message));
  });
});

/** A query whose `msg_signature` covers a ciphertext. */
function covering(encrypt: string, { token } = SAFE): DeliveryQuery {
  const query = signed(token);
  const msgSignature = platform.sha1(token, query.timestamp, query.nonce, encrypt);
  return { ...query, msgSignature };
}

describe('the check of the address', () => {
  it('is answered with its echostr', () => {
    expect(openEcho(plain, signed(SAFE.token, { echostr: 'echo' }))).toBe('echo');
    expect(openEcho(safe, signed(SAFE.token, { echostr: 'echo' }))).toBe('echo');
  });

  it('is answered with the echostr decrypted, where it is encrypted', () => {
    const echostr = platform.encrypt(SAFE, 'echo');
    expect(openEcho(safe, { ...covering(echostr), echostr })).toBe('echo');
    const wrong = { ...covering('another'), echostr };
    expect(() => openEcho(safe, wrong)).toThrow(new SignatureError('msg_signature is wrong'));
  });

  it('has an echostr', () => {
    const error = new ParseError('a GET without echostr is not a URL verification');
    expect(() => openEcho(plain, signed(SAFE.token))).toThrow(error);
    expect(() => openEcho(safe, covering('x'))).toThrow(error);
  });
});

const XML = '<xml><ToUserName>gh_1</ToUserName></xml>';
const JSON_TEXT = '{"ToUserName":"gh_1"}';
const enclose = (encrypt: string) => `<xml><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`;

describe('a body', () => {
  it.each([
    ['xml', XML],
    ['json', JSON_TEXT],
    ['json', `\n ${JSON_TEXT}`],
  ])('in plain %s is the message', (format, body) => {
    for (const account of [plain, compatible]) {
      const query = signed(SAFE.token);
      const opened = openBody(account, query, body);
      expect(opened).toMatchObject({ format, raw: body, nonce: query.nonce });
      expect(opened.fields).toMatchObject({ ToUserName: 'gh_1' });
      expect(opened.cipher).toBeUndefined();
    }
  });

  it.each([
    ['xml', XML, enclose],
    ['xml', XML, (encrypt: string) => JSON.stringify({ Encrypt: encrypt })],
    ['json', JSON_TEXT, enclose],
    ['json', JSON_TEXT, (encrypt: string) => JSON.stringify({ Encrypt: encrypt })],
  ])('has an encrypted message in %s', (format, raw, write) => {
    for (const account of [safe, compatible]) {
      const encrypt = platform.encrypt(SAFE, raw);
      const query = covering(encrypt);
      const opened = openBody(account, query, write(encrypt));
      expect(opened).toMatchObject({ format, raw, nonce: query.nonce });
      expect(opened.fields).toMatchObject({ ToUserName: 'gh_1' });
      expect(opened.cipher).toBe(account.ciphers[0]);
    }
  });

  it('is not what stands beside the Encrypt text', () => {
    const encrypt = platform.encrypt(SAFE, XML);
    const body = `<xml><ToUserName>forged</ToUserName><Encrypt>${encrypt}</Encrypt></xml>`;
    const { fields } = openBody(compatible, covering(encrypt), body);
    expect(fields).toMatchObject({ ToUserName: 'gh_1' });
  });

  it('that is encrypted is not taken without its msg_signature', () => {
    const body = enclose(platform.encrypt(SAFE, XML));
    const query = signed(SAFE.token);
    const error = new SignatureError(
      'the body has an Encrypt part, but the query lacks encrypt_type=aes',
    );
    expect(() => openBody(compatible, query, body)).toThrow(error);
    // In the plain mode it is a tag as any other.
    expect(openBody(plain, query, body).fields).toHaveProperty('Encrypt');
  });

  it('has an Encrypt text, when the query says so', () => {
    const error = new SignatureError('the query says that the body is encrypted, but it is not');
    for (const body of ['', XML, JSON_TEXT]) {
      expect(() => openBody(safe, covering(XML), body)).toThrow(error);
      expect(() => openBody(compatible, covering(XML), body)).toThrow(error);
    }
  });

  it('is covered by its msg_signature', () => {
    const encrypt = platform.encrypt(SAFE, XML);
    const error = new SignatureError('msg_signature is wrong');
    const other = platform.encrypt(SAFE, XML);
    expect(() => openBody(safe, covering(encrypt), enclose(other))).toThrow(error);
    expect(() => openBody(safe, covering(encrypt, CHANGED), enclose(encrypt))).toThrow(error);
    const query = { ...covering(encrypt), nonce: '1' };
    expect(() => openBody(safe, query, enclose(encrypt))).toThrow(error);
  });

  it('is opened with each token and each key, while they are changed', () => {
    const changing = createAccount({
      token: [SAFE.token, CHANGED.token],
      appid: SAFE.appid,
      encodingAESKey: [SAFE.encodingAESKey, CHANGED.encodingAESKey],
    });
    for (const { token } of [SAFE, CHANGED]) {
      for (const { encodingAESKey } of [SAFE, CHANGED]) {
        const account = { ...SAFE, token, encodingAESKey };
        const encrypt = platform.encrypt(account, XML);
        const { raw, cipher } = openBody(changing, covering(encrypt, account), enclose(encrypt));
        expect(raw).toBe(XML);
        expect(platform.decrypt(account, `${cipher?.encrypt('reply')}`)).toBe('reply');
        expect(cipher?.sign('1', '2', '3')).toBe(platform.sha1(token, '1', '2', '3'));
      }
    }
  });

  it('that no key opens is refused with what the cipher says', () => {
    const other = { ...SAFE, encodingAESKey: 'A'.repeat(43) };
    const encrypt = platform.encrypt(other, XML);
    expect(() => openBody(safe, covering(encrypt), enclose(encrypt))).toThrow(CipherError);
    const elsewhere = platform.encrypt({ ...SAFE, appid: 'wx2' }, XML);
    const error = new CipherError('the message was encrypted for another appid');
    expect(() => openBody(safe, covering(elsewhere), enclose(elsewhere))).toThrow(error);
  });

  it('is not tried with the next key when anything but the cipher fails', () => {
    const encrypt = platform.encrypt(SAFE, XML);
    const broken = { sign: safe.ciphers[0]?.sign.bind(safe.ciphers[0]), decrypt: fail };
    const account = { ...safe, ciphers: [broken as never, ...safe.ciphers] };
    expect(() => openBody(account, covering(encrypt), enclose(encrypt))).toThrow(RangeError);
  });
});

function fail(): never {
  throw new RangeError('out of memory');
}

describe('a reply', () => {
  const TREE = { ToUserName: 'o1', Content: 'a <b>', CreateTime: 1 };
  const opened = { fields: {}, raw: '', nonce: 'a nonce', cipher: undefined } as const;

  it('has the format of the delivery', () => {
    expect(sealReply(TREE, { ...opened, format: 'json' })).toBe(JSON.stringify(TREE));
    expect(sealReply(TREE, { ...opened, format: 'xml' })).toBe(
      '<xml><ToUserName><![CDATA[o1]]></ToUserName><Content><![CDATA[a <b>]]></Content><CreateTime>1</CreateTime></xml>',
    );
  });

  it('is encrypted and signed where the delivery was, with its nonce', () => {
    const { now } = Date;
    Date.now = () => 1_714_037_059_999;
    try {
      const [cipher] = safe.ciphers;
      const answer = sealReply(TREE, { ...opened, format: 'json', cipher });
      const { Encrypt, ...rest } = JSON.parse(answer) as { Encrypt: string };
      expect(JSON.parse(platform.decrypt(SAFE, Encrypt))).toEqual(TREE);
      const MsgSignature = platform.sha1(SAFE.token, '1714037059', 'a nonce', Encrypt);
      expect(rest).toEqual({ MsgSignature, TimeStamp: 1_714_037_059, Nonce: 'a nonce' });

      const xml = sealReply(TREE, { ...opened, format: 'xml', cipher });
      const tags = /^<xml><Encrypt><!\[CDATA\[(?<text>[\w+/=]+)\]\]><\/Encrypt><MsgSignature>/;
      const text = `${tags.exec(xml)?.groups?.['text']}`;
      expect(platform.decrypt(SAFE, text)).toContain('<Content><![CDATA[a <b>]]></Content>');
      expect(xml).toContain('<TimeStamp>1714037059</TimeStamp><Nonce><![CDATA[a nonce]]></Nonce>');
    } finally {
      Date.now = now;
    }
  });
});
