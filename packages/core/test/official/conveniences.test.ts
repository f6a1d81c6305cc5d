/** The requests of each convenience, its results, and what it refuses before anything is sent. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidArgumentError, NeedParamError, type Reply, reply } from '@wechat-mp/core';
import { createConveniences } from '../../src/official/conveniences/index.ts';
import { bind } from '../../src/official/endpoint.ts';
import { endpoints } from '../../src/official/endpoints/index.ts';
import { MessageCountError, NetworkError } from '../../src/official/errors.ts';
import { catchError } from '../support.ts';

/** The requests without undefined fields, and their answers. */
const sent: [path: string, input: unknown][] = [];
let answer: (n: number) => unknown = () => ({ errcode: 0 });
const api = bind(endpoints, ({ path }, input) => {
  sent.push([path, JSON.parse(JSON.stringify(input))]);
  return Promise.resolve(answer(sent.length));
});
const client = createConveniences(api);
const { custom, template } = client.message;
/** The same, for arguments that the compiler would refuse. */
type Loose<T> = { [K in keyof T]: (...given: unknown[]) => unknown };
const loose = <T>(methods: T) => methods as Loose<T>;

beforeEach(() => {
  sent.length = 0;
  answer = () => ({ errcode: 0 });
});

const CUSTOM = '/cgi-bin/message/custom/send';
const messages = () => sent.map(([path, input]) => [path, (input as { body: unknown }).body]);
const article = { title: 'Hi', description: 'there', url: 'https://e.com/', picUrl: 'p.jpg' };
const wireArticle = { title: 'Hi', description: 'there', url: 'https://e.com/', picurl: 'p.jpg' };

describe('a message of customer service', () => {
  const music = { musicUrl: 'm', hqMusicUrl: 'h', thumbMediaId: 't', title: 'a', description: 'b' };
  const wireMusic = { musicurl: 'm', hqmusicurl: 'h', thumb_media_id: 't' };

  it.each<[string, () => Promise<unknown>, object]>([
    [
      'sendText',
      () => custom.sendText('o1', 'hello'),
      { msgtype: 'text', text: { content: 'hello' } },
    ],
    [
      'sendImage',
      () => custom.sendImage('o1', 'm1'),
      { msgtype: 'image', image: { media_id: 'm1' } },
    ],
    [
      'sendVoice',
      () => custom.sendVoice('o1', 'm1'),
      { msgtype: 'voice', voice: { media_id: 'm1' } },
    ],
    [
      'sendVideo',
      () => custom.sendVideo('o1', { mediaId: 'm1' }),
      { msgtype: 'video', video: { media_id: 'm1' } },
    ],
    [
      'sendVideo with everything',
      () =>
        custom.sendVideo('o1', { mediaId: 'm', title: 'a', description: 'b', thumbMediaId: 't' }),
      {
        msgtype: 'video',
        video: { media_id: 'm', thumb_media_id: 't', title: 'a', description: 'b' },
      },
    ],
    [
      'sendMusic',
      () => custom.sendMusic('o1', music),
      { msgtype: 'music', music: { ...wireMusic, title: 'a', description: 'b' } },
    ],
    [
      'sendMusic, whose better sound is the sound by default',
      () => custom.sendMusic('o1', { musicUrl: 'm', thumbMediaId: 't' }),
      { msgtype: 'music', music: { ...wireMusic, hqmusicurl: 'm' } },
    ],
    [
      'sendNews',
      () => custom.sendNews('o1', [article]),
      { msgtype: 'news', news: { articles: [wireArticle] } },
    ],
    [
      'sendNews with the names of the wire',
      () => custom.sendNews('o1', [wireArticle]),
      { msgtype: 'news', news: { articles: [wireArticle] } },
    ],
    [
      'sendMpNews',
      () => custom.sendMpNews('o1', 'm1'),
      { msgtype: 'mpnews', mpnews: { media_id: 'm1' } },
    ],
    [
      'send with a string',
      () => custom.send('o1', 'hello'),
      { msgtype: 'text', text: { content: 'hello' } },
    ],
    [
      'send with articles',
      () => custom.send('o1', [article]),
      { msgtype: 'news', news: { articles: [wireArticle] } },
    ],
  ])('%s has the form of the wire', async (_, send, content) => {
    expect(await send()).toEqual({ errcode: 0 });
    expect(messages()).toEqual([[CUSTOM, { touser: 'o1', ...content }]]);
  });

  it.each<[Reply, object]>([
    [reply.text('hello'), { text: { content: 'hello' } }],
    [reply.image('m1'), { image: { media_id: 'm1' } }],
    [reply.voice('m1'), { voice: { media_id: 'm1' } }],
    [reply.video('m1', { title: 'a' }), { video: { media_id: 'm1', title: 'a' } }],
    [
      reply.music('m', { hqMusicUrl: 'h', thumbMediaId: 't' }),
      { music: { musicurl: 'm', hqmusicurl: 'h', thumb_media_id: 't' } },
    ],
    [reply.news([article]), { news: { articles: [wireArticle] } }],
  ])('send carries the reply %j', async (one, content) => {
    await custom.send('o1', one);
    expect(messages()).toEqual([[CUSTOM, { touser: 'o1', msgtype: one.type, ...content }]]);
  });

  it('with one argument is sent as it is', async () => {
    const message = { touser: 'o1', msgtype: 'wxcard', wxcard: { card_id: 'c1' } } as const;
    await custom.send(message);
    expect(messages()).toEqual([[CUSTOM, message]]);
  });

  it('with several articles is as many messages, and the last answer', async () => {
    answer = (errcode) => ({ errcode });
    const titles = ['a', 'b', 'c'].map((title) => ({ title }));
    expect(await custom.sendNews('o1', titles)).toEqual({ errcode: 3 });
    const one = (title: string) => ({ articles: [{ title }] });
    expect(messages().map(([, body]) => body)).toEqual(
      ['a', 'b', 'c'].map((title) => ({ touser: 'o1', msgtype: 'news', news: one(title) })),
    );
  });

  it('ends with the first that is refused', async () => {
    answer = (n) => (n === 2 ? Promise.reject(new Error('45047')) : {});
    const send = () => custom.send('o1', [{ title: 'a' }, { title: 'b' }, { title: 'c' }]);
    expect((await catchError(send)).message).toBe('45047');
    expect(sent).toHaveLength(2);
  });

  describe('says when some of several messages were sent before one failed:', () => {
    const refused = () =>
      new MessageCountError({
        errcode: 45047,
        errmsg: 'out of response count limit',
        path: CUSTOM,
      });
    const lost = () => new NetworkError(CUSTOM, 'no answer within 1 ms', { wasSent: true });
    const long = '中'.repeat(1500);
    const text = (content: string) => ({ touser: 'o1', msgtype: 'text', text: { content } });
    const news = (title: string) => ({
      touser: 'o1',
      msgtype: 'news',
      news: { articles: [{ title }] },
      customservice: { kf_account: 'anna@shop' },
    });

    it.each<[string, () => Promise<unknown>, () => Error, number, object[]]>([
      ['a long text', () => custom.sendText('o1', long), refused, 2, [text('中'.repeat(136))]],
      [
        'a text whose end was lost',
        () => custom.sendText('o1', long),
        lost,
        2,
        [text('中'.repeat(136))],
      ],
      [
        'articles',
        () =>
          custom.send('o1', [{ title: 'a' }, { title: 'b' }, { title: 'c' }], {
            kfAccount: 'anna@shop',
          }),
        refused,
        1,
        [news('b'), news('c')],
      ],
    ])('%s', async (_, send, create, before, missing) => {
      answer = (n) => (n > before ? Promise.reject(create()) : {});
      const error = (await catchError(send)) as MessageCountError;
      expect(error).toBeInstanceOf(create().constructor);
      expect(error.partlySent).toEqual({ sent: before, missing });
      expect(error.message).toContain(
        `. Of ${before + missing.length} messages ${before} were sent`,
      );
      expect(error.stack).toContain(error.message);
      expect(inspect(error)).not.toContain('touser');
      expect(JSON.stringify(error)).not.toContain('touser');
      // What is missing can be sent as it is.
      answer = () => ({});
      sent.length = 0;
      for (const message of error.partlySent?.missing ?? []) await custom.send(message);
      expect(messages()).toEqual(missing.map((message) => [CUSTOM, message]));
    });

    it('and nothing of it when the first fails', async () => {
      answer = () => Promise.reject(refused());
      const error = (await catchError(() => custom.sendText('o1', long))) as MessageCountError;
      expect(error.partlySent).toBeUndefined();
      expect(error.message).toBe(refused().message);
    });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['sendText', () => custom.sendText('o1', 'hello', { kfAccount: 'anna@shop' })],
    ['sendMusic', () => custom.sendMusic('o1', music, { kfAccount: 'anna@shop' })],
    ['sendNews', () => custom.sendNews('o1', [article], { kfAccount: 'anna@shop' })],
    ['send', () => custom.send('o1', 'hello', { kfAccount: 'anna@shop' })],
  ])('%s names who of customer service sends it', async (_, send) => {
    await send();
    expect(messages()).toMatchObject([[CUSTOM, { customservice: { kf_account: 'anna@shop' } }]]);
  });
});

describe('a message after a template', () => {
  const PATH = '/cgi-bin/message/template/send';

  it('takes plain values, and a top colour by default', async () => {
    answer = () => ({ msgid: '9007199254740993' });
    const data = {
      name: 'tea',
      count: 2,
      note: { value: 'hot', color: '#173177' },
      all: { value: 0 },
    };
    expect(await template.send('o1', 't1', data)).toEqual({ msgid: '9007199254740993' });
    const wire = {
      name: { value: 'tea' },
      count: { value: '2' },
      note: { value: 'hot', color: '#173177' },
      all: { value: '0' },
    };
    expect(messages()).toEqual([
      [PATH, { touser: 'o1', template_id: 't1', topcolor: '#FF0000', data: wire }],
    ]);
  });

  it('leads where its options say', async () => {
    await template.send(
      'o1',
      't1',
      {},
      {
        url: 'https://e.com/',
        topcolor: '#00FF00',
        miniprogram: { appid: 'wx1', pagepath: 'index' },
        clientMsgId: 'c1',
      },
    );
    expect(messages()).toEqual([
      [
        PATH,
        {
          touser: 'o1',
          template_id: 't1',
          url: 'https://e.com/',
          topcolor: '#00FF00',
          miniprogram: { appid: 'wx1', pagepath: 'index' },
          client_msg_id: 'c1',
          data: {},
        },
      ],
    ]);
  });

  it('with one argument is sent as it is', async () => {
    const message = { touser: 'o1', template_id: 't1', data: { a: { value: 'b' } } };
    await template.send(message);
    expect(messages()).toEqual([[PATH, message]]);
  });
});

describe('a call', () => {
  const body = <T>(value: T) => ({ body: value });
  const query = <T>(value: T) => ({ query: value });

  it.each<[string, () => Promise<unknown>, string, object]>([
    [
      'template.setIndustry(1, "4")',
      () => template.setIndustry(1, '4'),
      '/cgi-bin/template/api_set_industry',
      body({ industry_id1: '1', industry_id2: '4' }),
    ],
    [
      'template.setIndustry({ … })',
      () => template.setIndustry({ industry_id1: '1', industry_id2: '4' }),
      '/cgi-bin/template/api_set_industry',
      body({ industry_id1: '1', industry_id2: '4' }),
    ],
    [
      'template.add(shortId)',
      () => template.add('TM00015'),
      '/cgi-bin/template/api_add_template',
      body({ template_id_short: 'TM00015' }),
    ],
    [
      'template.add(shortId, { … })',
      () => template.add('TM00015', { keywordNameList: ['a', 'b'] }),
      '/cgi-bin/template/api_add_template',
      body({ template_id_short: 'TM00015', keyword_name_list: ['a', 'b'] }),
    ],
    [
      'template.add({ … })',
      () => template.add({ template_id_short: 'TM00015' }),
      '/cgi-bin/template/api_add_template',
      body({ template_id_short: 'TM00015' }),
    ],
    [
      'group.create(name)',
      () => client.group.create('friends'),
      '/cgi-bin/groups/create',
      body({ group: { name: 'friends' } }),
    ],
    [
      'group.create({ … })',
      () => client.group.create({ group: { name: 'friends' } }),
      '/cgi-bin/groups/create',
      body({ group: { name: 'friends' } }),
    ],
    [
      'group.getUserGroup(openid)',
      () => client.group.getUserGroup('o1'),
      '/cgi-bin/groups/getid',
      body({ openid: 'o1' }),
    ],
    [
      'group.getUserGroup({ … })',
      () => client.group.getUserGroup({ openid: 'o1' }),
      '/cgi-bin/groups/getid',
      body({ openid: 'o1' }),
    ],
    [
      'group.update(id, name)',
      () => client.group.update(100, 'friends'),
      '/cgi-bin/groups/update',
      body({ group: { id: 100, name: 'friends' } }),
    ],
    [
      'group.update({ … })',
      () => client.group.update({ group: { id: 100, name: 'friends' } }),
      '/cgi-bin/groups/update',
      body({ group: { id: 100, name: 'friends' } }),
    ],
    [
      'group.moveUser(openid, groupId), also to the group 0 and by digits',
      () => client.group.moveUser('o1', '0'),
      '/cgi-bin/groups/members/update',
      body({ openid: 'o1', to_groupid: 0 }),
    ],
    [
      'group.moveUser({ … })',
      () => client.group.moveUser({ openid: 'o1', to_groupid: 100 }),
      '/cgi-bin/groups/members/update',
      body({ openid: 'o1', to_groupid: 100 }),
    ],
    [
      'user.get(openid), in Chinese by default',
      () => client.user.get('o1'),
      '/cgi-bin/user/info',
      query({ openid: 'o1', lang: 'zh_CN' }),
    ],
    [
      'user.get(openid, { lang })',
      () => client.user.get('o1', { lang: 'en' }),
      '/cgi-bin/user/info',
      query({ openid: 'o1', lang: 'en' }),
    ],
    [
      'user.get({ … })',
      () => client.user.get({ openid: 'o1' }),
      '/cgi-bin/user/info',
      query({ openid: 'o1' }),
    ],
    ['user.list()', () => client.user.list(), '/cgi-bin/user/get', query({})],
    [
      'user.list({ nextOpenid })',
      () => client.user.list({ nextOpenid: 'o9' }),
      '/cgi-bin/user/get',
      query({ next_openid: 'o9' }),
    ],
    [
      'user.list({ next_openid })',
      () => client.user.list({ next_openid: 'o9' }),
      '/cgi-bin/user/get',
      query({ next_openid: 'o9' }),
    ],
  ])('%s goes out once, and gives back what came', async (_, call, path, input) => {
    answer = () => ({ errcode: 0, said: path });
    expect(await call()).toEqual({ errcode: 0, said: path });
    expect(sent).toEqual([[path, input]]);
  });
});

describe('a QR code', () => {
  const picture = {
    stream: Readable.from(['jpeg']),
    contentType: 'image/jpg',
    filename: undefined,
    length: 4,
  };
  beforeEach(() => {
    answer = () => picture;
  });

  it('is shown as a stream', async () => {
    expect(await client.qrcode.show('t/1==')).toBe(picture.stream);
    expect(sent).toEqual([['/cgi-bin/showqrcode', { query: { ticket: 't/1==' } }]]);
  });

  it('is shown with what is known of it when the ticket is in an object', async () => {
    expect(await client.qrcode.show({ ticket: 't' })).toBe(picture);
  });

  it('has an address in which the ticket is encoded', () => {
    expect(client.qrcode.showUrl('gQH+/8 =&')).toBe(
      'https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=gQH%2B%2F8%20%3D%26',
    );
    expect(sent).toEqual([]);
  });
});

describe('a temporary file', () => {
  const file = {
    stream: Readable.from(['x']),
    contentType: 'image/jpeg',
    filename: 'a',
    length: 1,
  };

  it.each<[string, unknown, unknown]>([
    ['a stream', file, file],
    ['the address of a video', { video_url: 'http://v/' }, { videoUrl: 'http://v/' }],
  ])('comes as %s', async (_, came, expected) => {
    answer = () => came;
    expect(await client.media.get('m1')).toEqual(expected);
    expect(sent).toEqual([['/cgi-bin/media/get', { query: { media_id: 'm1' } }]]);
  });

  it('comes as it is when the media_id is in an object', async () => {
    answer = () => ({ video_url: 'http://v/' });
    expect(await client.media.get({ media_id: 'm1' })).toEqual({ video_url: 'http://v/' });
  });

  const folder = mkdtempSync(join(tmpdir(), 'media-'));
  const at = (name: string, bytes = 1) => {
    const path = join(folder, name);
    writeFileSync(path, Buffer.alloc(bytes));
    return path;
  };
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The arguments of the generated upload, where they are not converted to JSON. */
  const uploads: unknown[][] = [];
  const { media } = createConveniences({
    ...api,
    media: {
      ...api.media,
      upload: async (...given) => {
        uploads.push(given);
        return { type: given[1].type, media_id: 'm1', created_at: 1 };
      },
    },
  });
  beforeEach(() => {
    uploads.length = 0;
  });

  const KIB = 1024;
  it.each<[string, 'image' | 'voice' | 'video' | 'thumb', string | Uint8Array | Blob | Readable]>([
    ['a path', 'image', at('cat.PNG')],
    ['a path without an extension', 'image', at('cat')],
    ['bytes', 'voice', Buffer.from('x')],
    ['a Blob', 'video', new Blob(['x'])],
    ['a File', 'voice', new File(['x'], 'hi.amr')],
    ['a stream', 'thumb', Readable.from(['x'])],
    ['the largest image', 'image', Buffer.alloc(10 * KIB * KIB)],
    ['the largest voice', 'voice', at('long.mp3', 2 * KIB * KIB)],
    ['the largest video', 'video', new Blob([Buffer.alloc(10 * KIB * KIB)])],
    ['the largest thumb', 'thumb', Buffer.alloc(64 * KIB)],
  ])('is uploaded from %s', async (_, type, source) => {
    expect(await media.upload(type, source)).toEqual({ type, media_id: 'm1', created_at: 1 });
    expect(uploads).toEqual([[{ media: source }, { type }, undefined]]);
    const [body] = uploads[0] as [{ media: unknown }];
    expect(body.media).toBe(source);
  });

  it('is uploaded with the options behind the query', async () => {
    const options = { filename: 'hi.mp3', onProgress: () => undefined };
    await media.upload('voice', Buffer.from('x'), options);
    expect(uploads).toEqual([[{ media: Buffer.from('x') }, { type: 'voice' }, options]]);
  });

  it('is uploaded in the generated form as it is', async () => {
    const body = { media: 'not-there.txt' };
    await media.upload(body, { type: 'image' }, { filename: 'a.jpg' });
    expect(uploads).toEqual([[body, { type: 'image' }, { filename: 'a.jpg' }]]);
  });

  it.each<[string, unknown[], RegExp]>([
    ['another type', ['news', Buffer.from('x')], /type must be one of image, voice, video, thumb/],
    ['options that are none', ['image', Buffer.from('x'), 'a.jpg'], /options must be an object/],
  ])('is not uploaded from %s', async (_, given, message) => {
    const error = await catchError(() => loose(media).upload(...given));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain(folder);
    expect(uploads).toEqual([]);
  });

  it.each<[string, unknown[]]>([
    ['the type', []],
    ['the type', ['', 'cat.png']],
  ])('is not uploaded without %s', async (_, given) => {
    expect(await catchError(() => loose(media).upload(...given))).toBeInstanceOf(NeedParamError);
    expect(uploads).toEqual([]);
  });
});

describe('before anything is sent', () => {
  const [sending, templates] = [loose(custom), loose(template)];
  const [group, user, qrcode, media] = [
    loose(client.group),
    loose(client.user),
    loose(client.qrcode),
    loose(client.media),
  ];

  it.each<[string, () => unknown]>([
    ['custom.sendText needs openid', () => sending.sendText()],
    ['custom.sendText needs openid', () => sending.sendText('', 'hello')],
    ['custom.sendText needs content', () => sending.sendText('o1')],
    ['custom.sendText needs content', () => sending.sendText('o1', '')],
    ['custom.sendImage needs mediaId', () => sending.sendImage('o1')],
    ['custom.sendVoice needs mediaId', () => sending.sendVoice('o1', null)],
    ['custom.sendVideo needs video', () => sending.sendVideo('o1')],
    ['custom.sendVideo needs mediaId', () => sending.sendVideo('o1', {})],
    ['custom.sendMusic needs musicUrl', () => sending.sendMusic('o1', { thumbMediaId: 't' })],
    ['custom.sendMusic needs thumbMediaId', () => sending.sendMusic('o1', { musicUrl: 'm' })],
    ['custom.sendNews needs articles', () => sending.sendNews('o1', [])],
    ['custom.sendNews needs articles', () => sending.sendNews('o1')],
    ['custom.sendMpNews needs mediaId', () => sending.sendMpNews('o1')],
    ['custom.send needs openid', () => sending.send()],
    ['custom.send needs openid', () => sending.send(null, 'hello')],
    ['custom.send needs a reply', () => sending.send('o1')],
    ['custom.send needs a reply', () => sending.send('o1', null)],
    ['custom.send needs content', () => sending.send('o1', '')],
    ['custom.send needs thumbMediaId', () => sending.send('o1', reply.music('m'))],
    ['custom.send needs articles', () => sending.send('o1', [])],
    ['template.send needs openid', () => templates.send()],
    ['template.send needs templateId', () => templates.send('o1')],
    ['template.send needs data', () => templates.send('o1', 't1')],
    [
      'template.send needs miniprogram.appid',
      () => templates.send('o1', 't1', {}, { miniprogram: {} }),
    ],
    ['template.setIndustry needs id1', () => templates.setIndustry()],
    ['template.setIndustry needs id2', () => templates.setIndustry(1)],
    ['template.add needs shortId', () => templates.add()],
    ['group.create needs name', () => group.create()],
    ['group.getUserGroup needs openid', () => group.getUserGroup(null)],
    ['group.update needs id', () => group.update()],
    ['group.update needs name', () => group.update(100)],
    ['group.moveUser needs openid', () => group.moveUser()],
    ['group.moveUser needs groupId', () => group.moveUser('o1')],
    ['user.get needs openid', () => user.get()],
    ['qrcode.show needs ticket', () => qrcode.show()],
    ['qrcode.showUrl needs ticket', () => qrcode.showUrl('')],
    ['media.get needs mediaId', () => media.get()],
  ])('%s', async (message, call) => {
    const error = await catchError(call);
    expect(error).toBeInstanceOf(NeedParamError);
    expect(error.message).toContain(message);
    expect(sent).toEqual([]);
  });

  const device = { deviceType: 'gh_1', deviceId: 'd1', sessionId: 's1', content: 'aGk=' };
  const transfer = reply.transferToCustomerService();
  const CARRIED = 'a customer-service message carries text, image, voice, video, music, news';
  it.each<[string, string, () => unknown]>([
    [
      'a transfer',
      `transfer_customer_service reply; ${CARRIED}`,
      () => custom.send('o1', transfer),
    ],
    ['no reply', `a none reply; ${CARRIED}`, () => custom.send('o1', reply.none())],
    ['a device’s text', 'device_text', () => custom.send('o1', reply.deviceText(device))],
    ['no kind of reply', 'an object is not a reply', () => sending.send('o1', {})],
    ['a number', 'cannot send a number', () => sending.send('o1', 7)],
    ['a name of every object', 'toString', () => sending.send('o1', { type: 'toString' })],
    [
      'a text that is none',
      'content must be a string, not a number',
      () => sending.sendText('o1', 7),
    ],
    ['a user that is none', 'openid must be a string', () => sending.sendText(7, 'hello')],
    [
      'an article that is none',
      'an article must be an object',
      () => sending.sendNews('o1', ['a']),
    ],
    ['a second article that is none', 'an object', () => sending.sendNews('o1', [{}, null])],
    ['a video that is none', 'video must be an object', () => sending.sendVideo('o1', 'm1')],
    [
      'options that are none',
      'options must be an object',
      () => sending.sendText('o1', 'a', 'anna'),
    ],
    ['a sender that is none', 'kfAccount', () => sending.send('o1', 'a', { kfAccount: 1 })],
    ['data that is none', 'data must be an object', () => templates.send('o1', 't1', 'hello')],
    ['a value that is none', 'data.note must be', () => templates.send('o1', 't1', { note: null })],
    [
      'a value that is not a number',
      'data.n must be',
      () => templates.send('o1', 't1', { n: Number.NaN }),
    ],
    ['an object of nothing', 'data.note', () => templates.send('o1', 't1', { note: {} })],
    [
      'a colour that is none',
      'color of n',
      () => templates.send('o1', 't1', { n: { value: '', color: 1 } }),
    ],
    ['an industry that is none', 'id2 must be a whole', () => templates.setIndustry(1, 'IT')],
    [
      'keywords that are none',
      'array of strings',
      () => templates.add('TM1', { keywordNameList: 'a' }),
    ],
    ['a group that is none', 'id must be a whole', () => group.update(-1, 'friends')],
    ['half a group', 'groupId must be a whole', () => group.moveUser('o1', 1.5)],
    ['a long name', 'at most 30 characters, not 31', () => group.create('组'.repeat(31))],
    ['a language that is none', 'zh_CN, zh_TW, en, not "de"', () => user.get('o1', { lang: 'de' })],
    ['an openid in place of options', 'options must be an object', () => user.list('o1')],
  ])('%s is an invalid argument', async (_, message, call) => {
    const error = await catchError(call);
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toContain(message);
    expect(sent).toEqual([]);
  });
});

it('a name of 30 characters, whatever they are, names a group', async () => {
  await client.group.create('🎈'.repeat(30));
  expect(sent).toHaveLength(1);
});
