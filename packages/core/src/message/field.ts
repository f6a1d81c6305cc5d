import { type Fields, type FieldValue, isFields } from '../tree.ts';

/** One field of a message: its tag on the wire, the type of its value, and how it is read. */
export interface Field<T> {
  readonly tag: string;
  readonly kind: 'text' | 'number' | 'numbers' | 'coordinates' | 'group' | 'list';
  readonly optional?: true;
  /** The fields inside a group, or inside each member of a list. */
  readonly shape?: Shape;
  readonly read: (fields: Fields) => T;
}

/** The fields of one kind of message, under the names of its properties. */
export type Shape = Readonly<Record<string, Field<unknown>>>;

/** The type of a message with a shape. */
export type Read<S extends Shape> = {
  readonly [K in keyof S]: S[K] extends Field<infer T> ? T : never;
};

/** Defines a text; `''` when the tag is empty or missing. Ids are text too: they exceed 2^53. */
export function text(tag: string): Field<string> {
  return { tag, kind: 'text', read: at(tag, toText) };
}

/** Defines a text, or undefined when the tag is empty or missing. */
export function optionalText(tag: string): Field<string | undefined> {
  return {
    tag,
    kind: 'text',
    optional: true,
    read: at(tag, (value) => toText(value) || undefined),
  };
}

/** Defines a number; NaN when the tag is empty, missing or not a number. */
export function number(tag: string): Field<number> {
  return { tag, kind: 'number', read: at(tag, toNumber) };
}

/** Defines a number, or undefined when the tag is empty or missing. */
export function optionalNumber(tag: string): Field<number | undefined> {
  const read = at(tag, (value) => (isEmpty(value) ? undefined : toNumber(value)));
  return { tag, kind: 'number', optional: true, read };
}

/** Defines a repeated tag of numbers. */
export function numbers(tag: string): Field<readonly number[]> {
  return { tag, kind: 'numbers', read: at(tag, (value) => toList(value).map(toNumber)) };
}

/** Defines a tag that groups others. */
export function group<S extends Shape>(tag: string, shape: S): Field<Read<S>> {
  const inside = reader(shape);
  return { tag, kind: 'group', shape, read: at(tag, (value) => inside(toFields(value))) };
}

/** Defines a tag that groups others, or undefined when it is empty or missing. */
export function optionalGroup<S extends Shape>(tag: string, shape: S): Field<Read<S> | undefined> {
  const inside = reader(shape);
  const read = at(tag, (value) => (isEmpty(value) ? undefined : inside(toFields(value))));
  return { tag, kind: 'group', optional: true, shape, read };
}

/** Defines a group that the JSON format omits, placing its tags directly in the message. */
export function groupOrInline<S extends Shape>(tag: string, shape: S): Field<Read<S>> {
  const inside = reader(shape);
  const read = at(tag, (value, fields) => inside(isEmpty(value) ? fields : toFields(value)));
  return { tag, kind: 'group', shape, read };
}

/** Defines a repeated group. A single one is still a list, none is an empty one. */
export function list<S extends Shape>(tag: string, shape: S): Field<readonly Read<S>[]> {
  const inside = reader(shape);
  const read = at(tag, (value) => toList(value).map((item) => inside(toFields(item))));
  return { tag, kind: 'list', shape, read };
}

/** Defines a tag of `item`s, read as their list, even when the tag itself repeats. */
export function items<S extends Shape>(tag: string, shape: S): Field<readonly Read<S>[]> {
  const inside = list('item', shape);
  const read = at(tag, (value) => toList(value).flatMap((part) => inside.read(toFields(part))));
  return { tag, kind: 'list', shape, read };
}

/** Creates a reader of every field of a shape; called once, when the tables are loaded. */
function reader<S extends Shape>(shape: S): (fields: Fields) => Read<S> {
  const read = createFiller(shape);
  return (fields) => read({}, fields) as Read<S>;
}

/** Creates a function that reads every field of a shape into an existing object. */
export function createFiller(shape: Shape): <T extends object>(target: T, fields: Fields) => T {
  const readings = Object.entries(shape).map(([name, { read }]) => ({ name, read }));
  return (target, fields) => {
    for (const { name, read } of readings) {
      (target as Record<string, unknown>)[name] = read(fields);
    }
    return target;
  };
}

/** Reads a tag: the exact one, otherwise in any case, since the platform's spelling varies. */
function at<T>(
  tag: string,
  parse: (value: FieldValue | undefined, fields: Fields) => T,
): (fields: Fields) => T {
  const lower = tag.toLowerCase();
  return (fields) => parse(fields[tag] ?? findSpelling(fields, lower), fields);
}

function findSpelling(fields: Fields, lower: string): FieldValue | undefined {
  for (const name of listNames(fields)) {
    if (name.length === lower.length && name.toLowerCase() === lower) return fields[name];
  }
  return undefined;
}

/** The names of the fields read last: a message lacks several of its optional ones. */
let asked: { readonly fields: Fields; readonly names: readonly string[] } | undefined;

function listNames(fields: Fields): readonly string[] {
  if (asked?.fields !== fields) asked = { fields, names: Object.keys(fields) };
  return asked.names;
}

function toList(value: FieldValue | undefined): readonly (string | Fields)[] {
  if (isEmpty(value)) return [];
  return Array.isArray(value) ? value : [value as string | Fields];
}

function toText(value: FieldValue | undefined): string {
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : '';
}

/** Merges a repeated group into one, with the lists of all of them. */
function toFields(value: FieldValue | undefined): Fields {
  if (isFields(value)) return value;
  const groups = Array.isArray(value) ? value.filter(isFields) : [];
  return groups.length > 1 ? mergeGroups(groups) : (groups[0] ?? {});
}

function mergeGroups(groups: readonly Fields[]): Fields {
  const merged = Object.create(null) as Record<string, (string | Fields)[]>;
  for (const group of groups) {
    for (const [name, value] of Object.entries(group)) (merged[name] ??= []).push(...toList(value));
  }
  return merged;
}

function toNumber(value: FieldValue | undefined): number {
  const digits = toText(value).trim();
  return digits === '' ? Number.NaN : Number(digits);
}

function isEmpty(value: FieldValue | undefined): boolean {
  return value === undefined || value === '';
}
