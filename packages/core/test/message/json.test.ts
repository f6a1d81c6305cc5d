import { describe, expect, it, jest } from '@jest/globals';
import { createWebhook, ParseError, parseMessage } from '@wechat-mp/core';
import { decrypt, plain, safe, sha1 } from '../../../../test/support/platform.ts';
import { recorder, SAFE } from '../support.ts';

const HEAD = '"ToUserName":"gh_1","FromUserName":"o1","CreateTime":1348831860';
const json = (rest: string) => `{${HEAD},${rest}}`;
const jsonEvent = (name: string, rest: string) =>
  json(`"MsgType":"event","Event":"${name}",${rest}`);

describe('a message pushed as JSON', () => {
  it('loses no digit of its ids', () => {
    const raw = json(
      '"MsgType":"text","MsgId":23637352235060880,"Content":"hi 😀","bizmsgmenuid":101',
    );
    const message = parseMessage(raw);
    expect(message).toMatchObject({ type: 'text', content: 'hi 😀', bizmsgmenuid: '101', raw });
    expect(parseMessage(json('"MsgType":"text","MsgId":6972028683187026694')).id).toBe(
      '6972028683187026694',
    );
    expect(message).toMatchObject({ id: '23637352235060880', time: 1348831860, target: 'gh_1' });
    expect(message.fields['CreateTime']).toBe('1348831860');
  });

  it.each([
    ['"id_1555684067"', 'id_1555684067'],
    ['1', '1'],
    ['null', ''],
  ])('takes the MsgId %s', (wire, id) => {
    expect(parseMessage(json(`"MsgType":"text","MsgId":${wire}`)).id).toBe(id);
  });

  it('reads CreateTime given as text', () => {
    const raw =
      '{"ToUserName":"gh_1","FromUserName":"o1","CreateTime":"1610969440","MsgType":"text"}';
    expect(parseMessage(raw).time).toBe(1610969440);
  });

  it('reads places, booleans and groups as from XML', () => {
    const place = '"MsgType":"location","Location_X":23.134521,"Location_Y":113.358803,"Scale":20';
    expect(parseMessage(json(place))).toMatchObject({
      location: [23.134521, 113.358803],
      scale: 20,
    });
    const gift = jsonEvent('giftcard_send_to_friend', '"IsChatRoom":true,"IsReturnBack":false');
    expect(parseMessage(gift)).toMatchObject({ isChatRoom: 'true', isReturnBack: 'false' });
    const info = '"SendPicsInfo":{"Count":1,"PicList":{"item":[{"PicMd5Sum":"a"}]}}';
    expect(parseMessage(jsonEvent('pic_weixin', `"EventKey":"6",${info}`))).toMatchObject({
      sendPicsInfo: { count: 1, picList: [{ picMd5Sum: 'a' }] },
    });
    expect(
      parseMessage(jsonEvent('pic_weixin', '"SendPicsInfo":{"Count":0,"PicList":[]}')),
    ).toMatchObject({
      sendPicsInfo: { count: 0, picList: [] },
    });
  });

  it('reads MsgId of TEMPLATESENDJOBFINISH as msgId', () => {
    const raw = jsonEvent(
      'TEMPLATESENDJOBFINISH',
      '"MsgId":1700827132819554304,"Status":"success"',
    );
    expect(parseMessage(raw)).toMatchObject({ msgId: '1700827132819554304', status: 'success' });
  });

  const entry = '{"TemplateId":"t","SubscribeStatusString":"accept","PopupScene":"0"}';
  const popup = { templateId: 't', subscribeStatusString: 'accept', popupScene: 0 };
  it.each([
    ['an object', entry, [popup]],
    ['an array of one', `[${entry}]`, [popup]],
    ['an array of two', `[${entry},${entry}]`, [popup, popup]],
    ['an empty array', '[]', []],
  ])('reads a List that is %s, without its wrapper or in it', (_, list, expected) => {
    const bare = jsonEvent('subscribe_msg_popup_event', `"List":${list}`);
    expect(parseMessage(bare)).toHaveProperty('subscribeMsgPopupEvent.list', expected);
    const wrapped = jsonEvent(
      'subscribe_msg_popup_event',
      `"SubscribeMsgPopupEvent":{"List":${list}}`,
    );
    expect(parseMessage(wrapped)).toHaveProperty('subscribeMsgPopupEvent.list', expected);
  });

  it('reads the List of the other two events', () => {
    const change = '"List":{"TemplateId":"t","SubscribeStatusString":"reject"}';
    expect(parseMessage(jsonEvent('subscribe_msg_change_event', change))).toHaveProperty(
      'subscribeMsgChangeEvent.list',
      [{ templateId: 't', subscribeStatusString: 'reject' }],
    );
    const sent =
      '"List":[{"TemplateId":"t","MsgID":1700827132819554304,"ErrorCode":"0","ErrorStatus":"success"}]';
    expect(parseMessage(jsonEvent('subscribe_msg_sent_event', sent))).toHaveProperty(
      'subscribeMsgSentEvent.list',
      [{ templateId: 't', msgId: '1700827132819554304', errorCode: 0, errorStatus: 'success' }],
    );
  });

  it.each([
    '{',
    '[]',
    '[{}]',
    '"text"',
    '7',
    'null',
    '{}',
    '{"action":"CheckContainerPath"}',
    json('"A":1'),
  ])('is refused with ParseError when it is %s', (raw) => {
    expect(() => parseMessage(raw)).toThrow(ParseError);
  });
});

describe('a delivery in JSON', () => {
  const raw = JSON.stringify({
    ToUserName: 'gh_1',
    FromUserName: 'o1',
    CreateTime: 1348831860,
    MsgType: 'text',
    Content: '你好',
  });
  const options = { ...SAFE, logger: recorder() };

  it('is answered in JSON, and success stays success', async () => {
    const webhook = createWebhook({ token: SAFE.token }, { text: () => 'hi' });
    const { status, headers, body } = await webhook.handle(plain(SAFE, raw));
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    const reply = { ToUserName: 'o1', FromUserName: 'gh_1', MsgType: 'text', Content: 'hi' };
    expect(JSON.parse(body)).toEqual({ ...reply, CreateTime: expect.any(Number) });
    const silent = await createWebhook({ token: SAFE.token }, {}).handle(plain(SAFE, raw));
    expect(silent).toMatchObject({ status: 200, body: 'success' });
  });

  it('is answered encrypted where it was encrypted', async () => {
    const delivery = safe(SAFE, raw);
    const [, Encrypt] = /<Encrypt><!\[CDATA\[(.*?)\]\]>/.exec(`${delivery.body}`) ?? [];
    const webhook = createWebhook(options, { text: ({ content }) => `${content}!` });
    jest.useFakeTimers({ now: 1_714_036_504_999 });
    const answer = await webhook.handle({
      ...delivery,
      body: JSON.stringify({ ToUserName: 'gh_1', Encrypt }),
    });
    jest.useRealTimers();
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    const sealed = JSON.parse(answer.body) as Record<string, string | number>;
    expect(Object.keys(sealed)).toEqual(['Encrypt', 'MsgSignature', 'TimeStamp', 'Nonce']);
    expect(sealed).toMatchObject({ TimeStamp: 1_714_036_504, Nonce: delivery.query['nonce'] });
    const parts = [SAFE.token, sealed['TimeStamp'], sealed['Nonce'], sealed['Encrypt']].map(String);
    expect(sealed['MsgSignature']).toBe(sha1(...parts));
    const reply = JSON.parse(decrypt(SAFE, String(sealed['Encrypt']))) as Record<string, unknown>;
    const time = 1_714_036_504;
    expect(reply).toMatchObject({ MsgType: 'text', Content: '你好!', CreateTime: time });
    expect(reply).toMatchObject({ ToUserName: 'o1', FromUserName: 'gh_1' });
  });

  it('answers the articles of a news reply as the platform names them', async () => {
    const webhook = createWebhook(
      { token: SAFE.token },
      { text: () => [{ title: 'a', url: 'http://a.example/' }] },
    );
    const { body } = await webhook.handle(plain(SAFE, raw));
    expect(JSON.parse(body)).toMatchObject({
      MsgType: 'news',
      ArticleCount: 1,
      Articles: { item: [{ Title: 'a', Description: '', PicUrl: '', Url: 'http://a.example/' }] },
    });
  });
});
