/** Everyday calls of the client, played by the simulator. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createWebhook } from '@wechat-mp/core';
import { OfficialClient } from '@wechat-mp/core/official';
import { createSimulator, type Simulator } from '@wechat-mp/simulator';
import { catchError, createClient, usePlatform } from '../support/official-client.ts';

const getPlatform = usePlatform();
let simulator: Simulator;
let client: OfficialClient;
let openids: string[];

beforeAll(async () => {
  const target = createWebhook('T0KEN', { text: () => undefined });
  simulator = await createSimulator({ target, token: 'T0KEN' });
  const { appid, appsecret } = simulator.account;
  client = new OfficialClient({ appid, appsecret, baseUrl: simulator.api.url });
  openids = ['Anna', 'Ben', 'Chen'].map((name) => simulator.user(name).openid);
});
afterAll(() => simulator.close());

it('users are asked for by their openids', async () => {
  const { user_info_list } = await client.user.batchGet(openids);
  expect(user_info_list.map(({ openid }) => openid)).toEqual(openids);
});

it('a mass message goes to all, to a tag and to openids', async () => {
  const { tag } = await client.tag.create({ tag: { name: 'regulars' } });
  await client.tag.batchTag({ openid_list: openids.slice(0, 1), tagid: tag.id });
  for (const receivers of ['all', { tagId: tag.id }, openids.slice(0, 2)] as const) {
    const { msg_id } = await client.message.mass.sendText(receivers, 'hello');
    expect(await client.message.mass.get({ msg_id })).toMatchObject({ msg_status: 'SEND_SUCCESS' });
  }
});

it('the same one twice is refused, with the number of the first', async () => {
  const send = () => client.message.mass.sendText(openids, 'a', { clientMsgId: 'once' });
  const { msg_id } = await send();
  expect(await catchError(send())).toMatchObject({ errcode: 45065, answer: { msg_id } });
});

it.each<[string, (client: OfficialClient) => Promise<{ ticket: string; expire_seconds?: number }>]>(
  [
    ['for a time', ({ qrcode }) => qrcode.createTemporary('a', { expireSeconds: 600 })],
    ['for good', ({ qrcode }) => qrcode.createPermanent(7)],
  ],
)('a QR code %s has a picture', async (when, create) => {
  const { ticket, expire_seconds } = await create(client);
  expect(expire_seconds).toBe(when === 'for a time' ? 600 : undefined);
  const { contentType, stream } = await client.qrcode.show({ ticket });
  expect(contentType).toMatch(/^image\//);
  stream.destroy();
});

describe('a message of customer service arrives', () => {
  it.each<[string, (openid: string) => Promise<unknown>, object]>([
    [
      'with answers to choose from',
      (openid) =>
        client.message.custom.sendMsgMenu(openid, {
          headContent: 'Did that help?',
          list: [{ id: 1, content: 'Yes' }],
        }),
      { type: 'menu' },
    ],
    [
      'as a page of a mini program',
      async (openid) => {
        const png = Buffer.from('89504e470d0a1a0a0000000d494844520000000100000001', 'hex');
        const { media_id } = await client.media.upload('image', png);
        await client.message.custom.sendMiniProgramPage(openid, {
          title: 'Our shop',
          appid: 'wx0123456789abcdef',
          pagepath: 'pages/index',
          thumbMediaId: media_id,
        });
      },
      { type: 'miniprogram', title: 'Our shop', pagePath: 'pages/index' },
    ],
    [
      'as a coupon',
      (openid) => client.message.custom.sendCard(openid, 'p1'),
      { type: 'card', cardId: 'p1' },
    ],
  ])('%s', async (_, send, message) => {
    const user = simulator.user('Dora');
    await user.sendText('hello');
    const pushed = user.nextPushed();
    await send(user.openid);
    expect(await pushed).toMatchObject({ message });
  });
});

it.each(['2024.06.06', 'cat.png', 'cat', 'photo.jfif', 'CAT.JPG', 'v1.2 final', '猫.jpeg'])(
  'a picture is taken, whatever it is called: %s',
  async (filename) => {
    const jpeg = readFileSync(new URL('../fixtures/qr-code.jpg', import.meta.url));
    expect(await client.media.upload('image', jpeg, { filename })).toHaveProperty('media_id');
    expect(
      await client.material.add({ media: jpeg }, { type: 'image' }, { filename }),
    ).toHaveProperty('media_id');
  },
);

describe('the whole of wx.config', () => {
  const moment = { timestamp: 1_414_587_457, noncestr: 'Wm3WZYTPz0wzccnW' };
  const url = 'http://mp.weixin.qq.com?params=value';

  it.each([
    [{ jsApiList: ['scanQRCode'] }, { debug: false, openTagList: [] }],
    [
      { jsApiList: [], openTagList: ['wx-open-launch-weapp'], debug: true },
      { debug: true, openTagList: ['wx-open-launch-weapp'] },
    ],
  ])('%j', async (options, rest) => {
    const { jsapi } = createClient(getPlatform());
    expect(await jsapi.buildConfig(`${url}#top`, options, moment)).toEqual({
      ...(await jsapi.sign(url, moment)),
      jsApiList: options.jsApiList,
      ...rest,
    });
  });

  it.each([
    [undefined, 'WECHAT_NEED_PARAM'],
    [{}, 'WECHAT_NEED_PARAM'],
    [{ jsApiList: 'scanQRCode' }, 'WECHAT_INVALID_ARGUMENT'],
    [{ jsApiList: [], openTagList: [1] }, 'WECHAT_INVALID_ARGUMENT'],
  ])('is not made of %j', async (options, code) => {
    const { jsapi } = createClient(getPlatform());
    expect(await catchError(jsapi.buildConfig(url, options as never))).toMatchObject({ code });
    expect(getPlatform().requests).toEqual([]);
  });
});
