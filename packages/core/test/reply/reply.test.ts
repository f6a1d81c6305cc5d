import { describe, expect, it, jest } from '@jest/globals';
import {
  InvalidArgumentError,
  type Reply,
  type ReplyLike,
  renderReply,
  reply,
} from '@wechat-mp/core';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { catchError } from '../support.ts';

const TO = { target: 'o1', source: 'gh_1', time: 1348831860 };
const parser = new XMLParser({ parseTagValue: false, trimValues: false });

const parse = (xml: string): Record<string, unknown> => {
  expect(XMLValidator.validate(xml)).toBe(true);
  return (parser.parse(xml) as { xml: Record<string, unknown> }).xml;
};
const renderContent = (value: ReplyLike) => parse(renderReply(value, TO))['Content'];
const cdata = (tag: string, text: string) => `<${tag}><![CDATA[${text}]]></${tag}>`;
const ARTICLE = {
  title: 't',
  description: 'd',
  picUrl: 'http://a.example/p?a=1&b=2',
  url: 'http://a.example/',
};
const ITEM = `<item>${cdata('Title', 't')}${cdata('Description', 'd')}${cdata('PicUrl', ARTICLE.picUrl)}${cdata('Url', ARTICLE.url)}</item>`;
const EMPTY_ITEM = `<item>${['Title', 'Description', 'PicUrl', 'Url'].map((tag) => cdata(tag, '')).join('')}</item>`;
const device = { deviceType: 'gh_1', deviceId: 'd1' };
const DEVICE = cdata('DeviceType', 'gh_1') + cdata('DeviceID', 'd1');
const session = { sessionId: '9223372036854775807', content: 'aGk=' };
const SESSION = cdata('SessionID', session.sessionId) + cdata('Content', 'aGk=');

const samples: [string, Reply, string][] = [
  ['text', reply.text('你好\nhi'), cdata('Content', '你好\nhi')],
  ['image', reply.image('m'), `<Image>${cdata('MediaId', 'm')}</Image>`],
  ['voice', reply.voice('m'), `<Voice>${cdata('MediaId', 'm')}</Voice>`],
  ['video', reply.video('m'), `<Video>${cdata('MediaId', 'm')}</Video>`],
  [
    'video',
    reply.video('m', { title: 't', description: 'd' }),
    `<Video>${cdata('MediaId', 'm')}${cdata('Title', 't')}${cdata('Description', 'd')}</Video>`,
  ],
  [
    'music',
    reply.music('http://a.example/a'),
    `<Music>${cdata('MusicUrl', 'http://a.example/a')}${cdata('HQMusicUrl', 'http://a.example/a')}</Music>`,
  ],
  [
    'music',
    reply.music('u', { title: 't', description: 'd', hqMusicUrl: 'h', thumbMediaId: 'm' }),
    `<Music>${cdata('Title', 't')}${cdata('Description', 'd')}${cdata('MusicUrl', 'u')}${cdata('HQMusicUrl', 'h')}${cdata('ThumbMediaId', 'm')}</Music>`,
  ],
  ['news', reply.news([ARTICLE]), `<ArticleCount>1</ArticleCount><Articles>${ITEM}</Articles>`],
  [
    'news',
    reply.news([{}, ARTICLE]),
    `<ArticleCount>2</ArticleCount><Articles>${EMPTY_ITEM}${ITEM}</Articles>`,
  ],
  ['transfer_customer_service', reply.transferToCustomerService(), ''],
  [
    'transfer_customer_service',
    reply.transferToCustomerService('kf1@gh'),
    `<TransInfo>${cdata('KfAccount', 'kf1@gh')}</TransInfo>`,
  ],
  ['transfer_biz_ai_ivr', reply.transferToAI(), ''],
  ['device_text', reply.deviceText({ ...device, ...session }), DEVICE + SESSION],
  [
    'device_event',
    reply.deviceEvent({ ...session, ...device, event: 'bind' }),
    cdata('Event', 'bind') + DEVICE + SESSION,
  ],
  [
    'device_status',
    reply.deviceStatus({ ...device, deviceStatus: 0 }),
    `${DEVICE}<DeviceStatus>0</DeviceStatus>`,
  ],
  [
    'hardware',
    reply.hardware('myrank', 'ranklist'),
    `<HardWare>${cdata('MessageView', 'myrank')}${cdata('MessageAction', 'ranklist')}</HardWare><FuncFlag>0</FuncFlag>`,
  ],
];

describe('a reply', () => {
  it.each(samples)('%s is written as documented: %j', (type, value, body) => {
    const head = `${cdata('ToUserName', 'o1')}${cdata('FromUserName', 'gh_1')}<CreateTime>1348831860</CreateTime>`;
    const xml = renderReply(value, TO);
    expect(xml).toBe(`<xml>${head}${cdata('MsgType', type)}${body}</xml>`);
    expect(parse(xml)).toMatchObject({ ToUserName: 'o1', FromUserName: 'gh_1', MsgType: type });
  });

  it('is plain data, so that it can be compared and stored', () => {
    for (const [, value, body] of samples) {
      const copy = JSON.parse(JSON.stringify(value)) as Reply;
      expect(renderReply(copy, TO)).toContain(`]]></MsgType>${body}</xml>`);
    }
  });

  it.each(['', ' ', ' \n\t', '\u3000'])('is success when it is a blank text: %j', (content) => {
    expect(renderReply(reply.text(content), TO)).toBe('success');
    expect(renderReply(content, TO)).toBe('success');
  });

  it('is dated now, in whole seconds, when no time is given', () => {
    jest.useFakeTimers({ now: 1_714_036_504_999 });
    const { CreateTime } = parse(renderReply('hi', { target: 'o1', source: 'gh_1' }));
    jest.useRealTimers();
    expect(CreateTime).toBe('1714036504');
  });
});

describe('nothing to say', () => {
  it.each([
    [''],
    [[]],
    [null],
    [undefined],
    [false as const],
    ['success'],
    [reply.none()],
    [reply.news([])],
  ])('%j is the word success', (value) => {
    expect(renderReply(value, TO)).toBe('success');
  });

  it.each(['success', 'success!', 'false'])(
    'does not hide the text %j of a text reply',
    (content) => {
      expect(renderContent(reply.text(content))).toBe(content);
    },
  );

  it.each(['success!', 'Success', 'a success', 'false'])('is not found in %j', (content) => {
    expect(renderContent(content)).toBe(content);
  });
});

describe('short forms', () => {
  it('a string is a text, an array is news', () => {
    expect(renderReply('hi', TO)).toBe(renderReply(reply.text('hi'), TO));
    expect(renderReply([ARTICLE, {}], TO)).toBe(renderReply(reply.news([ARTICLE, {}]), TO));
  });
});

describe('text that could break the XML', () => {
  const injection = ']]></Content><Content><![CDATA[forged';
  it.each([
    ['a ]]>', 'a]]>b', 'a]]>b'],
    ['several ]]>', ']]>]]>]]]]>>', ']]>]]>]]]]>>'],
    ['an injected tag', injection, injection],
    [
      'markup',
      '<a href="http://a.example/?a=1&b=2">link</a>',
      '<a href="http://a.example/?a=1&b=2">link</a>',
    ],
    ['entities', '&amp;&lt;', '&amp;&lt;'],
    ['control characters', 'a\0\x01\x08b\x0b\x0c\x1fc\ufffe\uffff', 'abc'],
    ['a tab and a line feed', 'a\tb\nc', 'a\tb\nc'],
    ['emoji', '😀👨‍👩‍👧', '😀👨‍👩‍👧'],
    ['half an emoji', 'a\ud83db\ude00', 'a\ufffdb\ufffd'],
    ['blanks around', '  a  ', '  a  '],
  ])('%s is read back by a parser as it was meant', (_, text, expected) => {
    expect(renderContent(text)).toBe(expected);
    const { Articles } = parse(renderReply([{ title: text }], TO));
    expect(Articles).toHaveProperty('item.Title', expected);
  });

  it('is harmless in the names of the user and the account too', () => {
    const { ToUserName, Content } = parse(renderReply('hi', { ...TO, target: ']]><x>' }));
    expect([ToUserName, Content]).toEqual([']]><x>', 'hi']);
  });
});

describe('escape', () => {
  it('shows markup as typed; without it links work', () => {
    expect(renderContent(reply.text('<b>&"', { escape: true }))).toBe('&lt;b&gt;&amp;"');
    expect(renderContent(reply.text('<b>&"', { escape: false }))).toBe('<b>&"');
    expect(reply.text('<')).toEqual({ type: 'text', content: '<' });
  });
});

describe('a value that is no reply', () => {
  const wrong = (value: unknown) => value as ReplyLike;
  it.each([
    ['number', 42],
    ['boolean', true],
    ['function', () => 'hi'],
    ['symbol', Symbol('a')],
    ['an object', {}],
    ['content', { content: 'no type' }],
    ['the types are text, image', { type: 'Text', content: 'a' }],
    ['the types are', { type: 'toString' }],
    ['content', reply.text(undefined as never)],
    ['content', reply.text(7 as never)],
    ['mediaId', reply.image(undefined as never)],
    ['mediaId', reply.voice(7 as never)],
    ['mediaId', { type: 'video', title: 't' }],
    ['musicUrl', { type: 'music', hqMusicUrl: 'u' }],
    ['articles', { type: 'news' }],
    ['articles', { type: 'news', articles: { title: 'a' } }],
    ['sessionId', reply.deviceText({ ...device, content: 'a' } as never)],
    ['deviceId', reply.deviceText({ deviceType: 'a', ...session } as never)],
    ['event', reply.deviceEvent({ ...device, ...session } as never)],
    ['deviceType', reply.deviceStatus({ deviceId: 'a', deviceStatus: 1 } as never)],
    ['messageAction', reply.hardware('a', undefined as never)],
  ])('is refused, and the error names %s: %p', async (name, value) => {
    const error = await catchError(() => renderReply(wrong(value), TO));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toContain(name);
  });

  it.each([
    ['deviceStatus', reply.deviceStatus({ ...device } as never)],
    ['title', reply.video('m', { title: 7 as never })],
    ['title', reply.video('m', { title: { MediaId: 'other' } as never })],
    ['description', reply.video('m', { description: ['a', 'b'] as never })],
    ['hqMusicUrl', reply.music('u', { hqMusicUrl: 7 as never })],
    ['thumbMediaId', reply.music('u', { thumbMediaId: {} as never })],
    ['kfAccount', reply.transferToCustomerService(7 as never)],
    ['title', wrong([{ title: 7 }])],
    ['url', wrong([{ url: new URL('http://a.example/') }])],
    ['picUrl', wrong([{ picUrl: { toString: () => 'a' } }])],
    ['article', wrong(['a', 'b'])],
    ['article', wrong([null])],
  ])('is refused, and the error names the optional %s: %j', async (name, value) => {
    const error = await catchError(() => renderReply(value, TO));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toContain(name);
  });

  it.each([
    ['a title', [{ title: null, url: 'u' }]],
    ['a description', reply.video('m', { description: null as never })],
    ['a thumbnail', reply.music('u', { thumbMediaId: null as never })],
    ['an agent', reply.transferToCustomerService(null as never)],
  ])('but null for %s, as a database gives it, never ends in a TypeError', (_, value) => {
    const render = () => {
      try {
        return renderReply(wrong(value), TO);
      } catch (error) {
        return (error as Error).name;
      }
    };
    expect(render()).toMatch(/^(<xml>.*<\/xml>|InvalidArgumentError)$/s);
  });
});

describe('members', () => {
  const wrong = (value: unknown) => value as ReplyLike;
  const renderArticles = (value: ReplyLike) => parse(renderReply(value, TO))['Articles'];

  it('picurl, the word of the wire and of older SDKs, is picUrl', () => {
    const picture = 'http://a.example/p.jpg';
    expect(renderArticles([{ title: 'a', picurl: picture }])).toHaveProperty(
      'item.PicUrl',
      picture,
    );
    expect(renderArticles(reply.news([{ picurl: picture }]))).toHaveProperty(
      'item.PicUrl',
      picture,
    );
    const both = [{ picurl: null, picUrl: picture }];
    expect(renderArticles(wrong(both))).toHaveProperty('item.PicUrl', picture);
  });

  it.each([
    ['picUrl', [{ title: 'a', pic_url: 'b' }]],
    ['picUrl', [{ PicUrl: 'b' }]],
    ['picUrl', [{ pic: 'b' }]],
    ['title', [{ title: 'a' }, { titel: 'b' }]],
    ['description', reply.news(wrong([{ desc: 'b' }]) as [])],
    ['url', [{ Url: 'b' }]],
    ['content', { type: 'text', Content: 'b' }],
    ['content', { type: 'text', content: 'a', contents: 'b' }],
    ['mediaId', { type: 'image', media_id: 'b' }],
    ['mediaId', { type: 'voice', mediaid: 'b' }],
    ['description', { type: 'video', mediaId: 'a', descripton: 'b' }],
    ['hqMusicUrl', { type: 'music', musicUrl: 'a', hq_music_url: 'b' }],
    ['thumbMediaId', { type: 'music', musicUrl: 'a', ThumbMediaID: 'b' }],
    ['articles', { type: 'news', article: [] }],
    ['kfAccount', { type: 'transfer_customer_service', kf_account: 'b' }],
    ['deviceStatus', { type: 'device_status', ...device, deviceStatus: 0, device_status: 1 }],
    [
      'messageAction',
      { type: 'hardware', messageView: 'a', messageAction: 'b', message_action: 'c' },
    ],
  ])('that nobody knows are refused; did you mean %s? %j', async (name, value) => {
    const error = await catchError(() => renderReply(wrong(value), TO));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toContain(`did you mean ${name}?`);
  });

  it.each([
    ['it has title, description, picUrl, url', [{ summary: 'a' }]],
    ['it has content', { type: 'text', content: 'a', openid: 'b' }],
    ['it has mediaId', { type: 'image', mediaId: 'a', url: 'b' }],
    ['it has only type', { type: 'none', content: 'a' }],
    ['it has articles', { type: 'news', articles: [], items: [] }],
    ['did you mean transfer_customer_service?', { type: 'transferCustomerService' }],
    ['did you mean image?', { type: 'images', mediaId: 'a' }],
    ['an article goes into an array', { title: 'a', picurl: 'b' }],
  ])('that are like none are refused too, and the error says: %s', async (message, value) => {
    const error = await catchError(() => renderReply(wrong(value), TO));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toContain(message);
  });

  it.each([
    ['an image reply needs mediaId', { type: 'image', mediaId: '' }],
    ['a voice reply needs mediaId', { type: 'voice', mediaId: ' ' }],
    ['a video reply needs mediaId', { type: 'video', mediaId: '', title: 'a' }],
  ])('that are an empty id are refused: %s', async (message, value) => {
    const error = await catchError(() => renderReply(wrong(value), TO));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message.replace('a image', 'an image')).toContain(message);
    expect(error.message).toContain('not an empty one');
  });

  it.each(['', ' \n'])('that are an empty id of a picture are left out: %j', (thumbMediaId) => {
    const xml = renderReply(reply.music('https://e.com/a.mp3', { thumbMediaId }), TO);
    expect(xml).not.toContain('ThumbMediaId');
    expect(xml).toContain('<MusicUrl>');
  });

  it('have names of outsiders in no error at length', async () => {
    const name = `${'x'.repeat(500)}\n\u202e`;
    const error = await catchError(() => renderReply(wrong([{ [name]: 'a' }]), TO));
    expect(error.message.length).toBeLessThan(200);
    expect(error.message).not.toMatch(/[\n\u202e]/);
  });
});
