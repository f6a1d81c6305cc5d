import { ok, strictEqual } from 'node:assert';
import { createHash } from 'node:crypto';

/** Makes one signed text message of a user. */
export function createDelivery(content) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const nonce = 'nonce';
  const signed = ['TOKEN', timestamp, nonce].sort().join('');
  const signature = createHash('sha1').update(signed).digest('hex');
  const body =
    '<xml><ToUserName><![CDATA[gh_account]]></ToUserName>' +
    '<FromUserName><![CDATA[user]]></FromUserName>' +
    `<CreateTime>${timestamp}</CreateTime><MsgType><![CDATA[text]]></MsgType>` +
    `<Content><![CDATA[${content}]]></Content><MsgId>1</MsgId></xml>`;
  return { query: { signature, timestamp, nonce }, body };
}

export function expectText(body, content) {
  strictEqual(/<Content><!\[CDATA\[(.*?)\]\]>/.exec(body)?.[1], content);
}

/** Has the installed core answer one message. */
export async function answer({ createWebhook }) {
  const webhook = createWebhook('TOKEN', { text: (message) => message.content });
  const delivery = createDelivery('hello 你好');
  const response = await webhook.handle({ method: 'POST', ...delivery });
  strictEqual(response.status, 200);
  expectText(response.body, 'hello 你好');
}

/** Has a server answer one message over a socket. */
export async function answerOver(address) {
  const { query, body } = createDelivery('over a socket');
  const response = await fetch(`${address}/wechat?${new URLSearchParams(query)}`, {
    method: 'POST',
    headers: { 'content-type': 'text/xml' },
    body,
  });
  ok(response.ok, `${response.status}`);
  expectText(await response.text(), 'over a socket');
}
