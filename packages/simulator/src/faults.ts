/** The faults between the platform and the bot's webhook. */
export interface Faults {
  /** Number of next attempts that are lost on the way: the bot never receives them. Default: 0. */
  drop?: number;
  /** Milliseconds by which each attempt is delayed. Default: 0. */
  delay?: number;
  /** Copies of each attempt, sent at the same time. Default: 0. */
  duplicate?: number;
  /** Delivers every second message before the one it follows, or after a second. Default: false. */
  reorder?: boolean;
  /** Sends wrong signatures. Default: false. */
  breakSignature?: boolean;
}
