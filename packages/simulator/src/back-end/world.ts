/** The state of the back end. */

import { type Clock, readSeconds, realClock } from '../clock.ts';
import type { ListenOptions } from '../http/listening.ts';
import { createCodes, createPhone, type QrCodes, type QrPhone } from './codes.ts';
import { type BackEndData, createData, type Follower, type GivenData } from './data.ts';
import type { LiveSession } from './live-session.ts';

export interface Delivered {
  readonly to: string;
  /** 1 text, 2 picture, 3 voice, 10 articles, 15 video. */
  readonly type: number;
  readonly content?: string;
  /** The id of the articles, the picture, the voice or the video. */
  readonly id?: string;
}

export interface BackEndOptions extends GivenData, ListenOptions {
  /** Default: tester@example.com. */
  readonly username?: string;
  /** Plain text; logins send the MD5 of its first 16 characters. Default: a password longer than that. */
  readonly password?: string;
  /** Text of the captcha, once one is required. Default: ABCD. */
  readonly captcha?: string;
  /**
   * The numbers by which a login is refused: those of 2013 (-8, -27, -23) or later ones (200008 …).
   * Default: modern.
   */
  readonly refusals?: 'classic' | 'modern';
  /** The picture of the QR codes. Default: one dot, with the address in its comment. */
  readonly qrCode?: Buffer;
  /** Called when a QR code is shown, for example to scan it at once. */
  readonly onQrCode?: (qr: QrPhone) => void;
  /** Default: the system clock. */
  readonly clock?: Pick<Clock, 'now'>;
}

export interface World {
  readonly account: Readonly<Record<'username' | 'password' | 'captcha', string>>;
  readonly refusals: 'classic' | 'modern';
  readonly clock: Pick<Clock, 'now'>;
  readonly data: BackEndData;
  readonly sent: Delivered[];
  readonly live: Map<number, LiveSession>;
  /** How a lost session is answered. */
  lostAs: 'html' | 'json';
  /** Whether the next answer of a session changes its cookies. */
  turnsCookies: boolean;
  needsCaptcha: boolean;
  /** The cookie of the captcha that was shown last. */
  captchaCookie: string | undefined;
  readonly codes: QrCodes;
  readonly phone: QrPhone;
  readonly qrCode: Buffer | undefined;
  readonly onQrCode: (qr: QrPhone) => void;
  /** The answers of the next requests to a path. */
  readonly answers: Map<string, unknown[]>;
  /** How the lists of 2014 are written. */
  listsAs: 'string' | 'object';
  /** The number of calls left. */
  allowed: number;
}

export function createWorld(options: BackEndOptions): World {
  const {
    username = 'tester@example.com',
    password = 'a password of 22 chars',
    captcha = 'ABCD',
    refusals = 'modern',
    clock = realClock,
    qrCode,
    onQrCode = () => {},
  } = options;
  const codes = createCodes();
  return {
    account: { username, password, captcha },
    refusals,
    clock,
    data: createData(options, readSeconds(clock)),
    sent: [],
    live: new Map(),
    lostAs: 'html',
    turnsCookies: false,
    needsCaptcha: false,
    captchaCookie: undefined,
    codes,
    phone: createPhone(codes),
    qrCode,
    onQrCode,
    answers: new Map(),
    listsAs: 'string',
    allowed: Number.POSITIVE_INFINITY,
  };
}

/** Returns a user by either id. */
export function findUser({ data }: World, id: string | undefined): Follower | undefined {
  return data.users.find(({ fakeid, openid }) => id === fakeid || id === openid);
}

/** Writes a list as JSON in a string, as in 2014, or unchanged. */
export function serializeList({ listsAs }: World, list: object): unknown {
  return listsAs === 'string' ? JSON.stringify(list) : list;
}

/** Returns the next id of a list. */
export function nextId(ids: readonly number[]): number {
  return ids.reduce((highest, id) => Math.max(highest, id), 0) + 1;
}
