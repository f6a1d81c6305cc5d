import { CONSOLE } from '../console.ts';
import { WechatError } from '../errors.ts';
import { tellText } from '../hide-secrets.ts';
import type { CustomMessage } from './endpoints/index.ts';

/** The state of a call of several messages of which a later one failed. */
export interface PartlySent {
  /** The number of messages that the user has. */
  readonly sent: number;
  /** The others, in order, for `message.custom.send(message)`; the first is the one that failed. */
  readonly missing: readonly CustomMessage[];
}

/** The platform's refusal of a call. */
export interface Refusal {
  readonly errcode: number;
  readonly errmsg: string;
  /** The endpoint’s path, without host and query. */
  readonly path: string;
  /** The whole answer, redacted. */
  readonly answer?: Readonly<Record<string, unknown>>;
  /** Whether 微信云托管 adds the token. */
  readonly isCloud?: boolean | undefined;
}

/** The platform refused a call. Code `WECHAT_API`; the classes below it have codes of their own. */
export class OfficialAPIError extends WechatError {
  override readonly name: string = 'OfficialAPIError';
  readonly errcode: number;
  /** The platform's message: at most 200 characters, without the rid and without secrets. */
  readonly errmsg: string;
  readonly path: string;
  /** The platform’s request id, for `client.openapi.getRidInfo` and for its support. */
  readonly rid: string | undefined;
  /**
   * The platform's answer, for example with the `msg_id` of a message that was sent before;
   * redacted like the input of hooks.
   */
  readonly answer: Readonly<Record<string, unknown>>;
  /** Set when messages of the same call were sent before this one was refused. */
  declare readonly partlySent?: PartlySent;

  constructor({ errcode, errmsg, path, answer = {} }: Refusal, code = 'WECHAT_API', advice = '') {
    const rid = RID.exec(errmsg)?.[1];
    // Some repeat the address that was called, with the token and the secret in it.
    const said = tellText(errmsg.replace(HINT, '').trim());
    const number = rid === undefined ? '' : ` (rid ${rid})`;
    super(code, `${path}: ${errcode} ${said}${number}${advice && `. ${advice}`}`);
    this.errcode = errcode;
    this.errmsg = said;
    this.path = path;
    this.rid = rid;
    this.answer = answer;
  }
}

const RID = /,?\s*rid:\s*([\w-]+)/;
/** Matches what is for the platform's support alone: a rid at the end, and before 2020 a hint. */
const HINT = /,?\s*(?:hints?:\s*(?:\[[^\]]*\]|.*$)|rid:.*$)/gs;

/** The token, the AppID or the secret was refused. Code `WECHAT_API_CREDENTIAL`. */
export class InvalidCredentialError extends OfficialAPIError {
  override readonly name: string = 'InvalidCredentialError';
  constructor(refusal: Refusal) {
    super(refusal, 'WECHAT_API_CREDENTIAL', adviseOnCredential(refusal));
  }
}

/** Returns advice: a refused token has nothing to do with the AppID and the secret. */
function adviseOnCredential({ errcode, path, isCloud }: Refusal): string {
  if (errcode === 41001 && isCloud) return CLOUD_SERVICE;
  if (errcode === 40243)
    return `The AppSecret is frozen: unfreeze it in the console (${CONSOLE.appsecret})`;
  const isToken = [40001, 40014, 41001, 42001, 42007].includes(errcode);
  if (!isToken || path.endsWith('token')) {
    const place = path.startsWith('/cgi-bin/component/') ? CONSOLE.component : CONSOLE.appsecret;
    return `Compare appid and appsecret with the console (${place})`;
  }
  return path.startsWith('/sns/')
    ? 'The user’s token has expired: refresh it, or send the user through the login again'
    : 'Its replacements are refused too: does another program fetch tokens for this account?';
}

const CLOUD_SERVICE =
  '微信云托管 added no token: switch 开放接口服务 on (微信云托管 → 云调用), and create a new version of the service after that';
const CLOUD_PERMISSIONS =
  'In 微信云托管, 云调用 → 微信令牌权限配置 lists the permitted paths, one per line';

/** Matches the address in the messages of 40164 and of 61004. */
const IP = /(?:invalid ip|requestIP:?)\s*([\da-f.:]+)/i;
/** The address is not in the list of a third-party platform. */
const NOT_REGISTERED = 61004;

/** The server’s address is not in the console’s IP 白名单. Code `WECHAT_API_IP`. */
export class IPNotAllowedError extends OfficialAPIError {
  override readonly name: string = 'IPNotAllowedError';
  /** The address that the platform saw. */
  readonly ip: string | undefined;

  constructor(refusal: Refusal) {
    const ip = IP.exec(refusal.errmsg)?.[1];
    const list =
      refusal.errcode === NOT_REGISTERED
        ? `third-party platform’s 白名单IP地址列表 (${CONSOLE.component})`
        : `console’s IP 白名单 (${CONSOLE.ipAllowlist})`;
    super(refusal, 'WECHAT_API_IP', `Add ${ip ?? 'the server’s address'} to the ${list}`);
    this.ip = ip;
  }
}

/** Mass messages have a number of their own: one a day, or four a month. */
const NO_MASS_MESSAGE = 45028;

/** The calls of the day or the month are used up. Code `WECHAT_API_QUOTA`. */
export class QuotaExceededError extends OfficialAPIError {
  override readonly name: string = 'QuotaExceededError';
  constructor(refusal: Refusal) {
    const advice =
      refusal.errcode === NO_MASS_MESSAGE
        ? 'No mass message is left: send the next one in the next day, or month'
        : 'See client.openapi.getApiQuota for the remaining calls';
    super(refusal, 'WECHAT_API_QUOTA', advice);
  }
}

/** Too many calls in a short time. Code `WECHAT_API_RATE`. */
export class RateLimitError extends OfficialAPIError {
  override readonly name: string = 'RateLimitError';
  constructor(refusal: Refusal) {
    super(refusal, 'WECHAT_API_RATE', 'Call less often, and try again in a minute');
  }
}

/** The user wrote over 48 hours ago, or unsubscribed. Code `WECHAT_API_WINDOW`. */
export class WindowClosedError extends OfficialAPIError {
  override readonly name: string = 'WindowClosedError';
  constructor(refusal: Refusal) {
    super(
      refusal,
      'WECHAT_API_WINDOW',
      'Customer-service messages can only be sent within 48 hours after the user wrote',
    );
  }
}

/** The user must write again before more messages may be sent. Code `WECHAT_API_MESSAGE_COUNT`. */
export class MessageCountError extends OfficialAPIError {
  override readonly name: string = 'MessageCountError';
  constructor(refusal: Refusal) {
    super(refusal, 'WECHAT_API_MESSAGE_COUNT', 'The user must write before more can be sent');
  }
}

/** The account may not call this. Code `WECHAT_API_UNAUTHORIZED`. */
export class UnauthorizedAPIError extends OfficialAPIError {
  override readonly name: string = 'UnauthorizedAPIError';
  constructor(refusal: Refusal) {
    super(
      refusal,
      'WECHAT_API_UNAUTHORIZED',
      `The console’s 接口权限 (${CONSOLE.permissions}) lists the calls that the account may make${refusal.isCloud ? `. ${CLOUD_PERMISSIONS}` : ''}`,
    );
  }
}

/** The user does not follow the account. Code `WECHAT_API_NOT_FOLLOWER`. */
export class NotFollowerError extends OfficialAPIError {
  override readonly name: string = 'NotFollowerError';
  constructor(refusal: Refusal) {
    super(refusal, 'WECHAT_API_NOT_FOLLOWER');
  }
}

/** The platform could not be reached, or its answer could not be read. Code `WECHAT_NETWORK`. */
export class NetworkError extends WechatError {
  override readonly name: string = 'NetworkError';
  readonly path: string;
  /** The status of the answer, if there was one. */
  readonly status: number | undefined;
  /** Whether the request may have arrived, so that repeating it could do it twice. */
  readonly wasSent: boolean;
  /** Set when messages of the same call were sent before this one, which `wasSent` is about. */
  declare readonly partlySent?: PartlySent;

  constructor(
    path: string,
    said: string,
    about: { status?: number | undefined; wasSent: boolean; cause?: Error | undefined },
    code = 'WECHAT_NETWORK',
  ) {
    super(code, `${path}: ${said}`, about.cause && { cause: about.cause });
    this.path = path;
    this.status = about.status;
    this.wasSent = about.wasSent;
  }
}

/** Creates the error of an answer whose status is no success; the API of WeChat has no redirects. */
export function createStatusError(path: string, status: number): NetworkError {
  const isRedirect = status >= 300 && status < 400;
  const advice = isRedirect ? ': WeChat never redirects, so a gateway or proxy has answered' : '';
  return new NetworkError(path, `answered with the status ${status}${advice}`, {
    status,
    wasSent: true,
  });
}

/** An answer has more bytes than `maxResponseSize`. Code `WECHAT_RESPONSE_TOO_LARGE`. */
export class ResponseTooLargeError extends NetworkError {
  override readonly name: string = 'ResponseTooLargeError';
  constructor(path: string, limit: number) {
    const said = `the answer has more than ${limit} bytes: raise maxResponseSize if it should`;
    super(path, said, { wasSent: true }, 'WECHAT_RESPONSE_TOO_LARGE');
  }
}

/** Adds to the error of a call what was sent before it. */
export function tellPartlySent(error: unknown, partlySent: PartlySent): unknown {
  const { sent, missing } = partlySent;
  const isOfCall = error instanceof OfficialAPIError || error instanceof NetworkError;
  if (!isOfCall || sent === 0) return error;
  const message = `${error.message}. Of ${sent + missing.length} messages ${sent} were sent before; partlySent has the others`;
  const stack = error.stack?.replace(error.message, () => message);
  Object.defineProperties(error, {
    message: { value: message },
    stack: { value: stack },
    // Not for whoever prints all that an error has: it is for a user.
    partlySent: { value: partlySent },
  });
  return error;
}

type RefusalClass = new (refusal: Refusal) => OfficialAPIError;

const CLASSES: readonly [RefusalClass, readonly number[]][] = [
  [InvalidCredentialError, [40001, 40013, 40014, 40125, 40243, 41001, 41002, 41004, 42001, 42007]],
  [IPNotAllowedError, [40164, 61004, 89501, 89503, 89506, 89507]],
  [QuotaExceededError, [45009, 45010, 45028, 45040, 45104, 48006]],
  [RateLimitError, [45011, 45066, 53501]],
  [WindowClosedError, [45015]],
  [MessageCountError, [45047]],
  [UnauthorizedAPIError, [48001, 48004, 48008, 50001, 61003, 61007]],
  [NotFollowerError, [43004, 50005]],
];
const CLASS_OF = new Map(CLASSES.flatMap(([made, codes]) => codes.map((code) => [code, made])));

/** Creates the error of an errcode. */
export function createRefusal(refusal: Refusal): OfficialAPIError {
  const Refused = CLASS_OF.get(refusal.errcode) ?? OfficialAPIError;
  return new Refused(refusal);
}
