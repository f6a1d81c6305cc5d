/** Tokens and tickets of the simulator's API, and those of third-party platforms. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { IPNotAllowedError, OfficialClient } from '@wechat-mp/core/official';
import {
  type Answer,
  APPID,
  APPSECRET,
  askClassic,
  askStable,
  call,
  closeAll,
  createPerson,
  type Desk,
  LIFE,
  open,
  probe,
  RID,
  withToken,
} from '../../../../test/support/simulator-api.ts';

afterEach(closeAll);

const later = ({ clock }: Desk, seconds: number) => clock.advance(seconds * 1000);

describe('tokens', () => {
  it.each([
    ['a foreign appid, whatever else', { appid: 'x', secret: 'x', grant_type: 'x' }, 40013],
    ['no appid', { appid: '' }, 41002],
    ['a wrong grant_type, even with a wrong secret', { grant_type: 'x', secret: 'x' }, 40002],
    ['a wrong secret', { secret: 'x' }, 40125],
    ['no secret', { secret: '' }, 41004],
  ])('are refused to %s', async (_, wrong, errcode) => {
    const desk = await open();
    for (const answer of [await askClassic(desk, wrong), await askStable(desk, wrong)]) {
      expect(answer).toEqual({ errcode, errmsg: expect.stringMatching(RID) });
    }
    expect(desk.api.tokens()).toEqual({ classic: undefined, stable: undefined });
  });

  it('that are stable are asked for with POST', async () => {
    expect(await call(await open(), '/cgi-bin/stable_token')).toMatchObject({ errcode: 43002 });
  });

  it('are refused to an address that is not listed, in the documented form', async () => {
    const desk = await open();
    desk.api.setIpRefused('125.33.201.21');
    const errmsg = expect.stringMatching(
      /^invalid ip 125\.33\.201\.21 ipv6 ::ffff:125\.33\.201\.21, not in whitelist rid: /,
    );
    expect(await askClassic(desk)).toEqual({ errcode: 40164, errmsg });
    await expect(desk.client.tag.list()).rejects.toBeInstanceOf(IPNotAllowedError);
    desk.api.setIpRefused(undefined);
    expect(await askClassic(desk)).toMatchObject({ expires_in: LIFE });
  });

  it('of one kind do not touch those of the other', async () => {
    const desk = await open();
    const stable = (await askStable(desk))['access_token'];
    const classic = (await askClassic(desk))['access_token'];
    await askStable(desk, { force_refresh: true });
    expect(await probe(desk, classic)).toBeUndefined();
    expect(await probe(desk, stable)).toBe(40001);
    expect(await probe(desk, desk.api.tokens().stable)).toBeUndefined();
  });

  it('that are classic work on for 5 minutes', async () => {
    const desk = await open();
    const { access_token: former } = await askClassic(desk);
    const next = desk.api.refreshClassic();
    await later(desk, 299);
    expect(await probe(desk, former)).toBeUndefined();
    await later(desk, 1);
    expect(await probe(desk, former)).toBe(40001);
    expect(await probe(desk, next)).toBeUndefined();
  });

  it('that are stable end at once when another program forces a new one', async () => {
    const desk = await open(createPerson('o1'));
    const { access_token: former } = await askStable(desk);
    const next = desk.api.refreshStable();
    expect(await probe(desk, former)).toBe(40001);
    expect(await probe(desk, next)).toBeUndefined();
    const client = await desk.client.user.get({ openid: 'o1' });
    expect(client).toMatchObject({ subscribe: 1 });
  });

  it('that are stable stay the same until the last 300 s, in which both work', async () => {
    const desk = await open();
    const { access_token: former } = await askStable(desk);
    await later(desk, LIFE - 345);
    expect(await askStable(desk)).toEqual({ access_token: former, expires_in: 345 });
    await later(desk, 45);
    const { access_token: next, expires_in: left } = await askStable(desk);
    expect([next === former, left]).toEqual([false, LIFE]);
    expect(await probe(desk, former)).toBeUndefined();
    await later(desk, 300);
    expect(await probe(desk, former)).toBe(42001);
    expect(await probe(desk, next)).toBeUndefined();
  });

  it('are forced once in 30 s, and 20 times a day', async () => {
    const desk = await open();
    const force = () => askStable(desk, { force_refresh: true });
    expect(await force()).toMatchObject({ expires_in: LIFE });
    await later(desk, 29);
    expect(await force()).toMatchObject({ errcode: 45011 });
    for (let times = 2; times <= 20; times += 1) {
      await later(desk, 30);
      expect(await force()).toMatchObject({ expires_in: LIFE });
    }
    await later(desk, 30);
    expect(await force()).toMatchObject({ errcode: 45009 });
  });

  it('that have expired answer 42001, and the client fetches another one', async () => {
    const desk = await open(createPerson('o1'));
    const follows = () => desk.client.user.get({ openid: 'o1' });
    expect(await follows()).toMatchObject({ subscribe: 1 });
    const former = desk.api.tokens().stable;
    desk.api.expireTokens();
    expect(await probe(desk, former)).toBe(42001);
    expect(await follows()).toMatchObject({ subscribe: 1 });
    expect(desk.api.tokens().stable).not.toBe(former);
  });

  it('are fetched by a client of the classic kind, too', async () => {
    const { api } = await open();
    const client = new OfficialClient({
      appid: APPID,
      appsecret: APPSECRET,
      baseUrl: api.url,
      stableToken: false,
    });
    expect(await client.tag.list()).toEqual({ tags: [] });
    expect(api.tokens()).toEqual({ classic: expect.any(String), stable: undefined });
  });
});

it('a ticket stays in force for its life, one for each type', async () => {
  const desk = await open();
  const ask = (type: string) => withToken(desk, '/cgi-bin/ticket/getticket', undefined, { type });
  const { ticket } = await ask('jsapi');
  await later(desk, 100);
  expect(await ask('jsapi')).toMatchObject({ errcode: 0, ticket, expires_in: LIFE - 100 });
  expect((await ask('wx_card'))['ticket']).not.toBe(ticket);
  expect(await ask('x')).toMatchObject({ errcode: 40097 });
  await later(desk, LIFE);
  expect((await ask('jsapi'))['ticket']).not.toBe(ticket);
});

it('a third-party platform gets tokens of the accounts that authorized it', async () => {
  const desk = await open();
  const { appid: component_appid, appsecret, verifyTicket } = desk.api.component;
  const ask = (component_verify_ticket: string) => {
    const body = { component_appid, component_appsecret: appsecret, component_verify_ticket };
    return call(desk, '/cgi-bin/component/api_component_token', {}, body);
  };
  expect(await ask('x')).toMatchObject({ errcode: 61006 });
  const component_access_token = (await ask(verifyTicket))['component_access_token'] as string;
  const as = (path: string, body: object) => {
    const query = { component_access_token };
    return call(desk, `/cgi-bin/component/${path}`, query, { component_appid, ...body });
  };
  expect(await as('api_create_preauthcode', {})).toMatchObject({ expires_in: 1800 });
  const authorization_code = desk.api.authorize('wxauthorizer');
  const { authorization_info: info } = await as('api_query_auth', { authorization_code });
  expect(info).toMatchObject({ authorizer_appid: 'wxauthorizer', expires_in: LIFE });
  expect(await as('api_query_auth', { authorization_code })).toMatchObject({ errcode: 61010 });
  const { authorizer_access_token: first, authorizer_refresh_token } = info as Answer;
  expect(await probe(desk, first)).toBeUndefined();
  const refresh = (given: object) =>
    as('api_authorizer_token', { authorizer_appid: 'wxauthorizer', ...given });
  expect(await refresh({ authorizer_refresh_token: 'x' })).toMatchObject({ errcode: 61023 });
  const { authorizer_access_token: second } = await refresh({ authorizer_refresh_token });
  expect(await probe(desk, first)).toBe(40001);
  expect(await probe(desk, second)).toBeUndefined();

  // Who authorizes again has another refresh token, and the former is none any more.
  const again = await as('api_query_auth', {
    authorization_code: desk.api.authorize('wxauthorizer'),
  });
  const { authorizer_refresh_token: newer } = again['authorization_info'] as Answer;
  expect(await refresh({ authorizer_refresh_token })).toMatchObject({ errcode: 61023 });
  expect(await refresh({ authorizer_refresh_token: newer })).toMatchObject({ expires_in: LIFE });
  const late = desk.api.authorize('wxauthorizer');
  await later(desk, 600);
  expect(await as('api_query_auth', { authorization_code: late })).toMatchObject({
    errcode: 61010,
  });
});
