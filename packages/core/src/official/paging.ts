import type { Endpoint, Id, Paging } from './endpoint.ts';

type Page = Readonly<Record<string, unknown>>;

/**
 * Iterates over a list, one page at a time and only when its rows are needed. A repeated position
 * ends it.
 */
export async function* iterate<Row>(
  { paging }: Pick<Endpoint, 'paging'>,
  call: (given: never) => Promise<object>,
  given: object = {},
  from?: Id,
): AsyncGenerator<Row, void, undefined> {
  const { at, count, size, first, rows: path } = paging as Paging;
  const visited = new Set<string>();
  for (let place = from ?? first; !visited.has(String(place)); ) {
    visited.add(String(place));
    const where = { [at]: place, ...(count !== undefined && { [count]: size }) };
    const page = (await call({ ...given, ...where } as never)) as Page;
    const rows = readMember(page, path);
    if (!Array.isArray(rows) || rows.length === 0) return;
    yield* rows as readonly Row[];
    const next = findNext(paging as Paging, page, rows, place);
    if (next === undefined) return;
    place = next;
  }
}

/** Returns the position of the page after one with rows; undefined after the last. */
function findNext(
  { by, size, next = '' }: Paging,
  page: Page,
  rows: readonly unknown[],
  place: Id | undefined,
): Id | undefined {
  const isFull = rows.length >= size;
  switch (by) {
    // The last page may name a place too, but it is not full.
    case 'cursor':
      return isFull ? (page[next] as Id) || undefined : undefined;
    case 'offset': {
      const behind = Number(place) + rows.length;
      const total = page[next] as number | undefined;
      const isLast = total === undefined ? !isFull : behind >= total;
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

/** Returns the member at a path of names; a page past the end may lack it. */
function readMember(page: Page, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (Object(value) as Page)[name], page);
}
