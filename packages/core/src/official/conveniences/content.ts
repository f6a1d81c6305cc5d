/** The contents of customer-service messages in wire form. */
import { describeKind } from '../../describe-kind.ts';
import { InvalidArgumentError, NeedParamError } from '../../errors.ts';
import { ARTICLE, type Members, REPLIES } from '../../reply/members.ts';
import { parseArticle, parseMembers, toReply } from '../../reply/parse.ts';
import type { ReplyLike } from '../../reply/reply.ts';
import type { CustomArticle, CustomMessage } from '../endpoints/index.ts';
import {
  type ArgumentFields,
  isFields,
  neededFields,
  neededText,
  optionalText,
} from './argument.ts';

/** A message without its receiver. */
export type Content = Omit<CustomMessage, 'touser' | 'customservice'>;

/** Converts sendable contents to wire form; several articles become several messages. */
export const CONTENTS = {
  text: (call, given) => [carry(call, 'text', given)],
  image: (call, given) => [carry(call, 'image', given)],
  voice: (call, given) => [carry(call, 'voice', given)],
  video: (call, given) => [carry(call, 'video', given)],
  music: (call, given) => [carry(call, 'music', defaultQuality(given), ['thumbMediaId'])],
  news: (call, { articles }) =>
    readArticles(call, articles).map((one) => ({ msgtype: 'news', news: { articles: [one] } })),
  mpnews: (call, { mediaId }) => [
    { msgtype: 'mpnews', mpnews: { media_id: neededText(call, 'mediaId', mediaId) } },
  ],
  wxcard: (call, { cardId }) => [
    { msgtype: 'wxcard', wxcard: { card_id: neededText(call, 'cardId', cardId) } },
  ],
  msgmenu: (call, given) => [{ msgtype: 'msgmenu', msgmenu: readMenu(call, given) }],
  miniprogrampage: (call, given) => [
    {
      msgtype: 'miniprogrampage',
      miniprogrampage: {
        title: optionalText(call, 'title', given['title']),
        appid: neededText(call, 'appid', given['appid']),
        pagepath: neededText(call, 'pagepath', given['pagepath']),
        thumb_media_id: neededText(call, 'thumbMediaId', given['thumbMediaId']),
      },
    },
  ],
} satisfies Record<string, (call: string, given: ArgumentFields) => Content[]>;

/** Converts the members of a reply to wire names, and checks those that are required here. */
function carry(
  call: string,
  type: 'text' | 'image' | 'voice' | 'video' | 'music',
  given: ArgumentFields,
  neededHere: readonly string[] = [],
): Content {
  const members: Members = REPLIES[type];
  for (const [name, { isNeeded }] of Object.entries(members)) {
    if (isNeeded || neededHere.includes(name)) neededText(call, name, given[name]);
  }
  return { msgtype: type, [type]: rename(parseMembers(call, given, members), members) };
}

function rename(values: ArgumentFields, members: Members): ArgumentFields {
  const named = Object.entries(members).flatMap(([name, { customName }]) =>
    customName === undefined || values[name] === undefined ? [] : [[customName, values[name]]],
  );
  return Object.fromEntries(named) as ArgumentFields;
}

function defaultQuality(given: ArgumentFields): ArgumentFields {
  return { ...given, hqMusicUrl: given['hqMusicUrl'] ?? given['musicUrl'] };
}

/** Reads a menu. The user's choice is received as `bizMsgMenuId`, so every entry needs an id. */
function readMenu(call: string, given: ArgumentFields): NonNullable<CustomMessage['msgmenu']> {
  const list: unknown = given['list'];
  if (!Array.isArray(list) || list.length === 0) {
    throw new NeedParamError(`${call} needs a list: a non-empty array of { id, content }`);
  }
  return {
    head_content: optionalText(call, 'headContent', given['headContent']),
    list: list.map((entry) => {
      const { id, content } = neededFields(call, 'an entry of the list', entry);
      const text = typeof id === 'number' ? String(id) : id;
      return {
        id: neededText(call, 'the id of an entry', text),
        content: neededText(call, 'the content of an entry', content),
      };
    }),
    tail_content: optionalText(call, 'tailContent', given['tailContent']),
  };
}

function readArticles(call: string, articles: unknown): CustomArticle[] {
  if (!Array.isArray(articles) || articles.length === 0) {
    throw new NeedParamError(`${call} needs articles, a non-empty array`);
  }
  return articles.map((article) => {
    const named = rename({ ...parseArticle(article) }, ARTICLE);
    return { ...named, title: (named['title'] ?? '') as string };
  });
}

/** Reads a reply; a string is short for a text, an array of articles for news. */
export function readContents(call: string, value: unknown): Content[] {
  if (value === undefined || value === null || value === false) {
    throw new NeedParamError(`${call} needs a reply: a string, articles, or the result of reply.…`);
  }
  if (typeof value === 'string') return CONTENTS.text(call, { content: value });
  if (Array.isArray(value)) return CONTENTS.news(call, { articles: value });
  const { type, ...given }: ArgumentFields = isFields(value)
    ? { ...toReply(value as ReplyLike) }
    : {};
  const sendable = SENDABLE.find((one) => one === type);
  if (sendable !== undefined) return CONTENTS[sendable](call, given);
  const named = typeof type === 'string' ? `a ${type} reply` : describeKind(value);
  throw new InvalidArgumentError(
    `${call} cannot send ${named}; a customer-service message carries ${SENDABLE.join(', ')}`,
  );
}

/** The replies that a customer-service message can carry. */
const SENDABLE = ['text', 'image', 'voice', 'video', 'music', 'news'] as const;
