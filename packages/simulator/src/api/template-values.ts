/** The rules of template keywords, and the resulting text. */
import { asObject, type JsonFields, lookUp } from './call.ts';
import { ApiRefusal } from './refusal.ts';

/** By the keyword's name without its number. */
const RULES: ReadonlyMap<string, RegExp> = new Map([
  ['thing', /^.{1,20}$/su],
  ['number', /^[+-]?(?=.{1,33}$)\d{1,32}(?:\.\d+)?$/],
  ['letter', /^[a-z]{1,32}$/i],
  ['symbol', /^[^\p{L}\p{N}]{1,5}$/u],
  ['character_string', /^[^\p{Script=Han}]{1,32}$/u],
  ['phrase', /^\p{Script=Han}{1,5}$/u],
  ['amount', /^\p{Sc}?\d{1,10}(?:\.\d+)?元?$/u],
  ['phone_number', /^[\d+*#() -]{1,17}$/],
  ['car_number', /^.{1,8}$/su],
  ['name', /^(?:\p{Script=Han}[\p{Script=Han}·]{0,9}|[^\p{Script=Han}]{1,20})$/u],
]);
const KEYWORD = /\{\{\s*(\w+)\.DATA\s*\}\}/g;

/**
 * Returns the template's text with its values.
 *
 * @throws {ApiRefusal} when a value is invalid
 */
export function fillTemplate(content: string, data: JsonFields): string {
  return content.replaceAll(KEYWORD, (_, name: string) => {
    const value = valueOf(data, name);
    const rule = RULES.get(name.replace(/\d+$/, ''));
    if (value !== undefined && rule && !rule.test(value)) {
      throw new ApiRefusal(47003, `argument invalid! data.${name}.value invalid`);
    }
    return value ?? '';
  });
}

function valueOf(data: JsonFields, name: string): string | undefined {
  const { value } = asObject(lookUp(data, name));
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : undefined;
}
