import {
  type Claim,
  type Claimed,
  type CompletionResult,
  type Ended,
  type Finish,
  type Free,
  KEPT,
  KEPT_LONG,
  type LeaseRequest,
  MAX_COPIES,
  type Outcome,
} from './store.ts';

/** The state of one message in memory: the two facts of store.ts, and the steps that change them. */
export class ReplySlot {
  readonly #body: string;
  #owner: string | undefined;
  #wasTakenOver = false;
  /** The owner that gave the run up last. */
  #gaveUp: string | undefined;
  /** When the owner's lease ends. */
  #until = 0;
  #attempts = 0;
  /** Set when the run has ended. A text is stored as a string: there are thousands of them. */
  #reply: string | Outcome | undefined;
  /** When the reply was created, in Unix seconds. */
  #time = 0;
  /** The holder of the reply: the number of a delivery, `late`, `sent`, or 0 for none yet. */
  #holder: number | 'late' | 'sent' = 0;
  /** The name under which it was claimed to be sent. */
  #sender: string | undefined;
  /** The others that were given it. */
  #others: number[] | undefined;
  /** When the first delivery was counted, on the store's clock, and sent, in Unix seconds; its nonce. */
  #counted = 0;
  #sent = 0;
  #nonce: string | undefined;
  /** The other deliveries. */
  #later: Counted[] | undefined;
  /** How many copies there are of a delivery. */
  #copies: Map<number, number> | undefined;
  /** When it is removed: never while its run goes on. */
  keptUntil = Number.POSITIVE_INFINITY;

  constructor(body: string) {
    this.#body = body;
  }

  claim(claim: Claim, now: number): Claimed {
    const { owner, lease, attempt: counted, expired, body } = claim;
    const attempt = counted === undefined ? this.#count(claim, now) : this.#attempts;
    const isSame = this.#body === body;
    const behind = Number.isInteger(attempt) ? 0 : now - this.#find(attempt).counted;
    if (this.hasEnded) {
      const ended = this.claimReply(counted ?? attempt);
      return { attempt, isSame, behind, ...ended, owner: this.#owner, sender: this.#sender };
    }
    const before = this.#owner;
    if (before !== owner && before !== expired && this.leaseLeft(now) > 0) {
      return { attempt, isSame, behind, state: 'running' };
    }
    const replaces = before === owner ? undefined : before;
    if (replaces !== undefined) this.#wasTakenOver = true;
    this.#owner = owner;
    this.#until = now + lease;
    this.keptUntil = Number.POSITIVE_INFINITY;
    return { attempt, isSame, behind, state: 'yours', replaces };
  }

  /** Counts a new delivery, and returns its number. */
  #count(claim: Claim, now: number): number {
    const { nonce, sentAt: sent = 0 } = claim;
    const original = this.#findOriginal(claim, now);
    if (original > 0) {
      this.#copies ??= new Map();
      const copies = Math.min((this.#copies.get(original) ?? 0) + 1, MAX_COPIES);
      this.#copies.set(original, copies);
      return original + copies / 1000;
    }
    this.#attempts += 1;
    // The user was answered without the reply, but asks once more: it need not be late.
    if (!this.hasEnded && this.#holder === 'late') this.#holder = 0;
    if (this.#attempts > 1) {
      (this.#later ??= []).push({ counted: now, sent, nonce });
      return this.#attempts;
    }
    this.#counted = now;
    this.#sent = sent;
    this.#nonce = nonce;
    return this.#attempts;
  }

  /** Returns the number of the delivery that a new one is a copy of; 0 for none. */
  #findOriginal({ copiedWithin = 0, nonce, sentAt: sent = 0 }: Claim, now: number): number {
    for (let original = this.#attempts; original > 0; original -= 1) {
      const its = this.#find(original);
      if (isSame(its, { sent, nonce }) && now - its.counted < copiedWithin) return original;
    }
    return 0;
  }

  /** Whether its reply waits for who gives it to the user. */
  get isWaiting(): boolean {
    const isHeld = this.#holder !== 0 && this.#holder !== 'late';
    return this.hasEnded && this.#reply !== null && !isHeld;
  }

  get hasEnded(): boolean {
    return this.#reply !== undefined;
  }

  /** Whether the owner has the run, or had it and nobody else does. */
  #mayBelongTo(owner: string): boolean {
    return !this.hasEnded && (this.#owner === undefined || this.#owner === owner);
  }

  leaseLeft(now: number): number {
    return this.#owner === undefined ? 0 : this.#until - now;
  }

  /** Returns the reply of an ended run to a delivery, unless it is late. 0 only reads. */
  claimReply(attempt: number): Ended {
    if (attempt === 0 && this.#holder !== 'sent') return { state: 'ended', outcome: this.#outcome };
    const isLate = typeof this.#holder === 'string';
    if (isLate || this.#isOver(attempt)) return { state: 'ended', outcome: undefined };
    this.#giveTo(attempt);
    return { state: 'ended', outcome: this.#outcome };
  }

  /** Whether a delivery that there are copies of, or a copy, is over: the platform has sent another one. */
  #isOver(attempt: number): boolean {
    const original = Math.floor(attempt);
    if (!this.#copies?.has(original)) return false;
    return this.#find(this.#attempts).sent > this.#find(original).sent;
  }

  #giveTo(attempt: number): void {
    const before = typeof this.#holder === 'number' ? this.#holder : 0;
    this.#holder = Math.max(before, attempt);
    const other = Math.min(before, attempt);
    if (other === 0 || before === attempt || this.#others?.includes(other)) return;
    (this.#others ??= []).push(other);
  }

  get #outcome(): Outcome | undefined {
    const kept = this.#reply;
    if (typeof kept !== 'string') return kept;
    return { reply: { type: 'text', content: kept }, time: this.#time };
  }

  closeWindow(attempt: number, now: number): Ended | Free | undefined {
    if (this.hasEnded) return this.claimReply(attempt);
    if (this.#attempts <= attempt) this.#holder = 'late';
    return this.leaseLeft(now) > 0 ? undefined : { state: 'free' };
  }

  renew({ owner, lease }: LeaseRequest, now: number): 'renewed' | 'late' | 'stale' {
    // A renewal may come after the end of the run that it was sent before.
    const isGivenUp = this.#owner === undefined && this.#gaveUp === owner;
    if (!this.#mayBelongTo(owner) || isGivenUp) return 'stale';
    this.#owner = owner;
    this.#until = now + lease;
    this.keptUntil = Number.POSITIVE_INFINITY;
    return this.#holder === 'late' ? 'late' : 'renewed';
  }

  finish({ owner, outcome, answering, isTaken }: Finish, now: number): CompletionResult {
    if (isTaken && this.hasEnded && typeof this.#holder === 'number') this.#giveTo(answering);
    if (this.hasEnded && this.#owner === owner) return this.#finishAgain(outcome, answering);
    const isGivenUp = this.#owner === undefined && outcome === undefined;
    if (!this.#mayBelongTo(owner) || isGivenUp) return 'stale';
    this.#owner = owner;
    this.keptUntil = now + (this.#wasTakenOver ? KEPT_LONG : KEPT);
    if (outcome === undefined) {
      this.#gaveUp = owner;
      this.#owner = undefined;
      return this.#holder === 'late' ? 'defer' : 'park';
    }
    this.#reply = shorten(outcome);
    this.#time = outcome?.time ?? 0;
    if (this.#holder === 'late') return 'defer';
    if (answering === 0 || this.#isOver(answering)) return 'park';
    this.#giveTo(answering);
    return 'respond';
  }

  /** Returns the result of an earlier call with the same end. */
  #finishAgain(outcome: Outcome | undefined, answering: number): CompletionResult {
    const isSame = outcome !== undefined && this.#reply === shorten(outcome);
    if (!isSame || this.#time !== (outcome?.time ?? 0) || this.#holder === 'sent') return 'stale';
    if (this.#holder === 'late') return 'defer';
    return answering > 0 && this.#holder === answering ? 'respond' : 'park';
  }

  claimLateReply(sender: string | undefined): boolean {
    if (this.#holder === 'sent' && sender !== undefined) return this.#sender === sender;
    if (!this.hasEnded || (this.#holder !== 0 && this.#holder !== 'late')) return false;
    this.#holder = 'sent';
    this.#sender = sender;
    return true;
  }

  releaseReply(attempt: number, underWay: number): boolean {
    if (typeof this.#holder === 'string') return false;
    // It was released already, or never given.
    if (this.#holder === 0) return true;
    const given = [this.#holder, ...(this.#others ?? [])];
    if (!given.includes(attempt)) return false;
    // Those before this one are over: the platform has hung up on them.
    const mine = this.#find(attempt);
    const isBefore = (other: number) => {
      const its = this.#find(other);
      if (its.sent < mine.sent) return true;
      // A copy, however late it came.
      if (isSame(its, mine)) return false;
      return other < attempt && its.counted <= mine.counted - underWay;
    };
    const left = given.filter((other) => other !== attempt && !isBefore(other));
    this.#holder = Math.max(0, ...left);
    this.#others = left.filter((other) => other !== this.#holder);
    return this.#holder === 0;
  }

  /** Finds what is known of a delivery, or of the one that it is a copy of. */
  #find(attempt: number): Counted {
    const number = Math.floor(attempt);
    if (number !== 1) return this.#later?.[number - 2] ?? UNCOUNTED;
    return { counted: this.#counted, sent: this.#sent, nonce: this.#nonce };
  }
}

/** A counted delivery. */
interface Counted {
  /** When it was counted, on the store's clock. */
  readonly counted: number;
  /** When it was sent, in Unix seconds; 0: unknown. */
  readonly sent: number;
  readonly nonce: string | undefined;
}

type Signed = Pick<Counted, 'sent' | 'nonce'>;

/** Whether two deliveries are one of the platform's, as far as is known. */
function isSame(one: Signed, other: Signed): boolean {
  return one.nonce !== undefined && one.nonce === other.nonce && one.sent === other.sent;
}

/** Neither before nor after any other. */
const UNCOUNTED: Counted = { counted: Number.NaN, sent: Number.NaN, nonce: undefined };

/** Returns what is kept of an outcome: only the content of a text. */
function shorten(outcome: Outcome): string | Outcome {
  if (outcome?.reply.type !== 'text' || outcome.rest || outcome.isOpen) return outcome;
  return outcome.answering === undefined ? outcome.reply.content : outcome;
}
