import {
  type Claim,
  type Claimed,
  COPIED_WITHIN,
  type CompletionResult,
  type Ended,
  type Finish,
  type Free,
  type LeaseRequest,
  type Outcome,
} from './store.ts';

/** Milliseconds for which the reply of a run is kept: the platform's last try comes 10 s after the first. */
export const KEPT = 30_000;
/** Milliseconds for which that of a run is kept that was taken over: its former owner may come late. */
const KEPT_LONG = 300_000;

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
  /** The delivery that was answered without it, when it is late. */
  #closed = 0;
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
  /** When it is removed: never while its run goes on. */
  keptUntil = Number.POSITIVE_INFINITY;

  constructor(body: string) {
    this.#body = body;
  }

  claim(claim: Claim, now: number): Claimed {
    const { owner, lease, attempt: counted, expired, body } = claim;
    if (counted === undefined) {
      this.#count(now, claim);
      // The user was answered without the reply, but asks once more: it need not be late.
      const isLate = !this.hasEnded && this.#holder === 'late';
      if (isLate && this.#isLater(this.#attempts, this.#closed)) this.#holder = 0;
    }
    const attempt = this.#attempts;
    const isSame = this.#body === body;
    if (this.hasEnded) {
      const ended = this.claimReply(counted ?? attempt);
      return { attempt, isSame, ...ended, owner: this.#owner, sender: this.#sender };
    }
    const before = this.#owner;
    if (before !== owner && before !== expired && this.leaseLeft(now) > 0) {
      return { attempt, isSame, state: 'running' };
    }
    const replaces = before === owner ? undefined : before;
    if (replaces !== undefined) this.#wasTakenOver = true;
    this.#owner = owner;
    this.#until = now + lease;
    this.keptUntil = Number.POSITIVE_INFINITY;
    return { attempt, isSame, state: 'yours', replaces };
  }

  #count(now: number, { nonce, sentAt: sent = 0 }: Claim): void {
    this.#attempts += 1;
    if (this.#attempts > 1) {
      const original = this.#findOriginal(now, sent, nonce);
      (this.#later ??= []).push({ counted: now, sent, nonce, original });
      return;
    }
    this.#counted = now;
    this.#sent = sent;
    this.#nonce = nonce;
  }

  /** Returns the number of the delivery that one is a copy of, or its own. */
  #findOriginal(now: number, sent: number, nonce: string | undefined): number {
    for (let other = 1; nonce !== undefined && other < this.#attempts; other += 1) {
      const its = this.#find(other);
      const isEqual = its.nonce === nonce && its.sent === sent;
      if (isEqual && now - its.counted < COPIED_WITHIN) return its.original;
    }
    return this.#attempts;
  }

  /** Whether the platform sent a delivery after another one, as far as is known. */
  #isLater(attempt: number, other: number): boolean {
    const one = this.#find(attempt);
    const before = this.#find(other);
    if (one.sent > 0 && before.sent > one.sent) return false;
    return one.original !== before.original;
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

  /** Whether a delivery is a copy of one that the platform has sent another one after. */
  #isOver(attempt: number): boolean {
    if (!this.#later || attempt === 0) return false;
    const { original, sent } = this.#find(attempt);
    return original !== attempt && this.#later.some((other) => other.sent > sent);
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

  closeWindow(attempt: number, isRead: boolean, now: number): Ended | Free | undefined {
    if (this.hasEnded) return this.claimReply(attempt);
    let newest = this.#attempts;
    while (isRead && newest > attempt && !this.#isLater(newest, attempt)) newest -= 1;
    if (newest <= attempt) {
      this.#holder = 'late';
      this.#closed = attempt;
    }
    return this.leaseLeft(now) > 0 ? undefined : { state: 'free' };
  }

  renew({ owner, lease }: LeaseRequest, now: number): 'renewed' | 'late' | 'stale' {
    // A renewal may come after the end of the run that it was sent before.
    const isGivenUp = this.#owner === undefined && this.#gaveUp === owner;
    if (!this.#mayBelongTo(owner) || isGivenUp) return 'stale';
    this.#owner = owner;
    this.#until = now + lease;
    return this.#holder === 'late' ? 'late' : 'renewed';
  }

  finish({ owner, outcome, answering, isTaken }: Finish, now: number): CompletionResult {
    if (isTaken && this.hasEnded && typeof this.#holder === 'number') this.#giveTo(answering);
    const isGivenUp = this.#owner === undefined && outcome === undefined;
    if (!this.#mayBelongTo(owner) || isGivenUp) return 'stale';
    this.#owner = owner;
    this.keptUntil = now + (this.#wasTakenOver ? KEPT_LONG : KEPT);
    if (outcome === undefined) {
      this.#gaveUp = owner;
      this.#owner = undefined;
      return this.#holder === 'late' ? 'defer' : 'park';
    }
    const isText = outcome?.reply.type === 'text' && Object.keys(outcome).length === 2;
    this.#reply = isText ? outcome.reply.content : outcome;
    this.#time = outcome?.time ?? 0;
    if (this.#holder === 'late') return 'defer';
    if (answering === 0 || this.#isOver(answering)) return 'park';
    this.#giveTo(answering);
    return 'respond';
  }

  claimLateReply(sender: string | undefined): boolean {
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
      const { counted, sent } = this.#find(other);
      if (sent < mine.sent) return true;
      const isOlder = other < attempt && counted <= mine.counted - underWay;
      return isOlder && this.#isLater(attempt, other);
    };
    const left = given.filter((other) => other !== attempt && !isBefore(other));
    this.#holder = Math.max(0, ...left);
    this.#others = left.filter((other) => other !== this.#holder);
    return this.#holder === 0;
  }

  #find(attempt: number): Counted {
    const first = { counted: this.#counted, sent: this.#sent, nonce: this.#nonce, original: 1 };
    return this.#later?.[attempt - 2] ?? first;
  }
}

/** A counted delivery. */
interface Counted {
  /** When it was counted, on the store's clock. */
  readonly counted: number;
  /** When it was sent, in Unix seconds; 0: unknown. */
  readonly sent: number;
  readonly nonce: string | undefined;
  /** The number of the delivery that it is a copy of, or its own. */
  readonly original: number;
}
