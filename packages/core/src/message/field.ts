import { type Fields, type FieldValue, isFields } from '../tree.ts';

/** One field of a message: the wire's tag, what its value is, and how it is read. */
export interface Field<T> {
  readonly tag: string;
  readonly kind: 'text' | 'number' | 'numbers' | 'coordinates' | 'group' | 'list';
  readonly optional?: true;
  /** What is inside a group, or inside each member of a list. */
  readonly shape?: Shape;
  readonly read: (fields: Fields) => T;
}

/** The fields of one kind of message, under the names that a handler sees. */
export type Shape = Readonly<Record<string, Field<unknown>>>;

/** What reading a shape gives. */
export type Read<S extends Shape> = {
  readonly [K in keyof S]: S[K] extends Field<infer T> ? T : never;
};

/** Text as it came; `''` when the tag is empty or missing. Ids are text too: they exceed 2^53. */
export function text(tag: string): Field<string> {
  return { tag, kind: 'text', read: at(tag, toText) };
}

/** Text, or undefined when the tag is empty or missing. */
export function optionalText(tag: string): Field<string | undefined> {
  return {
    tag,
    kind: 'text',
    optional: true,
    read: at(tag, (value) => toText(value) || undefined),
  };
}

/** A number; NaN when the tag is empty, missing or no number. */
export function number(tag: string): Field<number> {
  return { tag, kind: 'number', read: at(tag, toNumber) };
}

/** A number, or undefined when the tag is empty or missing. */
export function optionalNumber(tag: string): Field<number | undefined> {
  const read = at(tag, (value) => (isEmpty(value) ? undefined : toNumber(value)));
  return { tag, kind: 'number', optional: true, read };
}

/** A tag that repeats and holds numbers. */
export function numbers(tag: string): Field<readonly number[]> {
  return { tag, kind: 'numbers', read: at(tag, (value) => toList(value).map(toNumber)) };
}

/** A tag that groups others. */
export function group<S extends Shape>(tag: string, shape: S): Field<Read<S>> {
  const inside = reader(shape);
  return { tag, kind: 'group', shape, read: at(tag, (value) => inside(toFields(value))) };
}

/** A tag that groups others, or undefined when it is empty or missing. */
export function optionalGroup<S extends Shape>(tag: string, shape: S): Field<Read<S> | undefined> {
  const inside = reader(shape);
  const read = at(tag, (value) => (isEmpty(value) ? undefined : inside(toFields(value))));
  return { tag, kind: 'group', optional: true, shape, read };
}

/** A group that the JSON format leaves out, putting its tags directly into the message. */
export function groupOrInline<S extends Shape>(tag: string, shape: S): Field<Read<S>> {
  const inside = reader(shape);
  const read = at(tag, (value, fields) => inside(isEmpty(value) ? fields : toFields(value)));
  return { tag, kind: 'group', shape, read };
}

/** A tag that repeats, each holding others. One of them is still a list, none is an empty one. */
export function list<S extends Shape>(tag: string, shape: S): Field<readonly Read<S>[]> {
  const inside = reader(shape);
  const read = at(tag, (value) => toList(value).map((item) => inside(toFields(item))));
  return { tag, kind: 'list', shape, read };
}

/** A tag that holds nothing but `item`s reads as their list, also when the tag itself repeats. */
export function items<S extends Shape>(tag: string, shape: S): Field<readonly Read<S>[]> {
  const inside = list('item', shape);
  const read = at(tag, (value) => toList(value).flatMap((part) => inside.read(toFields(part))));
  return { tag, kind: 'list', shape, read };
}

/** Reads every field of a shape; made once, when the tables are loaded. */
function reader<S extends Shape>(shape: S): (fields: Fields) => Read<S> {
  const read = createFiller(shape);
  return (fields) => read({}, fields) as Read<S>;
}

/** Reads every field of a shape into an object that has some already. */
export function createFiller(shape: Shape): <T extends object>(target: T, fields: Fields) => T {
  const readings = Object.entries(shape).map(([name, { read }]) => ({ name, read }));
  return (target, fields) => {
    for (const { name, read } of readings) {
      (target as Record<string, unknown>)[name] = read(fields);
    }
    return target;
  };
}

/** Reads what stands under a tag: the exact one, else in any case, since the platform's spelling varies. */
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

/** The fields that were asked for their names last: a message lacks several of its optional ones. */
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

/** A group that repeats is one: what is in its lists, in all of them. */
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
