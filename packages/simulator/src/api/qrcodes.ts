/** QR codes that report what was scanned. */
import { randomBytes } from 'node:crypto';
import encodeQR from 'qr';
import {
  asObject,
  type Endpoints,
  isIndex,
  type JsonFields,
  lookUp,
  type Platform,
} from './call.ts';
import { raw } from './contract.ts';
import { demand } from './refusal.ts';

const ACTIONS = ['QR_SCENE', 'QR_STR_SCENE', 'QR_LIMIT_SCENE', 'QR_LIMIT_STR_SCENE'];
const PERMANENT = 100_000;
const LONGEST = 2_592_000;
const DEFAULT_LIFE = 60;
const SCENE_TEXT = 64;
/** Pixels of each square of the picture. */
const SCALE = 8;

export function qrcodeEndpoints({ world }: Platform): Endpoints {
  return {
    '/cgi-bin/qrcode/create': ({ given }) => {
      const action = given['action_name'];
      demand(typeof action === 'string' && ACTIONS.includes(action), 40052);
      const isPermanent = action.includes('LIMIT');
      const scene = readScene(given, action);
      const { qrCodes } = world.state;
      const permanent = Object.values(qrCodes).filter(({ until }) => until === null);
      demand(!isPermanent || permanent.length < PERMANENT, 45029);
      const seconds = isPermanent ? undefined : readLifetime(given);
      const ticket = `gQ${randomBytes(60).toString('base64')}==`;
      const until = seconds === undefined ? null : world.clock.now() + seconds * 1000;
      qrCodes[ticket] = { scene, until };
      const life = seconds === undefined ? {} : { expire_seconds: seconds };
      // The platform escapes slashes here.
      const body = JSON.stringify({ ticket, ...life, url: createAddress(ticket) });
      return raw({ body: body.replaceAll('/', '\\/') });
    },
    '/cgi-bin/showqrcode': ({ query: { ticket = '' } }) => {
      if (!lookUp(world.state.qrCodes, ticket)) return raw({ status: 404 });
      const body = encodeQR(createAddress(ticket), 'gif', { scale: SCALE });
      return raw({ headers: { 'Content-Type': 'image/gif' }, body });
    },
  };
}

/** Returns the address that the code contains. */
function createAddress(ticket: string): string {
  return `http://weixin.qq.com/q/${encodeURIComponent(ticket.slice(2, 18))}`;
}

function readScene(given: JsonFields, action: string): string {
  const { scene_id: id, scene_str: text } = asObject(asObject(given['action_info'])['scene']);
  if (action.includes('STR')) {
    demand(typeof text === 'string' && text.length >= 1 && text.length <= SCENE_TEXT, 40053);
    return text;
  }
  const most = action === 'QR_SCENE' ? 2 ** 32 - 1 : PERMANENT;
  demand(isIndex(id) && id >= 1 && id <= most, 40053);
  return `${id}`;
}

function readLifetime({ expire_seconds: seconds = DEFAULT_LIFE }: JsonFields): number {
  demand(isIndex(Number(seconds)) && Number(seconds) >= 1, 40097);
  return Math.min(Number(seconds), LONGEST);
}
