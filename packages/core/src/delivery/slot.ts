import type {
  Claim,
  Claimed,
  CompletionResult,
  Ended,
  Finish,
  LeaseRequest,
  Outcome,
} from './store.ts';

/** Where one message stands, in memory: the two facts of store.ts, and the steps that change them. */
export class ReplySlot {
  readonly #body: string;
  #owner: string | undefined;
  /** When the owner's lease is over. */
  #until = 0;
  #attempts = 0;
  /** Set when the run has ended. */
  #outcome: Outcome | undefined;
  /** Who has the reply: a delivery by its number, no delivery any more, its sender, or nobody yet (0). */
  #holder: number | 'late' | 'sent' = 0;

  constructor(body: string) {
    this.#body = body;
  }

  claim({ owner, lease, attempt, expired, body }: Claim, now: number): Claimed {
    if (attempt === undefined) {
      this.#attempts += 1;
      // The user was answered without the reply, but asks once more: it need not be late.
      if (this.#outcome === undefined && this.#holder === 'late') this.#holder = 0;
    }
    const about = { attempt: this.#attempts, isSame: this.#body === body };
    if (this.#outcome !== undefined) {
      return { ...about, ...this.claimReply(attempt ?? this.#attempts) };
    }
    if (this.#owner === owner) {
      this.#until = now + lease;
      return { ...about, state: 'yours', replaces: undefined };
    }
    if (this.leaseLeft(now) > 0 && this.#owner !== expired) return { ...about, state: 'running' };
    const replaces = this.#owner;
    this.#owner = owner;
    this.#until = now + lease;
    return { ...about, state: 'yours', replaces };
  }

  get hasEnded(): boolean {
    return this.#outcome !== undefined;
  }

  leaseLeft(now: number): number {
    return this.#owner === undefined ? 0 : this.#until - now;
  }

  /** Gives the reply of a run that has ended to a delivery, unless it is late. 0 only looks. */
  claimReply(attempt: number): Ended {
    if (attempt === 0 && this.#holder !== 'sent') return { state: 'ended', outcome: this.#outcome };
    if (typeof this.#holder === 'string') return { state: 'ended', outcome: undefined };
    this.#holder = Math.max(this.#holder, attempt);
    return { state: 'ended', outcome: this.#outcome };
  }

  closeWindow(attempt: number): Ended | undefined {
    if (this.hasEnded) return this.claimReply(attempt);
    if (this.#attempts <= attempt) this.#holder = 'late';
    return undefined;
  }

  renew({ owner, lease }: LeaseRequest, now: number): 'renewed' | 'late' | 'stale' {
    if (this.#owner !== owner || this.hasEnded) return 'stale';
    this.#until = now + lease;
    return this.#holder === 'late' ? 'late' : 'renewed';
  }

  finish({ owner, outcome, answering }: Finish): CompletionResult {
    if (this.#owner !== owner || this.hasEnded) return 'stale';
    if (outcome === undefined) {
      this.#owner = undefined;
      return 'park';
    }
    this.#outcome = outcome;
    if (this.#holder === 'late') return 'defer';
    this.#holder = answering;
    return answering > 0 ? 'respond' : 'park';
  }

  claimLateReply(): boolean {
    if (!this.hasEnded || (this.#holder !== 0 && this.#holder !== 'late')) return false;
    this.#holder = 'sent';
    return true;
  }

  releaseReply(attempt: number): boolean {
    if (this.#holder !== attempt) return false;
    this.#holder = 0;
    return true;
  }
}
