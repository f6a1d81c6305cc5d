import { setTimeout as pause } from 'node:timers/promises';

/** Iterates over pages, no faster than a reader would; an error, such as that of too many calls, ends it. */
export async function* pages<Row>(
  fetch: (place: { begin: number; last: Row | undefined }) => Promise<readonly Row[]>,
  { size, interval }: { readonly size: number; readonly interval: number },
): AsyncGenerator<Row, void, undefined> {
  let begin = 0;
  let last: Row | undefined;
  for (;;) {
    const rows = await fetch({ begin, last });
    yield* rows;
    if (rows.length < size) return;
    begin += rows.length;
    last = rows.at(-1);
    await pause(interval * (0.75 + Math.random() / 2));
  }
}
