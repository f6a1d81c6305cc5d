/** How a session of the fake back end begins: by a password, or by a QR code. */
import { createHash } from 'node:crypto';
import { type Answer, type Asked, json, ok, type Row, refused } from './contract.ts';

export interface Logins {
  readonly username: string;
  readonly password: string;
  /** Begins a session, and gives its token and its cookies. */
  readonly begin: () => { token: number; cookies: readonly string[] };
  /** What the next logins by password are answered: a ret, or that the account is protected. */
  readonly refusals: (number | 'readtemplate' | 'page')[];
  captcha: { isNeeded: boolean; rets: readonly [needed: number, wrong: number] };
  /** What each look at the QR code finds, in order; the last one stays. */
  readonly scans: number[];
  /** The picture of a code. */
  picture: Buffer;
  /** How many codes were shown. */
  codes: number;
}

const COMMON = ['token', 'lang', 'f', 'ajax'];
const CAPTCHA = 'captcha-1';
/** A picture, as far as its type tells. */
const CODE = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);

export function createLoginRows(logins: Logins): Row[] {
  function logIn({ form, cookies }: Asked): Answer {
    const refusal = logins.refusals.shift();
    if (refusal === 'page') return { body: '<html>busy</html>', type: 'text/html' };
    if (refusal === 'readtemplate') {
      return json({ base_resp: ok, redirect_url: '/cgi-bin/readtemplate?t=user/validate_wx_tmpl' });
    }
    if (refusal !== undefined) return refused(refusal);
    const { isNeeded, rets } = logins.captcha;
    if (isNeeded && form['imgcode'] === '') return refused(rets[0]);
    const isRight = form['imgcode'] === 'ABCD' && cookies['sig'] === CAPTCHA;
    if (isNeeded && !isRight) return refused(rets[1]);
    const pwd = createHash('md5').update(logins.password.slice(0, 16)).digest('hex');
    if (form['username'] !== logins.username || form['pwd'] !== pwd) return refused(200023);
    logins.captcha.isNeeded = false;
    return begin();
  }

  function begin(): Answer {
    const { token, cookies } = logins.begin();
    const redirect_url = `/cgi-bin/home?t=home/index&lang=zh_CN&token=${token}`;
    return { ...json({ base_resp: ok, redirect_url }), cookies };
  }

  const ofAttempt = (answer: (asked: Asked) => Answer) => (asked: Asked) =>
    asked.cookies['uuid'] === 'attempt-1' ? answer(asked) : refused(-1, 'invalid session');

  return [
    {
      method: 'POST',
      path: '/cgi-bin/login',
      query: [],
      form: ['username', 'pwd', 'imgcode', 'f'],
      referer: '/cgi-bin/loginpage?t=wxm2-login&lang=zh_CN',
      isAjax: true,
      isOpen: true,
      answer: logIn,
    },
    {
      method: 'GET',
      path: '/cgi-bin/verifycode',
      query: ['username', 'r'],
      referer: '/',
      isAjax: false,
      isOpen: true,
      answer: () => ({ body: CODE, type: 'image/jpeg', cookies: [`sig=${CAPTCHA}; Path=/`] }),
    },
    {
      method: 'POST',
      path: '/cgi-bin/bizlogin',
      when: { action: 'startlogin' },
      query: ['action'],
      form: ['userlang', 'redirect_url', 'login_type', 'sessionid', ...COMMON],
      referer: '/',
      isAjax: true,
      isOpen: true,
      answer: () => ({ ...json({ base_resp: ok }), cookies: ['uuid=attempt-1; Path=/; HttpOnly'] }),
    },
    {
      method: 'GET',
      path: '/cgi-bin/scanloginqrcode',
      when: { action: 'getqrcode' },
      query: ['action', 'random'],
      referer: '/',
      isAjax: false,
      isOpen: true,
      answer: ofAttempt(() => {
        logins.codes += 1;
        return { body: logins.picture, type: 'image/jpeg' };
      }),
    },
    {
      method: 'GET',
      path: '/cgi-bin/scanloginqrcode',
      when: { action: 'ask' },
      query: ['action', ...COMMON],
      referer: '/',
      isAjax: true,
      isOpen: true,
      answer: ofAttempt(() => {
        const [status = 0] = logins.scans;
        if (logins.scans.length > 1) logins.scans.shift();
        return json({
          base_resp: ok,
          status,
          acct_size: status === 4 ? 1 : 0,
          binduin: 0,
          user_category: 0,
        });
      }),
    },
    {
      method: 'POST',
      path: '/cgi-bin/bizlogin',
      when: { action: 'login' },
      query: ['action'],
      form: [
        'userlang',
        'redirect_url',
        'cookie_forbidden',
        'cookie_cleaned',
        'plugin_used',
        'login_type',
        ...COMMON,
      ],
      referer: '/',
      isAjax: true,
      isOpen: true,
      answer: ofAttempt(() => begin()),
    },
  ];
}
