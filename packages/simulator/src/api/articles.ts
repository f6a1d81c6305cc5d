/** Published articles, as a browser shows them. */
import type { World } from '../world.ts';
import { type RawAnswer, raw } from './contract.ts';
import { findPublished } from './news.ts';
import { toPage } from './page.ts';

const PATH = /^\/article\/([\w-]+)\/(\d{1,2})$/;

/** The page of an article, which has no scripts even where its text has; undefined for other paths. */
export function showArticle({ state }: World, path: string): RawAnswer | undefined {
  const [, id, number] = PATH.exec(path) ?? [];
  if (id === undefined) return undefined;
  const article = findPublished(state, id)?.[Number(number) - 1];
  if (!article || article['is_deleted'] === true) return raw({ status: 404 });
  const { title = '', content = '' } = article;
  return toPage(String(title), String(content));
}
