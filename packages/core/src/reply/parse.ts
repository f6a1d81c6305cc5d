import { describeKind } from '../describe-kind.ts';
import { InvalidArgumentError } from '../errors.ts';
import { printable } from '../printable.ts';
import { suggest } from '../spelling.ts';
import { ARTICLE, type Members, REPLIES, type ReplyType } from './members.ts';
import type { Article, Reply, ReplyLike } from './reply.ts';

/** The body that the platform accepts as "received, nothing to show"; never encrypted. */
export const SUCCESS = 'success';

/**
 * Converts the short forms of a reply to the full one; undefined means no reply, and so does
 * `success`, the word that the platform's documentation has bots answer with.
 *
 * @throws {InvalidArgumentError} when it is no reply, lacks what its type needs, or has more
 */
export function toReply(value: ReplyLike): Reply | undefined {
  if (value === undefined || value === null || value === false) return undefined;
  if (typeof value === 'string') {
    return value === '' || value === SUCCESS ? undefined : { type: 'text', content: value };
  }
  if (Array.isArray(value)) return { type: 'news', articles: value.map(parseArticle) };
  const type = typeof value === 'object' ? (value as Partial<Reply>).type : undefined;
  if (typeof type !== 'string' || !Object.hasOwn(REPLIES, type)) throw wrongReply(value, type);
  const { type: _, ...given } = value as Reply;
  if (type === 'news') return parseNews(given);
  return { type, ...parseMembers(`a ${type} reply`, given, REPLIES[type]) } as Reply;
}

/** Reads the articles of a news reply. */
function parseNews(given: object): Reply {
  const { articles, ...others } = given as { articles?: unknown };
  parseMembers('a news reply', others, {}, ['articles']);
  if (Array.isArray(articles)) return { type: 'news', articles: articles.map(parseArticle) };
  throw new InvalidArgumentError(
    `a news reply needs articles, an array, not ${describeKind(articles)}`,
  );
}

/**
 * Reads an article.
 *
 * @throws {InvalidArgumentError} when it is not an article, or has unknown members
 */
export function parseArticle(article: unknown): Article {
  if (typeof article === 'object' && article !== null && !Array.isArray(article)) {
    return parseMembers('an article', article, ARTICLE);
  }
  throw new InvalidArgumentError(`an article must be an object, not ${describeKind(article)}`);
}

const EXPECTED = { text: 'a string', id: 'a string', flag: '0 or 1' } as const;

/**
 * Reads the members that a table knows, under their own names. Null counts as missing, as in rows
 * of a database. `owner` begins the message of an error.
 *
 * @throws {InvalidArgumentError} when a member is missing, wrong or not known
 */
export function parseMembers(
  owner: string,
  given: object,
  members: Members,
  names: readonly string[] = Object.keys(members),
): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const known = Object.hasOwn(members, name) ? name : findAlias(name, members);
    if (known === undefined) throw unknownMember(owner, name, names);
    if (value !== undefined && value !== null) values[known] ??= value;
  }
  for (const [name, member] of Object.entries(members)) checkMember(owner, name, member, values);
  return values;
}

function checkMember(
  owner: string,
  name: string,
  { kind, isNeeded }: Members[string],
  values: Record<string, unknown>,
): void {
  const value = values[name];
  const isEmptyId = kind === 'id' && typeof value === 'string' && value.trim() === '';
  if (isEmptyId) delete values[name];
  if (values[name] === undefined && !isNeeded) return;
  const isRight = kind === 'flag' ? value === 0 || value === 1 : typeof value === 'string';
  if (isRight && !isEmptyId) return;
  const expected = EXPECTED[kind];
  const found = isEmptyId ? 'an empty one' : describeKind(value);
  throw new InvalidArgumentError(
    isNeeded
      ? `${owner} needs ${name}, ${expected}, not ${found}`
      : `${name} of ${owner} must be ${expected}, not ${found}`,
  );
}

function findAlias(name: string, members: Members): string | undefined {
  return Object.keys(members).find((known) => members[known]?.alias === name);
}

function unknownMember(
  owner: string,
  name: string,
  names: readonly string[],
): InvalidArgumentError {
  const has = names.length > 0 ? `it has ${names.join(', ')}` : 'it has only type';
  return new InvalidArgumentError(
    `${owner} has no member ${printable(name, 40)}${suggest(name, names) || `; ${has}`}`,
  );
}

function wrongReply(value: unknown, type: unknown): InvalidArgumentError {
  const types = Object.keys(REPLIES) as ReplyType[];
  if (typeof type === 'string') {
    return new InvalidArgumentError(
      `${printable(type, 40)} is not a type of reply${suggest(type, types) || ';'} the types are ${types.join(', ')}`,
    );
  }
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const looksLikeArticle = names.some((name) => /^(?:title|picurl|url)$/i.test(name));
  const hint = looksLikeArticle ? '; an article goes into an array: [{ title, url }]' : '';
  const shown =
    names.length > 0
      ? ` with ${names
          .map((name) => printable(name, 40))
          .slice(0, 10)
          .join(', ')}`
      : '';
  return new InvalidArgumentError(
    `${describeKind(value)}${shown} is not a reply${hint}; expected a string, an array of articles, nothing, or an object whose type is one of ${types.join(', ')}`,
  );
}
