import type { Clock } from '../clock.ts';
import { ContextConflictError, StoreError } from '../errors.ts';
import { storeFailed } from '../store-failure.ts';
import { type Expiry, type Json, WechatContext } from './context.ts';
import type {
  ContextLock,
  ContextRecord,
  ContextStore,
  ContextUser,
  Loaded,
  SaveOptions,
} from './store.ts';
import type { Turns } from './turns.ts';

/** Messages of one user one after another, or all at once. */
export type Ordering = 'serial' | 'parallel';

export interface SessionOptions {
  readonly contexts: ContextStore;
  readonly contextAge: number;
  readonly ordering: Ordering;
  readonly turns: Turns;
  readonly clock: Clock;
}

/** A context while a handler works on it. */
export interface Session {
  readonly context: WechatContext;
  /**
   * Ends the session: `step` gives back the lock, and writes what was changed, if anything was and
   * `isKept` says so.
   */
  end(step: (save?: Save) => Promise<Refused | undefined>, isKept: boolean): Promise<void>;
  /** Keeps the lock for another lease. */
  renew(): void;
}

/** A save as the store takes it. */
export interface Save {
  readonly record: ContextRecord;
  readonly options: SaveOptions;
}

/** What stood in the way of a save. */
export interface Refused {
  readonly current: ContextRecord | undefined;
}

export interface Opening {
  /** The lock that is taken, in the order `serial`. */
  readonly lock: ContextLock | undefined;
  /** Ends this message's turn in the process. */
  readonly leave: () => void;
  /** What was loaded already. */
  readonly loaded?: Loaded | undefined;
}

/** Milliseconds between two looks at a lock that another process holds. */
const LOOK_AGAIN = 50;
/** A save in parallel with others is tried this often. */
const MAX_MERGES = 100;

/** Loads a user's context, and in the order `serial` waits until no other process works on it. */
export function openSession(
  options: SessionOptions,
  user: ContextUser,
  opening: Opening,
): Session | Promise<Session> {
  const { loaded } = opening;
  if (!loaded || !('record' in loaded)) return waitForSession(options, user, opening);
  return createSession(options, user, loaded.record, opening);
}

async function waitForSession(
  options: SessionOptions,
  user: ContextUser,
  opening: Opening,
): Promise<Session> {
  const { lock, loaded: first } = opening;
  let loaded = first;
  while (!loaded || !('record' in loaded)) {
    if (loaded) {
      const wait = Math.min(loaded.busyFor, LOOK_AGAIN * (0.5 + Math.random()));
      await new Promise<void>((resolve) => options.clock.setTimeout(resolve, wait));
    }
    loaded = await attempt(options.contexts.load(user, lock));
  }
  return createSession(options, user, loaded.record, opening);
}

/** For a session that could not be opened: a record that cannot be read was loaded with its lock. */
export function giveUpSession(
  { contexts }: SessionOptions,
  user: ContextUser,
  { lock, leave }: Opening,
): void {
  leave();
  if (lock) contexts.release(user, lock).catch(() => {});
}

function createSession(
  { contexts: store, contextAge, clock }: SessionOptions,
  user: ContextUser,
  loaded: ContextRecord | undefined,
  { lock, leave }: Opening,
): Session {
  let version = loaded?.version ?? 0;
  const context = new WechatContext(
    {
      openid: user.openid,
      defaultAge: contextAge,
      save: async () => {
        if (await write((save) => store.save(user, save.record, save.options), true)) return;
        await context.flush();
      },
      flush: async () => {
        await attempt(store.delete(user));
        version = 0;
      },
    },
    loaded && dataOf(loaded),
    loaded ? expiryOf(loaded) : null,
  );

  /** False when the expiry is in the past, so that there is nothing to write. */
  async function write(
    step: (save: Save) => Promise<Refused | undefined>,
    keepLock: boolean,
  ): Promise<boolean> {
    for (let tries = 0; tries < MAX_MERGES; tries += 1) {
      const now = clock.wallTime();
      const expiry = context.getExpiryDate({ modification: new Date(now) });
      const milliseconds = Math.ceil(expiry.getTime() - now);
      if (milliseconds <= 0) return false;
      const record = {
        // Not a count from 1, which a conversation that began anew would repeat.
        version: Math.max(version + 1, Math.floor(now)),
        json: context.toJson(),
        expiry: expiryToRecord(context.expiry),
      };
      const options = { replaces: version, milliseconds, lock, keepLock };
      const refused = await attempt(step({ record, options }));
      if (!refused) {
        version = record.version;
        context.markStored();
        return true;
      }
      if (lock) break;
      version = refused.current?.version ?? 0;
      merge(context, refused.current);
    }
    throw new ContextConflictError(
      'the context was changed by another process meanwhile, so it was not saved over that change',
    );
  }

  return {
    context,
    async end(step, isKept) {
      try {
        if (isKept && context.modified) {
          if (await write(step, false)) return;
          await context.flush();
        }
        await step();
      } catch (error) {
        throw storeFailed('context', error);
      } finally {
        leave();
      }
    },
    renew() {
      // A renewal that fails shows when the context is saved: then the lock is another's.
      if (lock) store.renew(user, lock).catch(() => {});
    },
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

async function attempt<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw storeFailed('context', error);
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
  throw new StoreError('the stored context is damaged: it is no JSON object');
}

function expiryOf({ expiry }: ContextRecord): Expiry {
  if (expiry === undefined) return null;
  return 'until' in expiry ? new Date(expiry.until) : expiry.seconds;
}

function expiryToRecord(expiry: Expiry): ContextRecord['expiry'] {
  if (expiry === null) return undefined;
  return expiry instanceof Date ? { until: expiry.getTime() } : { seconds: expiry };
}
