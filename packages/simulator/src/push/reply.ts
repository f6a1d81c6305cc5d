import type { Reply } from '@wechat-mp/core';
import type { AccountSettings } from '../world.ts';
import type { Tags } from './xml.ts';

/** The platform's verdict on an answer. */
export interface ReplyVerdict {
  readonly verdict: 'reply' | 'nothing' | 'toast';
  readonly reply: Reply | undefined;
  readonly problems: readonly string[];
}

/** The answered message, as far as the answer depends on it. */
export interface Question {
  readonly openid: string;
  readonly msgType: string;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Bytes above which a text may be cut, or not arrive. */
const TEXT_BYTES = 2048;
/** The message types answered with at most one article; all others allow eight. */
const ONE_ARTICLE: ReadonlySet<string> = new Set(
  'text image voice video shortvideo news location link'.split(' '),
);

/**
 * The tags of a reply of each type. Without those `needed` the platform is known to refuse it; for
 * those `documented` as needed there is only a hint, as no report of a refusal is known.
 */
interface Form {
  readonly group?: string;
  readonly needed: readonly string[];
  readonly documented?: readonly string[];
  /** Tags that must not be empty when present. */
  readonly full?: string;
  readonly read: (tags: Tags) => Reply;
}

const text = (tags: Tags, tag: string): string => {
  const value = tags[tag];
  return typeof value === 'string' ? value : '';
};
const device = (tags: Tags) => ({
  deviceType: text(tags, 'DeviceType'),
  deviceId: text(tags, 'DeviceID'),
});
const given = <K extends string>(name: K, value: string) =>
  (value === '' ? {} : { [name]: value }) as { [name in K]?: string };

const FORMS: Readonly<Record<string, Form>> = {
  // https://github.com/silenceper/wechat/issues/543
  text: {
    needed: ['Content'],
    read: (tags) => ({ type: 'text', content: text(tags, 'Content') }),
  },
  // Media without their group: https://github.com/ArtisanCloud/PowerWeChat/issues/282
  image: {
    group: 'Image',
    needed: ['MediaId'],
    read: (tags) => ({ type: 'image', mediaId: text(tags, 'MediaId') }),
  },
  voice: {
    group: 'Voice',
    needed: ['MediaId'],
    read: (tags) => ({ type: 'voice', mediaId: text(tags, 'MediaId') }),
  },
  video: {
    group: 'Video',
    needed: ['MediaId'],
    read: (tags) => ({
      type: 'video',
      mediaId: text(tags, 'MediaId'),
      ...given('title', text(tags, 'Title')),
      ...given('description', text(tags, 'Description')),
    }),
  },
  // https://github.com/node-webot/wechat/issues/206
  music: {
    group: 'Music',
    needed: [],
    full: 'ThumbMediaId',
    read: (tags) => ({
      type: 'music',
      musicUrl: text(tags, 'MusicUrl'),
      ...given('title', text(tags, 'Title')),
      ...given('description', text(tags, 'Description')),
      ...given('hqMusicUrl', text(tags, 'HQMusicUrl')),
      ...given('thumbMediaId', text(tags, 'ThumbMediaId')),
    }),
  },
  news: {
    needed: [],
    documented: ['ArticleCount'],
    read: (tags) => ({ type: 'news', articles: readArticles(tags).map(readArticle) }),
  },
  transfer_customer_service: {
    needed: [],
    read: (tags) => ({
      type: 'transfer_customer_service',
      ...given('kfAccount', text((tags['TransInfo'] ?? {}) as Tags, 'KfAccount')),
    }),
  },
  // https://github.com/binarywang/WxJava/issues/3878
  transfer_biz_ai_ivr: { needed: [], read: () => ({ type: 'transfer_biz_ai_ivr' }) },
  device_text: {
    needed: [],
    documented: ['DeviceType', 'DeviceID', 'SessionID', 'Content'],
    read: (tags) => ({
      type: 'device_text',
      ...device(tags),
      sessionId: text(tags, 'SessionID'),
      content: text(tags, 'Content'),
    }),
  },
  device_event: {
    needed: [],
    documented: ['Event', 'DeviceType', 'DeviceID', 'SessionID'],
    read: (tags) => ({
      type: 'device_event',
      ...device(tags),
      event: text(tags, 'Event'),
      sessionId: text(tags, 'SessionID'),
      content: text(tags, 'Content'),
    }),
  },
  device_status: {
    needed: [],
    documented: ['DeviceType', 'DeviceID', 'DeviceStatus'],
    read: (tags) => ({
      type: 'device_status',
      ...device(tags),
      deviceStatus: text(tags, 'DeviceStatus') === '1' ? 1 : 0,
    }),
  },
  hardware: {
    group: 'HardWare',
    needed: [],
    documented: ['MessageView', 'MessageAction'],
    read: (tags) => ({
      type: 'hardware',
      messageView: text(tags, 'MessageView'),
      messageAction: text(tags, 'MessageAction'),
    }),
  },
};

/** Reads the tags of a reply, and finds its problems. */
export function readReply(tags: Tags, account: AccountSettings, question: Question): ReplyVerdict {
  const msgType = text(tags, 'MsgType');
  const form = Object.hasOwn(FORMS, msgType) ? FORMS[msgType] : undefined;
  const refused = [...nameProblems(tags, account, question)];
  // A type that is not known: https://github.com/w7corp/easywechat/issues/2124
  if (!form) {
    const what = msgType === '' ? 'MsgType is missing' : `MsgType ${msgType} is not known`;
    return { verdict: 'toast', reply: undefined, problems: [...refused, what] };
  }
  const inner = form.group === undefined ? tags : tags[form.group];
  if (typeof inner !== 'object') refused.push(`${form.group} is missing`);
  const parts = (typeof inner === 'object' ? inner : {}) as Tags;
  const isEmpty = (tag: string) => text(parts, tag).trim() === '';
  for (const tag of form.needed.filter(isEmpty)) refused.push(`${tag} is missing or empty`);
  if (form.full !== undefined && form.full in parts && isEmpty(form.full)) {
    refused.push(`${form.full} is empty; leave it out`);
  }
  // Articles without <item>: https://github.com/hpyer/node-easywechat/issues/91
  if (msgType === 'news' && readArticles(tags).length === 0) refused.push('Articles has no item');
  if (refused.length > 0) return { verdict: 'toast', reply: undefined, problems: refused };
  const { reply, problems } = limit(form.read(parts), question);
  const unsaid = (form.documented ?? []).filter(isEmpty).map((tag) => `${tag} is missing or empty`);
  const hints = [...timeHints(tags, question), ...unsaid, ...countHints(tags, msgType)];
  return { verdict: 'reply', reply, problems: [...hints, ...problems] };
}

/** Checks the names, which must be those of the message: https://www.codeprj.com/zh/blog/5813c51.html */
function* nameProblems(tags: Tags, account: AccountSettings, question: Question) {
  const to = text(tags, 'ToUserName');
  const from = text(tags, 'FromUserName');
  if (to === account.id && from === question.openid) {
    yield 'ToUserName and FromUserName are not swapped: the reply goes from the account to the user';
  } else {
    if (to !== question.openid) yield 'ToUserName is not the openid of the sender';
    if (from !== account.id) yield `FromUserName is not the account, ${account.id}`;
  }
}

/**
 * Returns hints about the time. No refusal because of it is known; replies of the package wechat,
 * in milliseconds, are shown.
 */
function* timeHints(tags: Tags, { now }: Question) {
  const time = text(tags, 'CreateTime');
  if (/^\d{13}$/.test(time)) yield 'CreateTime is in milliseconds; it is documented in seconds';
  else if (!/^\d{1,10}$/.test(time)) yield 'CreateTime is not a time in Unix seconds';
  else if (!isAbout(time, now)) yield 'CreateTime is more than a day from now';
}

const DAY = 86_400_000;

/** Whether a time in Unix seconds is within a day of `now`. */
export function isAbout(seconds: string, now: number): boolean {
  return /^\d{1,10}$/.test(seconds) && Math.abs(Number(seconds) * 1000 - now) <= DAY;
}

function readArticles(tags: Tags): Tags[] {
  const { Articles } = tags;
  if (typeof Articles !== 'object') return [];
  const items = (Articles as Tags)['item'];
  return Array.isArray(items)
    ? items.map((item: string | Tags) => (typeof item === 'object' ? item : {}))
    : [];
}

/** Returns hints about a wrong count, whose effect is not known. */
function* countHints(tags: Tags, msgType: string) {
  const count = text(tags, 'ArticleCount');
  const { length } = readArticles(tags);
  if (msgType !== 'news' || count === '' || count === String(length)) return;
  yield `ArticleCount is ${count}, but there are ${length} items`;
}

function readArticle(tags: Tags) {
  return {
    title: text(tags, 'Title'),
    description: text(tags, 'Description'),
    picUrl: text(tags, 'PicUrl'),
    url: text(tags, 'Url'),
  };
}

/** Limits a reply to what the user sees. */
function limit(reply: Reply, { msgType }: Question): Pick<ReplyVerdict, 'reply' | 'problems'> {
  if (reply.type === 'news') {
    const most = ONE_ARTICLE.has(msgType) ? 1 : 8;
    if (reply.articles.length <= most) return { reply, problems: [] };
    const problem = `only ${most} of ${reply.articles.length} articles shows in answer to a message of type ${msgType}`;
    return { reply: { ...reply, articles: reply.articles.slice(0, most) }, problems: [problem] };
  }
  if (reply.type === 'text' && Buffer.byteLength(reply.content) > TEXT_BYTES) {
    const problem = `the text has ${Buffer.byteLength(reply.content)} bytes; more than ${TEXT_BYTES} may not arrive`;
    return { reply, problems: [problem] };
  }
  return { reply, problems: [] };
}
