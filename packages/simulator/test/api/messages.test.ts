/** Messages that the account pushes to users through the simulator's API. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { MessageCountError, WindowClosedError } from '@wechat-mp/core/official';
import {
  closeAll,
  createPerson,
  type Desk,
  open,
  withToken,
} from '../../../../test/support/simulator-api.ts';
import { grantAllowance } from '../../src/allowance.ts';
import type { Person } from '../../src/state.ts';

afterEach(closeAll);

const HOUR = 3_600_000;
const JPEG = new Blob([Buffer.from('ffd8ffe0', 'hex')]);

/** Someone who just wrote. */
async function openTo(person: Person = createPerson('o1')): Promise<Desk> {
  const desk = await open(person);
  grantAllowance(person, 'message', desk.clock.now());
  return desk;
}

describe('a customer-service message', () => {
  const to = 'o1';
  const text = (content: unknown) => ({ touser: to, msgtype: 'text', text: { content } });
  const news = (articles: unknown) => ({ touser: to, msgtype: 'news', news: { articles } });
  const send = (desk: Desk, message: unknown) =>
    withToken(desk, '/cgi-bin/message/custom/send', message);

  it.each([
    ['a text of 2048 bytes', text('好'.repeat(682) + '!!'), 0],
    ['a text of 2049 bytes', text('好'.repeat(683)), 45002],
    ['an empty text', text(''), 44004],
    ['text that is elsewhere', { touser: to, msgtype: 'text', image: { media_id: 'a' } }, 44004],
    ['an unknown msgtype', { touser: to, msgtype: 'poke', poke: {} }, 40008],
    ['one article', news([{}]), 0],
    ['two articles', news([{}, {}]), 45008],
    ['no article', news([]), 44003],
    ['articles that are not an array', news({}), 45162],
    ['an image without media_id', { touser: to, msgtype: 'image', image: {} }, 40007],
    [
      'an image that nobody uploaded',
      { touser: to, msgtype: 'image', image: { media_id: 'x' } },
      40007,
    ],
    [
      'a mini program without appid',
      { touser: to, msgtype: 'miniprogrampage', miniprogrampage: {} },
      40166,
    ],
    ['nobody', { ...text('a'), touser: '' }, 40003],
  ])('%s', async (_, message, errcode) => {
    expect(await send(await openTo(), message)).toMatchObject({ errcode });
  });

  it('of each type is shown', async () => {
    const person = createPerson('o1');
    const desk = await openTo(person);
    grantAllowance(person, 'pay', desk.clock.now());
    const { client, shown } = desk;
    const [image, voice, video] = [
      (await client.media.upload('image', JPEG, { filename: 'a.jpg' })).media_id,
      (await client.media.upload('voice', Buffer.from('#!AMR\n'), { filename: 'a.amr' })).media_id,
      (await client.media.upload('video', Buffer.from('\0\0\0\x18ftypmp42'), { filename: 'a.mp4' }))
        .media_id,
    ];
    const words = { title: 't', description: 'd' };
    const contents = {
      text: { content: '你好' },
      image: { media_id: image },
      voice: { media_id: voice },
      video: { media_id: video, ...words },
      music: { musicurl: 'http://m', hqmusicurl: 'http://h', thumb_media_id: 'x', ...words },
      news: { articles: [{ ...words, url: 'http://u', picurl: 'http://p' }] },
      msgmenu: { head_content: 'h', list: [{ id: '1', content: 'yes' }], tail_content: 't' },
      wxcard: { card_id: 'c' },
      miniprogrampage: { title: 't', appid: 'wx1', pagepath: 'p', thumb_media_id: 'm' },
      link: { ...words, url: 'http://u', thumb_url: 'http://p' },
    };
    for (const [msgtype, content] of Object.entries(contents)) {
      const message = { touser: 'o1', msgtype, [msgtype]: content };
      expect(await send(desk, message)).toMatchObject({ errcode: 0 });
    }
    expect(
      shown.every(({ openid, received }) => openid === 'o1' && received.via === 'custom'),
    ).toBe(true);
    const article = { ...words, url: 'http://u', picUrl: 'http://p' };
    expect(shown.map(({ received }) => received.message)).toEqual([
      { type: 'text', content: '你好' },
      { type: 'image', mediaId: image },
      { type: 'voice', mediaId: voice },
      { type: 'video', mediaId: video, ...words },
      { type: 'music', musicUrl: 'http://m', hqMusicUrl: 'http://h', thumbMediaId: 'x', ...words },
      { type: 'news', articles: [article] },
      { type: 'menu', head: 'h', items: [{ id: '1', content: 'yes' }], tail: 't' },
      { type: 'card', cardId: 'c' },
      { type: 'miniprogram', title: 't', appid: 'wx1', pagePath: 'p', thumbMediaId: 'm' },
      { type: 'news', articles: [article] },
    ]);
  });

  it('may follow a message 5 times within 48 hours, and another message 5 times more', async () => {
    const person = createPerson('o1');
    const desk = await openTo(person);
    const say = () => desk.client.message.custom.sendText('o1', 'a');
    for (let times = 1; times <= 5; times += 1) await say();
    await expect(say()).rejects.toBeInstanceOf(MessageCountError);
    grantAllowance(person, 'message', desk.clock.now());
    await say();
    await desk.clock.advance(48 * HOUR);
    await expect(say()).rejects.toBeInstanceOf(WindowClosedError);
    expect(desk.shown).toHaveLength(6);
  });

  it.each(['click', 'scan', 'subscribe'] as const)(
    'may follow a %s 3 times within a minute, beside those of a message',
    async (trigger) => {
      const person = createPerson('o1');
      const desk = await open(person);
      const say = async () => (await send(desk, text('a')))['errcode'];
      expect(await say()).toBe(45015);
      grantAllowance(person, trigger, desk.clock.now());
      expect([await say(), await say(), await say(), await say()]).toEqual([0, 0, 0, 45047]);
      grantAllowance(person, 'message', desk.clock.now());
      grantAllowance(person, trigger, desk.clock.now());
      for (let times = 1; times <= 8; times += 1) expect(await say()).toBe(0);
      expect(await say()).toBe(45047);
      grantAllowance(person, trigger, desk.clock.now());
      person.allowances = person.allowances.filter((one) => one.trigger === trigger);
      await desk.clock.advance(60_000);
      expect(await say()).toBe(45015);
    },
  );

  it('is not sent to users who left or are blocked', async () => {
    const person = createPerson('o1');
    const desk = await openTo(person);
    person.isBlocked = true;
    expect(await send(desk, text('a'))).toMatchObject({ errcode: 43019 });
    Object.assign(person, { isBlocked: false, follows: false });
    expect(await send(desk, text('a'))).toMatchObject({ errcode: 45015 });
    expect(desk.shown).toEqual([]);
  });

  it('may be announced as being typed, within 30 s of a message', async () => {
    const desk = await openTo();
    const type = async (command: string) =>
      (await withToken(desk, '/cgi-bin/message/custom/typing', { touser: 'o1', command }))[
        'errcode'
      ];
    expect(await type('Talking')).toBe(45072);
    expect([await type('Typing'), await type('Typing')]).toEqual([0, 45081]);
    expect([await type('CancelTyping'), await type('Typing')]).toEqual([0, 0]);
    await desk.clock.advance(31_000);
    expect(await type('Typing')).toBe(45080);
  });
});
