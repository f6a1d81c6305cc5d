/** What messages of customer service hold, in the form that it has on the wire. */
import { InvalidArgumentError, NeedParamError } from '../../errors.ts';
import type { CustomArticle, CustomMessage } from '../endpoints/index.ts';
import { type Fields, isFields, kindOf, neededText, optionalText } from './argument.ts';

/** A message without the user it is for. */
export type Content = Omit<CustomMessage, 'touser' | 'customservice'>;

/** The wire form of what can be sent; several articles are several messages. */
export const CONTENTS = {
  text: (call, { content }) => [
    { msgtype: 'text', text: { content: neededText(call, 'content', content) } },
  ],
  image: (call, given) => [{ msgtype: 'image', image: mediaOf(call, given) }],
  voice: (call, given) => [{ msgtype: 'voice', voice: mediaOf(call, given) }],
  mpnews: (call, given) => [{ msgtype: 'mpnews', mpnews: mediaOf(call, given) }],
  video: (call, given) => [
    {
      msgtype: 'video',
      video: {
        ...mediaOf(call, given),
        thumb_media_id: optionalText(call, 'thumbMediaId', given['thumbMediaId']),
        ...captionOf(call, given),
      },
    },
  ],
  music: (call, given) => [{ msgtype: 'music', music: musicOf(call, given) }],
  news: (call, { articles }) =>
    articlesOf(call, articles).map((one) => ({ msgtype: 'news', news: { articles: [one] } })),
} satisfies Record<string, (call: string, given: Fields) => Content[]>;

function mediaOf(call: string, { mediaId }: Fields): { media_id: string } {
  return { media_id: neededText(call, 'mediaId', mediaId) };
}

function captionOf(call: string, { title, description }: Fields) {
  return {
    title: optionalText(call, 'title', title),
    description: optionalText(call, 'description', description),
  };
}

function musicOf(call: string, given: Fields): NonNullable<CustomMessage['music']> {
  const musicurl = neededText(call, 'musicUrl', given['musicUrl']);
  return {
    musicurl,
    hqmusicurl: optionalText(call, 'hqMusicUrl', given['hqMusicUrl']) ?? musicurl,
    thumb_media_id: neededText(call, 'thumbMediaId', given['thumbMediaId']),
    ...captionOf(call, given),
  };
}

function articlesOf(call: string, articles: unknown): CustomArticle[] {
  const given: unknown[] | undefined = Array.isArray(articles) ? articles : undefined;
  if (given === undefined || given.length === 0) {
    throw new NeedParamError(`${call} needs articles, an array with at least one in it`);
  }
  return given.map((article) => {
    if (!isFields(article)) {
      throw new InvalidArgumentError(`${call}: an article is an object, not ${kindOf(article)}`);
    }
    const { title, description } = captionOf(call, article);
    return {
      title: title ?? '',
      description,
      url: optionalText(call, 'url', article['url']),
      picurl: optionalText(call, 'picUrl', article['picUrl'] ?? article['picurl']),
    };
  });
}

/** What a reply holds; its short forms are a string, which is a text, and articles, which are news. */
export function contentsOf(call: string, value: unknown): Content[] {
  if (value === undefined || value === null) {
    throw new NeedParamError(`${call} needs a reply: a string, articles, or what reply.… makes`);
  }
  if (typeof value === 'string') return CONTENTS.text(call, { content: value });
  if (Array.isArray(value)) return CONTENTS.news(call, { articles: value });
  const type = isFields(value) ? value['type'] : undefined;
  const sendable = SENDABLE.find((one) => one === type);
  if (sendable !== undefined) return CONTENTS[sendable](call, value as Fields);
  const named = typeof type === 'string' ? `a ${type.slice(0, 40)} reply` : kindOf(value);
  throw new InvalidArgumentError(
    `${call} cannot send ${named}; a customer-service message carries ${SENDABLE.join(', ')}`,
  );
}

/** The replies that a message of customer service can carry. */
const SENDABLE = ['text', 'image', 'voice', 'video', 'music', 'news'] as const;
