/** The QR codes of a login, from the side of the phone. */
import { randomBytes } from 'node:crypto';
import { drawJpeg } from './own.ts';

export type CodeState =
  | 'none'
  | 'started'
  | 'waiting'
  | 'scanned'
  | 'confirmed'
  | 'refused'
  | 'expired'
  | 'done';

export interface QrCodes {
  state: CodeState;
  /** The cookie of the login that is going on. */
  uuid: string | undefined;
  /** A status to tell in place of the true one. */
  told: number | undefined;
  /** How many codes were shown. */
  shown: number;
}

/** What the poll says of each state. */
export const STATUSES: Readonly<Record<CodeState, number>> = {
  none: 0,
  started: 0,
  waiting: 0,
  confirmed: 1,
  refused: 2,
  expired: 3,
  scanned: 4,
  done: 3,
};

export function drawCodes(): QrCodes {
  return { state: 'none', uuid: undefined, told: undefined, shown: 0 };
}

export function startAttempt(codes: QrCodes): string {
  const uuid = randomBytes(16).toString('hex');
  Object.assign(codes, { state: 'started', uuid, told: undefined });
  return uuid;
}

/** Shows another code; the one before is of no use any more. */
export function showCode(codes: QrCodes): Buffer {
  Object.assign(codes, { state: 'waiting', told: undefined, shown: codes.shown + 1 });
  const ticket = randomBytes(16).toString('hex');
  return drawJpeg(
    `http://mp.weixin.qq.com/mp/scanlogin?action=index&qrticket=${ticket}&scanscene=0#wechat_redirect`,
  );
}

/** What the owner of the phone does, or the time. */
export interface Phone {
  scan(): void;
  confirm(): void;
  refuse(): void;
  expire(): void;
  /** Has the next polls tell this status, such as 5 or 6, until another code is shown. */
  tell(status: number): void;
  readonly state: CodeState;
  /** How many codes were shown so far. */
  readonly shown: number;
}

export function createPhone(codes: QrCodes): Phone {
  const move = (to: CodeState, from: readonly CodeState[]) => () => {
    if (!from.includes(codes.state)) throw new Error(`a code that is ${codes.state} is not ${to}`);
    codes.state = to;
  };
  return {
    scan: move('scanned', ['waiting']),
    // To scan goes without saying.
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
  };
}
