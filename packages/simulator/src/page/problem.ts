/** A request that the page's server refuses, with its status and words for whoever sent it. */
export class RequestProblem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'RequestProblem';
    this.status = status;
  }
}

/** What went wrong, in a line. */
export function getMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
