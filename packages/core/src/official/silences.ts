import { takeTurns } from '../clock.ts';
import { within } from '../with-timeout.ts';

/**
 * Iterates, and waits up to `timeout` milliseconds for each value: only while somebody wants one,
 * so that the pauses of a slow reader do not count. Who gives up has to end the source.
 */
export async function* boundSilences<T>(
  values: AsyncIterable<T>,
  timeout: number,
  createError: () => Error,
): AsyncGenerator<T, void, undefined> {
  const source = values[Symbol.asyncIterator]();
  while (true) {
    const next = source.next();
    let came = await within(next, timeout);
    // What has come while the event loop stood still is no silence.
    came ??= await Promise.race([
      next.then((value) => ({ value })),
      takeTurns().then(() => undefined),
    ]);
    if (!came) throw createError();
    if (came.value.done) return;
    yield came.value.value;
  }
}
