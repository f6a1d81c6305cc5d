import { runInBackground } from '../background.ts';
import { type Clock, pause } from '../clock.ts';
import { ContextConflictError, StoreError } from '../errors.ts';
import { storeFailed } from '../store-failure.ts';
import { type ContextBacking, type Expiry, type Json, WechatContext } from './context.ts';
import type {
  ContextLock,
  ContextRecord,
  ContextStore,
  ContextUser,
  Loaded,
  SaveOptions,
} from './store.ts';

/** Whether messages of one user are handled one after another, or in parallel. */
export type Ordering = 'serial' | 'parallel';

export interface TransactionOptions {
  readonly contexts: ContextStore;
  readonly contextAge: number;
  readonly clock: Clock;
}

/** The arguments of a save. */
export interface Save {
  readonly record: ContextRecord;
  readonly options: SaveOptions;
}

/** The record that prevented a save. */
export interface Refused {
  readonly current: ContextRecord | undefined;
}

/** The answer of a store while another process holds the lock. */
type Busy = Extract<Loaded, { readonly busyFor: number }>;

/** Milliseconds between two checks of a lock that another process holds. */
const LOOK_AGAIN = 50;
/** Maximum number of attempts of a save in parallel with others. */
const MAX_MERGES = 100;

/** Waits until no other process works for the user, then loads the context. */
export async function begin(
  options: TransactionOptions,
  user: ContextUser,
  lock: ContextLock | undefined,
): Promise<ContextTransaction> {
  for (;;) {
    const loaded = await attempt(options.contexts.load(user, lock));
    if ('record' in loaded) return new ContextTransaction(options, user, lock, loaded.record);
    await waitForLock(options.clock, loaded);
  }
}

/** Waits for a moment before a lock that another process holds is asked for again. */
export async function waitForLock(clock: Clock, { busyFor }: Busy): Promise<void> {
  const wait = Math.min(busyFor, LOOK_AGAIN * (0.5 + Math.random()));
  await pause(clock, wait);
}

/** Releases a lock. Never rejects: one that stays ends with its lease, and what was done under it is done. */
export async function releaseLock(
  contexts: ContextStore,
  user: ContextUser,
  lock: ContextLock | undefined,
): Promise<void> {
  if (lock) await contexts.release(user, lock).catch(() => {});
}

/**
 * Saves. The holder of the lock may send a save again, whose answer was lost: what is stored then is its
 * own record.
 */
export async function saveAgain(
  contexts: ContextStore,
  user: ContextUser,
  { record, options }: Save,
): Promise<Refused | undefined> {
  const refused = await contexts.save(user, record, options);
  const { version, json } = refused?.current ?? {};
  const isOwn = options.lock && version === record.version && json === record.json;
  return isOwn ? undefined : refused;
}

/** Releases the lock of a context that could not be read. */
export function rollback(
  { contexts }: TransactionOptions,
  user: ContextUser,
  lock: ContextLock | undefined,
): void {
  runInBackground(() => releaseLock(contexts, user, lock));
}

/**
 * A context while a handler uses it. To end it, write `pendingSave()`; when that is refused because
 * another process wrote meanwhile, rebase and try again.
 */
export class ContextTransaction implements ContextBacking {
  readonly context: WechatContext;
  readonly lock: ContextLock | undefined;
  readonly #options: TransactionOptions;
  readonly #user: ContextUser;
  #version: number;
  #merges = 0;
  #isGivenUp = false;

  constructor(
    options: TransactionOptions,
    user: ContextUser,
    lock: ContextLock | undefined,
    record: ContextRecord | undefined,
  ) {
    this.#options = options;
    this.#user = user;
    this.lock = lock;
    this.#version = record?.version ?? 0;
    this.context = record
      ? new WechatContext(this, parseData(record), parseExpiry(record))
      : new WechatContext(this);
  }

  get openid(): string {
    return this.#user.openid;
  }

  get defaultAge(): number {
    return this.#options.contextAge;
  }

  /** Returns the save to be written; undefined without changes. */
  pendingSave(): Save | undefined {
    return this.context.modified ? this.#createSave(false) : undefined;
  }

  /** Whether the state has expired already: then it is deleted rather than saved. */
  get isOver(): boolean {
    return this.context.modified && this.#millisecondsLeft() <= 0;
  }

  /** Records that a save was written. */
  accept({ record }: Save): void {
    this.#version = record.version;
    this.context.markStored();
  }

  /**
   * Applies the changes to the record that another process saved.
   *
   * @throws {ContextConflictError} when that was done in spite of the lock, or again and again
   */
  rebase({ current }: Refused): void {
    this.#merges += 1;
    if (this.lock || this.#merges >= MAX_MERGES) {
      throw new ContextConflictError(
        'another process changed the context meanwhile, so this change was not saved',
      );
    }
    this.#version = current?.version ?? 0;
    const context = this.context as unknown as WechatContext<Record<string, Json>>;
    const changes = context.changes();
    context.markStored(current ? parseData(current) : {}, current ? parseExpiry(current) : null);
    for (const [key, value] of changes) {
      if (value === undefined) context.delete(key);
      else context.set(key, value);
    }
  }

  /** Saves while the handler goes on. */
  async save(): Promise<void> {
    await this.#write(true);
  }

  /** Saves the changes, if they are to be kept, and releases the lock. `ask` may ask the store repeatedly. */
  async end(isKept: boolean, ask: Ask = askOnce): Promise<void> {
    const isSaved = isKept && this.context.modified && (await this.#write(false, ask));
    if (!isSaved) await releaseLock(this.#options.contexts, this.#user, this.lock);
  }

  /** Returns false when the state has expired: then there is nothing to write. */
  async #write(keepLock: boolean, ask: Ask = askOnce): Promise<boolean> {
    for (;;) {
      if (this.#millisecondsLeft() <= 0) {
        await this.context.flush();
        return false;
      }
      const save = this.#createSave(keepLock);
      const step = () => saveAgain(this.#options.contexts, this.#user, save);
      const refused = await attempt(ask(step));
      if (!refused) {
        this.accept(save);
        return true;
      }
      this.rebase(refused);
    }
  }

  async flush(): Promise<void> {
    await attempt(this.#options.contexts.delete(this.#user));
    this.#version = 0;
  }

  /** Extends the lock by another lease. A failure is reported when the context is saved. */
  renew(): void {
    const { lock } = this;
    if (!lock || this.#isGivenUp) return;
    runInBackground(() => this.#options.contexts.renew(this.#user, lock));
  }

  /** Gives the lock up, for another process that handles the same message. */
  giveUp(): void {
    if (this.#isGivenUp) return;
    this.#isGivenUp = true;
    rollback(this.#options, this.#user, this.lock);
  }

  #createSave(keepLock: boolean): Save {
    const { context, lock } = this;
    return {
      record: {
        // Not a count from 1, which a new conversation would repeat.
        version: Math.max(this.#version + 1, Math.floor(this.#options.clock.wallTime())),
        json: context.toJson(),
        expiry: formatExpiry(context.expiry),
      },
      options: { replaces: this.#version, milliseconds: this.#millisecondsLeft(), lock, keepLock },
    };
  }

  #millisecondsLeft(): number {
    const now = this.#options.clock.wallTime();
    const expiry = this.context.getExpiryDate({ modification: new Date(now) });
    return Math.ceil(expiry.getTime() - now);
  }
}

type Ask = <T>(step: () => Promise<T>) => Promise<T>;
const askOnce: Ask = (step) => step();

async function attempt<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw storeFailed('context', error);
  }
}

function parseData({ json }: ContextRecord): Readonly<Record<string, Json>> {
  try {
    const data: unknown = JSON.parse(json);
    if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
      return data as Record<string, Json>;
    }
  } catch {
    // The same as JSON of another kind.
  }
  throw new StoreError('the stored context is damaged: it is not a JSON object');
}

function parseExpiry({ expiry }: ContextRecord): Expiry {
  if (expiry === undefined) return null;
  return 'until' in expiry ? new Date(expiry.until) : expiry.seconds;
}

function formatExpiry(expiry: Expiry): ContextRecord['expiry'] {
  if (expiry === null) return undefined;
  return expiry instanceof Date ? { until: expiry.getTime() } : { seconds: expiry };
}
