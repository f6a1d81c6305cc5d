import { describe, expect, it } from '@jest/globals';
import { MessageCipher, ParseError, parseMessage } from '@wechat-mp/core';
import { event, userMessage, writeXml } from '../../../../test/support/platform.ts';

const HEAD =
  '<ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>1348831860</CreateTime>';

/** A message with the given XML inside, written by hand where the spelling matters. */
function message(inside: string, MsgType = 'text'): Record<string, unknown> {
  const xml = `<xml>${HEAD}<MsgType>${MsgType}</MsgType>${inside}</xml>`;
  return { ...parseMessage(xml) };
}
const eventMessage = (name: string, inside: string) =>
  message(`<Event><![CDATA[${name}]]></Event>${inside}`, 'event');

describe('1. int64 ids stay strings', () => {
  it.each([
    '5847060634540564918',
    '6972028683187026694',
    '4561255354251345929',
    '49d72d67b16d115e7935ac386f2f0fa41535298877_1555684067',
  ])('MsgId %s', (id) => {
    expect(message(`<MsgId>${id}</MsgId>`)['id']).toBe(id);
  });

  it('MsgID and TransId', () => {
    const finished = eventMessage('TEMPLATESENDJOBFINISH', '<MsgID>1700827132819554304</MsgID>');
    expect(finished['msgId']).toBe('1700827132819554304');
    const paid = eventMessage(
      'user_pay_from_pay_cell',
      '<TransId>10022403432015000000000</TransId>',
    );
    expect(paid['transId']).toBe('10022403432015000000000');
  });
});

describe('2. text that looks like a number stays text', () => {
  it.each(['007', '1e5', '0x10', '018255396048', '-0', 'true', 'NaN', '1.0'])('%s', (value) => {
    expect(message(`<Content>${value}</Content>`)['content']).toBe(value);
    expect(eventMessage('CLICK', `<EventKey>${value}</EventKey>`)['key']).toBe(value);
    const card = `<UserCardCode><![CDATA[${value}]]></UserCardCode>`;
    expect(eventMessage('user_del_card', card)['userCardCode']).toBe(value);
  });
});

describe('3. whitespace counts inside CDATA and is layout beside it', () => {
  it.each([
    ['<Content><![CDATA[ 广州市 ]]></Content>', ' 广州市 '],
    ['<Content><![CDATA[\n a\n\tb \n]]></Content>', '\n a\n\tb \n'],
    ['<Content><![CDATA[ ]]></Content>', ' '],
    ['<Content> <![CDATA[x]]> </Content>', 'x'],
    ['<Content>\n  <![CDATA[ x]]>\n</Content>', ' x'],
    ['<Content>\n</Content>', ''],
  ])('%j', (xml, content) => {
    expect(message(xml)['content']).toBe(content);
  });

  it('keeps a blank between the words of a text outside CDATA', () => {
    expect(message('<Content>a b</Content>')['content']).toBe('a b');
  });
});

describe('4. empty tags', () => {
  it('read as undefined, empty text, empty group or empty list, and stay in fields', () => {
    const subscribed = eventMessage('subscribe', '<EventKey><![CDATA[]]></EventKey><Ticket/>');
    expect(subscribed).toMatchObject({ key: undefined, ticket: undefined });
    expect(subscribed['fields']).toMatchObject({ EventKey: '', Ticket: '' });
    expect(message('<Label></Label><Scale/>', 'location')).toMatchObject({ label: '', scale: NaN });
    expect(message('<Description/>', 'link')).toMatchObject({
      title: '',
      description: '',
      url: '',
    });
    const scan = eventMessage('scancode_push', '<ScanCodeInfo></ScanCodeInfo>');
    expect(scan['scanCodeInfo']).toEqual({ scanType: '', scanResult: '' });
  });
});

describe('5. CDATA that was split joins again', () => {
  it('a]]]]><![CDATA[>b', () => {
    expect(message('<Content><![CDATA[a]]]]><![CDATA[>b]]></Content>')['content']).toBe('a]]>b');
    expect(message('<Content><![CDATA[a]]>&lt;<![CDATA[b]]></Content>')['content']).toBe('a<b');
  });
});

describe('6. entities', () => {
  it.each([
    ['<Content><![CDATA[&amp; &lt;b&gt; &#65;]]></Content>', '&amp; &lt;b&gt; &#65;'],
    ['<Content>&amp;&lt;&gt;&quot;&apos; &#65;&#x1F600;</Content>', '&<>"\' A😀'],
    ['<Content>&amp;lt;</Content>', '&lt;'],
    ['<Content><![CDATA[http://a.example/?b=1&c=2]]></Content>', 'http://a.example/?b=1&c=2'],
  ])('%s', (xml, content) => {
    expect(message(xml)['content']).toBe(content);
  });

  it.each(['a & b', '&nbsp;', '&mine;', '&#xFFFFFFF;'])('refuses %s outside CDATA', (text) => {
    expect(() => message(`<Content>${text}</Content>`)).toThrow(ParseError);
  });
});

describe('7. lists', () => {
  const picture = (sum: string) => `<item><PicMd5Sum>${sum}</PicMd5Sum></item>`;
  it.each([
    ['one', `<PicList>${picture('a')}</PicList>`, ['a']],
    ['two', `<PicList>${picture('a')}${picture('b')}</PicList>`, ['a', 'b']],
    ['none', '<PicList></PicList>', []],
    ['no tag', '', []],
    [
      'siblings',
      `<PicList>${picture('a')}</PicList><PicList>${picture('b')}</PicList>`,
      ['a', 'b'],
    ],
    ['an empty sibling', `<PicList></PicList><PicList>${picture('b')}</PicList>`, ['b']],
  ])('of %s in PicList', (_, xml, sums) => {
    const { sendPicsInfo } = eventMessage('pic_weixin', `<SendPicsInfo>${xml}</SendPicsInfo>`);
    expect(sendPicsInfo).toMatchObject({ picList: sums.map((picMd5Sum) => ({ picMd5Sum })) });
  });

  it.each([
    ['<fail_idx>2</fail_idx>', [2]],
    ['<fail_idx>1</fail_idx><fail_idx>2</fail_idx>', [1, 2]],
    ['', []],
  ])('of numbers: %j', (xml, failIdx) => {
    const inside = `<PublishEventInfo>${xml}</PublishEventInfo>`;
    const { publishEventInfo } = eventMessage('PUBLISHJOBFINISH', inside);
    expect(publishEventInfo).toMatchObject({ failIdx, articleId: undefined });
  });

  it('of one article, one beacon and one notification are still lists', () => {
    const article = '<item><idx>1</idx><article_url>u</article_url></item>';
    const detail = `<article_detail><count>1</count>${article}</article_detail>`;
    expect(
      eventMessage('PUBLISHJOBFINISH', `<PublishEventInfo>${detail}</PublishEventInfo>`),
    ).toHaveProperty('publishEventInfo.articleDetail.item', [{ idx: 1, articleUrl: 'u' }]);
    const beacon = '<AroundBeacon><Major>1</Major><Distance>0.057</Distance></AroundBeacon>';
    expect(
      eventMessage('ShakearoundUserShake', `<AroundBeacons>${beacon}</AroundBeacons>`),
    ).toHaveProperty('aroundBeacons.aroundBeacon', [
      { uuid: '', major: '1', minor: '', distance: 0.057 },
    ]);
    const entry = '<List><TemplateId>t</TemplateId></List>';
    expect(
      eventMessage(
        'subscribe_msg_change_event',
        `<SubscribeMsgChangeEvent>${entry}</SubscribeMsgChangeEvent>`,
      ),
    ).toHaveProperty('subscribeMsgChangeEvent.list', [
      { templateId: 't', subscribeStatusString: '' },
    ]);
  });
});

describe('8. groups are objects, not lists of one', () => {
  it('ScanCodeInfo', () => {
    const ScanCodeInfo = { ScanType: 'qrcode', ScanResult: '1' };
    const read = parseMessage(writeXml(event('scancode_push', { EventKey: '6', ScanCodeInfo })));
    expect(read).toMatchObject({ key: '6', scanCodeInfo: { scanType: 'qrcode', scanResult: '1' } });
  });
});

describe('9. the case of tags varies', () => {
  it.each([
    ['event:user_info_modified', '<openid>o</openid><appid>a</appid>', { openId: 'o', appId: 'a' }],
    ['event:user_info_modified', '<OpenId>o</OpenId><AppId>a</AppId>', { openId: 'o', appId: 'a' }],
    ['event:templatesendjobfinish', '<MsgId>1</MsgId>', { msgId: '1' }],
    ['event:poi_check_notify', '<Msg>ok</Msg>', { msg: 'ok' }],
    [
      'event:user_authorize_invoice',
      '<source>web</source>',
      { invoiceSource: 'web', source: 'o1' },
    ],
    ['event:submit_invoice_title', '<Title>t</Title>', { title: 't' }],
  ])('in %s: %s', (type, xml, fields) => {
    expect(eventMessage(type.slice(6), xml)).toMatchObject({ type, ...fields });
  });

  it('and the exact tag goes first', () => {
    expect(message('<msgid>wrong</msgid><MsgId>right</MsgId>')['id']).toBe('right');
    expect(message('<MsgId>right</MsgId><MSGID>wrong</MSGID>')['id']).toBe('right');
  });
});

describe('10. the case of events varies', () => {
  it.each([
    ['CLICK', 'event:click'],
    ['click', 'event:click'],
    ['SCAN', 'event:scan'],
    ['PUBLISHJOBFINISH', 'event:publishjobfinish'],
    ['WifiConnected', 'event:wificonnected'],
    ['ShakearoundUserShake', 'event:shakearoundusershake'],
  ])('%s is %s', (name, type) => {
    expect(eventMessage(name, '')['type']).toBe(type);
  });

  it('and the event LOCATION is not the message location', () => {
    const place = eventMessage('LOCATION', '<Latitude>23.1</Latitude><Longitude>-113</Longitude>');
    expect(place).toMatchObject({ type: 'event:location', latitude: 23.1, longitude: -113 });
    const sent = message('<Location_X>23.1</Location_X><Location_Y>-113</Location_Y>', 'location');
    expect(sent).toMatchObject({ type: 'location', location: [23.1, -113] });
    expect(message('', 'TEXT')['type']).toBe('text');
  });
});

describe('11. booleans come as 0 and 1, or as words', () => {
  it('and are given as they come', () => {
    const gifting = '<IsReturnBack>0</IsReturnBack><IsChatRoom>1</IsChatRoom>';
    expect(eventMessage('user_gifting_card', gifting)).toMatchObject({
      isReturnBack: 0,
      isChatRoom: 1,
    });
    const giftCard = '<IsReturnBack>false</IsReturnBack><IsChatRoom>true</IsChatRoom>';
    expect(eventMessage('giftcard_send_to_friend', giftCard)).toMatchObject({
      isReturnBack: 'false',
      isChatRoom: 'true',
    });
  });
});

describe('19. spare bits in the last character of EncodingAESKey', () => {
  it.each(['E', 'F', 'G', 'H'])('a key that ends in %s is taken, as the same key', (last) => {
    const start = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEF';
    const cipher = (encodingAESKey: string) =>
      new MessageCipher({ token: 'T', encodingAESKey, appid: 'wx1' });
    expect(cipher(start + last).decrypt(cipher(`${start}G`).encrypt('hi'))).toBe('hi');
    expect(cipher(` ${start}${last}\n`).decrypt(cipher(`${start}G`).encrypt('hi'))).toBe('hi');
  });
});

describe('a number', () => {
  it.each([
    ['<Scale>16</Scale>', 16],
    ['<Scale><![CDATA[16]]></Scale>', 16],
    ['<Scale> 16.5 </Scale>', 16.5],
    ['<Scale>wide</Scale>', Number.NaN],
  ])('is read from %s', (xml, scale) => {
    expect(message(xml, 'location')['scale']).toBe(scale);
  });

  it('is left out as undefined where it is optional', () => {
    expect(parseMessage(writeXml(userMessage('text', { Idx: 0 })))).toMatchObject({ idx: 0 });
    expect(parseMessage(writeXml(userMessage('text', { Idx: '' })))).toMatchObject({
      idx: undefined,
    });
  });
});
