// npm run demo: starts the bot on a free port, sends it what WeChat sends, prints both sides.
import type { AddressInfo } from 'node:net';
import { wechat } from '@wechat-mp/express';
import express from 'express';
import * as platform from '../test/support/platform.ts';
import { bot } from './bot.ts';

const account = {
  token: 'DEMOTOKEN',
  appid: 'wx5823bf96d3bd56c7',
  encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
};

const app = express();
app.use('/plain', wechat(account.token, bot));
app.use('/safe', wechat(account, bot));
const server = app.listen(0);
await new Promise((resolve) => server.once('listening', resolve));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const text = (content: string) => platform.userMessage('text', { Content: content });
const image = platform.userMessage('image', {
  PicUrl: 'https://example.com/cat.jpg',
  MediaId: 'XGh7s3tbJ8kRz5dFq',
});
const follow = platform.event('subscribe', {
  EventKey: 'qrscene_poster',
  Ticket: 'gQH47joAAAAAAAAAASxodHRwOi8vd2VpeGlu',
});

const { plain, safe, verification } = platform;
const steps: [title: string, path: string, delivery: platform.Delivery, expected: string][] = [
  [
    '服务器配置 · checking the address',
    '/plain',
    verification(account, '4375120948345'),
    '4375120948345',
  ],
  ['文本消息 · text "wechat"', '/plain', plain(account, text('wechat')), '^_^'],
  ['文本消息 · text "新闻"', '/plain', plain(account, text('新闻')), '第一条新闻标题'],
  ['图片消息 · image', '/plain', plain(account, image), '图片 https://example.com/cat.jpg'],
  ['关注事件 · following by a QR code', '/plain', plain(account, follow), '欢迎！你来自「poster」'],
  ['安全模式 · text "wechat", encrypted', '/safe', safe(account, text('wechat')), '^_^'],
];

for (const [title, path, delivery, expected] of steps) {
  const query = new URLSearchParams(delivery.query);
  console.log(`\n━━ ${title}\n→ ${delivery.method} ${path}?${query}`);
  show(delivery.body);
  const response = await fetch(`${origin}${path}?${query}`, {
    method: delivery.method,
    headers: { 'content-type': 'text/xml' },
    body: delivery.body ?? null,
  });
  const body = await response.text();
  const contentType = response.headers.get('content-type') ?? undefined;
  console.log(`← ${response.status} ${contentType}`);
  show(body);

  const answer = { status: response.status, contentType, body };
  const seen =
    delivery.method === 'GET'
      ? body
      : JSON.stringify(platform.readAnswer(account, delivery, answer));
  if (!seen.includes(expected)) throw new Error(`the answer should show "${expected}"`);
  console.log(`  ✓ ${expected}`);
}
server.close();
console.log(`\nAll ${steps.length} answers came back through the socket and are right.`);

/** Prints XML a tag a line, and what is inside where it is encrypted. */
function show(xml = ''): void {
  const lines = xml.trim().replaceAll(/(<\/\w+>)\n?(?=<)/g, '$1\n');
  if (lines) console.log(lines.replaceAll(/^/gm, '    '));
  const encrypt = /<Encrypt><!\[CDATA\[(.+?)]]>/.exec(xml)?.[1];
  if (!encrypt) return;
  console.log('  decrypted:');
  show(platform.decrypt(account, encrypt));
}
