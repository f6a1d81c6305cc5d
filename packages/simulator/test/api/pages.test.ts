/** Web pages: the consent page of the simulator, its codes, and the tokens of users. */
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  APPID,
  APPSECRET,
  call,
  closeAll,
  createPerson,
  type Desk,
  LIFE,
  open,
  probe,
} from '../../../../test/support/simulator-api.ts';

afterEach(closeAll);

const TARGET = 'http://127.0.0.1:9/back?a=1';

/** Opens the page that a browser is sent to. */
async function openPage({ client }: Desk, wrong: Record<string, string> = {}) {
  const address = new URL(
    client.oauth2.buildAuthorizeUrl({
      redirect_uri: TARGET,
      scope: 'snsapi_userinfo',
      state: 'STATE1',
    }),
  );
  for (const [name, value] of Object.entries(wrong)) address.searchParams.set(name, value);
  const answer = await fetch(address);
  return { address, answer, html: await answer.text() };
}

/** Goes on as someone, as a tap on the button does; gives what the website gets. */
async function logIn(desk: Desk, openid: string, scope = 'snsapi_userinfo') {
  const { address, html } = await openPage(desk, { scope });
  const action = /<form action="([^"]+)">/.exec(html)?.[1] ?? '';
  const next = new URL(action, address);
  for (const [, name = '', value = ''] of html.matchAll(/name="(\w+)" value="([^"]*)">(?!\w)/g)) {
    if (name !== 'openid') next.searchParams.append(name, value.replaceAll('&amp;', '&'));
  }
  next.searchParams.append('openid', openid);
  const { status, headers } = await fetch(next, { redirect: 'manual' });
  return { status, target: new URL(headers.get('location') ?? '') };
}

async function getCode(desk: Desk, openid: string, scope?: string): Promise<string> {
  return (await logIn(desk, openid, scope)).target.searchParams.get('code') ?? '';
}

const exchange = (desk: Desk, code: string, wrong: Record<string, string> = {}) =>
  call(desk, '/sns/oauth2/access_token', {
    appid: APPID,
    secret: APPSECRET,
    grant_type: 'authorization_code',
    code,
    ...wrong,
  });

describe('a web login returns', () => {
  it('the picture of a user who has one', async () => {
    const picture = 'https://thirdwx.qlogo.cn/mmopen/1';
    const desk = await open(createPerson('o1', { picture }), createPerson('o2'));
    for (const [openid, headimgurl] of [
      ['o1', picture],
      ['o2', ''],
    ] as const) {
      const token = await exchange(desk, await getCode(desk, openid));
      expect(token).not.toHaveProperty('is_snapshotuser');
      const query = { access_token: token['access_token'] as string, openid };
      expect(await call(desk, '/sns/userinfo', query)).toMatchObject({ openid, headimgurl });
    }
  });

  it('that a user looks at a snapshot', async () => {
    const desk = await open(createPerson('o1', { isSnapshotUser: true }));
    const code = await getCode(desk, 'o1', 'snsapi_base');
    expect(await exchange(desk, code)).toMatchObject({ openid: 'o1', is_snapshotuser: 1 });
  });
});

describe('the consent page', () => {
  it('lists the people, and sends the browser back with a code and the state', async () => {
    const desk = await open(
      createPerson('o1', { name: 'alice' }),
      createPerson('o2', { name: '<b>&"' }),
    );
    const { answer, html } = await openPage(desk);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(html).toContain('<button name="openid" value="o1">alice</button>');
    expect(html).toContain('<button name="openid" value="o2">&lt;b&gt;&amp;&quot;</button>');
    expect(html).not.toContain('<script');
    const { status, target } = await logIn(desk, 'o1');
    expect(status).toBe(302);
    expect(target.href).toMatch(
      /^http:\/\/127\.0\.0\.1:9\/back\?a=1&code=[0-9a-f]{32}&state=STATE1$/,
    );
  });

  it.each([
    ['snsapi_userinfo', 'http://127.0.0.1:9/back?a=1&code=authdeny&state=STATE1'],
    ['snsapi_base', undefined],
  ])('tells the website of a refusal, where it asks at all: %s', async (scope, target) => {
    const desk = await open(createPerson('o1'));
    const { address, html } = await openPage(desk, { scope });
    expect(html.includes('name="refuse"')).toBe(target !== undefined);
    const refused = new URL(address.href.replace('/authorize?', '/confirm?'));
    refused.searchParams.append('refuse', '1');
    const { headers } = await fetch(refused, { redirect: 'manual' });
    expect(headers.get('location') ?? undefined).toBe(target);
  });

  it('says so when there are no users', async () => {
    expect((await openPage(await open())).html).toContain('There is nobody yet');
  });

  it.each([
    [{ appid: 'wx1' }, '40013'],
    [{ appid: '' }, '10012'],
    [{ redirect_uri: '' }, '10011'],
    [{ redirect_uri: 'javascript:alert(1)' }, '10003'],
    [{ scope: '' }, '10010'],
    [{ scope: 'snsapi_all' }, '10005'],
    [{ response_type: 'token' }, 'response_type'],
    [{ state: '<a>' }, 'letters and digits'],
  ])('refuses %j', async (wrong, expected) => {
    const { html } = await openPage(await open(createPerson('o1')), wrong);
    expect(html).toContain(expected);
    expect(html).not.toContain('<form');
  });

  it('looks at the order of its parameters', async () => {
    const { api } = await open();
    const query = `redirect_uri=${encodeURIComponent(TARGET)}&appid=${APPID}`;
    const rest = 'response_type=code&scope=snsapi_base&state=a';
    const page = await fetch(`${api.url}/connect/oauth2/authorize?${query}&${rest}`);
    expect(await page.text()).toContain('in this order');
  });
});

describe('the scan login of a website', () => {
  const scan = (desk: Desk, query: Record<string, string>, step = '') => {
    const { appid } = desk.api.website;
    const all = { appid, redirect_uri: TARGET, response_type: 'code', scope: 'snsapi_login' };
    const search = new URLSearchParams({ ...all, ...query });
    return fetch(`${desk.api.url}/connect/qrconnect${step}?${search}`, { redirect: 'manual' });
  };
  const scanAs = async (desk: Desk, openid: string) => {
    const answer = await scan(desk, { openid, state: 'a-b_c' }, '/confirm');
    return new URL(answer.headers.get('location') ?? '');
  };
  const identity = (desk: Desk) => {
    const { appid, appsecret: secret } = desk.api.website;
    return { appid, secret };
  };

  it('is a page of people, at the address that the client makes', async () => {
    const desk = await open(createPerson('o1', { name: 'alice' }));
    const { appid } = desk.api.website;
    const answer = await fetch(
      desk.client.oauth2.buildQrConnectUrl({
        appid,
        redirect_uri: TARGET,
        scope: 'snsapi_login',
        state: 'STATE1',
      }),
    );
    expect(await answer.text()).toContain('<button name="openid" value="o1">alice</button>');
  });

  it.each([
    [{ appid: APPID }, '40013'],
    [{ scope: 'snsapi_userinfo' }, '10005'],
    [{ redirect_uri: 'back' }, '10003'],
  ])('refuses %j', async (wrong, expected) => {
    const html = await (await scan(await open(createPerson('o1')), wrong)).text();
    expect(html).toContain(expected);
  });

  it('redirects a user who agrees with a code of the website, and one who refuses with the state alone', async () => {
    const desk = await open(createPerson('o1', { name: 'alice' }), createPerson('o2'));
    const agreed = await scanAs(desk, 'o1');
    expect(agreed.href).toMatch(/back\?a=1&code=[0-9a-f]{32}&state=a-b_c$/);
    const refused = await scan(desk, { refuse: '1', state: 'x y' }, '/confirm');
    expect(refused.headers.get('location')).toBe('http://127.0.0.1:9/back?a=1&state=x%20y');

    const code = agreed.searchParams.get('code') ?? '';
    expect(await exchange(desk, code)).toMatchObject({ errcode: 40029 });
    const session = await exchange(desk, code, identity(desk));
    expect(session).toMatchObject({ scope: 'snsapi_login', unionid: expect.any(String) });
    expect(await exchange(desk, code, identity(desk))).toMatchObject({ errcode: 40163 });
    const { access_token, openid } = session as Record<string, string>;
    expect(openid).not.toBe('o1');
    const profile = await call(desk, '/sns/userinfo', { access_token, openid } as never);
    expect(profile).toMatchObject({ openid, nickname: 'alice', unionid: session['unionid'] });
  });

  it('knows somebody by another openid and the same unionid as the account does', async () => {
    const desk = await open(
      createPerson('o1', { name: 'alice' }),
      createPerson('o2', { name: 'bob' }),
    );
    const byScan = async (openid: string) => {
      const code = (await scanAs(desk, openid)).searchParams.get('code') ?? '';
      return exchange(desk, code, identity(desk));
    };
    const inWechat = await exchange(desk, await getCode(desk, 'o1'));
    const [alice, again, bob] = [await byScan('o1'), await byScan('o1'), await byScan('o2')];
    expect(alice['unionid']).toBe(inWechat['unionid']);
    expect(alice['openid']).toBe(again['openid']);
    expect(bob['unionid']).not.toBe(alice['unionid']);
  });
});

describe('a code', () => {
  it('is good once, and for 5 minutes', async () => {
    const desk = await open(createPerson('o1'));
    const code = await getCode(desk, 'o1');
    expect(await exchange(desk, code, { secret: 'x' })).toMatchObject({ errcode: 40125 });
    expect(await exchange(desk, code, { appid: 'x' })).toMatchObject({ errcode: 40013 });
    expect(await exchange(desk, '')).toMatchObject({ errcode: 41008 });
    const session = await exchange(desk, code);
    expect(session).toMatchObject({ openid: 'o1', scope: 'snsapi_userinfo', expires_in: LIFE });
    expect(await exchange(desk, code)).toMatchObject({ errcode: 40163 });
    expect(await exchange(desk, 'x')).toMatchObject({ errcode: 40029 });
    const old = await getCode(desk, 'o1');
    await desk.clock.advance(300_000);
    expect(await exchange(desk, old)).toMatchObject({ errcode: 42003 });
  });

  it('shows the user to an app with that scope', async () => {
    const desk = await open(createPerson('o1', { name: 'alice' }), createPerson('o2'));
    const show = async (code: string, path = '/sns/userinfo', openid = 'o1') => {
      const access_token = (await exchange(desk, code))['access_token'] as string;
      return call(desk, path, { access_token, openid });
    };
    expect(await show(await getCode(desk, 'o1'))).toMatchObject({
      openid: 'o1',
      nickname: 'alice',
    });
    const base = () => getCode(desk, 'o1', 'snsapi_base');
    expect(await show(await base())).toMatchObject({ errcode: 48001 });
    expect(await show(await base(), '/sns/auth')).toMatchObject({ errcode: 0 });
    expect(await show(await getCode(desk, 'o2'))).toMatchObject({ errcode: 40003 });
  });
});

describe('the token of a user', () => {
  it('is not valid for the account', async () => {
    const desk = await open(createPerson('o1'));
    const { access_token: token } = await exchange(desk, await getCode(desk, 'o1'));
    expect(await probe(desk, token)).toBe(40001);
  });

  it('is renewed by a refresh, or replaced when it has expired, for 30 days', async () => {
    const desk = await open(createPerson('o1'));
    const session = await exchange(desk, await getCode(desk, 'o1'));
    const refresh = (refresh_token: unknown) =>
      call(desk, '/sns/oauth2/refresh_token', {
        appid: APPID,
        grant_type: 'refresh_token',
        refresh_token: refresh_token as string,
      });
    const { access_token: token, refresh_token } = session;
    await desk.clock.advance((LIFE - 1) * 1000);
    expect(await refresh(refresh_token)).toMatchObject({ access_token: token, expires_in: LIFE });
    await desk.clock.advance(LIFE * 1000);
    expect((await refresh(refresh_token))['access_token']).not.toBe(token);
    expect(await refresh('x')).toMatchObject({ errcode: 40030 });
    await desk.clock.advance(30 * 86_400_000);
    expect(await refresh(refresh_token)).toMatchObject({ errcode: 42002 });
  });
});
