import type { BackEndCall } from './call.ts';
import type { QrPhone } from './codes.ts';
import type { BackEndData } from './data.ts';
import type { LiveSession } from './live-session.ts';
import { loginEndpoints } from './login.ts';
import { materialEndpoints } from './material.ts';
import { mediaEndpoints } from './media.ts';
import { modernEndpoints } from './modern.ts';
import { qrEndpoints } from './qr-login.ts';
import { readingEndpoints } from './reading.ts';
import { sendingEndpoints } from './sending.ts';
import { serve } from './server.ts';
import { cookieString, openSession } from './sessions.ts';
import { statisticsEndpoints } from './statistics.ts';
import { type BackEndOptions, createWorld, type Delivered, type World } from './world.ts';

export type { BackEndCall } from './call.ts';
export type { QrPhone, QrState } from './codes.ts';
export type { BackEndData } from './data.ts';
export type { BackEndOptions } from './world.ts';

/** A session, with its cookies as the Python SDK writes them: what UnofficialClient takes. */
export interface BackEndSession {
  readonly token: number;
  readonly cookies: string;
}

/** The back end, mp.weixin.qq.com, on this machine. */
export interface BackEnd {
  /** Give it to the client as `baseUrl`, and as `statisticsBaseUrl`. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** What the account has; may be looked at and changed. */
  readonly data: BackEndData;
  /** What was sent to users, the oldest first. */
  readonly sent: readonly Delivered[];
  /** Every request, whether it fitted or not. */
  readonly requests: readonly BackEndCall[];
  /** Every request that the pages of the platform would not send, and why. They are answered with 400. */
  readonly problems: readonly string[];
  /** The sessions that live, the oldest first. */
  readonly sessions: readonly BackEndSession[];
  /** Begins a session without a login. */
  session(): BackEndSession;
  /** Ends all sessions. JSON is then answered with the login page, or with ret 200003. Default: html. */
  loseSession(as?: 'html' | 'json'): void;
  /** Has the next answer change the cookies of its session. */
  rotateCookies(): void;
  /** Asks the next logins for a captcha, until one has it. */
  requireCaptcha(): void;
  /** The phone that scans the code of a login. */
  readonly qr: QrPhone;
  /** Answers the next requests to a path: an object as JSON, a string as a page. `times` is 1 if not given. */
  answerNext(path: string, answer: object | string, times?: number): void;
  /** Answers ret 200013 after so many more calls of the lists of today. */
  throttleAfter(calls: number): void;
  /** Writes lists of users, groups and messages as JSON in a string, as at first, or as part of the answer. */
  writeListsAs(as: 'string' | 'object'): void;
  close(): Promise<void>;
}

const TABLE = [
  ...loginEndpoints,
  ...qrEndpoints,
  ...sendingEndpoints,
  ...readingEndpoints,
  ...mediaEndpoints,
  ...materialEndpoints,
  ...modernEndpoints,
  ...statisticsEndpoints,
];

/**
 * Starts the back end of the platform on a port of this machine: the requests of the Python SDK's time
 * and those of today, checked field by field.
 *
 * @example
 * const backEnd = await startBackEnd({ onQrCode: (qr) => qr.confirm() });
 * const client = new UnofficialClient({ baseUrl: backEnd.url });
 * await client.loginWithQrCode({ onQrCode: () => {}, interval: 1 });
 * backEnd.problems; // []
 * await backEnd.close();
 */
export async function startBackEnd(options: BackEndOptions = {}): Promise<BackEnd> {
  const world = createWorld(options);
  const served = await serve(TABLE, world, options);
  const { username, password } = world.account;
  return {
    ...served,
    ...createControls(world),
    username,
    password,
    data: world.data,
    sent: world.sent,
    qr: world.phone,
    get sessions() {
      return [...world.live.values()].map(shown);
    },
  };
}

function shown(session: LiveSession): BackEndSession {
  return { token: session.token, cookies: cookieString(session) };
}

type Control =
  | 'session'
  | 'loseSession'
  | 'rotateCookies'
  | 'requireCaptcha'
  | 'answerNext'
  | 'throttleAfter'
  | 'writeListsAs';

function createControls(world: World): Pick<BackEnd, Control> {
  return {
    session: () => shown(openSession(world)),
    loseSession(as = 'html') {
      world.live.clear();
      world.lostAs = as;
    },
    rotateCookies() {
      world.turnsCookies = true;
    },
    requireCaptcha() {
      world.needsCaptcha = true;
    },
    answerNext(path, answer, times = 1) {
      const waiting = world.answers.get(path) ?? [];
      world.answers.set(path, [...waiting, ...Array<unknown>(times).fill(answer)]);
    },
    throttleAfter(calls) {
      world.allowed = calls;
    },
    writeListsAs(as) {
      world.listsAs = as;
    },
  };
}
