import { InvalidArgumentError } from '../errors.ts';
import { consoleLogger, type Logger } from '../logger.ts';
import type { MessageName } from '../message/message.ts';
import type { Tree, TreeValue } from '../tree.ts';
import { renderXml } from '../xml.ts';
import { ARTICLE, type Members, REPLIES } from './members.ts';
import { SUCCESS, toReply } from './parse.ts';
import type { NewsReply, Reply, ReplyLike } from './reply.ts';

/** The receiver and the sender of a reply. */
export interface Addressee {
  /** The user's openid: the `source` of the message that is answered. */
  target: string;
  /** The account (`gh_…`): the `target` of the message that is answered. */
  source: string;
  /** Unix seconds. Default: now. */
  time?: number | undefined;
  /** The type of the answered message; it determines how many articles are shown. */
  answering?: MessageName | undefined;
  /** Warned when articles are cut. Default: the console. */
  logger?: Logger | undefined;
}

/** Messages to which the platform shows one article since 2018, and drops the others without notice. */
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

type BodyWriter<T extends Reply['type']> = (reply: Extract<Reply, { type: T }>) => Tree | undefined;

/** The tags around the members of each reply; undefined is `success`. */
const BODIES: { [T in Reply['type']]: BodyWriter<T> } = {
  // The platform takes a text without a character for a failure.
  text: (reply) => (reply.content.trim() === '' ? undefined : tags(reply)),
  image: (reply) => ({ Image: tags(reply) }),
  voice: (reply) => ({ Voice: tags(reply) }),
  video: (reply) => ({ Video: tags(reply) }),
  music: (reply) => ({ Music: tags({ ...reply, hqMusicUrl: reply.hqMusicUrl ?? reply.musicUrl }) }),
  news: ({ articles }) =>
    articles.length === 0
      ? undefined
      : {
          ArticleCount: articles.length,
          Articles: { item: articles.map((article) => writeTags(ARTICLE, article, '')) },
        },
  transfer_customer_service: (reply) => ({
    TransInfo: reply.kfAccount === undefined ? undefined : tags(reply),
  }),
  transfer_biz_ai_ivr: tags,
  device_text: tags,
  device_event: tags,
  device_status: tags,
  hardware: (reply) => ({ HardWare: tags(reply), FuncFlag: 0 }),
  none: () => undefined,
};

function tags(reply: Reply): Tree {
  return writeTags(REPLIES[reply.type], reply);
}

/** Writes members under their tags; `missing` stands for omitted ones. */
function writeTags(members: Members, values: object, missing?: string): Tree {
  const given = values as Readonly<Record<string, TreeValue | undefined>>;
  const tree: Record<string, TreeValue | undefined> = {};
  for (const name of Object.keys(members)) {
    const tag = members[name]?.tag;
    if (tag !== undefined) tree[tag] = given[name] ?? missing;
  }
  return tree;
}

/**
 * Writes a reply as the XML that the platform expects in the body of the answer.
 *
 * @example
 * renderReply('Hello', { target: message.source, source: message.target })
 * @throws {InvalidArgumentError} when the value is no reply, or lacks what its type needs
 */
export function renderReply(reply: ReplyLike, to: Addressee): string {
  if (typeof to?.target !== 'string' || typeof to.source !== 'string') {
    throw new InvalidArgumentError(
      'renderReply needs { target, source }: whom the reply is for, and from',
    );
  }
  const tree = replyTree(reply, to);
  return tree === undefined ? SUCCESS : renderXml({ xml: tree });
}

/** Returns a reply's tags, or undefined when the answer is `success`. */
export function replyTree(value: ReplyLike, to: Addressee): Tree | undefined {
  const reply = toReply(value);
  return reply && createTree(reply, to);
}

/** Returns the tags of a checked reply. */
export function createTree(reply: Reply, to: Addressee): Tree | undefined {
  const fitting = reply.type === 'news' ? withinLimit(reply, to) : reply;
  const body = (BODIES[reply.type] as BodyWriter<Reply['type']>)(fitting as never);
  if (!body) return undefined;
  const tree: Record<string, Tree[string]> = {
    ToUserName: to.target,
    FromUserName: to.source,
    CreateTime: to.time ?? Math.floor(Date.now() / 1000),
    MsgType: reply.type,
  };
  for (const tag of Object.keys(body)) tree[tag] = body[tag];
  return tree;
}

function withinLimit(
  reply: NewsReply,
  { answering, logger = consoleLogger }: Addressee,
): NewsReply {
  const limit = ONE_ARTICLE.has(answering) ? 1 : MAX_ARTICLES;
  const { length } = reply.articles;
  if (length <= limit) return reply;
  logger.warn(
    { articles: length, limit, answering },
    `a news reply had ${length} articles; the platform shows ${limit} here, so the others were dropped`,
  );
  return { ...reply, articles: reply.articles.slice(0, limit) };
}
