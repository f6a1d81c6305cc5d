import { createHash, randomInt } from 'node:crypto';
import { readObject, readVerdict } from './answers.ts';
import { LoginError, LoginVerifyCodeError, NeedLoginError, type RetVerdict } from './errors.ts';
import type { BackEndAnswer, BackEndRequest, Http } from './http.ts';
import { createJar, Session } from './session.ts';

const PATH = '/cgi-bin/login';
/** The rets for a missing or wrong captcha, those of 2013 and later ones. */
const CAPTCHA: ReadonlySet<number> = new Set([-8, -27, 200008, 200027]);

const MEANINGS: ReadonlyMap<number, string> = new Map(
  (
    [
      ['the name or the password is wrong', [-2, -23, 200002, 200023]],
      ['there is no such account', [-21, 200021]],
      ['the account is restricted', [-7, 200007]],
      ['the account belongs to another site: admin.wechat.com', [-25, 200025]],
      ['the account is frozen', [200024, 250003]],
      ['the password must be changed first', [200028]],
      ['the account was cancelled', [250002]],
      ['the back end is busy', [-1]],
    ] as const
  ).flatMap(([meaning, rets]) => rets.map((ret) => [ret, meaning] as const)),
);

export interface Password {
  readonly username: string;
  readonly password: string;
  readonly isMd5: boolean;
}

/** Creates the request for a captcha. */
export function captchaRequest(username: string): BackEndRequest {
  return {
    method: 'GET',
    path: '/cgi-bin/verifycode',
    query: { username, r: randomInt(10 ** 13) },
    referer: '/',
    isAjax: false,
  };
}

/**
 * Logs in with a password, and the text of a captcha that was requested with the same `before`.
 *
 * @throws {LoginVerifyCodeError} when a captcha is asked for, or was wrong
 * @throws {LoginError} for any other reason
 */
export async function logIn(
  http: Http,
  { username, password, isMd5 }: Password,
  { verifyCode, before = createJar() }: { verifyCode: string; before?: Session['jar'] | undefined },
): Promise<Session> {
  // The page itself sends no more than 16 characters of a password.
  const pwd = isMd5 ? password : md5(password.slice(0, 16));
  const request: BackEndRequest = {
    method: 'POST',
    path: PATH,
    form: { username, pwd, imgcode: verifyCode, f: 'json' },
    referer: '/cgi-bin/loginpage?t=wxm2-login&lang=zh_CN',
  };
  const jar = before;
  const answer = await http(request, jar);
  const token = /token=(\d+)/.exec(answer.body.toString())?.[1];
  if (token === undefined) throw createLoginError(answer);
  return new Session({ jar, token: Number(token), dialect: 'classic' });
}

function createLoginError(answer: BackEndAnswer): LoginError {
  const about = { path: PATH, ...findVerdict(answer) };
  const { ret } = about;
  if (ret !== undefined && CAPTCHA.has(ret)) {
    const message =
      'a captcha is required: show the picture of getVerifyCode() to a person, and pass its text';
    return new LoginVerifyCodeError(message, about);
  }
  if (answer.body.includes('readtemplate')) {
    return new LoginError('You need to turn off the safety protection of wechat.', about);
  }
  const meaning = ret === undefined ? undefined : MEANINGS.get(ret);
  const said =
    ret === undefined ? 'unexpected answer to a login' : `ret ${ret}: ${meaning ?? 'refused'}`;
  return new LoginError(said, about);
}

function findVerdict(answer: BackEndAnswer): Partial<RetVerdict> {
  try {
    return readVerdict(readObject(PATH, answer), answer) ?? {};
  } catch (error) {
    if (error instanceof NeedLoginError) return {};
    throw error;
  }
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
