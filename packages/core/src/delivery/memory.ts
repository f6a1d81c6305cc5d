import { type Clock, systemClock } from '../clock.ts';
import type { MemoryContextStore } from '../context/memory.ts';
import type { ContextUser } from '../context/store.ts';
import { ExpiringMap } from '../expiring-map.ts';
import { joinKey } from '../join-key.ts';
import { checkCount } from '../option-checks.ts';
import { checkSpelling } from '../spelling.ts';
import { within } from '../with-timeout.ts';
import { ReplySlot } from './reply-slot.ts';
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
  KEPT,
  type LeaseRequest,
  type Steps,
  type WaitOptions,
} from './store.ts';

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
  readonly #listeners = new Map<string, Set<(key: string) => void>>();
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

  async interrupt(id: DeliveryId): Promise<void> {
    for (const listener of this.#listeners.get(nameUser(id)) ?? []) listener(id.key);
  }

  onInterrupt(id: DeliveryId, listener: () => void): () => void {
    const hear = (key: string) => void (key === id.key || listener());
    return listen(this.#listeners, nameUser(id), hear);
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
function listen<L>(all: Map<string, Set<L>>, name: string, listener: L): () => void {
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
