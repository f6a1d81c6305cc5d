/** An active session of the console. */
export interface LiveSession {
  readonly token: number;
  readonly cookies: Record<string, string>;
  /** Unix milliseconds. */
  readonly since: number;
}
