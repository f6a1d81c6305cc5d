/** Matches strings and numbers; an unterminated string does not match. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/gs;
const LONG_NUMBER = /\d{16}/;

/**
 * Parses the JSON of an answer. Ids beyond 2^53 stay exact, as strings; control characters, which
 * the platform allows in nicknames, are read as if they had been escaped.
 *
 * @throws {SyntaxError} when it is no JSON
 */
export function readJson(text: string): unknown {
  const json = LONG_NUMBER.test(text) ? text.replace(TOKEN, keepDigits) : text;
  try {
    return JSON.parse(json);
  } catch {
    return JSON.parse(json.replace(/^\uFEFF/, '').replace(TOKEN, escapeControls));
  }
}

function keepDigits(token: string): string {
  const isLong = /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token));
  return isLong ? `"${token}"` : token;
}

function escapeControls(token: string): string {
  return token.replace(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
}
