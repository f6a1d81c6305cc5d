/** Customer-service messages, template messages, and QR codes. */
import { randomBytes } from 'node:crypto';
import { asObject, type Endpoints, OK, type World } from './call.ts';
import { raw } from './contract.ts';
import { demand, Refusal } from './refusal.ts';

const TEXT_BYTES = 2048;
const MESSAGES = 5;
const KINDS = [
  ...['text', 'image', 'voice', 'video', 'music', 'news', 'mpnews', 'mpnewsarticle'],
  ...['msgmenu', 'wxcard', 'miniprogrampage', 'link'],
];
const BY_MEDIA_ID = ['image', 'voice', 'video', 'mpnews'];
const ACTIONS = ['QR_SCENE', 'QR_STR_SCENE', 'QR_LIMIT_SCENE', 'QR_LIMIT_STR_SCENE'];
const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');

export interface Outbox {
  readonly endpoints: Endpoints;
  openWindow(openid: string): void;
  closeWindow(openid: string): void;
}

export function createOutbox({ data, options }: World): Outbox {
  const closed = new Set<string>();
  const sent = new Map<string, number>();
  const qrcodes = new Set<string>();
  // The first that a double cannot hold.
  let lastMsgid = 9_007_199_254_740_992n;

  function checkUser(openid: unknown): string {
    demand(typeof openid === 'string' && openid.startsWith('o'), 40003);
    demand(data.followers?.includes(openid) ?? true, 40003);
    return openid;
  }

  function countMessage(openid: string): void {
    demand(!closed.has(openid), 45015);
    if (!options.strictWindow) return;
    const before = sent.get(openid) ?? 0;
    demand(before < MESSAGES, 45047);
    sent.set(openid, before + 1);
  }

  const endpoints: Endpoints = {
    '/cgi-bin/message/custom/send': ({ given }) => {
      const openid = checkUser(given['touser']);
      checkMessage(given);
      countMessage(openid);
      return OK;
    },
    '/cgi-bin/message/template/send': ({ given }) => {
      checkUser(given['touser']);
      demand(typeof given['template_id'] === 'string' && given['template_id'] !== '', 40037);
      lastMsgid += 1n;
      return raw({ body: `{"errcode":0,"errmsg":"ok","msgid":${lastMsgid}}` });
    },
    '/cgi-bin/qrcode/create': ({ given }) => {
      const action = given['action_name'];
      demand(typeof action === 'string' && ACTIONS.includes(action), 40052);
      const { scene_id: id, scene_str: text } = asObject(asObject(given['action_info'])['scene']);
      const isRight = action.includes('STR') ? isSceneText(text) : isSceneId(id, action);
      demand(isRight, 40053);
      const ticket = `gQ${randomBytes(60).toString('base64')}==`;
      qrcodes.add(ticket);
      const seconds = action.includes('LIMIT') ? {} : { expire_seconds: secondsOf(given) };
      const url = `http://weixin.qq.com/q/${ticket.slice(2, 18)}`;
      // The platform escapes slashes here.
      return raw({ body: JSON.stringify({ ticket, ...seconds, url }).replaceAll('/', '\\/') });
    },
    '/cgi-bin/showqrcode': ({ query }) => {
      if (!qrcodes.has(`${query['ticket']}`)) return raw({ status: 404 });
      return raw({ headers: { 'Content-Type': 'image/jpg' }, body: JPEG });
    },
  };

  return {
    endpoints,
    openWindow(openid) {
      closed.delete(openid);
      sent.delete(openid);
    },
    closeWindow: (openid) => void closed.add(openid),
  };
}

function checkMessage(given: Readonly<Record<string, unknown>>): void {
  const kind = given['msgtype'];
  demand(typeof kind === 'string' && KINDS.includes(kind), 40008);
  const content = given[kind];
  if (typeof content !== 'object' || content === null) {
    throw new Refusal(BY_MEDIA_ID.includes(kind) ? 40007 : 44004);
  }
  const { content: text, media_id: mediaId, articles } = asObject(content);
  if (kind === 'text') {
    demand(typeof text === 'string' && text !== '', 44004);
    demand(Buffer.byteLength(text) <= TEXT_BYTES, 45002);
  }
  if (kind === 'news') {
    demand(Array.isArray(articles), 45162);
    demand(articles.length > 0, 44003);
    demand(articles.length <= 1, 45008);
  }
  if (BY_MEDIA_ID.includes(kind)) demand(typeof mediaId === 'string' && mediaId !== '', 40007);
}

function isSceneText(text: unknown): boolean {
  return typeof text === 'string' && text.length >= 1 && text.length <= 64;
}

function isSceneId(id: unknown, action: string): boolean {
  const most = action === 'QR_SCENE' ? 2 ** 32 - 1 : 100_000;
  return Number.isInteger(id) && (id as number) >= 1 && (id as number) <= most;
}

function secondsOf({ expire_seconds: seconds = 60 }: Readonly<Record<string, unknown>>): number {
  return Math.min(Number(seconds), 2_592_000);
}
