/** The QR codes of a login, as seen by the phone. */
import { randomBytes } from 'node:crypto';
import { drawJpeg } from './own.ts';

export type QrState =
  | 'none'
  | 'started'
  | 'waiting'
  | 'scanned'
  | 'confirmed'
  | 'refused'
  | 'expired'
  | 'done';

export interface QrCodes {
  state: QrState;
  /** The cookie of the current login. */
  uuid: string | undefined;
  /** A status that replaces the real one. */
  told: number | undefined;
  shown: number;
  picture: Buffer | undefined;
}

/** The status of each state in the answer of a poll. */
export const STATUSES: Readonly<Record<QrState, number>> = {
  none: 0,
  started: 0,
  waiting: 0,
  confirmed: 1,
  refused: 2,
  expired: 3,
  scanned: 4,
  done: 3,
};

export function createCodes(): QrCodes {
  return { state: 'none', uuid: undefined, told: undefined, shown: 0, picture: undefined };
}

export function startAttempt(codes: QrCodes): string {
  const uuid = randomBytes(16).toString('hex');
  Object.assign(codes, { state: 'started', uuid, told: undefined });
  return uuid;
}

/** Shows another code and invalidates the previous one. */
export function showCode(codes: QrCodes, given: Buffer | undefined): Buffer {
  const ticket = randomBytes(16).toString('hex');
  const address = `http://mp.weixin.qq.com/mp/scanlogin?action=index&qrticket=${ticket}&scanscene=0#wechat_redirect`;
  const picture = given ?? drawJpeg(address);
  Object.assign(codes, { state: 'waiting', told: undefined, shown: codes.shown + 1, picture });
  return picture;
}

/** The phone of an administrator, which scans the QR code of a login. */
export interface QrPhone {
  /** Scans the code. Throws when no code is waiting for it, as do the others. */
  scan(): void;
  /** Confirms the login, whether the code was scanned or not. */
  confirm(): void;
  refuse(): void;
  /** Expires the code. */
  expire(): void;
  /** Makes the login answer a status, such as 5 (no e-mail address), until another code is shown. */
  tell(status: number): void;
  readonly state: QrState;
  /** The number of codes shown so far. */
  readonly shown: number;
  /** The latest code. */
  readonly picture: Buffer | undefined;
}

export function createPhone(codes: QrCodes): QrPhone {
  const move = (to: QrState, from: readonly QrState[]) => () => {
    if (!from.includes(codes.state)) throw new Error(`a code that is ${codes.state} is not ${to}`);
    codes.state = to;
  };
  return {
    scan: move('scanned', ['waiting']),
    confirm: move('confirmed', ['waiting', 'scanned']),
    refuse: move('refused', ['waiting', 'scanned']),
    expire: move('expired', ['waiting', 'scanned', 'confirmed']),
    tell(status) {
      codes.told = status;
    },
    get state() {
      return codes.state;
    },
    get shown() {
      return codes.shown;
    },
    get picture() {
      return codes.picture;
    },
  };
}
