/** The value of a tag: text, a group of tags, or several of either when the tag repeats. */
export type FieldValue = string | Fields | readonly (string | Fields)[];

/** Tags and their values, with wire names and unchanged values. Has no prototype. */
export interface Fields {
  readonly [tag: string]: FieldValue;
}

/** A tree to be written: text, numbers, groups, repetitions. `undefined` omits a tag. */
export interface Tree {
  readonly [tag: string]: TreeValue | readonly TreeValue[] | undefined;
}
export type TreeValue = string | number | Tree;

/** Bounds far above what the platform sends: it nests five levels and about a hundred fields. */
export const MAX_DEPTH = 32;
export const MAX_FIELDS = 10_000;

export function isFields(value: FieldValue | undefined): value is Fields {
  return typeof value === 'object' && !Array.isArray(value);
}
