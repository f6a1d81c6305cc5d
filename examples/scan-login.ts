// A website whose users log in by scanning a QR code (网站应用扫码登录), on Express.
// Run: npm run example examples/scan-login.ts
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { OfficialClient } from '@wechat-mp/core/official';
import { createWebhook, wechatOAuth } from '@wechat-mp/express';
import { createSimulator } from '@wechat-mp/simulator';
import express from 'express';

/**
 * With a website app of the Open Platform (开放平台 → 网站应用), this is all:
 * `new OfficialClient({ appid: 'the website’s', appsecret: 'the website’s' })`. Its 授权回调域 is the
 * host of `baseUrl`. Without one, a simulator on this machine shows the page.
 */
async function createClient(): Promise<OfficialClient> {
  const { WEBSITE_APPID: appid, WEBSITE_APPSECRET: appsecret = '' } = process.env;
  if (appid) return new OfficialClient({ appid, appsecret });
  const simulator = await createSimulator({ target: createWebhook('TOKEN'), token: 'TOKEN' });
  for (const name of ['小明', '小红']) simulator.user(name);
  return new OfficialClient({ ...simulator.api.website, baseUrl: simulator.api.url });
}

const baseUrl = process.env['BASE_URL'];
const login = wechatOAuth({
  client: await createClient(),
  secret: process.env['SECRET'] ?? randomUUID(),
  scope: 'snsapi_login',
  ...(baseUrl ? { baseUrl } : { trustHost: true }),
});

const app = express();
app.get('/', (_req, res) => void res.send('This page is open to all. <a href="/me?tab=1">Me</a>'));
app.get('/me', login, ({ wechatUser, originalUrl }, res) => {
  const { nickname, openid, unionid } = wechatUser;
  res.json({ nickname, openid, unionid, page: originalUrl });
});

const server = app.listen(Number(process.env['PORT'] ?? 3000));
server.once('listening', () => {
  const { port } = server.address() as AddressInfo;
  console.log('listening', server.address());
  console.log(`open http://localhost:${port}/me?tab=1 in a browser`);
});
