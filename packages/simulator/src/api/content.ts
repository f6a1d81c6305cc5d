/** The messages to users by msgtype: checked, and converted to what the user sees. */
import type { ReceivedMessage } from '../events.ts';
import type { Media } from '../state.ts';
import type { World } from '../world.ts';
import { asObject, type JsonFields } from './call.ts';
import { findMedia } from './media.ts';
import { findNews, findPublished } from './news.ts';
import { ApiRefusal, demand } from './refusal.ts';

export type MessageType =
  | 'text'
  | 'image'
  | 'voice'
  | 'video'
  | 'mpvideo'
  | 'music'
  | 'news'
  | 'mpnews'
  | 'mpnewsarticle'
  | 'msgmenu'
  | 'wxcard'
  | 'miniprogrampage'
  | 'link';

type Reader = (content: JsonFields, world: World) => ReceivedMessage;

const TEXT_BYTES = 2048;
const BY_MEDIA_ID = ['image', 'voice', 'video', 'mpvideo', 'mpnews'];

const READERS: Readonly<Record<MessageType, Reader>> = {
  text: ({ content }) => {
    demand(typeof content === 'string' && content !== '', 44004);
    demand(Buffer.byteLength(content) <= TEXT_BYTES, 45002);
    return { type: 'text', content };
  },
  image: (content, world) => ({ type: 'image', mediaId: readMediaId(content, world, ['image']) }),
  voice: (content, world) => ({ type: 'voice', mediaId: readMediaId(content, world, ['voice']) }),
  video: readVideo,
  mpvideo: readVideo,
  music: (content) => ({
    type: 'music',
    musicUrl: readText(content, 'musicurl'),
    hqMusicUrl: readText(content, 'hqmusicurl'),
    title: readText(content, 'title'),
    description: readText(content, 'description'),
    thumbMediaId: readText(content, 'thumb_media_id'),
  }),
  news: ({ articles }) => {
    demand(Array.isArray(articles), 45162);
    demand(articles.length > 0, 44003);
    demand(articles.length <= 1, 45008);
    return toNews(articles.map(asObject), 'picurl', 'description');
  },
  mpnews: ({ media_id: id }, { state }) => {
    demand(typeof id === 'string' && id !== '', 40007);
    const items = findNews(state, id);
    demand(items, 40007);
    return toNews(items, 'thumb_url', 'digest');
  },
  mpnewsarticle: ({ article_id: id }, { state }) => {
    const items = findPublished(state, id);
    demand(items, 53600);
    return toNews(items, 'thumb_url', 'digest');
  },
  msgmenu: (content) => {
    const { list } = content;
    demand(Array.isArray(list) && list.length > 0, 44004);
    const items = list.map(asObject).map((item) => {
      return { id: readText(item, 'id'), content: readText(item, 'content') };
    });
    const [head, tail] = [readText(content, 'head_content'), readText(content, 'tail_content')];
    return { type: 'menu', head, items, tail };
  },
  wxcard: (content) => ({ type: 'card', cardId: required(content, 'card_id', 40097) }),
  miniprogrampage: (content) => ({
    type: 'miniprogram',
    title: readText(content, 'title'),
    appid: required(content, 'appid', 40166),
    pagePath: required(content, 'pagepath', 40165),
    thumbMediaId: required(content, 'thumb_media_id', 40007),
  }),
  link: (content) => toNews([content], 'thumb_url', 'description'),
};

/**
 * Converts a message to what the user sees.
 *
 * @throws {ApiRefusal} when the message is invalid
 */
export function readContent(
  world: World,
  given: JsonFields,
  types: readonly MessageType[],
): ReceivedMessage {
  const type = given['msgtype'];
  const isKnown = (one: unknown): one is MessageType => (types as readonly unknown[]).includes(one);
  if (!isKnown(type)) throw new ApiRefusal(40008);
  const content = given[type];
  if (typeof content !== 'object' || content === null) {
    throw new ApiRefusal(BY_MEDIA_ID.includes(type) ? 40007 : 44004);
  }
  return READERS[type](asObject(content), world);
}

function readVideo(content: JsonFields, world: World): ReceivedMessage {
  return {
    type: 'video',
    mediaId: readMediaId(content, world, ['video']),
    title: readText(content, 'title'),
    description: readText(content, 'description'),
  };
}

function readMediaId(
  { media_id: id }: JsonFields,
  world: World,
  types: readonly Media['type'][],
): string {
  findMedia(world, id, types);
  return `${id as string}`;
}

function toNews(items: readonly JsonFields[], picture: string, words: string): ReceivedMessage {
  const articles = items.map((item) => ({
    title: readText(item, 'title'),
    description: readText(item, words),
    picUrl: readText(item, picture),
    url: readText(item, 'url'),
  }));
  return { type: 'news', articles };
}

function required(content: JsonFields, name: string, errcode: number): string {
  const text = readText(content, name);
  demand(text !== '', errcode);
  return text;
}

function readText(content: JsonFields, name: string): string {
  const value = content[name];
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
}
