import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createWebhook, ParseError, parseMessage, type WebhookRequest } from '@wechat-mp/core';
import {
  event,
  plain,
  readAnswer,
  safe,
  userMessage,
  writeXml,
} from '../../../../test/support/platform.ts';
import { recorder, SAFE } from '../support.ts';

const TEXT = writeXml(userMessage('text', { Content: 'hi' }));
const DECLARATION = '<?xml version="1.0" encoding="utf-8"?>';
const BOM = '\ufeff';
const PLAIN = { token: SAFE.token };

async function echo(request: WebhookRequest, options: object = {}) {
  const logger = recorder();
  const webhook = createWebhook(
    { ...PLAIN, logger, ...options },
    { text: (message) => message.content },
  );
  const { status, headers, body } = await webhook.handle(request);
  const answer = { status, contentType: headers['content-type'], body };
  return { answer, status, log: logger.text() };
}

/** A body that arrives in the given pieces. */
function createStream(...chunks: Uint8Array[]): Readable {
  const rest = [...chunks];
  return new Readable({
    read() {
      this.push(rest.shift() ?? null);
    },
  });
}

describe('12. and 13. what stands before the root', () => {
  it.each([
    ['a byte order mark', `${BOM}${TEXT}`],
    ['line feeds and blanks', `\n\r\n \t${TEXT}\n`],
    ['a byte order mark, then blanks', `${BOM}\n${TEXT}`],
    ['an XML declaration', `${DECLARATION}\n${TEXT}`],
    ['blanks, then a declaration', `\n  ${DECLARATION}${TEXT}`],
    ['a byte order mark, then a declaration', `${BOM}${DECLARATION}${TEXT}`],
    ['a comment', `<!-- a -->${TEXT}<!-- b -->`],
    ['a declaration, then a comment', `${DECLARATION}<!-- a -->\n${TEXT}`],
    ['a comment inside the root', TEXT.replace('<xml>', '<xml><!-- <MsgType>x</MsgType> -->')],
    ['a processing instruction', `${DECLARATION}<?style none?>${TEXT}`],
  ])('%s is passed over', async (_, body) => {
    expect(parseMessage(body)).toMatchObject({ type: 'text', content: 'hi' });
    expect(parseMessage(Buffer.from(body))).toMatchObject({ type: 'text', content: 'hi' });
    const delivery = plain(PLAIN, body);
    const { answer } = await echo({ ...delivery, body: Buffer.from(body) });
    expect(readAnswer(PLAIN, delivery, answer)).toMatchObject({ Content: 'hi' });
  });

  it('and before JSON too', () => {
    const json = JSON.stringify(userMessage('text', { Content: 'hi' }));
    expect(parseMessage(`${BOM}\n ${json}\n`)).toMatchObject({ type: 'text', content: 'hi' });
  });

  it('a declaration of another encoding does not matter: the platform sends UTF-8', () => {
    const body = `<?xml version="1.0" encoding="gbk"?>${TEXT.replace('hi', '你好')}`;
    expect(parseMessage(Buffer.from(body))).toMatchObject({ content: '你好' });
  });
});

describe('14. malformed samples of the documentation', () => {
  it('the literal text ![CDATA[xxx]] and a line feed in article_id are kept', () => {
    const GuideScanEvent = { openid: 'HERE', action: 1 };
    const scan = writeXml(event('guide_qrcode_scan_event', { GuideScanEvent }));
    const literal = scan.replace('<![CDATA[HERE]]>', '![CDATA[xxx]]');
    expect(parseMessage(literal)).toHaveProperty('guideScanEvent.openid', '![CDATA[xxx]]');
    const whole = scan.replace('<![CDATA[HERE]]>', '![CDATA[xxx]]>');
    expect(parseMessage(whole)).toHaveProperty('guideScanEvent.openid', '![CDATA[xxx]]>');
    const PublishEventInfo = { publish_id: '1', publish_status: 0, article_id: 'a\nb' };
    const published = writeXml(event('PUBLISHJOBFINISH', { PublishEventInfo }));
    expect(parseMessage(published)).toHaveProperty('publishEventInfo.articleId', 'a\nb');
  });

  it.each([
    '<MsgType>text</MsgType>< AuthorizeAppId >a</ AuthorizeAppId >',
    '<MsgType>text</MsgType><Content>a</content>',
    '<MsgType>text</MsgType><Content>a',
  ])('%s is refused, not half understood', async (inside) => {
    const body = `<xml><ToUserName>a</ToUserName><FromUserName>b</FromUserName>${inside}</xml>`;
    expect(() => parseMessage(body)).toThrow(ParseError);
    expect((await echo(plain(PLAIN, body))).status).toBe(400);
  });
});

describe('15. DOCTYPE and entities of one’s own', () => {
  it.each([
    '<!DOCTYPE xml>',
    '<!DOCTYPE xml [<!ENTITY a "b">]>',
    '<!DOCTYPE xml SYSTEM "file:///etc/passwd">',
  ])('%s is refused', async (doctype) => {
    const body = `${doctype}${TEXT.replace('<![CDATA[hi]]>', '&a;')}`;
    expect(() => parseMessage(`${doctype}${TEXT}`)).toThrow(/DOCTYPE/);
    expect(() => parseMessage(body)).toThrow(ParseError);
    expect((await echo(plain(PLAIN, body))).status).toBe(400);
  });
});

describe('16. emoji', () => {
  const content = '你好😀👨‍👩‍👧';
  const delivery = plain(PLAIN, userMessage('text', { Content: content }));
  const bytes = Buffer.from(`${delivery.body}`);

  it('arrives whole when a stream splits it anywhere', async () => {
    const start = bytes.indexOf('你');
    for (let cut = start; cut < start + Buffer.byteLength(content); cut++) {
      const body = createStream(bytes.subarray(0, cut), bytes.subarray(cut));
      const { answer } = await echo({ ...delivery, body });
      expect(readAnswer(PLAIN, delivery, answer)).toMatchObject({ Content: content });
    }
  });

  it('arrives whole when every byte comes by itself', async () => {
    const body = createStream(...Array.from(bytes, (byte) => Uint8Array.of(byte)));
    const { answer } = await echo({ ...delivery, body });
    expect(readAnswer(PLAIN, delivery, answer)).toMatchObject({ Content: content });
  });

  it('is counted in bytes where a length is encrypted', async () => {
    const encrypted = safe(SAFE, userMessage('text', { Content: content }));
    const { answer } = await echo(encrypted, SAFE);
    expect(readAnswer(SAFE, encrypted, answer)).toMatchObject({ Content: content });
  });
});

describe('17. a body that was read already', () => {
  const delivery = plain(PLAIN, TEXT);
  const buffer = Buffer.from(TEXT);
  const shared = Buffer.concat([Buffer.from('before'), buffer, Buffer.from('after')]);
  const view = new Uint8Array(shared.buffer, shared.byteOffset + 6, buffer.length);
  it.each([
    ['text', TEXT],
    ['a Buffer', buffer],
    ['a Uint8Array', Uint8Array.from(buffer)],
    ['a view into a larger buffer', view],
    ['an unread stream', createStream(buffer)],
  ])('is taken as %s', async (_, body) => {
    const { answer } = await echo({ ...delivery, body });
    expect(readAnswer(PLAIN, delivery, answer)).toMatchObject({ Content: 'hi' });
  });

  it.each([
    ['an object', { xml: { ToUserName: ['a'] } }],
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
  ])('is refused as %s, and the log says what to change', async (_, body) => {
    const { status, log } = await echo({ ...delivery, body: body as never });
    expect(status).toBe(400);
    expect(log).toMatch(/before the body parser|rawBody/);
  });

  it('is refused at once when nothing is left in the stream', async () => {
    const read = createStream(buffer);
    for await (const _chunk of read);
    expect((await echo({ ...delivery, body: read })).status).toBe(400);
    const destroyed = createStream(buffer);
    destroyed.destroy();
    expect((await echo({ ...delivery, body: destroyed })).status).toBe(400);
  });

  it('is refused when its stream breaks', async () => {
    const body = new Readable({
      read() {
        this.destroy(new Error('aborted'));
      },
    });
    expect((await echo({ ...delivery, body })).status).toBe(400);
  });

  it.each(['', ' \n', BOM])('is refused when it is empty: %j', async (body) => {
    expect((await echo({ ...delivery, body })).status).toBe(400);
  });
});

describe('18. the Content-Type', () => {
  it.each([
    'text/xml',
    'application/xml; charset=utf-8',
    'application/json',
    'application/x-www-form-urlencoded',
    'text/xml; charset=gbk',
    undefined,
  ])('%s does not matter', async (contentType) => {
    const delivery = plain(PLAIN, userMessage('text', { Content: '你好' }));
    const headers = contentType === undefined ? {} : { 'content-type': contentType };
    const body = Object.assign(createStream(Buffer.from(`${delivery.body}`)), { headers });
    const { answer } = await echo({ ...delivery, body });
    expect(readAnswer(PLAIN, delivery, answer)).toMatchObject({ Content: '你好' });
  });
});

describe('20. the query', () => {
  it('encrypt_type=raw means plain', async () => {
    const delivery = plain(PLAIN, TEXT);
    const query = { ...delivery.query, encrypt_type: 'raw' };
    const { answer } = await echo({ ...delivery, query });
    expect(readAnswer(PLAIN, delivery, answer)).toMatchObject({ Content: 'hi' });
  });

  it.each(['signature', 'timestamp', 'nonce'])('without %s is refused with 401', async (name) => {
    for (const value of [undefined, '', ['a'], ['a', 'b'], 'a'.repeat(5000)]) {
      const delivery = plain(PLAIN, TEXT);
      const { status } = await echo({ ...delivery, query: { ...delivery.query, [name]: value } });
      expect(status).toBe(401);
    }
  });
});

describe('21. what is not known', () => {
  it('reaches the default handler with its fields', async () => {
    const fields = event('Not_Yet_Invented', { Level: '3' });
    const webhook = createWebhook(PLAIN, {
      default: ({ type, fields: { Level } }) => `${type} ${Level as string}`,
    });
    const { body } = await webhook.handle(plain(PLAIN, fields));
    expect(body).toContain('event:unknown 3');
    const debug = parseMessage(writeXml(event('debug_demo', { debug_str: 'hello world' })));
    expect(debug).toMatchObject({ type: 'event:debug_demo', debugStr: 'hello world' });
  });
});

describe('22. menu buttons for pictures and places send two deliveries', () => {
  it('each of which is answered by itself, in either order', async () => {
    const webhook = createWebhook(PLAIN, {
      'event:pic_weixin': () => 'event',
      image: () => 'image',
    });
    const SendPicsInfo = { Count: 1, PicList: { item: [{ PicMd5Sum: 'a' }] } };
    const pair = [
      plain(PLAIN, event('pic_weixin', { EventKey: '6', SendPicsInfo })),
      plain(PLAIN, userMessage('image', { PicUrl: 'http://a.example/', MediaId: 'm' })),
    ];
    const readBodies = async (deliveries: typeof pair) =>
      (await Promise.all(deliveries.map((delivery) => webhook.handle(delivery)))).map(
        ({ body }) => /<Content><!\[CDATA\[(.*)\]\]>/.exec(body)?.[1],
      );
    expect(await readBodies(pair)).toEqual(['event', 'image']);
    expect(await readBodies(pair.reverse())).toEqual(['image', 'event']);
  });
});

it.each([undefined, null, 42, {}])('%j is not a message', (data) => {
  expect(() => parseMessage(data as never)).toThrow(ParseError);
});
