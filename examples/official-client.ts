// The official API. Run: npm run example examples/official-client.ts
// It needs no account: a server in this file stands in for api.weixin.qq.com.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { OfficialClient, WindowClosedError } from '@wechat-mp/core/official';

const FOLLOWERS = ['o-anna', 'o-ben', 'o-chen'];
let tokens = 0;
/** Anna's window is open; Ben wrote three days ago. The first token is refused once. */
const answers: Record<string, (query: URLSearchParams, body: string) => object> = {
  '/cgi-bin/stable_token': () => {
    tokens += 1;
    return { access_token: `TOKEN-${tokens}`, expires_in: 7200 };
  },
  '/cgi-bin/menu/create': () => ({ errcode: 0, errmsg: 'ok' }),
  '/cgi-bin/user/get': () => ({
    total: FOLLOWERS.length,
    count: FOLLOWERS.length,
    data: { openid: FOLLOWERS },
    next_openid: 'o-chen',
  }),
  '/cgi-bin/message/custom/send': (_query, body) =>
    body.includes('o-anna')
      ? { errcode: 0, errmsg: 'ok' }
      : { errcode: 45015, errmsg: 'response out of time limit rid: 6aac0063-7ed08fb9-1250f724' },
  '/cgi-bin/media/upload': (query) => ({
    type: query.get('type'),
    media_id: 'MEDIA-ID',
    created_at: 1_700_000_000,
  }),
  // One that the client has no method for.
  '/cgi-bin/brand/new': () => ({ errcode: 0, id: 1 }),
};

const platform = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const isOld = pathname === '/cgi-bin/user/get' && searchParams.get('access_token') === 'TOKEN-1';
  void text(request).then((body) => {
    const answer = isOld
      ? { errcode: 42001, errmsg: 'access_token expired' }
      : (answers[pathname]?.(searchParams, body) ?? { errcode: 40066, errmsg: 'invalid url' });
    response.end(JSON.stringify(answer));
  });
});
await new Promise<void>((resolve) => platform.listen(0, resolve));

const client = new OfficialClient({
  appid: 'wx5823bf96d3bd56c7',
  appsecret: 'SECRET', // with an account: process.env.WECHAT_APPSECRET, and no baseUrl
  baseUrl: `http://localhost:${(platform.address() as AddressInfo).port}`,
  hooks: {
    // What hooks see has no secrets.
    afterResponse: [({ path, errcode }) => console.log('  called', path, '→', errcode)],
  },
});

console.log('A menu:');
await client.menu.create({ button: [{ type: 'click', name: 'Today', key: 'TODAY' }] });

console.log('All followers; the token is refused, replaced, and the call made again:');
for await (const openid of client.user.iterate()) {
  try {
    await client.message.custom.sendText(openid, 'Hello!');
    console.log(openid, 'has been written to');
  } catch (error) {
    if (!(error instanceof WindowClosedError)) throw error;
    console.log(openid, 'cannot be:', error.errcode, error.errmsg, 'rid', error.rid);
  }
}

console.log('A picture, out of memory:');
const png = Buffer.from('89504e470d0a1a0a0000000d494844520000000100000001', 'hex');
const { media_id } = await client.media.upload('image', png, {
  onProgress: ({ sent, total }) => {
    if (sent === total) console.log('  sent', total, 'bytes');
  },
});
console.log('media_id', media_id);

console.log('What has no method:');
console.log(await client.request('POST', '/cgi-bin/brand/new', { body: { name: 'a' } }));

platform.closeAllConnections();
platform.close();
