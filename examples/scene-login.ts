// A desktop page whose users log in by following the account (公众号扫码登录), on Express.
// Run: npm run example examples/scene-login.ts
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { redisStores } from '@wechat-mp/context-redis';
import { OfficialClient } from '@wechat-mp/core/official';
import { createSceneLogin, type Message, wechat } from '@wechat-mp/express';
import { createSimulator } from '@wechat-mp/simulator';
import express, { type Request } from 'express';
import { Redis } from 'ioredis';

const token = process.env['WECHAT_TOKEN'] ?? 'TOKEN';
const { WECHAT_APPID, WECHAT_APPSECRET = '', BASE_URL, REDIS_URL } = process.env;

const app = express();
const server = app.listen(Number(process.env['PORT'] ?? 3000));
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

// Without an account, a simulator on this machine stands in for WeChat.
const simulator = WECHAT_APPID
  ? undefined
  : await createSimulator({ target: `http://localhost:${port}/wechat`, token });
const { appid, appsecret } = simulator?.account ?? {
  appid: `${WECHAT_APPID}`,
  appsecret: WECHAT_APPSECRET,
};
const client = new OfficialClient({ appid, appsecret, baseUrl: simulator?.api.url });

// The platform tells one process of a scan, and the browser may ask another: Redis is between them.
const stores = REDIS_URL ? redisStores(new Redis(REDIS_URL)) : undefined;
const login = createSceneLogin({
  client,
  secret: process.env['SECRET'] ?? randomUUID(),
  ...(BASE_URL ? { baseUrl: BASE_URL } : { trustHost: true }),
  ...(stores && { contexts: stores.contexts }),
});

const scan = async (message: Message) =>
  (await login.accept(message))
    ? 'You are logged in at shop.example.com. Was it not you who opened that page? Then log out there.'
    : 'Hello!';
app.use('/wechat', wechat({ token, ...stores }, { 'event:scan': scan, 'event:subscribe': scan }));

const read = (req: Request) => ({
  method: req.method,
  url: req.originalUrl,
  headers: req.headers,
  origin: `${req.protocol}://${req.get('host')}`,
});

app.get('/login', async (req, res) => {
  if (login.findUser(read(req))) return res.redirect('/me');
  const { picture, cookies } = await login.begin(read(req));
  res.set('Cache-Control', 'no-store').append('Set-Cookie', [...cookies]);
  return res.send(`<!doctype html><title>Log in</title>
<p>Scan the QR code with WeChat, and follow the account.
<p><img src="${picture.replaceAll('&', '&amp;')}" width="300" alt="QR code">
${simulator ? '<p><button onclick="fetch(\'/pretend\')">Pretend to scan it</button>' : ''}
<script>
  const timer = setInterval(async () => {
    const { state } = await (await fetch('/login/state')).json();
    if (state === 'done') location.href = '/me';
    if (state === 'over') location.reload(); // another QR code
  }, 2000);
  setTimeout(() => { clearInterval(timer); location.reload(); }, 300_000);
</script>`);
});

app.get('/login/state', async (req, res) => {
  const { state, cookies } = await login.poll(read(req));
  res.set('Cache-Control', 'no-store').append('Set-Cookie', [...cookies]);
  res.json({ state });
});

app.get('/me', (req, res) => {
  const user = login.findUser(read(req));
  if (!user) return res.redirect('/login');
  return res.json(user);
});

if (simulator) {
  // What a phone does: 小明 follows the account by the QR code of this browser.
  app.get('/pretend', async (req, res) => {
    const { picture } = await login.begin(read(req));
    const ticket = new URL(picture).searchParams.get('ticket') ?? '';
    const { reply } = await simulator.user('小明').scan({ ticket });
    res.json(reply);
  });
}

console.log('listening', server.address());
console.log(`open http://localhost:${port}/me in a browser`);
