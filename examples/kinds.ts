// Tells all kinds of messages apart, and what each of them has. Run: npm run example examples/kinds.ts
// It needs no account: the simulator stands in for WeChat and its users.
import { createWebhook, type Message } from '@wechat-mp/core';
import { createSimulator } from '@wechat-mp/simulator';

/** Within each `case` the message has the fields of its kind: the compiler knows them. */
function describe(message: Message): string {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- `default` names the others
  switch (message.type) {
    case 'text':
      return `文字：${message.content}`;
    case 'image':
      return `图片：${message.picUrl}`;
    case 'voice':
      return `语音（${message.format}）：${message.recognition ?? '没有识别结果'}`;
    case 'video':
    case 'shortvideo':
      return `视频，缩略图 ${message.thumbMediaId}`;
    case 'location': {
      const [latitude, longitude] = message.location;
      return `位置：${message.label}，北纬 ${latitude}，东经 ${longitude}`;
    }
    case 'link':
      return `链接：${message.title} ${message.url}`;
    case 'miniprogrampage':
      return `小程序：${message.title}`;
    case 'event:subscribe':
      return message.scene ? `扫码关注：${message.scene}` : '关注';
    case 'event:unsubscribe':
      return '取消关注'; // nobody reads it
    case 'event:scan':
      return `扫码：${message.scene}`;
    case 'event:location':
      return `上报位置：${message.latitude}, ${message.longitude}`;
    case 'event:click':
      return `点击菜单：${message.key}`;
    case 'event:view':
      return `打开网页：${message.key}`;
    case 'event:scancode_push':
    case 'event:scancode_waitmsg':
      return `扫到：${message.scanCodeInfo.scanResult}`;
    case 'event:pic_sysphoto':
    case 'event:pic_photo_or_album':
    case 'event:pic_weixin':
      return `发来 ${message.sendPicsInfo.count} 张图片`;
    case 'event:location_select':
      return `选了位置：${message.sendLocationInfo.label}`;
    case 'event:templatesendjobfinish':
      return `模板消息 ${message.msgId}：${message.status}`;
    case 'unknown':
    case 'event:unknown':
      // What this library does not know yet is in `fields`, under its names on the wire.
      return `未知：${JSON.stringify(message.fields)}`;
    default:
      return message.type;
  }
}

const webhook = createWebhook('TOKEN', describe);
const wechat = await createSimulator({ target: webhook, token: 'TOKEN' });
const user = wechat.user('小明');

const outcomes = [
  user.subscribe({ scene: '海报' }),
  user.sendText('你好'),
  user.sendImage({ picUrl: 'https://example.com/a.jpg' }),
  user.sendVoice({ recognition: '今天天气' }),
  user.sendVideo(),
  user.sendShortVideo(),
  user.sendLocation({ latitude: 39.9, longitude: 116.4, label: '天安门' }),
  user.sendLink({ title: '文档', url: 'https://example.com/docs' }),
  user.send('event:scan', { EventKey: '门店', Ticket: 'TICKET' }),
  user.send('event:location', { Latitude: 39.9, Longitude: 116.4, Precision: 50 }),
  user.send('event:click', { EventKey: 'TODAY' }),
  user.send('event:view', { EventKey: 'https://example.com/' }),
  user.send('event:scancode_waitmsg'),
  user.send('event:pic_weixin'),
  user.send('event:location_select'),
  user.send('event:templatesendjobfinish'),
];
for (const outcome of outcomes) {
  const { reply } = await outcome;
  console.log(reply?.type === 'text' ? reply.content : '没有回复');
}
await wechat.close();
