/** A session of the console that has not ended. */
export interface LiveSession {
  readonly token: number;
  readonly cookies: Record<string, string>;
  /** Unix milliseconds. */
  readonly since: number;
}
