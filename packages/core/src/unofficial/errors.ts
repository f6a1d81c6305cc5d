import { WechatError } from '../errors.ts';

/**
 * The back end refused a call, or answered what makes no sense. Code `WECHAT_UNOFFICIAL`.
 *
 * @experimental Outside semver: it may change in any version.
 */
export class UnofficialAPIError extends WechatError {
  override readonly name: string = 'UnofficialAPIError';
  /** `base_resp.ret`; undefined when the answer had none. */
  readonly ret: number | undefined;
  /** The path that was called, without its query. */
  readonly path: string;
  /** The back end's message: at most 200 characters of `base_resp.err_msg`, without secrets. */
  readonly errMsg: string | undefined;

  constructor(message: string, { ret, path, errMsg }: RetRefusal, code = 'WECHAT_UNOFFICIAL') {
    super(code, `${path}: ${message}${errMsg ? ` (${errMsg})` : ''}`);
    this.ret = ret;
    this.path = path;
    this.errMsg = errMsg;
  }
}

/** A refused call. */
export interface RetRefusal {
  readonly path: string;
  readonly ret?: number | undefined;
  readonly errMsg?: string | undefined;
}

/** There is no session, or it is over. Code `WECHAT_NEED_LOGIN`. */
export class NeedLoginError extends UnofficialAPIError {
  override readonly name: string = 'NeedLoginError';
  constructor(path: string, about: Omit<RetRefusal, 'path'> = {}) {
    const message = 'there is no session, or it is over: log in';
    super(message, { ...about, path }, 'WECHAT_NEED_LOGIN');
  }
}

/** The login was refused. Code `WECHAT_LOGIN`. */
export class LoginError extends UnofficialAPIError {
  override readonly name: string = 'LoginError';
  constructor(message: string, about: RetRefusal, code = 'WECHAT_LOGIN') {
    super(message, about, code);
  }
}

/** The login needs the text of a captcha, or it was wrong. Code `WECHAT_LOGIN_VERIFY_CODE`. */
export class LoginVerifyCodeError extends LoginError {
  override readonly name: string = 'LoginVerifyCodeError';
  constructor(message: string, about: RetRefusal) {
    super(message, about, 'WECHAT_LOGIN_VERIFY_CODE');
  }
}

/** The meanings of rets, where the platform’s own pages state them. */
const MEANINGS: ReadonlyMap<number, string> = new Map([
  [-1, 'the back end is busy'],
  [10701, 'the user is in the blacklist'],
  [10703, 'the user does not want messages'],
  [10706, 'the user wrote more than 48 hours ago'],
  [62752, 'the link is risky'],
  [200002, 'the arguments are wrong'],
  [200007, 'the account may not do this'],
  [200008, 'a captcha is required'],
  [200009, 'not found'],
  [200013, 'too many calls: pause for some hours, and call less often'],
  [220001, 'the material library is full'],
  [220002, 'the picture library is full'],
]);

/** The rets of a lost session: invalid session, invalid csrf token. */
const SESSION_LOST: ReadonlySet<number> = new Set([-3, 200003, 200040]);

/** The back end's verdict on a call. */
export interface RetVerdict {
  readonly ret: number;
  readonly errMsg: string | undefined;
}

/** Whether a ret concerns the call, the user or the account, rather than the content. */
export function isGeneral(ret: number): boolean {
  return SESSION_LOST.has(ret) || MEANINGS.has(ret);
}

/** Creates the error of a ret other than 0. */
export function createRefusal(path: string, { ret, errMsg }: RetVerdict): UnofficialAPIError {
  if (SESSION_LOST.has(ret)) return new NeedLoginError(path, { ret, errMsg });
  const about = { ret, path, errMsg };
  return new UnofficialAPIError(`ret ${ret}: ${MEANINGS.get(ret) ?? 'refused'}`, about);
}
