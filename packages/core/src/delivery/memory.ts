import { type Clock, systemClock } from '../clock.ts';
import type { MemoryContextStore } from '../context/memory.ts';
import type { ContextUser } from '../context/store.ts';
import { ExpiringMap } from '../expiring-map.ts';
import { joinKey } from '../join-key.ts';
import { checkCount } from '../option-checks.ts';
import { checkSpelling } from '../spelling.ts';
import { within } from '../with-timeout.ts';
import {
  type Claim,
  type Claimed,
  type CompletionResult,
  type DeliveryId,
  type DeliveryStore,
  type Ended,
  type Finish,
  type Free,
  HELD_LIMITS,
  type LeaseRequest,
  type Outcome,
  type Steps,
  type WaitOptions,
} from './store.ts';

/** Milliseconds for which the reply of a run is kept: the platform's last try comes 10 s after the first. */
const KEPT = 30_000;
/** Milliseconds for which that of a run is kept that was taken over: its former owner may come late. */
const KEPT_LONG = 300_000;

/** The state of one message in memory: the two facts of store.ts, and the steps that change them. */
class ReplySlot {
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
  /** When the first delivery was counted, on the store's clock, and sent, in Unix seconds. */
  #counted = 0;
  #sent = 0;
  /** The same of the others. */
  #later: { readonly counted: number; readonly sent: number }[] | undefined;
  /** When it is removed: never while its run goes on. */
  keptUntil = Number.POSITIVE_INFINITY;

  constructor(body: string) {
    this.#body = body;
  }

  claim(claim: Claim, now: number): Claimed {
    const { owner, lease, attempt: counted, expired, body } = claim;
    if (counted === undefined) {
      this.#count(now, claim.sentAt ?? 0);
      // The user was answered without the reply, but asks once more: it need not be late.
      if (!this.hasEnded && this.#holder === 'late') this.#holder = 0;
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

  #count(now: number, sentAt: number): void {
    this.#attempts += 1;
    if (this.#attempts > 1) {
      (this.#later ??= []).push({ counted: now, sent: sentAt });
      return;
    }
    this.#counted = now;
    this.#sent = sentAt;
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
    if (typeof this.#holder === 'string') return { state: 'ended', outcome: undefined };
    this.#giveTo(attempt);
    return { state: 'ended', outcome: this.#outcome };
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
    if (answering > 0) this.#giveTo(answering);
    return answering > 0 ? 'respond' : 'park';
  }

  claimLateReply(sender: string | undefined): boolean {
    if (!this.hasEnded || (this.#holder !== 0 && this.#holder !== 'late')) return false;
    this.#holder = 'sent';
    this.#sender = sender;
    return true;
  }

  releaseReply(attempt: number, underWay: number): boolean {
    if (typeof this.#holder === 'string') return false;
    const given = [this.#holder, ...(this.#others ?? [])];
    if (!given.includes(attempt)) return false;
    // Those before this one are over: the platform has hung up on them.
    const mine = this.#find(attempt);
    const isOver = (other: number) => {
      const { counted, sent } = this.#find(other);
      return sent < mine.sent || (other < attempt && counted <= mine.counted - underWay);
    };
    const left = given.filter((other) => other !== attempt && !isOver(other));
    this.#holder = Math.max(0, ...left);
    this.#others = left.filter((other) => other !== this.#holder);
    return this.#holder === 0;
  }

  #find(attempt: number): { readonly counted: number; readonly sent: number } {
    return this.#later?.[attempt - 2] ?? { counted: this.#counted, sent: this.#sent };
  }
}

/**
 * The slots of all messages, in two generations. Running ones are never dropped; the older
 * generation of ended ones is dropped as a whole, so that no search is needed.
 */
class ReplySlots {
  #young = new Map<string, ReplySlot>();
  #old = new Map<string, ReplySlot>();
  /** When the older generation may be dropped. */
  #turn = 0;
  /** The number of runs that ended since the younger generation began. */
  #ended = 0;
  readonly #maxEntries: number;
  readonly #now: () => number;

  /** `now`: a clock in milliseconds. */
  constructor(options: { maxEntries: number; now: () => number }) {
    this.#maxEntries = options.maxEntries;
    this.#now = options.now;
  }

  find(key: string, now: number = this.#now()): ReplySlot | undefined {
    const slot = this.#young.get(key) ?? this.#old.get(key);
    return slot && slot.keptUntil > now ? slot : undefined;
  }

  claim(key: string, claim: Claim): Claimed {
    const now = this.#now();
    const slot = this.find(key, now) ?? this.#add(key, claim.body, now);
    return slot.claim(claim, now);
  }

  finish(key: string, finish: Finish): CompletionResult {
    const now = this.#now();
    const result = this.find(key, now)?.finish(finish, now) ?? 'stale';
    if (result !== 'stale') this.#ended += 1;
    return result;
  }

  #add(key: string, body: string, now: number): ReplySlot {
    const isFull = this.#ended >= this.#maxEntries / 2;
    if (isFull || this.#turn <= now) this.#startGeneration(isFull, now);
    const slot = new ReplySlot(body);
    this.#young.set(key, slot);
    return slot;
  }

  #startGeneration(isFull: boolean, now: number): void {
    const dropped = this.#old;
    this.#old = this.#young;
    this.#young = new Map();
    this.#turn = now + KEPT;
    this.#ended = 0;
    for (const [key, slot] of dropped) {
      const isRunning = slot.keptUntil === Number.POSITIVE_INFINITY;
      const isKept = slot.keptUntil > now && (!isFull || slot.isWaiting);
      if (isRunning || isKept) this.#young.set(key, slot);
    }
  }
}

/**
 * Coordinates the deliveries of a message in this process: the default, for one process.
 *
 * @example
 * wechat({ token: 'TOKEN', deliveries: new MemoryDeliveryStore({ maxEntries: 5000 }) }, handlers)
 */
export class MemoryDeliveryStore implements DeliveryStore {
  /** @internal The same steps without promises. */
  readonly slots: ReplySlots;
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #held: ExpiringMap<readonly string[]>;
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #clock: Clock;
  readonly #now: () => number;

  /**
   * `maxEntries`: maximum number of remembered runs, for 30 seconds each after their end, and of
   * users with held replies; the oldest are deleted first; default 10 000. `clock` is for tests;
   * `now`: only its `now`.
   */
  constructor(options: { maxEntries?: number; clock?: Clock; now?: () => number } = {}) {
    checkSpelling(options, ['maxEntries', 'clock', 'now']);
    const { maxEntries = 10_000, clock = systemClock } = options;
    const now = options.now ?? (() => clock.now());
    checkCount('maxEntries', maxEntries);
    this.#clock = clock;
    this.#now = now;
    this.slots = new ReplySlots({ maxEntries, now });
    this.#held = new ExpiringMap({ maxEntries, now });
  }

  async claim({ key }: DeliveryId, claim: Claim): Promise<Claimed> {
    return this.slots.claim(key, claim);
  }

  async wait(
    { key }: DeliveryId,
    { attempt, milliseconds, signal }: WaitOptions,
  ): Promise<Ended | Free | undefined> {
    const end = this.#now() + milliseconds;
    for (;;) {
      const slot = this.slots.find(key);
      if (!slot) return { state: 'free' };
      if (signal?.aborted) return undefined;
      if (slot.hasEnded) return slot.claimReply(attempt);
      const now = this.#now();
      const lease = slot.leaseLeft(now);
      if (lease <= 0) return { state: 'free' };
      if (end <= now) return undefined;
      await this.#sleep(key, Math.min(lease, end - now), signal);
    }
  }

  async closeWindow({ key }: DeliveryId, attempt: number): Promise<Ended | Free | undefined> {
    const now = this.#now();
    return this.slots.find(key, now)?.closeWindow(attempt, now);
  }

  async renew({ key }: DeliveryId, lease: LeaseRequest): Promise<'renewed' | 'late' | 'stale'> {
    return this.slots.find(key)?.renew(lease, this.#now()) ?? 'stale';
  }

  async finish(id: DeliveryId, finish: Finish): Promise<CompletionResult> {
    return this.finishNow(id, finish);
  }

  /** @internal */
  finishNow({ key }: DeliveryId, finish: Finish): CompletionResult {
    const result = this.slots.finish(key, finish);
    if (result !== 'stale') for (const wake of this.#waiting.get(key) ?? NOBODY) wake();
    return result;
  }

  async claimLateReply({ key }: DeliveryId, sender?: string): Promise<boolean> {
    return this.slots.find(key)?.claimLateReply(sender) ?? false;
  }

  async releaseReply({ key }: DeliveryId, attempt: number, underWay = 0): Promise<boolean> {
    return this.slots.find(key)?.releaseReply(attempt, underWay) ?? false;
  }

  async hold(user: ContextUser, reply: string, milliseconds: number): Promise<boolean> {
    const name = nameUser(user);
    const held = [...(this.#held.get(name) ?? []), reply];
    const bytes = held.reduce((sum, one) => sum + Buffer.byteLength(one), 0);
    if (held.length > HELD_LIMITS.pieces || bytes > HELD_LIMITS.bytes) return false;
    this.#held.set(name, held, milliseconds);
    return true;
  }

  async takeHeld(user: ContextUser): Promise<readonly string[]> {
    const name = nameUser(user);
    const held = this.#held.get(name) ?? [];
    this.#held.delete(name);
    return held;
  }

  async interrupt(user: ContextUser): Promise<void> {
    for (const listener of this.#listeners.get(nameUser(user)) ?? []) listener();
  }

  onInterrupt(user: ContextUser, listener: () => void): () => void {
    return listen(this.#listeners, nameUser(user), listener);
  }

  async #sleep(key: string, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    let stop = () => {};
    const woken = new Promise<void>((wake) => {
      stop = listen(this.#waiting, key, wake);
    });
    await within(woken, milliseconds, signal, this.#clock);
    stop();
  }
}

/** Creates the steps of two stores that both belong to this process: they return values, not promises. */
export function createLocalSteps(
  contexts: MemoryContextStore,
  deliveries: MemoryDeliveryStore,
  rolling: number | undefined,
): Steps {
  return {
    begin(id, claim) {
      const claimed = deliveries.slots.claim(id.key, claim);
      if (rolling !== undefined && claimed.state === 'yours') contexts.prolong(id, rolling);
      return claimed;
    },
    open: (user, lock) => contexts.open(user, lock),
    commit(id, finish, lock, save) {
      const refused = save && contexts.saveNow(id, save.record, save.options);
      if (refused) return refused;
      if (!save && lock) contexts.releaseNow(id, lock);
      return deliveries.finishNow(id, finish);
    },
  };
}

const NOBODY: ReadonlySet<() => void> = new Set();

/** Adds a listener; returns a function that removes it. */
function listen(all: Map<string, Set<() => void>>, name: string, listener: () => void): () => void {
  const listeners = all.get(name) ?? new Set();
  all.set(name, listeners.add(listener));
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && all.get(name) === listeners) all.delete(name);
  };
}

function nameUser({ account, openid }: ContextUser): string {
  return joinKey(account, openid);
}
