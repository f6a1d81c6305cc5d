import { ParseError } from './errors.ts';
import { type Fields, type FieldValue, MAX_DEPTH, MAX_FIELDS } from './tree.ts';

/**
 * Matches strings, numbers and opening brackets. An unterminated string runs to the end, so there
 * is no backtracking.
 */
const TOKEN = /"[^"\\]*(?:\\(?:.|$)[^"\\]*)*(?:"|$)|-?\d[\d.eE+-]*|[{[]/gs;

/**
 * Parses a JSON object into the same shape as XML, with all values as text.
 *
 * Numbers are quoted before they are parsed: ids exceed 2^53, and JSON.parse would round them.
 */
export function parseJson(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(quoteNumbers(text));
  } catch (error) {
    if (error instanceof ParseError) throw error;
    throw new ParseError('the JSON is not well-formed');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ParseError('the JSON is not an object');
  }
  return toFields(value, 1);
}

const LONG_NUMBER = /\d{16}/;

/**
 * Parses any JSON. Integers beyond 2^53, which ids are, stay exact, as strings; control characters,
 * which the platform allows in nicknames, are read as if they had been escaped.
 *
 * @throws {SyntaxError} when it is not JSON
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

function quoteNumbers(text: string): string {
  let count = 0;
  return text.replace(TOKEN, (token) => {
    count += 1;
    if (count > 2 * MAX_FIELDS) throw new ParseError(`the JSON has over ${MAX_FIELDS} fields`);
    return /^[-\d]/.test(token) ? `"${token}"` : token;
  });
}

function toFields(object: object, depth: number): Fields {
  if (depth > MAX_DEPTH) throw new ParseError(`the JSON nests over ${MAX_DEPTH} levels`);
  const fields = Object.create(null) as Record<string, FieldValue>;
  for (const [name, member] of Object.entries(object)) {
    fields[name] = Array.isArray(member)
      ? member.map((item) => toFieldValue(item, depth))
      : toFieldValue(member, depth);
  }
  return fields;
}

function toFieldValue(member: unknown, depth: number): string | Fields {
  if (member === null) return '';
  if (typeof member === 'object') return toFields(member, depth + 1);
  return String(member as string | boolean);
}
