/** The steps of an encrypted delivery, one by one. */
import { describe, expect, it } from '@jest/globals';
import {
  CipherError,
  createWebhook,
  MessageCipher,
  openEnvelope,
  parseMessage,
  renderReply,
  SignatureError,
  sealEnvelope,
} from '@wechat-mp/core';
import { safe, userMessage } from '../../../test/support/platform.ts';
import { parseXml } from '../src/xml.ts';
import { CHANGED, catchError, SAFE } from './support.ts';

const cipher = new MessageCipher(SAFE);
const text = (content: string) => userMessage('text', { Content: content });
/** The same delivery as XML and as JSON. */
function requests(content: string) {
  const delivery = safe(SAFE, text(content));
  const { Encrypt } = parseXml(delivery.body as string, 'xml');
  return [
    delivery,
    { ...delivery, body: JSON.stringify({ ToUserName: 'gh_1', Encrypt }) },
  ] as const;
}

describe('openEnvelope', () => {
  it.each(['hi', ']]>', '很 & <b>'])(
    'gives the message that the platform encrypted: %s',
    (content) => {
      for (const { query, body } of requests(content)) {
        const message = parseMessage(openEnvelope(cipher, query, body as string));
        expect(message).toMatchObject({ type: 'text', content });
        expect(openEnvelope(cipher, query, Buffer.from(body as string))).toBe(message.raw);
      }
    },
  );

  const [request] = requests('hi');
  const query = request.query;
  const body = request.body as string;
  it.each([
    ['msg_signature is missing', { ...query, msg_signature: undefined }, body],
    ['msg_signature is missing', { ...query, msg_signature: ['a', 'b'] }, body],
    ['nonce is missing', { ...query, nonce: '' }, body],
    ['msg_signature is wrong', { ...query, nonce: '1' }, body],
    ['msg_signature is wrong', { ...query, msg_signature: '0'.repeat(40) }, body],
    ['no Encrypt part', query, '<xml><Content>hi</Content></xml>'],
    ['no Encrypt part', query, ''],
  ])('refuses what was not signed: %s', async (message, given, sent) => {
    const error = await catchError(() => openEnvelope(cipher, given, sent));
    expect(error).toBeInstanceOf(SignatureError);
    expect(error.message).toContain(message);
  });

  it('refuses what was encrypted for another account', async () => {
    const other = new MessageCipher({ ...SAFE, appid: 'wx0000000000000000' });
    const error = await catchError(() => openEnvelope(other, query, body));
    expect(error).toBeInstanceOf(CipherError);
    const another = new MessageCipher(CHANGED);
    expect(await catchError(() => openEnvelope(another, query, body))).toBeInstanceOf(
      SignatureError,
    );
  });
});

describe('sealEnvelope', () => {
  it.each([
    ['XML', renderReply('你好', { target: 'o1', source: 'gh_1' })],
    ['JSON', '{"MsgType":"text","Content":"你好"}'],
  ])('seals %s so that the platform can open it', (_, content) => {
    const sealed = sealEnvelope(cipher, content, { nonce: 'n1', timestamp: 1_714_036_504 });
    const read = (name: string) =>
      new RegExp(`${name}(?:>|":)(?:<!\\[CDATA\\[|")?([^\\]<",}]+)`).exec(sealed)?.[1] ?? '';
    expect([read('Nonce'), read('TimeStamp')]).toEqual(['n1', '1714036504']);
    expect(read('MsgSignature')).toBe(cipher.sign('1714036504', 'n1', read('Encrypt')));
    expect(cipher.decrypt(read('Encrypt'))).toBe(content);
  });

  it('and openEnvelope undo each other, and date what they make now', () => {
    const sealed = sealEnvelope(cipher, '<xml><a>1</a></xml>');
    const [, signature] = /MsgSignature><!\[CDATA\[(\w+)/.exec(sealed) ?? [];
    const [, nonce] = /Nonce><!\[CDATA\[(\d+)/.exec(sealed) ?? [];
    const [, timestamp] = /TimeStamp>(\d{10})</.exec(sealed) ?? [];
    const query = { msg_signature: signature, nonce, timestamp };
    expect(openEnvelope(cipher, query, sealed)).toBe('<xml><a>1</a></xml>');
  });

  it('makes what a webhook answers', async () => {
    const [request] = requests('hi');
    const webhook = createWebhook(SAFE, { text: () => 'hello' });
    const answer = await webhook.handle(request);
    const [, encrypt = ''] = /Encrypt><!\[CDATA\[([^\]]+)/.exec(answer.body) ?? [];
    expect(cipher.decrypt(encrypt)).toContain('[hello]');
  });
});
