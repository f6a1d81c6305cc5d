import { InvalidArgumentError } from '../errors.ts';
import { consoleLogger, type Logger } from '../logger.ts';
import type { MessageName } from '../message/message.ts';
import type { Tree } from '../tree.ts';
import { renderXml } from '../xml.ts';
import type { Article, NewsReply, Reply, ReplyLike } from './reply.ts';

/** What the platform takes as "received, nothing to show"; never encrypted. */
export const SUCCESS = 'success';

/** Where a reply goes. */
export interface Addressee {
  /** The user's openid: the `source` of the message that is answered. */
  target: string;
  /** The account (`gh_…`): the `target` of the message that is answered. */
  source: string;
  /** Unix seconds. Default: now. */
  time?: number | undefined;
  /** The type of the message that is answered; it decides how many articles are shown. */
  answering?: MessageName | undefined;
  /** Told when articles are cut. Default: the console. */
  logger?: Logger | undefined;
}

/** Since 2018 the platform shows one article in answer to these, and drops the others in silence. */
const ONE_ARTICLE: ReadonlySet<MessageName | undefined> = new Set<MessageName>([
  'text',
  'image',
  'voice',
  'video',
  'shortvideo',
  'link',
  'location',
]);
const MAX_ARTICLES = 8;

type Body<T extends Reply['type']> = (reply: Extract<Reply, { type: T }>) => Tree | undefined;

/** The wire form of each reply; undefined is `success`. */
const BODIES: { [T in Reply['type']]: Body<T> } = {
  // The platform takes a text without a character for a failure.
  text: (reply) => (text(reply, 'content').trim() === '' ? undefined : { Content: reply.content }),
  image: (reply) => ({ Image: { MediaId: text(reply, 'mediaId') } }),
  voice: (reply) => ({ Voice: { MediaId: text(reply, 'mediaId') } }),
  video: (reply) => ({
    Video: {
      MediaId: text(reply, 'mediaId'),
      Title: optionalText(reply, 'title'),
      Description: optionalText(reply, 'description'),
    },
  }),
  music: (reply) => ({
    Music: {
      Title: optionalText(reply, 'title'),
      Description: optionalText(reply, 'description'),
      MusicUrl: text(reply, 'musicUrl'),
      HQMusicUrl: optionalText(reply, 'hqMusicUrl') ?? reply.musicUrl,
      ThumbMediaId: optionalText(reply, 'thumbMediaId'),
    },
  }),
  news: ({ articles }) =>
    articles.length === 0
      ? undefined
      : { ArticleCount: articles.length, Articles: { item: articles.map(articleTree) } },
  transfer_customer_service: (reply) => {
    const KfAccount = optionalText(reply, 'kfAccount');
    return { TransInfo: KfAccount === undefined ? undefined : { KfAccount } };
  },
  device_text: (reply) => ({
    ...device(reply),
    SessionID: text(reply, 'sessionId'),
    Content: text(reply, 'content'),
  }),
  device_event: (reply) => ({
    Event: text(reply, 'event'),
    ...device(reply),
    SessionID: text(reply, 'sessionId'),
    Content: text(reply, 'content'),
  }),
  device_status: (reply) => ({ ...device(reply), DeviceStatus: flag(reply, 'deviceStatus') }),
  hardware: (reply) => ({
    HardWare: {
      MessageView: text(reply, 'messageView'),
      MessageAction: text(reply, 'messageAction'),
    },
    FuncFlag: 0,
  }),
  none: () => undefined,
};

function articleTree(article: Article): Tree {
  if (typeof article !== 'object' || article === null || Array.isArray(article)) {
    throw new InvalidArgumentError(`an article is an object, not ${describe(article)}`);
  }
  return {
    Title: optionalText(article, 'title') ?? '',
    Description: optionalText(article, 'description') ?? '',
    PicUrl: optionalText(article, 'picUrl') ?? '',
    Url: optionalText(article, 'url') ?? '',
  };
}

function device(reply: { deviceType: string; deviceId: string }): Tree {
  return { DeviceType: text(reply, 'deviceType'), DeviceID: text(reply, 'deviceId') };
}

/**
 * Writes a reply as the XML that the platform expects in the body of the answer.
 *
 * @example
 * renderReply('Hello', { target: message.source, source: message.target })
 * @throws {InvalidArgumentError} when the value is no reply, or lacks what its type needs
 */
export function renderReply(reply: ReplyLike, to: Addressee): string {
  const tree = replyTree(reply, to);
  return tree === undefined ? SUCCESS : renderXml({ xml: tree });
}

/** A reply's tags, or undefined when the answer is `success`. */
export function replyTree(value: ReplyLike, to: Addressee): Tree | undefined {
  const reply = toReply(value);
  if (reply === undefined) return undefined;
  const fitting = reply.type === 'news' ? withinLimit(reply, to) : reply;
  const body = (BODIES[reply.type] as Body<Reply['type']>)(fitting as never);
  return (
    body && {
      ToUserName: to.target,
      FromUserName: to.source,
      CreateTime: to.time ?? Math.floor(Date.now() / 1000),
      MsgType: reply.type,
      ...body,
    }
  );
}

/** Gives the short forms of a reply their full one; undefined is nothing. */
export function toReply(value: ReplyLike): Reply | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return { type: 'text', content: value };
  if (Array.isArray(value)) return { type: 'news', articles: value };
  const type: unknown = (value as Partial<Reply>).type;
  if (typeof type === 'string' && Object.hasOwn(BODIES, type)) return value as Reply;
  throw new InvalidArgumentError(
    `a handler returned ${describe(value)}; expected a string, an array of articles, nothing, or a reply whose type is one of ${Object.keys(BODIES).join(', ')}`,
  );
}

function withinLimit(
  reply: NewsReply,
  { answering, logger = consoleLogger }: Addressee,
): NewsReply {
  if (!Array.isArray(reply.articles)) {
    throw new InvalidArgumentError(
      `a news reply needs articles, an array, not ${describe(reply.articles)}`,
    );
  }
  const limit = ONE_ARTICLE.has(answering) ? 1 : MAX_ARTICLES;
  const { length } = reply.articles;
  if (length <= limit) return reply;
  logger.warn(
    { articles: length, limit, answering },
    `a news reply had ${length} articles; the platform shows ${limit} here, so the others were cut`,
  );
  return { ...reply, articles: reply.articles.slice(0, limit) };
}

function text<K extends string>(reply: Readonly<Record<K, string>>, name: K): string {
  const value: unknown = reply[name];
  if (typeof value === 'string') return value;
  throw new InvalidArgumentError(`a reply needs ${name}, a string, not ${describe(value)}`);
}

/** Null is no text either: it is what a database gives. */
function optionalText<K extends string>(
  reply: Readonly<Partial<Record<K, string | undefined>>>,
  name: K,
): string | undefined {
  const value: unknown = reply[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new InvalidArgumentError(`${name} of a reply is a string, not ${describe(value)}`);
}

function flag<K extends string>(reply: Readonly<Record<K, 0 | 1>>, name: K): 0 | 1 {
  const value: unknown = reply[name];
  if (value === 0 || value === 1) return value;
  throw new InvalidArgumentError(`a reply needs ${name}, 0 or 1, not ${describe(value)}`);
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`;
  return Array.isArray(value)
    ? 'an array'
    : `an object with ${Object.keys(value).join(', ') || 'no keys'}`;
}
