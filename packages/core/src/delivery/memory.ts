import { type Clock, systemClock } from '../clock.ts';
import type { MemoryContextStore } from '../context/memory.ts';
import type { ContextUser } from '../context/store.ts';
import { InvalidArgumentError } from '../errors.ts';
import { ExpiringMap } from '../expiring-map.ts';
import { joinKey } from '../join-key.ts';
import { checkSpelling } from '../spelling.ts';
import { within } from '../with-timeout.ts';
import { ReplySlots } from './slot.ts';
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
  type Steps,
  type WaitOptions,
} from './store.ts';

/**
 * Has the deliveries of a message meet in this process: the default, right for one process.
 *
 * @example
 * wechat({ token: 'TOKEN', deliveries: new MemoryDeliveryStore({ maxEntries: 5000 }) }, handlers)
 */
export class MemoryDeliveryStore implements DeliveryStore {
  /** @internal The same steps, for who need not wait for them. */
  readonly slots: ReplySlots;
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #held: ExpiringMap<readonly string[]>;
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #clock: Clock;
  readonly #now: () => number;

  /**
   * `maxEntries`: runs remembered at most after their end, for 30 seconds each, and users whose
   * reply is held; the oldest go first; default 10 000. `clock` is for tests; `now`: only its `now`.
   */
  constructor(options: { maxEntries?: number; clock?: Clock; now?: () => number } = {}) {
    checkSpelling(options, ['maxEntries', 'clock', 'now']);
    const { maxEntries = 10_000, clock = systemClock } = options;
    const now = options.now ?? (() => clock.now());
    if (!(Number.isInteger(maxEntries) && maxEntries > 0)) {
      throw new InvalidArgumentError('maxEntries must be a whole number above 0');
    }
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

  async closeWindow({ key }: DeliveryId, attempt: number): Promise<Ended | undefined> {
    return this.slots.find(key)?.closeWindow(attempt);
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

  async claimLateReply({ key }: DeliveryId): Promise<boolean> {
    return this.slots.find(key)?.claimLateReply() ?? false;
  }

  async releaseReply({ key }: DeliveryId, attempt: number): Promise<boolean> {
    return this.slots.find(key)?.releaseReply(attempt) ?? false;
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

/** Creates the steps of stores that are both in this process, and nobody else's: no promise is made. */
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

/** Adds a listener; returns what takes it away. */
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
