import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createWebhook, sign, type WebhookOptions } from '@wechat-mp/core';
import {
  type Account,
  compatible,
  type Delivery,
  OPENID,
  plain,
  readAnswer,
  safe,
  signedQuery,
  userMessage,
  verification,
} from '../../../test/support/platform.ts';
import { CHANGED, recorder, SAFE } from './support.ts';

const PLAIN = { token: SAFE.token };
const BOTH = {
  token: [SAFE.token, CHANGED.token],
  appid: SAFE.appid,
  encodingAESKey: [SAFE.encodingAESKey, CHANGED.encodingAESKey],
};
const TEXT = userMessage('text', { Content: '你好 😀' });
const ECHO = { Content: '你好 😀!', ToUserName: OPENID };

async function send(options: WebhookOptions, delivery: Delivery) {
  const logger = recorder();
  const webhook = createWebhook({ logger, ...options }, { text: ({ content }) => `${content}!` });
  const { status, headers, body } = await webhook.handle(delivery);
  return { status, headers, body, contentType: headers['content-type'], log: logger };
}

describe('the verification of the address', () => {
  it.each<[string, WebhookOptions, Account]>([
    ['plain', PLAIN, PLAIN],
    ['compatible', { ...SAFE, mode: 'compatible' }, SAFE],
    ['safe', SAFE, SAFE],
    ['a token that is being changed', BOTH, CHANGED],
  ])('is answered with the plain echostr: %s', async (_, options, account) => {
    const answer = await send(options, verification(account));
    expect(answer).toMatchObject({ status: 200, body: '4375120948345356249' });
    expect(answer.contentType).toMatch(/^text\/plain/);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.log.lines).toEqual([]);
  });

  it('echoes whatever the echostr is, as text that no browser runs', async () => {
    const echostr = '<script>alert(1)</script>&amp; +%20';
    const answer = await send(PLAIN, verification(PLAIN, echostr));
    expect(answer).toMatchObject({ status: 200, body: echostr });
    expect(answer.contentType).toMatch(/^text\/plain/);
  });

  it.each<[string, Delivery, number]>([
    ['another token', verification(CHANGED), 401],
    ['no echostr', { method: 'GET', query: plain(PLAIN, TEXT).query }, 400],
    ['an empty echostr', verification(PLAIN, ''), 400],
    ['no query', { method: 'GET', query: {} }, 401],
  ])('is refused with %s', async (_, delivery, status) => {
    expect((await send(PLAIN, delivery)).status).toBe(status);
  });
});

describe('a delivery', () => {
  it.each<[string, WebhookOptions, Account, Delivery]>([
    ['plain', PLAIN, PLAIN, plain(PLAIN, TEXT)],
    ['plain, though there is a key', { ...SAFE, mode: 'plain' }, SAFE, plain(SAFE, TEXT)],
    ['plain in the compatible mode', { ...SAFE, mode: 'compatible' }, SAFE, plain(SAFE, TEXT)],
    ['compatible', { ...SAFE, mode: 'compatible' }, SAFE, compatible(SAFE, TEXT)],
    ['compatible in the safe mode', SAFE, SAFE, compatible(SAFE, TEXT)],
    ['encrypted in the compatible mode', { ...SAFE, mode: 'compatible' }, SAFE, safe(SAFE, TEXT)],
    ['safe', SAFE, SAFE, safe(SAFE, TEXT)],
    ['safe with the old token and key', BOTH, SAFE, safe(SAFE, TEXT)],
    ['safe with the new token and key', BOTH, CHANGED, safe(CHANGED, TEXT)],
  ])('is answered in its own way: %s', async (_, options, account, delivery) => {
    const answer = await send(options, delivery);
    expect(readAnswer(account, delivery, answer)).toMatchObject(ECHO);
    expect(answer.log.lines).toEqual([]);
  });

  it('may have the new token with the old key', async () => {
    const mixed = { ...SAFE, token: CHANGED.token };
    const delivery = safe(mixed, TEXT);
    expect(readAnswer(mixed, delivery, await send(BOTH, delivery))).toMatchObject(ECHO);
  });

  it('needs `signature` beside the `msg_signature` that covers the body', async () => {
    const delivery = safe(SAFE, TEXT);
    const { signature: _, ...query } = delivery.query;
    expect(await send(SAFE, { ...delivery, query })).toMatchObject({ status: 401 });
  });

  it('is answered with an unencrypted success when there is nothing to say', async () => {
    const webhook = createWebhook(SAFE, { text: () => null });
    const answer = await webhook.handle(safe(SAFE, TEXT));
    expect(answer).toMatchObject({ status: 200, body: 'success' });
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
  });

  it('gives a handler the decrypted message as raw', async () => {
    const webhook = createWebhook(SAFE, { text: ({ raw }) => raw });
    const delivery = safe(SAFE, TEXT);
    const { body, headers, status } = await webhook.handle(delivery);
    const contentType = headers['content-type'];
    expect(readAnswer(SAFE, delivery, { status, body, contentType })).toMatchObject({
      Content: expect.stringContaining('<Content><![CDATA[你好 😀]]></Content>'),
    });
  });
});

describe('an attempt to get round the encryption is refused', () => {
  const encrypted = safe(SAFE, TEXT);
  const both = compatible(SAFE, TEXT);
  const without = (name: string, { query, ...delivery }: Delivery = both): Delivery => ({
    ...delivery,
    query: Object.fromEntries(Object.entries(query).filter(([key]) => key !== name)),
  });
  const changed = (query: Record<string, string>, delivery: Delivery = both): Delivery => ({
    ...delivery,
    query: { ...delivery.query, ...query },
  });
  const mode = (name: 'plain' | 'compatible') => ({ ...SAFE, mode: name });
  const otherAppid = { ...SAFE, appid: 'wx0000000000000000' };

  it.each<[string, WebhookOptions, Delivery]>([
    ['plain text to the safe mode', SAFE, plain(SAFE, TEXT)],
    ['encrypt_type=raw in the safe mode', SAFE, changed({ encrypt_type: 'raw' }, encrypted)],
    ['no msg_signature', SAFE, without('msg_signature', encrypted)],
    ['no msg_signature beside plain fields', mode('compatible'), without('msg_signature')],
    [
      'neither msg_signature nor encrypt_type beside plain fields',
      mode('compatible'),
      without('msg_signature', without('encrypt_type')),
    ],
    ['encrypt_type=raw beside plain fields', mode('compatible'), changed({ encrypt_type: 'raw' })],
    ['an encrypt_type of one’s own', SAFE, changed({ encrypt_type: 'none' })],
    ['a wrong msg_signature', SAFE, changed({ msg_signature: 'a'.repeat(40) })],
    [
      '`signature` as msg_signature',
      SAFE,
      changed({ msg_signature: `${both.query['signature']}` }),
    ],
    ['a wrong signature', SAFE, changed({ signature: 'a'.repeat(40) })],
    ['another nonce', SAFE, changed({ nonce: '1' })],
    [
      'a plain body with a msg_signature',
      mode('compatible'),
      { ...both, body: `${plain(SAFE, TEXT).body}` },
    ],
    ['another body', SAFE, { ...encrypted, body: `${safe(SAFE, TEXT).body}` }],
    ['another appid', SAFE, safe(otherAppid, TEXT)],
    ['another key', SAFE, safe({ ...SAFE, encodingAESKey: CHANGED.encodingAESKey }, TEXT)],
    ['another token', SAFE, safe(CHANGED, TEXT)],
    ['encryption in the plain mode', mode('plain'), encrypted],
    ['encryption without a key', PLAIN, encrypted],
  ])('%s', async (_, options, delivery) => {
    const { status, body, headers, log } = await send(options, delivery);
    const refusal = { status: 401, body: 'Unauthorized' };
    expect({ status, body }).toEqual(refusal);
    // all 401s look alike from outside
    expect(headers).toEqual((await send(PLAIN, { method: 'GET', query: {} })).headers);
    expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
    expect(log.lines[0]?.details['code']).toMatch(/^WECHAT_(SIGNATURE|CIPHER)$/);
    for (const secret of [SAFE.token, SAFE.encodingAESKey]) {
      expect(log.text()).not.toContain(secret);
    }
  });

  it('and forged plain fields beside Encrypt are ignored', async () => {
    for (const options of [SAFE, mode('compatible')]) {
      const forged = {
        ...both,
        body: `${both.body}`.replace('你好 😀', 'forged').replace(OPENID, 'o_forged'),
      };
      expect(forged.body).toContain('forged');
      expect(readAnswer(SAFE, both, await send(options, forged))).toMatchObject(ECHO);
    }
  });
});

describe('maxAge', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: 1_714_036_504_000 });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const at = (offset: number): Delivery => {
    const { method, body } = plain(PLAIN, TEXT);
    const timestamp = String(Math.floor(Date.now() / 1000) + offset);
    return { method, body: `${body}`, query: signedQuery(PLAIN.token, timestamp) };
  };
  it.each([
    [0, 200],
    [-60, 200],
    [60, 200],
    [-61, 401],
    [61, 401],
    [-1e9, 401],
  ])('of 60 seconds: a delivery signed at %d is answered with %d', async (offset, status) => {
    expect((await send({ ...PLAIN, maxAge: 60 }, at(offset))).status).toBe(status);
    expect((await send(PLAIN, at(offset))).status).toBe(200);
  });

  it('refuses an old delivery whose timestamp and nonce have changed places', async () => {
    // The signature is the same: what is signed is sorted first.
    for (const nonce of ['ueivlkyhvdng46da0qxr52qzcjabjmo7', '0x7fffffff', '1e9', ' 1714036504']) {
      const { query, ...rest } = at(-70);
      const { timestamp } = query;
      const signature = sign({ token: PLAIN.token, timestamp: `${timestamp}`, nonce });
      const swapped = { signature, timestamp: nonce, nonce: `${timestamp}` };
      expect((await send({ ...PLAIN, maxAge: 60 }, { ...rest, query: swapped })).status).toBe(401);
    }
  });

  it('refuses a timestamp that is not a number, and an old verification', async () => {
    const delivery = { ...at(0), query: signedQuery(PLAIN.token, 'now') };
    expect((await send({ ...PLAIN, maxAge: 60 }, delivery)).status).toBe(401);
    const old: Delivery = { method: 'GET', query: { ...at(-70).query, echostr: '1' } };
    expect((await send({ ...PLAIN, maxAge: 60 }, old)).status).toBe(401);
  });
});
