/** A value on the wire: text, a number, a group of tags, or several groups under one name. */
export type WireValue = string | number | WireFields | readonly WireFields[];

/** Tags and their values, in the platform's spelling: `{ MsgType: 'text', Content: 'hi' }`. */
export interface WireFields {
  readonly [tag: string]: WireValue;
}
