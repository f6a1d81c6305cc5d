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

/** A session with its cookies as the Python SDK writes them, as accepted by UnofficialClient. */
export interface BackEndSession {
  readonly token: number;
  readonly cookies: string;
}

/** The simulated back end, mp.weixin.qq.com. */
export interface BackEnd {
  /** Address for the client's options `baseUrl` and `statisticsBaseUrl`. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** The data of the account; may be read and changed. */
  readonly data: BackEndData;
  /** Messages sent to users, oldest first. */
  readonly sent: readonly Delivered[];
  /** Every request, valid or not. */
  readonly requests: readonly BackEndCall[];
  /** Every request that the platform's pages would not send, with the reason. They are answered with 400. */
  readonly problems: readonly string[];
  /** The active sessions, oldest first. */
  readonly sessions: readonly BackEndSession[];
  /** Starts a session without a login. */
  session(): BackEndSession;
  /** Ends all sessions; calls then answer with the login page, or with ret 200003. Default: html. */
  loseSession(as?: 'html' | 'json'): void;
  /** Makes the next answer change the cookies of its session. */
  rotateCookies(): void;
  /** Makes the next logins ask for a captcha, until one has it. */
  requireCaptcha(): void;
  /** The phone that scans the code of a login. */
  readonly qr: QrPhone;
  /**
   * Sets the answer of the next requests to a path: an object is sent as JSON, a string as a page.
   * Default of `times`: 1.
   */
  answerNext(path: string, answer: object | string, times?: number): void;
  /** Answers ret 200013 after a number of further calls of the current lists. */
  throttleAfter(calls: number): void;
  /**
   * Sets how lists of users, groups and messages are written: as JSON in a string, as originally,
   * or as part of the answer.
   */
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
 * Starts a back end on a local port: the requests of the Python SDK's time and the current ones,
 * checked field by field.
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
