// A bot's tests, with WeChat on the desk. Run: npm run example examples/testing.ts
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createWebhook } from '@wechat-mp/core';
import { OfficialClient, WindowClosedError } from '@wechat-mp/core/official';
import { createSimulator } from '@wechat-mp/simulator';

const webhook = createWebhook('TOKEN', {
  text: ({ content }, { context }) => {
    const before = context.get('before', '');
    context.set('before', content);
    return before ? `上次你说的是：${before}` : '你好，初次见面';
  },
  'event:subscribe': ({ scene }) => `欢迎，来自${scene}的朋友`,
});
const wechat = await createSimulator({ target: webhook, token: 'TOKEN' });
after(() => wechat.close());

void test('remembers what was said before, for each user', async () => {
  const [ming, hong] = [wechat.user('小明'), wechat.user('小红')];
  assert.deepEqual((await ming.sendText('早上好')).reply, {
    type: 'text',
    content: '你好，初次见面',
  });
  assert.equal((await hong.sendText('晚上好')).verdict, 'reply');
  const { reply, deliveries } = await ming.sendText('又是我');
  assert.deepEqual(reply, { type: 'text', content: '上次你说的是：早上好' });
  assert.equal(deliveries.length, 1);
});

void test('greets who comes by a QR code', async () => {
  const { reply } = await wechat.user('小刚').subscribe({ scene: '海报' });
  assert.deepEqual(reply, { type: 'text', content: '欢迎，来自海报的朋友' });
});

void test('a delivery that comes again is answered with the same reply', async () => {
  const user = wechat.user('小丽');
  const first = await user.sendText('在吗');
  const again = await user.again(first.deliveries[0] as (typeof first.deliveries)[number]);
  assert.deepEqual(again.reply, first.reply);
});

void test('writes first only to who has written within 48 hours', async () => {
  const { appid, appsecret } = wechat.account;
  const client = new OfficialClient({ appid, appsecret, baseUrl: wechat.api.url });
  const [ming, stranger] = [wechat.user('小明'), wechat.user('陌生人')];
  await client.message.custom.sendText(ming.openid, '今天的新闻到了');
  assert.deepEqual((await ming.nextPushed()).message, { type: 'text', content: '今天的新闻到了' });
  await assert.rejects(client.message.custom.sendText(stranger.openid, '你好'), WindowClosedError);
});
