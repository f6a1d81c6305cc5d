/** The QR codes of a login, from the side of the phone. */
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
  /** The cookie of the login that is going on. */
  uuid: string | undefined;
  /** A status to tell in place of the true one. */
  told: number | undefined;
  shown: number;
  picture: Buffer | undefined;
}

/** What the poll says of each state. */
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

/** Shows another code; the one before is of no use any more. */
export function showCode(codes: QrCodes, given: Buffer | undefined): Buffer {
  const ticket = randomBytes(16).toString('hex');
  const address = `http://mp.weixin.qq.com/mp/scanlogin?action=index&qrticket=${ticket}&scanscene=0#wechat_redirect`;
  const picture = given ?? drawJpeg(address);
  Object.assign(codes, { state: 'waiting', told: undefined, shown: codes.shown + 1, picture });
  return picture;
}

/** The phone of an administrator: what is done with the QR code of a login. */
export interface QrPhone {
  /** Throws when no code is waiting for that, as the others do. */
  scan(): void;
  /** Lets the login go on, of a code that was scanned or not. */
  confirm(): void;
  refuse(): void;
  /** Has the code be too old. */
  expire(): void;
  /** Has the login be told that number, such as 5 (no e-mail address), until another code is shown. */
  tell(status: number): void;
  readonly state: QrState;
  /** How many codes were shown so far. */
  readonly shown: number;
  /** The code that was shown last. */
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
