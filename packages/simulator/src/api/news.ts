/** Drafts and published articles. */

import { randomBytes, randomInt } from 'node:crypto';
import { readSeconds } from '../clock.ts';
import type { NewsEntry, Person, State } from '../state.ts';
import type { World } from '../world.ts';
import { keep } from './bounded.ts';
import {
  asObject,
  countCharacters,
  type Endpoints,
  isIndex,
  type JsonFields,
  OK,
  type Platform,
} from './call.ts';
import { takePage } from './lists.ts';
import { ApiRefusal, demand } from './refusal.ts';

type Articles = NewsEntry['content']['news_item'];

const ARTICLES = 8;
const MB = 1024 * 1024;
/** Maximum length of each text, and the code of a longer one. */
const LENGTHS = [
  ['title', 32, 45003],
  ['author', 16, 45110],
  ['digest', 128, 45004],
  ['content', 19_999, 45002],
] as const;

/** Returns the draft with a media_id. */
export function findNews({ drafts }: State, id: unknown): Articles | undefined {
  return drafts.find(({ media_id: mediaId }) => mediaId === id)?.content.news_item;
}

/** Returns the published articles with an article_id. */
export function findPublished({ publications }: State, id: unknown): Articles | undefined {
  return publications.find(({ article_id: articleId }) => articleId === id)?.content.news_item;
}

export function newsEndpoints({ world, url }: Platform): Endpoints {
  /** The article of each job, by publish_id. */
  const published = new Map<string, string>();

  function save(articles: unknown): string {
    const items = checkArticles(articles);
    const id = randomBytes(48).toString('base64url');
    world.state.drafts.push({
      media_id: id,
      content: { news_item: items },
      update_time: readSeconds(world.clock),
    });
    return id;
  }

  function findDraft(id: unknown): NewsEntry {
    const draft = world.state.drafts.find(({ media_id: mediaId }) => mediaId === id);
    if (!draft) throw new ApiRefusal(40007);
    return draft;
  }

  function publish(draft: NewsEntry): string {
    const id = randomBytes(32).toString('base64url');
    const items = draft.content.news_item.map((item, index) => {
      return { ...item, url: `${url}/article/${id}/${index + 1}`, is_deleted: false };
    });
    const { drafts, publications } = world.state;
    drafts.splice(drafts.indexOf(draft), 1);
    publications.push({
      article_id: id,
      content: { news_item: items },
      update_time: readSeconds(world.clock),
    });
    return id;
  }

  function describeJob(publishId: string, articleId: string) {
    const items = findPublished(world.state, articleId) ?? [];
    return {
      publish_id: publishId,
      publish_status: 0,
      article_id: articleId,
      article_detail: {
        count: items.length,
        item: items.map((item, index) => ({ idx: index + 1, article_url: item['url'] as string })),
      },
    };
  }

  return {
    '/cgi-bin/draft/add': ({ given, request }) => {
      demand(!/\\u[0-9a-f]{4}/i.test(request.rawBody), 40033);
      return { media_id: save(given['articles']) };
    },
    '/cgi-bin/media/uploadnews': ({ given }) => {
      return {
        type: 'news',
        media_id: save(given['articles']),
        created_at: readSeconds(world.clock),
      };
    },
    '/cgi-bin/draft/get': ({ given }) => findDraft(given['media_id']).content,
    '/cgi-bin/draft/delete': ({ given }) => {
      const { drafts } = world.state;
      drafts.splice(drafts.indexOf(findDraft(given['media_id'])), 1);
      return OK;
    },
    '/cgi-bin/draft/update': ({ given }) => {
      const draft = findDraft(given['media_id']);
      const { index } = given;
      const items = draft.content.news_item;
      demand(isIndex(index) && index < items.length, 40114);
      items.splice(index, 1, ...checkArticles([given['articles']]));
      draft.update_time = readSeconds(world.clock);
      return OK;
    },
    '/cgi-bin/draft/count': () => ({ total_count: world.state.drafts.length }),
    '/cgi-bin/draft/batchget': ({ given }) => takePage(world.state.drafts, given),
    '/cgi-bin/freepublish/submit': ({ given, afterwards }) => {
      const draft = findDraft(given['media_id']);
      const publishId = `${randomInt(2 ** 31, 2 ** 32)}`;
      const articleId = publish(draft);
      keep(published, publishId, articleId);
      afterwards(() => {
        const job = describeJob(publishId, articleId);
        const person = someone(world);
        if (person) world.notify(person, 'event:publishjobfinish', { PublishEventInfo: job });
      });
      return { ...OK, publish_id: publishId, msg_data_id: publishId };
    },
    '/cgi-bin/freepublish/get': ({ given }) => {
      const publishId = String(given['publish_id']);
      const articleId = published.get(publishId);
      if (articleId === undefined) throw new ApiRefusal(40002, 'invalid argument');
      return { ...describeJob(publishId, articleId), fail_idx: [] };
    },
    '/cgi-bin/freepublish/getarticle': ({ given }) => {
      const items = findPublished(world.state, given['article_id']);
      demand(items, 53600);
      return { news_item: items };
    },
    '/cgi-bin/freepublish/delete': ({ given }) => deletePublished(world.state, given),
    '/cgi-bin/freepublish/batchget': ({ given }) => takePage(world.state.publications, given),
  };
}

/** Deletes one article by its number, from 1, or all of them. */
function deletePublished({ publications }: State, { article_id: id, index = 0 }: JsonFields) {
  const entry = publications.find(({ article_id: articleId }) => articleId === id);
  if (!entry) throw new ApiRefusal(53600);
  const items = entry.content.news_item;
  demand(isIndex(index) && index <= items.length, 40114);
  if (index === 0) publications.splice(publications.indexOf(entry), 1);
  else Object.assign(items[index - 1] ?? {}, { is_deleted: true });
  return OK;
}

/** Returns any person: events of jobs name a user, who has no meaning. */
export function someone({ state }: World): Person | undefined {
  return Object.values(state.people)[0];
}

function checkArticles(articles: unknown): Articles {
  demand(Array.isArray(articles) && articles.length > 0, 44003);
  demand(articles.length <= ARTICLES, 45008);
  return articles.map((one: unknown) => {
    const article = asObject(one);
    demand(typeof article['title'] === 'string' && article['title'] !== '', 44003);
    for (const [name, most, errcode] of LENGTHS) {
      const text = article[name] ?? '';
      demand(typeof text === 'string' && countCharacters(text) <= most, errcode);
    }
    demand(Buffer.byteLength(`${article['content'] as string}`) <= MB, 45002);
    return structuredClone(article) as Articles[number];
  });
}
