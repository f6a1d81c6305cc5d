/** The body of a POST. */
import { describe, expect, it } from '@jest/globals';
import { OfficialClient } from '@wechat-mp/core/official';
import { createSimulator } from '@wechat-mp/simulator';
import { catchError, createClient, usePlatform } from '../support/official-client.ts';

const getPlatform = usePlatform();

describe('a POST that has nothing to say has a body, without which the platform answers 44002', () => {
  it.each<[string, (client: OfficialClient) => Promise<unknown>, string]>([
    ['invoice.setUrl', ({ invoice }) => invoice.setUrl(), '/card/invoice/seturl'],
    [
      'message.mass.getSpeed',
      ({ message }) => message.mass.getSpeed(),
      '/cgi-bin/message/mass/speed/get',
    ],
    ['draft.switch', ({ draft }) => draft.switch({ checkonly: 1 }), '/cgi-bin/draft/switch'],
    [
      'a body without members',
      (client) => client.request('POST', '/cgi-bin/tags/get', { body: {} }),
      '/cgi-bin/tags/get',
    ],
    [
      'request without a body',
      (client) => client.request('POST', '/cgi-bin/draft/batchget'),
      '/cgi-bin/draft/batchget',
    ],
  ])('%s', async (_, call, path) => {
    const platform = getPlatform();
    platform.answer(path, () => ({ errcode: 0 }));
    await call(createClient(platform)).catch(() => {});
    const [request] = platform.requestsTo(path);
    expect(request?.body).toEqual({});
    expect(request?.headers).toMatchObject({
      'content-length': '2',
      'content-type': 'application/json',
    });
  });

  it('and a GET has none', async () => {
    const platform = getPlatform();
    await createClient(platform).request('GET', '/cgi-bin/menu/get');
    expect(platform.requestsTo('/cgi-bin/menu/get')[0]?.body).toBe('');
  });
});

describe('the simulator is as strict', () => {
  it('with a POST without a body, and with one without a length', async () => {
    const simulator = await createSimulator({ target: 'http://127.0.0.1:1', token: 'T0KEN' });
    const { appid, appsecret } = simulator.account;
    const baseUrl = simulator.api.url;
    const client = new OfficialClient({ appid, appsecret, baseUrl });
    const { accessToken } = await client.accessToken.get();
    const address = (path: string) => `${baseUrl}${path}?access_token=${accessToken}`;
    for (const path of ['/card/invoice/seturl', '/cgi-bin/draft/batchget']) {
      const empty = await fetch(address(path), { method: 'POST' });
      expect(await empty.json()).toMatchObject({ errcode: 44002 });
      const stream = new Blob(['{}']).stream();
      const chunked = await fetch(address(path), { method: 'POST', body: stream, duplex: 'half' });
      expect([chunked.status, await chunked.text()]).toEqual([412, '']);
    }
    expect(await catchError(client.draft.batchGet({} as never))).not.toMatchObject({
      errcode: 44002,
    });
    await simulator.close();
  });
});
