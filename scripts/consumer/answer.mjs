import { strictEqual } from 'node:assert';
import { createHash } from 'node:crypto';

/** Has the installed core answer one signed text message. */
export async function answer({ createWebhook }) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const nonce = 'nonce';
  const signed = ['TOKEN', timestamp, nonce].sort().join('');
  const signature = createHash('sha1').update(signed).digest('hex');
  const body =
    '<xml><ToUserName><![CDATA[gh_account]]></ToUserName>' +
    '<FromUserName><![CDATA[user]]></FromUserName>' +
    `<CreateTime>${timestamp}</CreateTime><MsgType><![CDATA[text]]></MsgType>` +
    '<Content><![CDATA[hello 你好]]></Content><MsgId>1</MsgId></xml>';

  const response = await createWebhook('TOKEN', { text: (message) => message.content }).handle({
    method: 'POST',
    query: { signature, timestamp, nonce },
    body,
  });
  strictEqual(response.status, 200);
  strictEqual(/<Content><!\[CDATA\[(.*?)\]\]>/.exec(response.body)?.[1], 'hello 你好');
}
