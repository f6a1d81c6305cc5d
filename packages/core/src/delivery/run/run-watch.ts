import {
  describeSeen,
  endSpan,
  isTraced,
  type RunOutcome,
  type RunTrace,
  runChannel,
  runTracing,
  startSpan,
} from '../../diagnostics.ts';
import { RunTooLongError } from '../../errors.ts';
import { messageKey } from '../../undelivered.ts';
import type { LivingRun } from './heartbeat.ts';

/** Whether the channels of runs have subscribers. */
export function areRunsSeen(): boolean {
  return runChannel.hasSubscribers || isTraced(runTracing);
}

/** The published parts of a run. */
type WatchedRun = Pick<LivingRun, 'account' | 'message'> & { readonly attempt: number };

/** Publishes one run to its channels. Created only when there are subscribers. */
export class RunWatch {
  readonly #run: WatchedRun;
  readonly #since: number;
  /** When the current wait began. */
  #lap: number;
  readonly #trace: { -readonly [K in keyof RunTrace]: RunTrace[K] };

  /** `storeTime`: milliseconds that the claim took. */
  constructor(run: WatchedRun, storeTime: number) {
    const { account, message, attempt } = run;
    this.#run = run;
    this.#lap = account.clock.now();
    this.#since = this.#lap - storeTime;
    this.#trace = {
      account: account.id,
      message: messageKey(message),
      attempt,
      queueTime: 0,
      storeTime,
      duration: 0,
      outcome: undefined,
      error: undefined,
    };
  }

  /** Runs `work` as the span of the run. */
  start(work: () => void): void {
    startSpan(runTracing, this.#trace, work);
  }

  /** Starts to measure a wait. */
  startLap(): void {
    this.#lap = this.#run.account.clock.now();
  }

  /** Adds the time since the last lap. */
  endLap(name: 'queueTime' | 'storeTime'): void {
    const before = this.#lap;
    this.startLap();
    this.#trace[name] += this.#lap - before;
  }

  /** Publishes that the handlers are called. */
  begin(): void {
    this.#trace.attempt = this.#run.attempt;
    if (!runChannel.hasSubscribers) return;
    const { account, message, attempt, queueTime, storeTime } = this.#trace;
    runChannel.publish({ event: 'started', account, message, attempt, queueTime, storeTime });
  }

  /** Records how the run ended, unless it failed before. */
  conclude(outcome: RunOutcome): void {
    this.#trace.outcome ??= outcome;
  }

  /** Records that the run failed. */
  fail(error: unknown, isRepeated = false): void {
    const how = error instanceof RunTooLongError ? 'overrun' : 'failed';
    this.#trace.outcome = isRepeated ? 'repeated' : how;
    this.#trace.error = describeSeen(error);
  }

  /** Publishes the end of the run. */
  end(): void {
    const trace = this.#trace;
    trace.attempt = this.#run.attempt;
    trace.duration = this.#run.account.clock.now() - this.#since;
    const outcome = trace.outcome ?? 'superseded';
    trace.outcome = outcome;
    if (runChannel.hasSubscribers) runChannel.publish({ ...trace, event: 'ended', outcome });
    endSpan(runTracing, trace);
  }
}
