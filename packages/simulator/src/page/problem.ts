/** A request that the page's server refuses, with a status and a message for the sender. */
export class RequestProblem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'RequestProblem';
    this.status = status;
  }
}

/** Returns the message of an error in one line. */
export function getMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
