// What accounts do every day. Run: npm run example examples/everyday-calls.ts
// It needs no account: the simulator is WeChat here. With one, leave the baseUrl out.
import { createWebhook } from '@wechat-mp/core';
import { OfficialClient } from '@wechat-mp/core/official';
import { createSimulator } from '@wechat-mp/simulator';

const bot = createWebhook('TOKEN', { text: () => undefined });
const wechat = await createSimulator({ target: bot, token: 'TOKEN' });
const [anna, ben, chen] = ['Anna', 'Ben', 'Chen'].map((name) => wechat.user(name));
if (!anna || !ben || !chen) throw new Error('the simulator has no users');
const { appid, appsecret } = wechat.account;
const client = new OfficialClient({ appid, appsecret, baseUrl: wechat.api.url });

console.log('Several users in one call:');
const { user_info_list } = await client.user.batchGet([anna.openid, ben.openid]);
console.log(user_info_list.map(({ subscribe }) => subscribe));

console.log('A tag, and who has it:');
const { tag } = await client.tag.create('regulars');
await client.tag.batchTag([anna.openid, chen.openid], tag.id);
for await (const openid of client.tag.iterateUsers(tag.id)) {
  console.log(openid === anna.openid ? 'Anna' : 'Chen');
}

console.log('Mass messages: to the tag, to two users, to all:');
for (const receivers of [{ tagId: tag.id }, [ben.openid, chen.openid], 'all'] as const) {
  await client.message.mass.sendText(receivers, 'Closed on Monday');
}
for (const user of [anna, ben, chen]) console.log(user.name, 'got', user.received.length);

console.log('Answers to choose from, within 48 hours of a message:');
await anna.sendText('Where is my parcel?');
await client.message.custom.sendMsgMenu(anna.openid, {
  headContent: 'Did that help?',
  list: [
    { id: 'yes', content: 'Yes' },
    { id: 'no', content: 'No' },
  ],
});
console.log(anna.received.at(-1)?.message);

console.log('A QR code for an hour, and one for good:');
const { expire_seconds } = await client.qrcode.createTemporary('order-7', { expireSeconds: 3600 });
const { ticket } = await client.qrcode.createPermanent('shelf-7');
console.log(expire_seconds, client.qrcode.showUrl(ticket).includes('/cgi-bin/showqrcode?ticket='));

console.log('All of wx.config:');
const config = await client.jsapi.buildConfig('https://example.com/', {
  jsApiList: ['scanQRCode'],
});
console.log(Object.keys(config).join(', '));

await wechat.close();
