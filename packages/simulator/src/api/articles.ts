/** Published articles, as a browser shows them. */
import type { World } from '../world.ts';
import { type RawAnswer, raw } from './contract.ts';
import { findPublished } from './news.ts';
import { toPage } from './page.ts';

const PATH = /^\/article\/([\w-]+)\/(\d{1,2})$/;

/** Returns the page of an article, without scripts even when its text has some; undefined for other paths. */
export function showArticle({ state }: World, path: string): RawAnswer | undefined {
  const [, id, number] = PATH.exec(path) ?? [];
  if (id === undefined) return undefined;
  const article = findPublished(state, id)?.[Number(number) - 1];
  if (!article || article['is_deleted'] === true) return raw({ status: 404 });
  const { title = '', content = '' } = article;
  return toPage(String(title), String(content));
}
