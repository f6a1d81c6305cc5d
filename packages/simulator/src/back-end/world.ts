/** All that the back end knows. */

import { type Clock, realClock } from '../clock.ts';
import type { ListenOptions } from '../listening.ts';
import { createCodes, createPhone, type QrCodes, type QrPhone } from './codes.ts';
import { type BackEndData, createData, type Follower, type GivenData } from './data.ts';
import type { LiveSession } from './live-session.ts';

export interface Delivered {
  readonly to: string;
  /** 1 text, 2 picture, 3 voice, 10 articles, 15 video. */
  readonly type: number;
  readonly content?: string;
  /** Of the articles, the picture, the voice or the video. */
  readonly id?: string;
}

export interface BackEndOptions extends GivenData, ListenOptions {
  /** Default: tester@example.com. */
  readonly username?: string;
  /** In plain text, of which the MD5 of the first 16 characters is expected. Default: longer than that. */
  readonly password?: string;
  /** What the captcha says, once one is required. Default: ABCD. */
  readonly captcha?: string;
  /** Whose numbers refuse a login: those of 2013 (-8, -27, -23) or of later (200008 …). Default: modern. */
  readonly refusals?: 'classic' | 'modern';
  /** The picture of the QR codes. Default: one dot, with the address in its comment. */
  readonly qrCode?: Buffer;
  /** Told when a QR code is shown, to scan it at once. */
  readonly onQrCode?: (qr: QrPhone) => void;
  /** Default: the time of this machine. */
  readonly clock?: Pick<Clock, 'now'>;
}

export interface World {
  readonly account: Readonly<Record<'username' | 'password' | 'captcha', string>>;
  readonly refusals: 'classic' | 'modern';
  readonly clock: Pick<Clock, 'now'>;
  readonly data: BackEndData;
  readonly sent: Delivered[];
  readonly live: Map<number, LiveSession>;
  /** How JSON is answered when the session is lost. */
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
  /** What the next requests to a path are answered. */
  readonly answers: Map<string, unknown[]>;
  /** How lists of 2014 are written. */
  listsAs: 'string' | 'object';
  /** How many calls are allowed still. */
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

export function readSeconds(clock: Pick<Clock, 'now'>): number {
  return Math.floor(clock.now() / 1000);
}

/** A user by either of the ids. */
export function findUser({ data }: World, id: string | undefined): Follower | undefined {
  return data.users.find(({ fakeid, openid }) => id === fakeid || id === openid);
}

/** A list as JSON in a string, as it was in 2014, or as it is. */
export function serializeList({ listsAs }: World, list: object): unknown {
  return listsAs === 'string' ? JSON.stringify(list) : list;
}

/** The next id of a list. */
export function nextId(ids: readonly number[]): number {
  return ids.reduce((highest, id) => Math.max(highest, id), 0) + 1;
}
