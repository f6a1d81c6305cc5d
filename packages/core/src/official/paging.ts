import type { Endpoint, Id, Paging } from './endpoint.ts';

type Page = Readonly<Record<string, unknown>>;

/**
 * Iterates over a list, one page at a time and only when its rows are needed. A repeated position
 * ends it, and a second page without rows: one may be a gap.
 */
export async function* iterate<Row>(
  { paging }: Pick<Endpoint, 'paging'>,
  call: (given: never) => Promise<object>,
  given: object = {},
  from?: Id,
): AsyncGenerator<Row, void, undefined> {
  const { at, count, size, first, rows: path } = paging as Paging;
  const visited = new Set<string>();
  let seen = 0;
  let isGap = false;
  for (let place = from ?? first; !visited.has(String(place)); ) {
    visited.add(String(place));
    const where = { [at]: place, ...(count !== undefined && { [count]: size }) };
    const page = (await call({ ...given, ...where } as never)) as Page;
    const rows = readRows(page, path);
    if (isGap && rows.length === 0) return;
    isGap = rows.length === 0;
    yield* rows as readonly Row[];
    seen += rows.length;
    // Behind a given start, the total counts rows that were not asked for.
    const known = from === undefined ? seen : 0;
    const next = findNext(paging as Paging, page, { rows, place, seen: known });
    if (next === undefined) return;
    place = next;
  }
}

interface Progress {
  readonly rows: readonly unknown[];
  readonly place: Id | undefined;
  /** The number of rows up to here. */
  readonly seen: number;
}

/** Returns the position of the next page; undefined after the last. */
function findNext(
  { by, size, next = '', total = '' }: Paging,
  page: Page,
  { rows, place, seen }: Progress,
): Id | undefined {
  const isFull = rows.length >= size;
  switch (by) {
    // The last page may name a place too, but the rows are all there, or it is not full.
    case 'cursor': {
      const all = page[total] as number | undefined;
      const isLast = all === undefined ? !isFull : seen >= all;
      return isLast ? undefined : (page[next] as Id) || undefined;
    }
    case 'offset': {
      const behind = Number(place) + (rows.length || size);
      const all = page[next] as number | undefined;
      const isLast = all === undefined ? !isFull : behind >= all;
      return isLast ? undefined : behind;
    }
    case 'number':
      return isFull ? Number(place) + 1 : undefined;
    case 'lastId':
      return isFull ? rows.map((row) => (row as Page)[next] as Id).reduce(findLarger) : undefined;
  }
}

function findLarger(one: Id, other: Id): Id {
  return BigInt(other) > BigInt(one) ? other : one;
}

/** Returns the rows at a path of names; a page past the end may lack it. */
function readRows(page: Page, path: string): readonly unknown[] {
  const rows = path
    .split('.')
    .reduce<unknown>((value, name) => (Object(value) as Page)[name], page);
  return Array.isArray(rows) ? rows : [];
}
