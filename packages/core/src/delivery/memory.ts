import { type Clock, systemClock } from '../clock.ts';
import type { ContextUser } from '../context/store.ts';
import { InvalidArgumentError } from '../errors.ts';
import { joinKey } from '../join-key.ts';
import { ForgetfulMap } from './forgetful.ts';
import type {
  Claim,
  Claimed,
  DeliveryId,
  DeliveryStore,
  Ended,
  Fate,
  Finish,
  Free,
  Lease,
  Outcome,
  WaitOptions,
} from './store.ts';
import { within } from './within.ts';

interface Entry {
  owner: string | undefined;
  until: number;
  attempts: number;
  readonly body: string;
  /** Set when the run has ended. */
  outcome: Outcome | undefined;
  /** `open`: nobody has the reply; `given`: a delivery has it; `late`: no delivery may have it any more. */
  fate: 'open' | 'given' | 'late';
  waiting: Set<() => void> | undefined;
}

/** Milliseconds for which the reply of a run is kept: the platform's last try comes 10 s after the first. */
const KEPT = 30_000;

/**
 * Has the deliveries of a message meet in this process: the default, right for one process.
 *
 * @example
 * wechat({ token: 'TOKEN', deliveries: new MemoryDeliveryStore({ maxEntries: 5000 }) }, handlers)
 */
export class MemoryDeliveryStore implements DeliveryStore {
  readonly #running = new Map<string, Entry>();
  /** What has ended or was given back. */
  readonly #ended: ForgetfulMap<Entry>;
  readonly #held: ForgetfulMap<readonly string[]>;
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #clock: Clock;
  readonly #now: () => number;

  /**
   * `maxEntries`: runs remembered at most after their end, for 30 seconds each, and users whose
   * reply is held; the oldest go first; default 10 000. `clock` is for tests; `now`: only its `now`.
   */
  constructor(options: { maxEntries?: number; clock?: Clock; now?: () => number } = {}) {
    const { maxEntries = 10_000, clock = systemClock } = options;
    const now = options.now ?? (() => clock.now());
    if (!(Number.isInteger(maxEntries) && maxEntries > 0)) {
      throw new InvalidArgumentError('maxEntries must be a whole number above 0');
    }
    this.#clock = clock;
    this.#now = now;
    this.#ended = new ForgetfulMap({ maxEntries, now });
    this.#held = new ForgetfulMap({ maxEntries, now });
  }

  async claim(id: DeliveryId, { owner, lease, isNew, body }: Claim): Promise<Claimed> {
    const name = id.key;
    const entry = this.#find(name) ?? newEntry(body);
    if (isNew) {
      entry.attempts += 1;
      // Who was answered without the reply asks once more: then it need not be late.
      if (entry.outcome === undefined) entry.fate = 'open';
    }
    const attempt = entry.attempts;
    const isSame = entry.body === body;
    if (entry.outcome !== undefined) return { attempt, isSame, ...take(entry, entry.outcome) };
    const now = this.#now();
    if (entry.until > now) return { attempt, isSame, state: 'running' };
    const replaces = entry.owner;
    entry.owner = owner;
    entry.until = now + lease;
    this.#ended.delete(name);
    this.#running.set(name, entry);
    return { attempt, isSame, state: 'yours', replaces };
  }

  async wait(
    id: DeliveryId,
    { milliseconds, signal }: WaitOptions,
  ): Promise<Ended | Free | undefined> {
    const end = this.#now() + milliseconds;
    for (;;) {
      const entry = this.#find(id.key);
      if (!entry) return { state: 'free' };
      if (signal?.aborted) return undefined;
      if (entry.outcome !== undefined) return take(entry, entry.outcome);
      const left = entry.until - this.#now();
      if (left <= 0) return { state: 'free' };
      const patience = end - this.#now();
      if (patience <= 0) return undefined;
      let wake = () => {};
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const waiting = (entry.waiting ??= new Set()).add(wake);
      await within(woken, Math.min(left, patience), signal, this.#clock);
      waiting.delete(wake);
    }
  }

  async giveUp(id: DeliveryId, attempt: number): Promise<Ended | undefined> {
    const entry = this.#find(id.key);
    if (entry?.outcome !== undefined) return take(entry, entry.outcome);
    if (entry && entry.attempts <= attempt) entry.fate = 'late';
    return undefined;
  }

  async renew(id: DeliveryId, { owner, lease }: Lease): Promise<'renewed' | 'late' | 'lost'> {
    const entry = this.#running.get(id.key);
    if (entry?.owner !== owner) return 'lost';
    entry.until = this.#now() + lease;
    return entry.fate === 'late' ? 'late' : 'renewed';
  }

  async finish(id: DeliveryId, { owner, outcome, isAnswering }: Finish): Promise<Fate> {
    const name = id.key;
    const entry = this.#running.get(name);
    if (entry?.owner !== owner) return 'lost';
    this.#running.delete(name);
    this.#ended.set(name, entry, KEPT);
    for (const wake of entry.waiting ?? []) wake();
    if (outcome === undefined) {
      entry.owner = undefined;
      entry.until = 0;
      return 'wait';
    }
    entry.outcome = outcome;
    if (entry.fate === 'late') return 'late';
    if (!isAnswering) return 'wait';
    entry.fate = 'given';
    return 'answer';
  }

  async takeLate(id: DeliveryId): Promise<boolean> {
    const entry = this.#ended.get(id.key);
    if (entry?.fate !== 'open') return false;
    entry.fate = 'late';
    return true;
  }

  async putBack(id: DeliveryId): Promise<void> {
    const entry = this.#ended.get(id.key);
    if (entry?.fate === 'given') entry.fate = 'open';
  }

  async hold(user: ContextUser, reply: string, milliseconds: number): Promise<void> {
    const name = userOf(user);
    this.#held.set(name, [...(this.#held.get(name) ?? []), reply], milliseconds);
  }

  async takeHeld(user: ContextUser): Promise<readonly string[]> {
    const name = userOf(user);
    const held = this.#held.get(name) ?? [];
    this.#held.delete(name);
    return held;
  }

  async interrupt(user: ContextUser): Promise<void> {
    for (const listener of this.#listeners.get(userOf(user)) ?? []) listener();
  }

  onInterrupt(user: ContextUser, listener: () => void): () => void {
    const name = userOf(user);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(name);
    };
  }

  #find(name: string): Entry | undefined {
    return this.#running.get(name) ?? this.#ended.get(name);
  }
}

function take(entry: Entry, outcome: Outcome): Ended {
  if (entry.fate === 'late') return { state: 'ended', outcome: undefined };
  entry.fate = 'given';
  return { state: 'ended', outcome };
}

function newEntry(body: string): Entry {
  return {
    owner: undefined,
    until: 0,
    attempts: 0,
    body,
    outcome: undefined,
    fate: 'open',
    waiting: undefined,
  };
}

function userOf({ account, openid }: ContextUser): string {
  return joinKey(account, openid);
}
