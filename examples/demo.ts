// npm run demo: a bot, a local WeChat simulator, and a page to chat with it. With --once the conversation
// is held without a browser, and checked.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { OfficialClient } from '@wechat-mp/core/official';
import { wechat } from '@wechat-mp/express';
import { createSimulator, servePage } from '@wechat-mp/simulator';
import express from 'express';
import open from 'open';
import { converse } from './conversation.ts';
import { createShowcase, setUp } from './showcase.ts';
import { stopOnSigterm } from './stopping.ts';

const account = {
  token: 'DEMOTOKEN',
  appid: 'wx5823bf96d3bd56c7',
  encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
};
const appsecret = 'ca5e0123456789abcdef0123456789ab';
const template = 'TEMPLATE_OF_THE_DEMO';

const app = express();
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wechat`;

const simulator = await createSimulator({
  ...account,
  appsecret,
  target,
  title: '示例公众号',
  state: {
    templates: {
      [template]: { title: '订单通知', content: '订单：{{order.DATA}}\n状态：{{state.DATA}}' },
    },
  },
});
const client = new OfficialClient({
  appid: account.appid,
  appsecret,
  baseUrl: simulator.api.url,
});
const bot = wechat({ ...account, client }, createShowcase(client, template));
app.use('/wechat', bot);
await setUp(client);

async function end(): Promise<void> {
  await simulator.close();
  server.close();
  server.closeAllConnections();
}

if (process.argv.includes('--once')) {
  const problems = await converse(simulator);
  await end();
  process.exitCode = problems === 0 ? 0 : 1;
} else {
  simulator.user('小明');
  const page = await servePage({ simulator, target });
  // The last answer is on its way to the page.
  const close = () =>
    pause(300)
      .then(() => page.close())
      .then(end);
  stopOnSigterm({ close }, bot);
  console.log(`聊天页面 · chat with the bot: ${page.url}\nCtrl+C 退出 · ends it`);
  if (process.stdout.isTTY) await open(page.url).catch(() => {});
}
