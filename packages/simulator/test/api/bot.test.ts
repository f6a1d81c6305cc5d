/** A bot of the simulator calls its API, and users see what comes of it. */
import { afterEach, expect, it } from '@jest/globals';
import { createWebhook, type HandlersLike } from '@wechat-mp/core';
import { OfficialClient } from '@wechat-mp/core/official';
import { createSimulator, type Simulator } from '@wechat-mp/simulator';
import { APPID, APPSECRET } from '../../../../test/support/simulator-api.ts';

const QUIET = { error() {}, warn() {}, info() {}, debug() {} };
const opened: Simulator[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((wechat) => wechat.close()));
});

async function start(handlers: (client: () => OfficialClient) => HandlersLike) {
  const account = { token: 'TOKEN', appid: APPID, appsecret: APPSECRET };
  let client: OfficialClient | undefined;
  const bot = handlers(() => client as OfficialClient);
  const target = createWebhook({ token: 'TOKEN', logger: QUIET }, bot);
  const wechat = await createSimulator({ ...account, target, clock: 'virtual' });
  opened.push(wechat);
  client = new OfficialClient({
    appid: APPID,
    appsecret: APPSECRET,
    baseUrl: wechat.api.url,
    logger: QUIET,
  });
  return { wechat, client };
}

it('what it sends by itself arrives, 5 times after a message', async () => {
  const { wechat, client } = await start(() => ({ text: () => 'hello' }));
  const alice = wechat.user('alice');
  const push = (content: string) => client.message.custom.sendText(alice.openid, content);
  await expect(push('too early')).rejects.toMatchObject({ errcode: 45015 });
  const { reply, pushed } = await alice.sendText('hi');
  for (const content of ['1', '2', '3', '4', '5']) await push(content);
  await expect(push('6')).rejects.toMatchObject({ errcode: 45047 });
  expect(reply).toEqual({ type: 'text', content: 'hello' });
  expect(pushed.map(({ message }) => message)).toEqual(
    ['1', '2', '3', '4', '5'].map((content) => ({ type: 'text', content })),
  );
  await wechat.advance(48 * 3_600_000);
  await expect(push('too late')).rejects.toMatchObject({ errcode: 45015 });
});

it('a click is good for 3 messages within a minute, and unfollowing ends all', async () => {
  const { wechat, client } = await start(() => ({}));
  const alice = wechat.user('alice');
  const push = () => client.message.custom.sendText(alice.openid, 'a');
  await alice.clickMenu('V1001');
  await push();
  await wechat.advance(60_000);
  await expect(push()).rejects.toMatchObject({ errcode: 45015 });
  await alice.sendText('hi');
  await alice.unsubscribe();
  await expect(push()).rejects.toMatchObject({ errcode: 45015 });
});

it('the result of its template message is pushed', async () => {
  const ended: unknown[] = [];
  const { wechat, client } = await start(() => ({
    'event:templatesendjobfinish': (message) => void ended.push(message.status),
  }));
  const { template_id } = await client.message.template.add({
    template_id_short: 'TM1',
    keyword_name_list: ['订单号'],
  });
  const alice = wechat.user('alice');
  const next = alice.nextPushed();
  await client.message.template.send({
    touser: alice.openid,
    template_id,
    data: { thing1: { value: '42' } },
  });
  expect((await next).message).toMatchObject({ type: 'template', content: '订单号：42' });
  while (ended.length === 0) await wechat.advance(0);
  expect(ended).toEqual(['success']);
});

it('a scan of its QR code has the scene', async () => {
  const { wechat, client } = await start(() => ({
    'event:scan': (message) => `scanned ${message.scene}`,
    'event:subscribe': (message) => `came by ${message.scene}`,
  }));
  const { ticket } = await client.qrcode.create({
    action_name: 'QR_STR_SCENE',
    action_info: { scene: { scene_str: 'shop' } },
    expire_seconds: 60,
  });
  const alice = wechat.user('alice');
  expect((await alice.scan(ticket)).reply).toMatchObject({ content: 'scanned shop' });
  await alice.unsubscribe();
  expect((await alice.scan(ticket)).reply).toMatchObject({ content: 'came by shop' });
  expect(await client.user.get({ openid: alice.openid })).toMatchObject({ qr_scene_str: 'shop' });
  await wechat.advance(60_000);
  await expect(alice.scan(ticket)).rejects.toThrow('no longer valid');
});

it('a reset clears everything, and the client works again', async () => {
  const { wechat, client } = await start(() => ({}));
  wechat.user('alice');
  await client.menu.create({ button: [{ name: 'a', type: 'click', key: 'k' }] });
  wechat.reset();
  expect(wechat.api.calls).toEqual([]);
  await expect(client.menu.get()).rejects.toMatchObject({ errcode: 46003 });
  expect(await client.user.list()).toMatchObject({ total: 0 });
});

it('downloads what a user sends without a file, and sends it back', async () => {
  const { wechat } = await start((createClient) => ({
    image: async ({ mediaId, picUrl, source }) => {
      const media = await createClient().media.get({ media_id: mediaId });
      if (!('stream' in media)) throw new Error('no picture');
      const { stream, contentType } = media;
      const bytes = Buffer.concat((await stream.toArray()) as Buffer[]);
      const picture = Buffer.from(await (await fetch(`${picUrl}`)).arrayBuffer());
      await createClient().message.custom.send(source, { type: 'image', mediaId });
      return `${contentType} ${bytes.equals(picture)} ${bytes.length > 100}`;
    },
    voice: ({ mediaId }) => mediaId,
  }));
  const alice = wechat.user('alice');
  const { reply, pushed } = await alice.sendImage();
  expect(reply).toEqual({ type: 'text', content: 'image/png true true' });
  expect(pushed).toMatchObject([{ message: { type: 'image', mediaId: 'SAMPLE_IMAGE' } }]);
  expect((await alice.sendVoice()).reply).toEqual({ type: 'text', content: 'SAMPLE_VOICE' });
  await alice.sendVideo();
  expect(Object.keys(wechat.state.media).sort()).toEqual([
    'SAMPLE_IMAGE',
    'SAMPLE_VIDEO',
    'SAMPLE_VOICE',
  ]);
});
