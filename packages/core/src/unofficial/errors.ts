import { WechatError } from '../errors.ts';

/** The back end refused a call, or answered what makes no sense. Code `WECHAT_UNOFFICIAL`. */
export class UnofficialAPIError extends WechatError {
  /** `base_resp.ret`; undefined when the answer had none. */
  readonly ret: number | undefined;
  /** The path that was called, without its query. */
  readonly path: string;

  constructor(
    message: string,
    { ret, path }: { ret?: number | undefined; path: string },
    code = 'WECHAT_UNOFFICIAL',
  ) {
    super(code, `${path}: ${message}`);
    this.ret = ret;
    this.path = path;
  }
}

/** There is no session, or it is over. Code `WECHAT_NEED_LOGIN`. */
export class NeedLoginError extends UnofficialAPIError {
  constructor(path: string, ret?: number) {
    super('the session is over, or was never begun: log in', { ret, path }, 'WECHAT_NEED_LOGIN');
  }
}

/** The login was refused. Code `WECHAT_LOGIN`. */
export class LoginError extends UnofficialAPIError {
  constructor(
    message: string,
    about: { ret?: number | undefined; path: string },
    code = 'WECHAT_LOGIN',
  ) {
    super(message, about, code);
  }
}

/** The login needs the text of a captcha, or that one was wrong. Code `WECHAT_LOGIN_VERIFY_CODE`. */
export class LoginVerifyCodeError extends LoginError {
  constructor(message: string, about: { ret?: number | undefined; path: string }) {
    super(message, about, 'WECHAT_LOGIN_VERIFY_CODE');
  }
}

/** What a ret means, where the platform’s own pages say so. */
const MEANINGS: ReadonlyMap<number, string> = new Map([
  [-1, 'the back end is busy'],
  [10701, 'the user is in the blacklist'],
  [10703, 'the user does not want messages'],
  [10706, 'the user wrote more than 48 hours ago'],
  [62752, 'the link is risky'],
  [200002, 'the arguments are wrong'],
  [200007, 'the account may not do this'],
  [200008, 'a captcha is asked for'],
  [200009, 'there is no such thing'],
  [200013, 'too many calls: pause for some hours, and call less often'],
  [220001, 'the library of material is full'],
  [220002, 'the library of pictures is full'],
]);

/** The rets that say that the session is over. */
const SESSION_LOST: ReadonlySet<number> = new Set([-3, 200003]);

/** Makes the error of a ret that is not 0. */
export function refusalOf(path: string, ret: number): UnofficialAPIError {
  if (SESSION_LOST.has(ret)) return new NeedLoginError(path, ret);
  return new UnofficialAPIError(`ret ${ret}: ${MEANINGS.get(ret) ?? 'refused'}`, { ret, path });
}
