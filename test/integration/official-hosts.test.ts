/** Which of the platform's hosts is asked for what. */
import { describe, expect, it } from '@jest/globals';
import { type BaseUrl, OfficialClient } from '@wechat-mp/core/official';
import { usePlatform } from '../support/official-client.ts';
import { Raw, startOfficialPlatform } from '../support/official-platform.ts';

const getPlatform = usePlatform();
const page = { redirect_uri: 'https://a.example/', scope: 'snsapi_base' } as const;

function createClient(baseUrl: BaseUrl | undefined, pageBaseUrl?: BaseUrl) {
  const { appid, appsecret } = getPlatform();
  return new OfficialClient({ appid, appsecret, baseUrl, pageBaseUrl });
}
/** The hosts of the addresses that a browser opens. */
function listHosts({ oauth2, qrcode }: OfficialClient): string[] {
  return [oauth2.buildAuthorizeUrl(page), qrcode.showUrl('t')].map((url) => new URL(url).host);
}

describe('baseUrl', () => {
  it('that is one address takes the place of all hosts', () => {
    expect(listHosts(createClient('https://gateway.example/'))).toEqual([
      'gateway.example',
      'gateway.example',
    ]);
  });

  it.each<[BaseUrl | undefined, string[]]>([
    [undefined, ['open.weixin.qq.com', 'mp.weixin.qq.com']],
    [{}, ['open.weixin.qq.com', 'mp.weixin.qq.com']],
    [{ api: 'https://api2.weixin.qq.com' }, ['open.weixin.qq.com', 'mp.weixin.qq.com']],
    [{ open: 'https://login.example' }, ['login.example', 'mp.weixin.qq.com']],
    [{ mp: 'https://qr.example', open: undefined }, ['open.weixin.qq.com', 'qr.example']],
  ])('of %j leaves the other hosts what they are', (baseUrl, hosts) => {
    expect(listHosts(createClient(baseUrl))).toEqual(hosts);
  });

  it('sends each call to its host', async () => {
    const [api, mp] = [getPlatform(), await startOfficialPlatform()];
    const client = createClient({ api: `${api.url}/`, mp: mp.url });
    api.answer('/cgi-bin/menu/get', () => ({ menu: {} }));
    mp.answer('/cgi-bin/showqrcode', () => new Raw('picture', { 'content-type': 'image/jpg' }));
    await client.menu.get();
    (await client.qrcode.show('t')).destroy();
    expect(api.requestsTo().map(({ path }) => path)).toEqual(['/cgi-bin/menu/get']);
    expect(mp.requests.map(({ path }) => path)).toEqual(['/cgi-bin/showqrcode']);
    await mp.close();
  });

  it('and pageBaseUrl are apart', () => {
    expect(listHosts(createClient('https://in.example', { open: 'https://out.example' }))).toEqual([
      'out.example',
      'mp.weixin.qq.com',
    ]);
  });

  it.each<[unknown, string]>([
    ['api2.weixin.qq.com', 'baseUrl must be an address'],
    [{ api: 'api2.weixin.qq.com' }, 'baseUrl.api must be an address'],
    [{ open: 'ftp://a.example' }, 'baseUrl.open must be an address'],
    [
      { pay: 'https://a.example' },
      'baseUrl must be one address, or { api, mp, open }: it has no pay',
    ],
    [7, 'baseUrl must be an address'],
  ])('cannot be %j', (baseUrl, says) => {
    expect(() => createClient(baseUrl as string)).toThrow(says);
  });
});
