import {
  type CallTrace,
  callChannel,
  callTracing,
  describeSeen,
  endSpan,
  isTraced,
  startSpan,
} from '../diagnostics.ts';

/** Whether somebody listens to calls of the API. */
export function areCallsSeen(): boolean {
  return callChannel.hasSubscribers || isTraced(callTracing);
}

/** Tells the channels of one try of a call. Made only when somebody listens. */
export class CallWatch {
  readonly #since = performance.now();
  readonly #trace: { -readonly [K in keyof CallTrace]: CallTrace[K] };

  constructor(call: Pick<CallTrace, 'account' | 'name' | 'method' | 'path' | 'attempt'>) {
    const { account, name, method, path, attempt } = call;
    const answer = { status: undefined, errcode: undefined, duration: 0, error: undefined };
    this.#trace = { account, name, method, path, attempt, ...answer };
  }

  /** Makes the call as a span, and tells how it ended. */
  async run<R>(send: () => Promise<R>): Promise<R> {
    try {
      return await startSpan(callTracing, this.#trace, send);
    } catch (error) {
      this.#trace.error = describeSeen(error);
      throw error;
    } finally {
      this.#end();
    }
  }

  /** Notes what the platform answered. */
  answer(status: number, errcode: number): void {
    this.#trace.status = status;
    this.#trace.errcode = errcode;
  }

  #end(): void {
    const trace = this.#trace;
    trace.duration = performance.now() - this.#since;
    const { status, errcode, error } = trace;
    if (status !== undefined && errcode !== undefined) {
      callChannel.publish({ ...trace, event: 'answered', status, errcode });
    } else if (error) {
      callChannel.publish({ ...trace, event: 'failed', error });
    }
    endSpan(callTracing, trace);
  }
}
