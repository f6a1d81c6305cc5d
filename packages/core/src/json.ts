import { ParseError } from './errors.ts';
import { type Fields, type FieldValue, MAX_DEPTH, MAX_FIELDS } from './tree.ts';

/** A string, or a number outside of strings. A string without end runs to the end: never a step back. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\(?:.|$)[^"\\]*)*(?:"|$)|-?\d[\d.eE+-]*/gs;

/**
 * Reads a JSON object into the same shape as XML gives, every value text.
 *
 * Numbers are quoted before they are parsed: ids exceed 2^53, and JSON.parse would round them.
 */
export function parseJson(text: string): Fields {
  const quoted = quoteNumbers(text);
  let value: unknown;
  try {
    value = JSON.parse(quoted);
  } catch {
    throw new ParseError('the JSON is not well-formed');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ParseError('the JSON is not an object');
  }
  return toFields(value, 1);
}

function quoteNumbers(text: string): string {
  let count = 0;
  return text.replace(STRING_OR_NUMBER, (part) => {
    count += 1;
    if (count > 2 * MAX_FIELDS) throw new ParseError(`the JSON has over ${MAX_FIELDS} fields`);
    return part[0] === '"' ? part : `"${part}"`;
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
