import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CookieJar } from 'tough-cookie';
import { readField, readObject, readVerdict } from './answers.ts';
import { LoginError } from './errors.ts';
import type { BackEndAnswer, FormValues, Http } from './http.ts';
import { createJar, Session } from './session.ts';

/** The state of a login by QR code. */
export type QrCodeState =
  /** Shown, and not scanned yet. */
  | 'waiting'
  /** Scanned: the user has to confirm, and to choose one of several accounts. */
  | 'scanned'
  /** Confirmed on the phone: the login is about to complete. */
  | 'confirmed'
  /** Expired: another one is shown. */
  | 'expired'
  /** Refused on the phone: another one is shown. */
  | 'refused';

export interface QrCodeLogin {
  /** Shows the picture to scan; called again when a code expired or was refused. */
  readonly onQrCode: (image: Buffer) => void | Promise<void>;
  /** Called with each change. */
  readonly onState?: ((state: QrCodeState) => void | Promise<void>) | undefined;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two polls. Default: 2000. */
  readonly interval?: number | undefined;
}

/** Number of times that a code is replaced, as on the platform’s own page. */
const RENEWALS = 5;
const LOGIN = '/cgi-bin/bizlogin';
const SCAN = '/cgi-bin/scanloginqrcode';
const COMMON: FormValues = { token: '', lang: 'zh_CN', f: 'json', ajax: 1 };

/** The states of the platform’s numbers; any other: not scanned. */
const STATES: ReadonlyMap<number, QrCodeState | 'unable'> = new Map([
  [1, 'confirmed'],
  [2, 'refused'],
  [3, 'expired'],
  [4, 'scanned'],
  [5, 'unable'],
  [6, 'scanned'],
]);

/**
 * Logs in by a QR code that an administrator scans.
 *
 * @throws {LoginError} when the account cannot log in so, or no code was confirmed
 */
export async function logInWithQrCode(http: Http, given: QrCodeLogin): Promise<Session> {
  const { onQrCode, onState, signal, interval = 2000 } = given;
  const jar = createJar();
  await start(http, jar);
  let shown: QrCodeState | undefined;
  const reportState = async (state: QrCodeState) => {
    if (state !== shown) await onState?.(state);
    shown = state;
  };
  for (let renewals = 0; renewals <= RENEWALS; renewals += 1) {
    await onQrCode(await fetchCode(http, jar));
    await reportState('waiting');
    for (;;) {
      await pause(interval, undefined, { signal });
      const state = await pollState(http, jar);
      await reportState(state);
      if (state === 'confirmed') return finish(http, jar);
      if (state === 'expired' || state === 'refused') break;
    }
  }
  throw new LoginError(`none of ${RENEWALS + 1} QR codes was confirmed`, { path: SCAN });
}

async function start(http: Http, jar: CookieJar): Promise<void> {
  const sessionid = `${Date.now()}${randomInt(100)}`;
  const form = { userlang: 'zh_CN', redirect_url: '', login_type: 3, sessionid, ...COMMON };
  const query = { action: 'startlogin' };
  const answer = await http({ method: 'POST', path: LOGIN, query, form, referer: '/' }, jar);
  check(LOGIN, answer);
}

async function fetchCode(http: Http, jar: CookieJar): Promise<Buffer> {
  const query = { action: 'getqrcode', random: Date.now() };
  const request = { method: 'GET', path: SCAN, query, referer: '/', isAjax: false } as const;
  const { body, contentType } = await http(request, jar);
  if (contentType.startsWith('image/')) return body;
  throw new LoginError('the back end returned no QR code', { path: SCAN });
}

async function pollState(http: Http, jar: CookieJar): Promise<QrCodeState> {
  const query = { action: 'ask', ...COMMON };
  const answer = await http({ method: 'GET', path: SCAN, query, referer: '/' }, jar);
  check(SCAN, answer);
  const state = STATES.get(Number(readField(SCAN, answer, ['status']))) ?? 'waiting';
  if (state !== 'unable') return state;
  const message = 'the account cannot log in by QR code: bind an e-mail address to it first';
  throw new LoginError(message, { path: SCAN });
}

async function finish(http: Http, jar: CookieJar): Promise<Session> {
  const form = {
    userlang: 'zh_CN',
    redirect_url: '',
    cookie_forbidden: 0,
    cookie_cleaned: 0,
    plugin_used: 0,
    login_type: 3,
    ...COMMON,
  };
  const query = { action: 'login' };
  const answer = await http({ method: 'POST', path: LOGIN, query, form, referer: '/' }, jar);
  check(LOGIN, answer);
  const address = String(readField(LOGIN, answer, ['redirect_url']));
  const token = /[?&]token=(\d+)/.exec(address)?.[1];
  if (token === undefined) throw new LoginError('the login returned no token', { path: LOGIN });
  return new Session({ jar: withoutAttempt(jar), token: Number(token), dialect: 'modern' });
}

/** Removes the cookie of the attempt, which is of no use after it. */
function withoutAttempt(jar: CookieJar): CookieJar {
  const kept = jar.serializeSync();
  kept?.cookies.splice(0, Infinity, ...kept.cookies.filter(({ key }) => key !== 'uuid'));
  return CookieJar.deserializeSync(JSON.stringify(kept));
}

function check(path: string, answer: BackEndAnswer): void {
  const verdict = readVerdict(readObject(path, answer), answer);
  if (!verdict || verdict.ret === 0) return;
  throw new LoginError(`ret ${verdict.ret}: refused`, { ...verdict, path });
}
