import type { Reply } from '@wechat-mp/core';
import type { AccountSettings } from '../world.ts';
import type { Tags } from './xml.ts';

/** What the platform makes of an answer. */
export interface Verdict {
  readonly verdict: 'reply' | 'nothing' | 'toast';
  readonly reply: Reply | undefined;
  readonly problems: readonly string[];
}

/** The message that was answered, as far as the answer depends on it. */
export interface Question {
  readonly openid: string;
  readonly msgType: string;
  /** Unix milliseconds. */
  readonly now: number;
}

/** A text that is longer may be cut, or not arrive at all. */
const TEXT_BYTES = 2048;
/** Who asked with one of these gets one article; who did anything else up to eight. */
const ONE_ARTICLE: ReadonlySet<string> = new Set(
  'text image voice video shortvideo news location link'.split(' '),
);

/**
 * Where a reply of each type has what it says. Without what is `needed` the platform is known to
 * refuse it; what is `documented` as needed is asked for in a hint alone, for nobody has told.
 */
interface Form {
  readonly group?: string;
  readonly needed: readonly string[];
  readonly documented?: readonly string[];
  /** What is refused when it is there and empty. */
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

/** Reads the tags of a reply, and finds what is wrong with them. */
export function readReply(tags: Tags, account: AccountSettings, question: Question): Verdict {
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

/** Other names are refused: https://www.codeprj.com/zh/blog/5813c51.html */
function* nameProblems(tags: Tags, account: AccountSettings, question: Question) {
  const to = text(tags, 'ToUserName');
  const from = text(tags, 'FromUserName');
  if (to === account.id && from === question.openid) {
    yield 'ToUserName and FromUserName are not swapped: the reply goes to the user, from the account';
  } else {
    if (to !== question.openid) yield 'ToUserName is not the openid of who asked';
    if (from !== account.id) yield `FromUserName is not the account, ${account.id}`;
  }
}

/** Nobody has told that a time is refused; replies of the package wechat, in milliseconds, show. */
function* timeHints(tags: Tags, { now }: Question) {
  const time = text(tags, 'CreateTime');
  if (/^\d{13}$/.test(time)) yield 'CreateTime is in milliseconds; it is documented in seconds';
  else if (!/^\d{1,10}$/.test(time)) yield 'CreateTime is not a time in Unix seconds';
  else if (!isAbout(time, now)) yield 'CreateTime is more than a day from now';
}

const DAY = 86_400_000;

/** Whether a time in Unix seconds is that of `now`, to the day. */
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

/** Nobody has told what a wrong count does. */
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

/** What is sent may be more than what shows. */
function limit(reply: Reply, { msgType }: Question): Pick<Verdict, 'reply' | 'problems'> {
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
