import { removeControls } from '../control-characters.ts';
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

/**
 * Returns a text as it is sent: without control characters, as in the XML of a reply.
 *
 * @throws {InvalidArgumentError} when there is half a character in it
 */
export function toSentText(name: string, text: string): string {
  checkWhole(name, text);
  return removeControls(text);
}

/** Writes JSON whose texts are as they are sent. */
export function writeJson(value: unknown): string | undefined {
  return JSON.stringify(value, (name, member: unknown) =>
    typeof member === 'string' ? toSentText(name, member) : member,
  ) as string | undefined;
}
