import { parse } from 'lossless-json';
import { ParseError } from './errors.ts';
import type { Fields, FieldValue } from './tree.ts';

/** Reads a JSON object into the same shape as XML gives: every value text, no digit of an id lost. */
export function parseJson(text: string): Fields {
  let value: unknown;
  try {
    value = parse(text, undefined, { parseNumber: (digits) => digits });
  } catch (error) {
    throw new ParseError(`the JSON cannot be read: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ParseError('the JSON is not an object');
  }
  return toFields(value);
}

function toFields(object: object): Fields {
  const fields = Object.create(null) as Record<string, FieldValue>;
  for (const [name, value] of Object.entries(object)) {
    fields[name] = Array.isArray(value) ? value.map(toFieldValue) : toFieldValue(value);
  }
  return fields;
}

function toFieldValue(value: unknown): string | Fields {
  if (value === null) return '';
  return typeof value === 'object' ? toFields(value) : String(value as string | boolean);
}
