import { randomUUID } from 'node:crypto';
import { ContextConflictError, ContextStoreError, WechatError } from '../errors.ts';
import { type Expiry, type Json, WechatContext } from './context.ts';
import type { ContextLock, ContextRecord, ContextStore, ContextUser } from './store.ts';
import type { Turns } from './turns.ts';

/** Messages of one user one after another, or all at once. */
export type Ordering = 'serial' | 'parallel';

export interface SessionOptions {
  readonly contexts: ContextStore;
  readonly contextAge: number;
  readonly ordering: Ordering;
  readonly turns: Turns;
}

/** A context while a handler works on it. */
export interface Session {
  readonly context: WechatContext;
  /** Saves what was changed and lets the user's next message in. */
  commit(): Promise<void>;
  /** Lets the user's next message in, and saves nothing. */
  abandon(): Promise<void>;
}

/** Milliseconds that a lock outlives a process that died. */
const LEASE = 10_000;
/** A handler that never ends gives up its lock after this many milliseconds. */
const LONGEST_HOLD = 5 * 60_000;
/** Milliseconds between two looks at a lock that another process holds. */
const LOOK_AGAIN = 50;
/** A save in parallel with others is tried this often. */
const MAX_MERGES = 100;

/** Loads a user's context, and in the order `serial` waits until it is this message's turn. */
export async function openSession(options: SessionOptions, user: ContextUser): Promise<Session> {
  const isSerial = options.ordering === 'serial';
  const leave = isSerial ? await options.turns.enter(`${user.account} ${user.openid}`) : () => {};
  const lock = isSerial ? { owner: randomUUID(), lease: LEASE } : undefined;
  try {
    const record = await load(options.contexts, user, lock);
    return createSession(options, user, record, lock, leave);
  } catch (error) {
    leave();
    // A record that cannot be read was loaded with its lock.
    if (lock) attempt(options.contexts.release(user, lock)).catch(() => {});
    throw error;
  }
}

async function load(
  store: ContextStore,
  user: ContextUser,
  lock: ContextLock | undefined,
): Promise<ContextRecord | undefined> {
  for (;;) {
    const loaded = await attempt(store.load(user, lock));
    if ('record' in loaded) return loaded.record;
    const wait = Math.min(loaded.busyFor, LOOK_AGAIN * (0.5 + Math.random()));
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

function createSession(
  { contexts: store, contextAge }: SessionOptions,
  user: ContextUser,
  loaded: ContextRecord | undefined,
  lock: ContextLock | undefined,
  leave: () => void,
): Session {
  let version = loaded?.version ?? 0;
  const context = new WechatContext(
    {
      openid: user.openid,
      defaultAge: contextAge,
      save: () => write(true),
      flush: async () => {
        await attempt(store.delete(user));
        version = 0;
      },
    },
    loaded && dataOf(loaded),
    loaded ? expiryOf(loaded) : null,
  );
  const release = async () => {
    if (lock) await attempt(store.release(user, lock));
  };
  const giveUp = () => {
    release().catch(() => {});
    leave();
  };
  const stopRenewing = lock ? renew(store, user, lock, giveUp) : () => {};

  async function write(keepLock: boolean): Promise<void> {
    for (let tries = 0; tries < MAX_MERGES; tries += 1) {
      const milliseconds = Math.ceil(context.getExpiryDate().getTime() - Date.now());
      if (milliseconds <= 0) {
        await context.flush();
        return keepLock ? undefined : release();
      }
      const record = {
        // Not a count from 1, which a conversation that began anew would repeat.
        version: Math.max(version + 1, Date.now()),
        json: context.toJson(),
        expiry: expiryToRecord(context.expiry),
      };
      const refused = await attempt(
        store.save(user, record, { replaces: version, milliseconds, lock, keepLock }),
      );
      if (!refused) {
        version = record.version;
        context.markStored();
        return;
      }
      if (lock) break;
      version = refused.current?.version ?? 0;
      merge(context, refused.current);
    }
    throw new ContextConflictError(
      'the context was changed by another process meanwhile, so it was not saved over that change',
    );
  }

  async function end(work: () => Promise<void>): Promise<void> {
    stopRenewing();
    try {
      await work();
    } finally {
      leave();
    }
  }

  return {
    context,
    commit: () => end(() => (context.modified ? write(false) : release())),
    abandon: () => end(release),
  };
}

/** Puts what this handler changed on top of what another one saved. */
function merge(merged: WechatContext, current: ContextRecord | undefined): void {
  const context = merged as unknown as WechatContext<Record<string, Json>>;
  const changes = context.changes();
  context.markStored(current ? dataOf(current) : {}, current ? expiryOf(current) : null);
  for (const [key, value] of changes) {
    if (value === undefined) context.delete(key);
    else context.set(key, value);
  }
}

/** Keeps the lock while the handler runs, and gives up the turn of one that never ends. */
function renew(
  store: ContextStore,
  user: ContextUser,
  lock: ContextLock,
  giveUp: () => void,
): () => void {
  const since = performance.now();
  const timer = setInterval(() => {
    // A renewal that fails shows when the context is saved: then the lock is another's.
    if (performance.now() - since < LONGEST_HOLD) store.renew(user, lock).catch(() => {});
    else {
      clearInterval(timer);
      giveUp();
    }
  }, lock.lease / 3);
  timer.unref();
  return () => clearInterval(timer);
}

async function attempt<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    if (error instanceof WechatError) throw error;
    throw new ContextStoreError(`the context store failed: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function dataOf({ json }: ContextRecord): Readonly<Record<string, Json>> {
  try {
    const data: unknown = JSON.parse(json);
    if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
      return data as Record<string, Json>;
    }
  } catch {
    // The same as JSON of another kind.
  }
  throw new ContextStoreError('the stored context is damaged: it is no JSON object');
}

function expiryOf({ expiry }: ContextRecord): Expiry {
  if (expiry === undefined) return null;
  return 'until' in expiry ? new Date(expiry.until) : expiry.seconds;
}

function expiryToRecord(expiry: Expiry): ContextRecord['expiry'] {
  if (expiry === null) return undefined;
  return expiry instanceof Date ? { until: expiry.getTime() } : { seconds: expiry };
}
