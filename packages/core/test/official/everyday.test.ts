/** Everyday calls with arguments: mass messages, QR codes, many users, and more of customer service. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidArgumentError, NeedParamError } from '@wechat-mp/core';
import type { MassReceivers } from '@wechat-mp/core/official';
import { createConveniences } from '../../src/official/conveniences/index.ts';
import { bind } from '../../src/official/endpoint.ts';
import { endpoints } from '../../src/official/endpoints/index.ts';
import { catchError } from '../support.ts';

/** The requests without undefined fields, and their answers. */
const sent: [path: string, body: unknown][] = [];
let answer: (body: never) => unknown = () => ({ errcode: 0 });
const api = bind(endpoints, ({ path }, { body, query }) => {
  sent.push([path, JSON.parse(JSON.stringify({ ...Object(query), ...Object(body) }))]);
  return Promise.resolve(answer(body as never));
});
const { message, qrcode, user, ...groups } = createConveniences(api);
const { blacklist, material, menu, tag } = groups;
const { custom, mass } = message;
type Loose<T> = { [K in keyof T]: (...given: unknown[]) => unknown };
const loose = <T>(methods: T) => methods as Loose<T>;

beforeEach(() => {
  sent.length = 0;
  answer = () => ({ errcode: 0 });
});

describe('a mass message', () => {
  it.each<[string, MassReceivers, string, object]>([
    ['to all', 'all', 'sendall', { filter: { is_to_all: true } }],
    ['to a tag', { tagId: 2 }, 'sendall', { filter: { is_to_all: false, tag_id: 2 } }],
    ['to openids', ['o1', 'o2'], 'send', { touser: ['o1', 'o2'] }],
  ])('goes %s', async (_, receivers, method, target) => {
    await mass.sendText(receivers, 'hello', { clientMsgId: 'c1' });
    await mass.sendMpNews(receivers, 'm1', { sendIgnoreReprint: true });
    const path = `/cgi-bin/message/mass/${method}`;
    expect(sent).toEqual([
      [path, { ...target, msgtype: 'text', text: { content: 'hello' }, clientmsgid: 'c1' }],
      [path, { ...target, msgtype: 'mpnews', mpnews: { media_id: 'm1' }, send_ignore_reprint: 1 }],
    ]);
  });

  it.each<[string, () => Promise<unknown>, object]>([
    [
      'a picture',
      () => mass.sendImage('all', 'm1'),
      { msgtype: 'image', images: { media_ids: ['m1'] } },
    ],
    [
      'pictures with words',
      () => mass.sendImage('all', ['m1', 'm2'], { recommend: 'a', needOpenComment: false }),
      {
        msgtype: 'image',
        images: { media_ids: ['m1', 'm2'], recommend: 'a', need_open_comment: 0 },
      },
    ],
    ['a voice', () => mass.sendVoice('all', 'm1'), { msgtype: 'voice', voice: { media_id: 'm1' } }],
    [
      'a video',
      () => mass.sendVideo('all', { mediaId: 'm1', title: 'a', description: 'b' }),
      { msgtype: 'mpvideo', mpvideo: { media_id: 'm1', title: 'a', description: 'b' } },
    ],
    [
      'a coupon',
      () => mass.sendCard('all', 'p1'),
      { msgtype: 'wxcard', wxcard: { card_id: 'p1' } },
    ],
  ])('can be %s', async (_, send, content) => {
    await send();
    expect(sent[0]?.[1]).toEqual({ ...content, filter: { is_to_all: true } });
  });

  it('gives what the platform answers', async () => {
    answer = () => ({ errcode: 0, msg_id: '9007199254740993' });
    expect(await mass.sendText('all', 'a')).toMatchObject({ msg_id: '9007199254740993' });
  });

  it('has the form of the wire too', async () => {
    const body = { touser: ['o1', 'o2'], msgtype: 'text', text: { content: 'a' } } as const;
    const { send } = api.message.mass;
    await send({ ...body, touser: [...body.touser] });
    expect(sent).toEqual([['/cgi-bin/message/mass/send', body]]);
  });

  const wrong = loose(mass);
  it.each<[string, () => unknown, typeof NeedParamError | typeof InvalidArgumentError]>([
    ['nobody', () => wrong.sendText(undefined, 'a'), NeedParamError],
    ['null, which is not all', () => wrong.sendText(null, 'a'), NeedParamError],
    ['no openid', () => wrong.sendText([], 'a'), NeedParamError],
    ['one openid', () => wrong.sendText(['o1'], 'a'), InvalidArgumentError],
    ['an empty openid', () => wrong.sendText(['o1', ''], 'a'), NeedParamError],
    [
      'too many openids',
      () =>
        wrong.sendText(
          Array.from({ length: 10_001 }, (_, index) => `o${index}`),
          'a',
        ),
      InvalidArgumentError,
    ],
    ['a number', () => wrong.sendText(2, 'a'), InvalidArgumentError],
    ['true', () => wrong.sendText(true, 'a'), InvalidArgumentError],
    ['a tag without a number', () => wrong.sendText({ tagId: 'vip' }, 'a'), InvalidArgumentError],
    ['no text', () => wrong.sendText('all'), NeedParamError],
    ['no picture', () => wrong.sendImage('all', []), NeedParamError],
    ['a video without an id', () => wrong.sendVideo('all', {}), NeedParamError],
    [
      'a flag that is no boolean',
      () => wrong.sendMpNews('all', 'm1', { sendIgnoreReprint: 'no' }),
      InvalidArgumentError,
    ],
  ])('is not sent to or with %s', async (_, send, kind) => {
    expect(await catchError(send)).toBeInstanceOf(kind);
    expect(sent).toEqual([]);
  });
});

describe('a QR code', () => {
  const CREATE = '/cgi-bin/qrcode/create';

  it.each<[string, () => Promise<unknown>, object]>([
    [
      'for a time, with a text',
      () => qrcode.createTemporary('order-7', { expireSeconds: 3600 }),
      {
        action_name: 'QR_STR_SCENE',
        action_info: { scene: { scene_str: 'order-7' } },
        expire_seconds: 3600,
      },
    ],
    [
      'for a time, with a number',
      () => qrcode.createTemporary(4_294_967_295),
      { action_name: 'QR_SCENE', action_info: { scene: { scene_id: 4_294_967_295 } } },
    ],
    [
      'for good, with a text',
      () => qrcode.createPermanent('shelf-7'),
      { action_name: 'QR_LIMIT_STR_SCENE', action_info: { scene: { scene_str: 'shelf-7' } } },
    ],
    [
      'for good, with a number',
      () => qrcode.createPermanent(100_000),
      { action_name: 'QR_LIMIT_SCENE', action_info: { scene: { scene_id: 100_000 } } },
    ],
    [
      'with the digits of a number, which are a text',
      () => qrcode.createPermanent('123'),
      { action_name: 'QR_LIMIT_STR_SCENE', action_info: { scene: { scene_str: '123' } } },
    ],
  ])('%s', async (_, create, body) => {
    answer = () => ({ ticket: 't1', url: 'http://weixin.qq.com/q/1' });
    expect(await create()).toEqual({ ticket: 't1', url: 'http://weixin.qq.com/q/1' });
    expect(sent).toEqual([[CREATE, body]]);
  });

  const wrong = loose(qrcode);
  it.each<[string, () => unknown]>([
    ['without a scene', () => wrong.createTemporary()],
    ['with an empty scene', () => wrong.createPermanent('')],
    ['with a scene of 65 characters', () => wrong.createTemporary('a'.repeat(65))],
    ['with the number 0', () => wrong.createTemporary(0)],
    ['with half a number', () => wrong.createPermanent(1.5)],
    ['for good, with a number above 100000', () => wrong.createPermanent(100_001)],
    ['for 31 days', () => wrong.createTemporary('a', { expireSeconds: 31 * 86_400 })],
    ['for no time', () => wrong.createTemporary('a', { expireSeconds: 0 })],
    ['with an object', () => wrong.createTemporary({ scene_str: 'a' })],
  ])('is not asked for %s', async (_, create) => {
    expect(await catchError(create)).toMatchObject({
      code: expect.stringMatching(/^WECHAT_(?:NEED_PARAM|INVALID_ARGUMENT)$/),
    });
    expect(sent).toEqual([]);
  });
});

describe('many users', () => {
  const BATCH = '/cgi-bin/user/info/batchget';
  beforeEach(() => {
    answer = ({ user_list }: { user_list: object[] }) => ({ user_info_list: user_list });
  });

  it.each([
    ['zh_CN', undefined],
    ['en', { lang: 'en' }],
  ] as const)('are asked for by their openids, in %s', async (lang, options) => {
    const { user_info_list } = await user.batchGet(['o1', 'o2'], options);
    expect(user_info_list.map(({ openid }) => openid)).toEqual(['o1', 'o2']);
    const user_list = ['o1', 'o2'].map((openid) => ({ openid, lang }));
    expect(sent).toEqual([[BATCH, { user_list }]]);
  });

  it('100 in a call, in their order', async () => {
    const openids = Array.from({ length: 250 }, (_, index) => `o${index}`);
    const { user_info_list } = await user.batchGet(openids);
    expect(user_info_list.map(({ openid }) => openid)).toEqual(openids);
    expect(sent.map(([, body]) => (body as { user_list: [] }).user_list.length)).toEqual([
      100, 100, 50,
    ]);
  });

  it('or in the form of the wire', async () => {
    const body = { user_list: [{ openid: 'o1' }] };
    await user.batchGet(body);
    expect(sent).toEqual([[BATCH, body]]);
  });

  const wrong = loose(user);
  it.each<[string, () => unknown]>([
    ['nobody', () => wrong.batchGet([])],
    ['a single openid', () => wrong.batchGet('o1')],
    ['nothing', () => wrong.batchGet()],
    ['an openid that is none', () => wrong.batchGet(['o1', undefined])],
    ['a language that is none', () => wrong.batchGet(['o1'], { lang: 'de' })],
  ])('but not by %s', async (_, get) => {
    expect(await catchError(get)).toMatchObject({ code: expect.stringMatching(/^WECHAT_/) });
    expect(sent).toEqual([]);
  });
});

describe('what is changed is named by arguments, or in the form of the wire', () => {
  const openid_list = ['o1', 'o2'];
  type Call = () => Promise<unknown>;
  it.each<[string, Call, Call, object]>([
    [
      'tags/create',
      () => tag.create('regulars'),
      () => tag.create({ tag: { name: 'regulars' } }),
      { tag: { name: 'regulars' } },
    ],
    [
      'tags/update',
      () => tag.update(7, 'guests'),
      () => tag.update({ tag: { id: 7, name: 'guests' } }),
      { tag: { id: 7, name: 'guests' } },
    ],
    ['tags/delete', () => tag.delete(7), () => tag.delete({ tag: { id: 7 } }), { tag: { id: 7 } }],
    [
      'user/tag/get',
      () => tag.getUsers(7, { nextOpenid: 'o9' }),
      () => tag.getUsers({ tagid: 7, next_openid: 'o9' }),
      { tagid: 7, next_openid: 'o9' },
    ],
    [
      'tags/members/batchtagging',
      () => tag.batchTag(['o1', 'o2'], 7),
      () => tag.batchTag({ openid_list, tagid: 7 }),
      { openid_list, tagid: 7 },
    ],
    [
      'tags/members/batchuntagging',
      () => tag.batchUntag(['o1', 'o2'], 7),
      () => tag.batchUntag({ openid_list, tagid: 7 }),
      { openid_list, tagid: 7 },
    ],
    [
      'tags/getidlist',
      () => tag.getUserTags('o1'),
      () => tag.getUserTags({ openid: 'o1' }),
      { openid: 'o1' },
    ],
    [
      'tags/members/batchblacklist',
      () => blacklist.add(['o1', 'o2']),
      () => blacklist.add({ openid_list }),
      { openid_list },
    ],
    [
      'tags/members/batchunblacklist',
      () => blacklist.remove(['o1', 'o2']),
      () => blacklist.remove({ openid_list }),
      { openid_list },
    ],
    [
      'user/info/updateremark',
      () => user.updateRemark('o1', 'Anna'),
      () => user.updateRemark({ openid: 'o1', remark: 'Anna' }),
      { openid: 'o1', remark: 'Anna' },
    ],
    [
      'message/custom/typing',
      () => custom.typing('o1'),
      () => custom.typing({ touser: 'o1', command: 'Typing' }),
      { touser: 'o1', command: 'Typing' },
    ],
    [
      'material/get_material',
      () => material.get('m1'),
      () => material.get({ media_id: 'm1' }),
      { media_id: 'm1' },
    ],
    [
      'material/del_material',
      () => material.delete('m1'),
      () => material.delete({ media_id: 'm1' }),
      { media_id: 'm1' },
    ],
    [
      'material/add_material',
      () => material.add('image', 'cat.jpg'),
      () => material.add({ media: 'cat.jpg' }, { type: 'image' }),
      { media: 'cat.jpg', type: 'image' },
    ],
    [
      'menu/trymatch',
      () => menu.tryMatch('o1'),
      () => menu.tryMatch({ user_id: 'o1' }),
      { user_id: 'o1' },
    ],
    [
      'menu/delconditional',
      () => menu.deleteConditional(208),
      () => menu.deleteConditional({ menuid: '208' }),
      { menuid: '208' },
    ],
  ])('%s', async (path, byArguments, byBody, body) => {
    await byArguments();
    await byBody();
    expect(sent).toEqual(Array(2).fill([`/cgi-bin/${path}`, body]));
  });

  it('a remark is taken away, typing is ended, and a video is described', async () => {
    await user.updateRemark('o1', '');
    await custom.typing('o1', 'CancelTyping');
    await material.add('video', 'tour.mp4', { title: 'A tour', introduction: 'Of our shop' });
    expect(sent.map(([, body]) => body)).toEqual([
      { openid: 'o1', remark: '' },
      { touser: 'o1', command: 'CancelTyping' },
      {
        media: 'tour.mp4',
        description: '{"title":"A tour","introduction":"Of our shop"}',
        type: 'video',
      },
    ]);
  });

  const [tags, lists, users, files, menus, messages] = [
    loose(tag),
    loose(blacklist),
    loose(user),
    loose(material),
    loose(menu),
    loose(custom),
  ];
  it.each<[string, () => unknown]>([
    ['a tag without a name', () => tags.create('')],
    ['a tag by a name in place of its number', () => tags.delete('regulars')],
    ['nobody with a tag', () => tags.batchTag([], 7)],
    ['one openid in place of several', () => tags.batchTag('o1', 7)],
    ['openids without a tag', () => tags.batchUntag(['o1'])],
    ['nobody to block', () => lists.add()],
    ['a remark for nobody', () => users.updateRemark('', 'Anna')],
    ['a material of no type', () => files.add('news', 'cat.jpg')],
    ['a material without an id', () => files.get()],
    ['a menu for nobody', () => menus.tryMatch()],
    ['to be typing in another way', () => messages.typing('o1', 'Sleeping')],
  ])('but not %s', async (_, call) => {
    expect(await catchError(call)).toMatchObject({ code: expect.stringMatching(/^WECHAT_/) });
    expect(sent).toEqual([]);
  });
});

describe('a message of customer service can be', () => {
  it.each<[string, () => Promise<unknown>, object]>([
    [
      'answers to choose from',
      () =>
        custom.sendMsgMenu('o1', {
          headContent: 'Did that help?',
          list: [
            { id: 1, content: 'Yes' },
            { id: 'no', content: 'No' },
          ],
          tailContent: 'Thank you',
        }),
      {
        msgtype: 'msgmenu',
        msgmenu: {
          head_content: 'Did that help?',
          list: [
            { id: '1', content: 'Yes' },
            { id: 'no', content: 'No' },
          ],
          tail_content: 'Thank you',
        },
      },
    ],
    [
      'a page of a mini program',
      () =>
        custom.sendMiniProgramPage('o1', {
          title: 'a',
          appid: 'wx1',
          pagepath: 'pages/index',
          thumbMediaId: 'm1',
        }),
      {
        msgtype: 'miniprogrampage',
        miniprogrampage: {
          title: 'a',
          appid: 'wx1',
          pagepath: 'pages/index',
          thumb_media_id: 'm1',
        },
      },
    ],
    [
      'a coupon',
      () => custom.sendCard('o1', 'p1'),
      { msgtype: 'wxcard', wxcard: { card_id: 'p1' } },
    ],
  ])('%s', async (_, send, content) => {
    await send();
    expect(sent).toEqual([['/cgi-bin/message/custom/send', { touser: 'o1', ...content }]]);
  });

  it('sent in somebody’s name', async () => {
    const options = { kfAccount: 'anna@shop' };
    await custom.sendCard('o1', 'p1', options);
    await custom.sendMsgMenu('o1', { list: [{ id: '1', content: 'a' }] }, options);
    for (const [, body] of sent) {
      expect(body).toMatchObject({ customservice: { kf_account: 'anna@shop' } });
    }
  });

  const wrong = loose(custom);
  it.each<[string, () => unknown]>([
    ['a menu without a list', () => wrong.sendMsgMenu('o1', {})],
    ['a menu of nothing', () => wrong.sendMsgMenu('o1', { list: [] })],
    ['an entry without an id', () => wrong.sendMsgMenu('o1', { list: [{ content: 'a' }] })],
    ['an entry that is a text', () => wrong.sendMsgMenu('o1', { list: ['a'] })],
    [
      'a page without a picture',
      () => wrong.sendMiniProgramPage('o1', { appid: 'a', pagepath: 'b' }),
    ],
    ['a coupon without an id', () => wrong.sendCard('o1')],
    ['a coupon for nobody', () => wrong.sendCard('', 'p1')],
  ])('but not %s', async (_, send) => {
    expect(await catchError(send)).toMatchObject({ code: expect.stringMatching(/^WECHAT_/) });
    expect(sent).toEqual([]);
  });
});
