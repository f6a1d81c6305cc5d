/** How a session of the simulator’s back end begins. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type BackEnd, type BackEndOptions, startBackEnd } from '@wechat-mp/simulator';
import { ask, askJson, readCookies, readRet } from '../../../../test/support/back-end.ts';

let backEnd: BackEnd;
beforeEach(async () => {
  backEnd = await startBackEnd();
});
afterEach(() => backEnd.close());

const at = (path: string) => `${backEnd.url}${path}`;
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

describe('a login by password', () => {
  const logIn = (given: { imgcode?: string; pwd?: string; cookies?: string } = {}) => {
    const { imgcode = '', pwd = md5(backEnd.password.slice(0, 16)), cookies = '' } = given;
    const form = { username: backEnd.username, pwd, imgcode, f: 'json' };
    const referer = '/cgi-bin/loginpage?t=wxm2-login&lang=zh_CN';
    return ask(at('/cgi-bin/login'), { form, referer, cookies });
  };

  it('gives a token and cookies that work', async () => {
    const response = await logIn();
    const token = Number(/token=(\d+)/.exec(await response.text())?.[1]);
    const session = { token, cookies: readCookies(response) };
    const home = await ask(at(`/cgi-bin/home?t=home/index&lang=zh_CN&token=${token}`), { session });
    const page = await home.text();
    // As greedy as the patterns of the Python SDK are.
    expect(/ticket:"(.*)"/.exec(page)?.[1]).toBe('ticket+of/the=account');
    expect(/user_name:"(.*)"/.exec(page)?.[1]).toBe('gh_0123456789ab');
    expect(/uin:"(.*)"/.exec(page)?.[1]).toBe('3090000001');
    expect(backEnd.sessions).toHaveLength(1);
  });

  it.each<[NonNullable<BackEndOptions['refusals']>, number, number, number]>([
    ['classic', -8, -27, -23],
    ['modern', 200_008, 200_027, 200_023],
  ])('%s: a captcha and a wrong password', async (refusals, needed, wrong, password) => {
    await backEnd.close();
    backEnd = await startBackEnd({ refusals, captcha: 'WXYZ' });
    backEnd.requireCaptcha();
    const ret = async (given?: Parameters<typeof logIn>[0]) =>
      readRet(await (await logIn(given)).json());
    expect(await ret()).toBe(needed);
    const path = `/cgi-bin/verifycode?username=${backEnd.username}&r=12345`;
    const response = await fetch(`${backEnd.url}${path}`, {
      headers: { referer: 'https://mp.weixin.qq.com/' },
    });
    const cookies = readCookies(response);
    expect(await ret({ imgcode: 'EFGH', cookies })).toBe(wrong);
    expect(await ret({ imgcode: 'WXYZ' })).toBe(wrong);
    expect(await ret({ imgcode: 'WXYZ', cookies, pwd: md5('wrong') })).toBe(password);
    expect(await ret({ imgcode: 'WXYZ', cookies })).toBe(0);
    expect(await ret()).toBe(0);
    expect(backEnd.problems).toEqual([]);
  });

  it('is answered as set, for the given number of times', async () => {
    backEnd.answerNext('/cgi-bin/login', { base_resp: { ret: 200_024 } }, 2);
    backEnd.answerNext('/cgi-bin/login', '<html></html>');
    expect(await (await logIn()).text()).toContain('200024');
    expect(await (await logIn()).text()).toContain('200024');
    expect(await (await logIn()).text()).toBe('<html></html>');
    expect(await (await logIn()).text()).toContain('token=');
  });
});

describe('a login by QR code', () => {
  const COMMON = { token: '', lang: 'zh_CN', f: 'json', ajax: '1' };
  const ASK = `/cgi-bin/scanloginqrcode?action=ask&${new URLSearchParams(COMMON)}`;
  const CODE = '/cgi-bin/scanloginqrcode?action=getqrcode&random=1760000000000';
  const start = () => {
    const form = {
      userlang: 'zh_CN',
      redirect_url: '',
      login_type: '3',
      sessionid: '176000000000012',
      ...COMMON,
    };
    return ask(at('/cgi-bin/bizlogin?action=startlogin'), { form });
  };
  const finish = (cookies: string) => {
    const fields = { cookie_forbidden: '0', cookie_cleaned: '0', plugin_used: '0' };
    const form = { userlang: 'zh_CN', redirect_url: '', login_type: '3', ...fields, ...COMMON };
    return ask(at('/cgi-bin/bizlogin?action=login'), { form, cookies });
  };
  const status = async (cookies: string) => (await askJson(at(ASK), { cookies }))['status'];

  it('goes through its states to a session that works', async () => {
    const cookies = readCookies(await start());
    const first = Buffer.from(await (await ask(at(CODE), { cookies })).arrayBuffer());
    expect(first.toString('latin1')).toContain('/mp/scanlogin?action=index&qrticket=');
    expect(await status(cookies)).toBe(0);
    backEnd.qr.refuse();
    expect(await status(cookies)).toBe(2);
    const second = Buffer.from(await (await ask(at(CODE), { cookies })).arrayBuffer());
    expect(second.equals(first)).toBe(false);
    backEnd.qr.expire();
    expect(await status(cookies)).toBe(3);
    await ask(at(CODE), { cookies });
    backEnd.qr.scan();
    expect(await status(cookies)).toBe(4);
    expect(readRet(await (await finish(cookies)).json())).toBe(200_003);
    backEnd.qr.confirm();
    expect(await status(cookies)).toBe(1);

    const response = await finish(cookies);
    const { redirect_url } = (await response.json()) as { redirect_url: string };
    const token = Number(new URL(redirect_url, backEnd.url).searchParams.get('token'));
    const set = response.headers.getSetCookie();
    expect(set.filter((line) => /Expires=.*HttpOnly/.test(line))).toHaveLength(6);
    expect(set).toContain('rand_info=EXPIRED; Path=/; HttpOnly');
    const session = { token, cookies: readCookies(response) };
    const path = `/cgi-bin/searchbiz?action=search_biz&begin=0&count=5&query=${encodeURIComponent('早报')}&token=${token}&lang=zh_CN&f=json&ajax=1`;
    expect(await askJson(at(path), { session })).toMatchObject({ total: 12 });
    expect(backEnd.qr.state).toBe('done');
    expect(backEnd.problems).toEqual([]);
  });

  it('is over for a cookie that is missing or of an attempt before', async () => {
    const old = readCookies(await start());
    await start();
    for (const cookies of ['', old]) {
      expect(readRet(await askJson(at(ASK), { cookies }))).toBe(200_003);
    }
  });

  it('answers a status set by a test', async () => {
    const cookies = readCookies(await start());
    await ask(at(CODE), { cookies });
    backEnd.qr.tell(5);
    expect(await status(cookies)).toBe(5);
    expect(() => backEnd.qr.scan()).not.toThrow();
    expect(() => backEnd.qr.scan()).toThrow('scanned');
  });
});
