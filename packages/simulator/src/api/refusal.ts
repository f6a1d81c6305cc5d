/** The platform's refusals: status 200, a code, and a message with a request id. */
import { randomBytes } from 'node:crypto';

const WORDS: Record<number, string> = {
  [-1]: 'system error',
  40001:
    'invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r',
  40002: 'invalid grant_type',
  40003: 'invalid openid',
  40004: 'invalid media type',
  40005: 'invalid file type',
  40007: 'invalid media_id',
  40008: 'invalid message type',
  40009: 'invalid image size',
  40010: 'invalid voice size',
  40011: 'invalid video size',
  40012: 'invalid thumb size',
  40013: 'invalid appid',
  40015: 'invalid menu type',
  40016: 'invalid button size',
  40017: 'invalid button type',
  40018: 'invalid button name size',
  40019: 'invalid button key size',
  40020: 'invalid button url size',
  40022: 'invalid sub_menu level',
  40023: 'invalid sub button size',
  40024: 'invalid sub button type',
  40025: 'invalid sub button name size',
  40026: 'invalid sub button key size',
  40027: 'invalid sub button url size',
  40029: 'invalid code',
  40030: 'invalid refresh_token',
  40032: 'invalid openid list size',
  40033: 'invalid charset. please check your request, if include \\uxxxx will create fail!',
  40037: 'invalid template_id',
  40052: 'invalid action name',
  40053: 'invalid action info, please check document',
  40060: 'invalid article idx',
  40066: 'invalid url',
  40097: 'invalid args',
  40113: 'unsupported file type',
  40114: 'invalid index value',
  40117: 'invalid button media_id size',
  40118: 'invalid sub button media_id size',
  40125: 'invalid appsecret',
  40130: 'invalid openid list size, at least two openid',
  40132: 'invalid username',
  40163: 'code been used',
  40165: 'invalid weapp pagepath',
  40166: 'invalid weapp appid',
  40202: 'invalid action',
  40203: 'invalid operator',
  41001: 'access_token missing',
  41002: 'appid missing',
  41003: 'refresh_token missing',
  41004: 'appsecret missing',
  41005: 'media data missing',
  41008: 'missing code',
  41009: 'missing openid',
  42001: 'access_token expired',
  42002: 'refresh_token expired',
  42003: 'code expired',
  43001: 'require GET method',
  43002: 'require POST method',
  43004: 'require subscribe',
  43019: 'require remove blacklist',
  44001: 'empty media data',
  44002: 'empty post data',
  44003: 'empty news data',
  44004: 'empty content',
  45001: 'media size out of limit',
  45002: 'content size out of limit',
  45003: 'title size out of limit',
  45004: 'description size out of limit',
  45008: 'article size out of limit',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  45015: 'response out of time limit or subscription is canceled',
  45026: 'template num exceeds limit',
  45028: 'has no masssend quota',
  45029: 'qrcode count out of limit',
  45034: 'media file count is out of limit',
  45047: 'out of response count limit',
  45056: 'too many tag now, no need to add new',
  45058: "can't modify sys tag",
  45059: 'can not tagging one user too much',
  45065: 'clientmsgid exist',
  45067: 'clientmsgid size out of limit',
  45072: 'invalid command',
  45080:
    'need sending message to user, or recving message from user in the last 30 seconds before typing',
  45081: 'you are already typing',
  45083: 'the speed out of range',
  45084: 'No speed message',
  45110: 'author size out of limit',
  45157: 'invalid tag name',
  45158: 'tag name too long',
  45159: 'invalid tag id',
  45162: 'invalid type',
  46003: 'menu no exist',
  47001: 'data format error',
  47003: 'argument invalid!',
  48001: 'api unauthorized',
  48006: 'forbid to clear quota because of reaching the limit',
  49003: 'not match openid with appid',
  50005: 'user is unsubscribed',
  53600: 'invalid article id',
  61003: 'component is not authorized by this account',
  61006: 'component ticket is invalid',
  61010: 'code is expired',
  61023: 'refresh_token is invalid',
  65301: 'this menu is not conditionalmenu',
  65302: 'no such user',
  65303: 'there is no selfmenu, please create selfmenu first',
  65304: 'match rule empty',
  65315: 'not fans',
  65416: 'param invalid, please check',
  65417: 'it is too long from the starttime to endtime',
  76021: 'cgi_path not found, please check',
  76022: 'no permission',
  88010: 'count range error. cout <= 0 or count > 50',
};

/** Thrown by the handler of a path; the server sends it. */
export class ApiRefusal extends Error {
  readonly errcode: number;

  constructor(errcode: number, errmsg: string = WORDS[errcode] ?? 'system error') {
    super(errmsg);
    this.errcode = errcode;
  }
}

/** Throws a refusal with the code unless `isRight`. */
export function demand(isRight: unknown, errcode: number): asserts isRight {
  if (!isRight) throw new ApiRefusal(errcode);
}

/** Returns the refusal as JSON: `/sns/` writes a comma before the request id, and has no stable token. */
export function refusalBody({ errcode, message }: ApiRefusal, path: string, now: number): object {
  const isSns = path.startsWith('/sns/');
  const words = isSns ? message.replace(/, could get access_token.*$/, '') : message;
  return { errcode, errmsg: `${words}${isSns ? ',' : ''} rid: ${requestId(now)}` };
}

function requestId(now: number): string {
  const seconds = Math.floor(now / 1000)
    .toString(16)
    .padStart(8, '0');
  const random = randomBytes(8).toString('hex');
  return `${seconds}-${random.slice(0, 8)}-${random.slice(8)}`;
}
