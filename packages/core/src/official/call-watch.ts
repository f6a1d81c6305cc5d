import {
  type CallTrace,
  callChannel,
  callTracing,
  describeSeen,
  endSpan,
  isTraced,
  startSpan,
} from '../diagnostics.ts';

/** Whether the channels of API calls have subscribers. */
export function areCallsSeen(): boolean {
  return callChannel.hasSubscribers || isTraced(callTracing);
}

/** Publishes one try of a call to its channels. Created only when there are subscribers. */
export class CallWatch {
  readonly #since = performance.now();
  readonly #trace: { -readonly [K in keyof CallTrace]: CallTrace[K] };

  constructor(call: Pick<CallTrace, 'account' | 'name' | 'method' | 'path' | 'attempt'>) {
    const { account, name, method, path, attempt } = call;
    const answer = { status: undefined, errcode: undefined, duration: 0, error: undefined };
    this.#trace = { account, name, method, path, attempt, ...answer };
  }

  /** Runs the call as a span, and publishes its end. */
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

  /** Records the platform's answer. */
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
