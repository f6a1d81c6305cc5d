import { InvalidArgumentError } from '../errors.ts';
import { consoleLogger, type Logger } from '../logger.ts';
import type { MessageName } from '../message/message.ts';
import type { Tree } from '../tree.ts';
import { renderXml } from '../xml.ts';
import type { NewsReply, Reply, ReplyLike } from './reply.ts';

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
  text: ({ content }) => ({ Content: required({ content }) }),
  image: ({ mediaId }) => ({ Image: { MediaId: required({ mediaId }) } }),
  voice: ({ mediaId }) => ({ Voice: { MediaId: required({ mediaId }) } }),
  video: ({ mediaId, title, description }) => ({
    Video: { MediaId: required({ mediaId }), Title: title, Description: description },
  }),
  music: ({ musicUrl, hqMusicUrl, thumbMediaId, title, description }) => ({
    Music: {
      Title: title,
      Description: description,
      MusicUrl: required({ musicUrl }),
      HQMusicUrl: hqMusicUrl ?? musicUrl,
      ThumbMediaId: thumbMediaId,
    },
  }),
  news: ({ articles }) =>
    articles.length === 0
      ? undefined
      : {
          ArticleCount: articles.length,
          Articles: {
            item: articles.map(({ title = '', description = '', picUrl = '', url = '' }) => ({
              Title: title,
              Description: description,
              PicUrl: picUrl,
              Url: url,
            })),
          },
        },
  transfer_customer_service: ({ kfAccount }) => ({
    TransInfo: kfAccount === undefined ? undefined : { KfAccount: kfAccount },
  }),
  device_text: ({ deviceType, deviceId, sessionId, content }) => ({
    ...device({ deviceType, deviceId }),
    SessionID: required({ sessionId }),
    Content: required({ content }),
  }),
  device_event: ({ event, deviceType, deviceId, sessionId, content }) => ({
    Event: required({ event }),
    ...device({ deviceType, deviceId }),
    SessionID: required({ sessionId }),
    Content: required({ content }),
  }),
  device_status: ({ deviceType, deviceId, deviceStatus }) => ({
    ...device({ deviceType, deviceId }),
    DeviceStatus: deviceStatus,
  }),
  hardware: ({ messageView, messageAction }) => ({
    HardWare: {
      MessageView: required({ messageView }),
      MessageAction: required({ messageAction }),
    },
    FuncFlag: 0,
  }),
  none: () => undefined,
};

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

function toReply(value: ReplyLike): Reply | undefined {
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

function device({ deviceType, deviceId }: { deviceType: string; deviceId: string }): Tree {
  return { DeviceType: required({ deviceType }), DeviceID: required({ deviceId }) };
}

/** Takes `{ name: value }`, so that the error can name what is missing. */
function required(field: Record<string, string>): string {
  const [name, value] = Object.entries(field)[0] as [string, unknown];
  if (typeof value === 'string') return value;
  throw new InvalidArgumentError(`a reply needs ${name}, a string, not ${describe(value)}`);
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`;
  return Array.isArray(value)
    ? 'an array'
    : `an object with ${Object.keys(value).join(', ') || 'no keys'}`;
}
