/** A value on the wire: text, a number, a group of tags, or several of them under one name. */
export type WireValue = string | number | WireFields | readonly WireFields[];

/** Tags and what stands in them, in the platform's spelling: `{ MsgType: 'text', Content: 'hi' }`. */
export interface WireFields {
  readonly [tag: string]: WireValue;
}
