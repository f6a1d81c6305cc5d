/**
 * Matches characters that move a cursor, end a line, change the direction of text or cannot be
 * written as UTF-8.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * Returns the part of an outside text that an error or a log may show: at most `limit` characters,
 * with control characters escaped.
 */
export function printable(text: string, limit = 200): string {
  // What is cut off may be long: it is not looked at.
  const shown = text.slice(0, limit + 1).replace(UNPRINTABLE, escapeCharacter);
  return shown.length > limit ? `${shown.slice(0, limit - 1)}…` : shown;
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `\\u{${code.toString(16)}}`;
}
