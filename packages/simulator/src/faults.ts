/** What goes wrong between the platform and the bot's webhook. */
export interface Faults {
  /** So many of the next tries are lost on the way: the bot never sees them. Default: 0. */
  drop?: number;
  /** Milliseconds that each try takes longer to arrive. Default: 0. */
  delay?: number;
  /** Copies of each try that arrive beside it. Default: 0. */
  duplicate?: number;
  /** Every second message waits until the one after it has been delivered, or a second has passed. Default: false. */
  reorder?: boolean;
  /** Signatures are wrong. Default: false. */
  breakSignature?: boolean;
}
