import { InvalidArgumentError } from '../errors.ts';

/** Half of a character, which a text cut by its length may begin or end with. */
const HALF = /\p{Cs}/u;

/**
 * Checks that a text has whole characters only: the platform refuses half an emoji with 40033.
 *
 * @throws {InvalidArgumentError} when there is half a character in it
 */
export function checkWhole(name: string, text: string): void {
  if (!HALF.test(text)) return;
  throw new InvalidArgumentError(
    `the text of ${name.slice(0, 40)} contains half a character: cut texts with Array.from(text), not by their length`,
  );
}
