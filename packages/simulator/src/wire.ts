/** A value on the wire: text, a number, a group of tags, or several groups under one name. */
export type WireValue = string | number | WireFields | readonly WireFields[];

/** Tags and their values, in the platform's spelling: `{ MsgType: 'text', Content: 'hi' }`. */
export interface WireFields {
  readonly [tag: string]: WireValue;
}

/** Returns the members that are not undefined. */
export function dropUndefined<T>(
  members: Readonly<Record<string, T | undefined>>,
): Record<string, T> {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Record<string, T>;
}
