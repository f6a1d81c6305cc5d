/** The client's features beyond the endpoints, over HTTP. */
import { describe, expect, it, jest } from '@jest/globals';
import { type Exchange, jsapiSignature, reply, wechat } from '@wechat-mp/express';
import express from 'express';
import { ManualClock } from '../support/clock.ts';
import { closeServers, listen } from '../support/http.ts';
import { catchError, createClient, usePlatform } from '../support/official-client.ts';
import * as wire from '../support/platform.ts';
import { until } from '../support/until.ts';
import { deliverByClock } from '../support/wall.ts';

const getPlatform = usePlatform();
const SEND = '/cgi-bin/message/custom/send';

describe('credentials can be read out, and given in', () => {
  it('the access token, with its end in Unix seconds', async () => {
    const platform = getPlatform();
    jest.spyOn(Date, 'now').mockReturnValue(1_700_000_000_000);
    const { accessToken, expiresAt } = await createClient(platform).accessToken.get();
    jest.restoreAllMocks();
    expect(accessToken).toBe(platform.inForce.stable);
    expect(expiresAt).toBe(1_700_007_200);
  });

  it('`grant` gives the platform’s answer as it came, which serves unless `override` is false', async () => {
    const platform = getPlatform();
    const client = createClient(platform, { stableToken: false });
    const first = (await client.accessToken.grant()) as { access_token: string };
    expect(first).toEqual({ access_token: platform.inForce.classic, expires_in: 7200 });
    expect((await client.accessToken.get()).accessToken).toBe(first.access_token);
    const second = (await client.accessToken.grant({ override: false })) as typeof first;
    expect(second.access_token).not.toBe(first.access_token);
    expect((await client.accessToken.get()).accessToken).toBe(first.access_token);
  });

  it('a token that is given serves until its end, or until it is refused', async () => {
    const platform = getPlatform();
    const accessToken = platform.refreshClassic();
    const inAnHour = Math.floor(Date.now() / 1000) + 3600;
    const client = createClient(platform, { accessToken, accessTokenExpiresAt: inAnHour });
    await client.menu.get();
    expect(platform.tokenRequests).toEqual([]);
    expect(await client.accessToken.get()).toEqual({ accessToken, expiresAt: inAnHour });
    platform.refreshClassic();
    await client.menu.get();
    expect(platform.tokenRequests).toHaveLength(1);
    const old = { accessToken, accessTokenExpiresAt: 1_700_000_000 };
    await createClient(platform, old).menu.get();
    expect(platform.tokenRequests).toHaveLength(2);
  });

  it('tickets, fetched once', async () => {
    const platform = getPlatform();
    const client = createClient(platform);
    const tickets = await Promise.all([1, 2, 3].map(() => client.jsapiTicket.get()));
    expect(new Set(tickets.map(({ ticket }) => ticket))).toEqual(new Set(['jsapi-ticket']));
    expect((await client.cardTicket.get()).ticket).toBe('wx_card-ticket');
    expect(platform.count('/cgi-bin/ticket/getticket')).toBe(2);
    const given = {
      jsapiTicket: 'given',
      jsapiTicketExpiresAt: Math.floor(Date.now() / 1000) + 3600,
    };
    expect((await createClient(platform, given).jsapiTicket.get()).ticket).toBe('given');
  });
});

describe('the JS-SDK', () => {
  it('signs a page with the ticket, without what follows the #', async () => {
    const moment = { timestamp: 1414587457, noncestr: 'Wm3WZYTPz0wzccnW' };
    const url = 'http://mp.weixin.qq.com?params=value';
    const config = await createClient(getPlatform()).jsapi.sign(`${url}#top`, moment);
    expect(config).toEqual({
      appId: getPlatform().appid,
      timestamp: moment.timestamp,
      nonceStr: moment.noncestr,
      signature: jsapiSignature({ ticket: 'jsapi-ticket', url, ...moment }),
    });
  });

  it('fetches no ticket for a page that cannot be signed', async () => {
    const error = await catchError(
      createClient(getPlatform()).jsapi.sign('https://a.example/?a=1&amp;b=2'),
    );
    expect(error).toMatchObject({ code: 'WECHAT_INVALID_ARGUMENT' });
    expect(getPlatform().requests).toEqual([]);
  });

  it('signs a coupon: all values in order, as one', async () => {
    const client = createClient(getPlatform());
    const moment = { timestamp: 1404896688, noncestr: 'abc' };
    expect(await client.jsapi.signCard('pXch-jnOlGtbuWwIO2NDftZeynRE', moment)).toEqual({
      timestamp: '1404896688',
      nonce_str: 'abc',
      // sha1 of 1404896688abcpXch-jnOlGtbuWwIO2NDftZeynREwx_card-ticket
      signature: '75d5e4d57a8c4d8ff2d8738009b09a2b8693777e',
    });
  });
});

describe('a login', () => {
  it('starts with an address and a random state', () => {
    const { oauth2 } = createClient(getPlatform());
    const { url, state } = oauth2.authorize('https://a.example/?a=1', { scope: 'snsapi_userinfo' });
    expect(state).toMatch(/^[\da-f]{32}$/);
    expect(oauth2.authorize('https://a.example/').state).not.toBe(state);
    expect(url).toBe(
      `${getPlatform().url}/connect/oauth2/authorize?appid=${getPlatform().appid}&redirect_uri=https%3A%2F%2Fa.example%2F%3Fa%3D1&response_type=code&scope=snsapi_userinfo&state=${state}#wechat_redirect`,
    );
    expect(() => oauth2.authorize('https://a.example/', { state: 'a b' })).toThrow(
      'letters and digits',
    );
  });
});

describe('lists are read page by page', () => {
  it('each page a request, and no more than are asked for', async () => {
    const platform = getPlatform();
    const all = Array.from({ length: 25_000 }, (_, index) => `o${index}`);
    platform.answer('/cgi-bin/user/get', ({ query }) => {
      const from = query['next_openid'] ? all.indexOf(query['next_openid']) + 1 : 0;
      const openid = all.slice(from, from + 10_000);
      return {
        total: all.length,
        count: openid.length,
        data: { openid },
        next_openid: openid.at(-1) ?? '',
      };
    });
    const { user } = createClient(platform);
    const seen: string[] = [];
    for await (const openid of user.iterate()) seen.push(openid);
    expect(seen).toEqual(all);
    expect(platform.count('/cgi-bin/user/get')).toBe(3);
    for await (const openid of user.iterate()) {
      if (openid === 'o9999') break;
    }
    expect(platform.count('/cgi-bin/user/get')).toBe(4);
  });
});

describe('with a webhook', () => {
  it('handlers find it as `exchange.client`, and late replies of any kind go out through it', async () => {
    const platform = getPlatform();
    const client = createClient(platform);
    const clock = new ManualClock();
    let delivery: Exchange['delivery'] | undefined;
    const webhook = wechat(
      { token: 'TOKEN', client, clock },
      {
        text: async (_message, exchange) => {
          expect(exchange.client).toBe(client);
          ({ delivery } = exchange);
          await clock.after(16_000);
          return reply.news([{ title: '标题', url: 'https://a.example/' }]);
        },
      },
    );
    const origin = await listen(express().use('/wechat', webhook));
    const wall = { account: { token: 'TOKEN' }, address: () => `${origin}/wechat` };
    const reached = () => delivery?.attempt ?? 0;
    const message = wire.userMessage('text', { Content: 'hi' });
    const seen = await deliverByClock(message, wall, { clock, origin, reached });
    expect(seen).toEqual({ answer: 'success', tries: 3 });
    expect(platform.count(SEND)).toBe(0);
    await clock.advance(1000);
    await until(() => platform.count(SEND) > 0);
    expect(platform.requestsTo(SEND).map(({ body }) => body)).toEqual([
      {
        touser: wire.OPENID,
        msgtype: 'news',
        news: { articles: [{ title: '标题', url: 'https://a.example/' }] },
      },
    ]);
    await closeServers();
  });
});
