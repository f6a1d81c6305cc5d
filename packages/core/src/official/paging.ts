import type { Id } from './endpoint.ts';

/** What is known of a list whatever its kind. */
interface List<Page, Row> {
  /** Rows of a full page: as many are asked for, where the call says how many. */
  readonly size: number;
  /** The rows of a page; one past the end may not have the field at all. */
  readonly rows: (page: Page) => readonly Row[] | undefined;
}

/** How a list comes page by page. */
export interface Paging<Page, Row, At> extends List<Page, Row> {
  /** Where the first page starts. */
  readonly first: At;
  /** Where the page after one with rows starts; undefined when that was the last. */
  readonly next: (page: Page, rows: readonly Row[], at: At) => At | undefined;
}

/** Each answer says where the next page starts; the last may say so too, but it is not full. */
export function byCursor<Page, Row, At extends Id | undefined>({
  cursor,
  ...list
}: List<Page, Row> & {
  readonly first: At;
  readonly cursor: (page: Page) => At | undefined;
}): Paging<Page, Row, At> {
  const next = (page: Page, rows: readonly Row[]) =>
    rows.length < list.size ? undefined : cursor(page) || undefined;
  return { ...list, next };
}

/** A page starts behind the rows that went before; `total` is the number of all rows. */
export function byOffset<Page, Row>({
  total,
  ...list
}: List<Page, Row> & {
  readonly total: (page: Page) => number | undefined;
}): Paging<Page, Row, number> {
  const next = (page: Page, rows: readonly Row[], at: number) => {
    const behind = at + rows.length;
    const all = total(page);
    const isLast = all === undefined ? rows.length < list.size : behind >= all;
    return isLast ? undefined : behind;
  };
  return { ...list, first: 0, next };
}

/** Pages have numbers, from 1 on. */
export function byNumber<Page, Row>(list: List<Page, Row>): Paging<Page, Row, number> {
  const next = (_: Page, rows: readonly Row[], at: number) =>
    rows.length < list.size ? undefined : at + 1;
  return { ...list, first: 1, next };
}

/** A page starts behind the largest id of the one before. */
export function byLastId<Page, Row>({
  id,
  ...list
}: List<Page, Row> & { readonly id: (row: Row) => Id }): Paging<Page, Row, Id> {
  const next = (_: Page, rows: readonly Row[]) =>
    rows.length < list.size ? undefined : rows.map(id).reduce(larger);
  return { ...list, first: 0, next };
}

function larger(one: Id, other: Id): Id {
  return BigInt(other) > BigInt(one) ? other : one;
}

/**
 * Goes through a list, a page at a time and only when its rows are asked for. A place that comes up
 * again ends it.
 */
export async function* iterate<Page, Row, At extends Id | undefined>(
  { first, size, rows: rowsOf, next }: Paging<Page, Row, At>,
  get: (at: At, size: number) => Promise<Page>,
  from: At = first,
): AsyncGenerator<Row, void, undefined> {
  const visited = new Set<string>();
  for (let at: At = from; !visited.has(String(at)); ) {
    visited.add(String(at));
    const page = await get(at, size);
    const rows = rowsOf(page);
    if (!Array.isArray(rows) || rows.length === 0) return;
    yield* rows as readonly Row[];
    const after = next(page, rows, at);
    if (after === undefined) return;
    at = after;
  }
}
