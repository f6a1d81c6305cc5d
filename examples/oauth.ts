// Who looks at a page (网页授权), on Express. Run: npm run example examples/oauth.ts
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { type OAuthClient, wechatOAuth } from '@wechat-mp/express';
import express from 'express';
import { stopOnSigterm } from './stopping.ts';

/**
 * Stands in for WeChat, so that this runs without an account: its page lets everybody in at once,
 * as 小明. With an account, an OfficialClient is the client.
 */
const codes = new Set<string>();
const client: OAuthClient = {
  appid: 'wx5823bf96d3bd56c7',
  oauth2: {
    buildAuthorizeUrl: ({ redirect_uri, state = '' }) =>
      `/pretended-wechat?${new URLSearchParams({ redirect_uri, state })}`,
    async getAccessToken({ code }) {
      if (!codes.delete(code)) throw Object.assign(new Error('code been used'), { errcode: 40163 });
      return { access_token: 'TOKEN', openid: 'o6_bmjrPTlm6', scope: 'snsapi_userinfo' };
    },
    getUserInfo: async () => ({ nickname: '小明', headimgurl: '' }),
  },
};

const app = express();
app.get('/pretended-wechat', (req, res) => {
  const { redirect_uri, state = '' } = req.query as Record<string, string>;
  const code = randomUUID();
  codes.add(code);
  res.redirect(`${redirect_uri}?${new URLSearchParams({ code, state })}`);
});

const login = wechatOAuth({
  client,
  secret: process.env['SECRET'] ?? randomUUID(),
  // In production: baseUrl: 'https://your.domain', the 网页授权域名 in the console.
  trustHost: true,
  scope: 'snsapi_userinfo',
});
app.get('/', (_req, res) => void res.send('This page is open to all. <a href="/me?tab=1">Me</a>'));
app.get('/me', login, ({ wechatUser, originalUrl }, res) => {
  res.json({ nickname: wechatUser.nickname, openid: wechatUser.openid, page: originalUrl });
});

const server = app.listen(Number(process.env['PORT'] ?? 3000));
server.once('listening', () => {
  const { port } = server.address() as AddressInfo;
  console.log('listening', server.address());
  console.log(`open http://localhost:${port}/me?tab=1 in a browser`);
});
stopOnSigterm(server);
