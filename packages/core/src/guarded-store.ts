import { runInBackground } from './background.ts';
import { MemoryContextStore } from './context/memory.ts';
import type { ContextStore, Loaded } from './context/store.ts';
import { MemoryDeliveryStore } from './delivery/memory.ts';
import { type DeliveryStore, inTurn } from './delivery/store.ts';
import { StoreError } from './errors.ts';
import { storeFailed } from './store-failure.ts';

/** Makes a store whose methods reject with errors of this library, and never throw. */
export function guardStore<S extends object>(
  name: string,
  store: S,
  methods: readonly (keyof S & string)[],
): S {
  const guarded = methods.map((method) => [
    method,
    async (...given: unknown[]): Promise<unknown> => {
      try {
        return await Reflect.apply(store[method] as () => unknown, store, given);
      } catch (error) {
        throw storeFailed(name, error);
      }
    },
  ]);
  return Object.fromEntries(guarded) as S;
}

/** The guard of each store: one for all accounts that share it. */
const guards = new WeakMap<object, object>();

function guardOnce<S extends object>(store: S, guard: (store: S) => S): S {
  const known = (guards.get(store) as S | undefined) ?? guard(store);
  guards.set(store, known);
  return known;
}

export const CONTEXT_METHODS = [
  'load',
  'save',
  'delete',
  'renew',
  'release',
  'clearExpired',
] as const satisfies readonly (keyof ContextStore)[];

/** Guards a store of conversations. */
function guardContexts(store: ContextStore): ContextStore {
  return guardOnce(store, () => {
    const guarded = guardStore('context', store, CONTEXT_METHODS);
    const load = guarded.load.bind(guarded);
    return { ...guarded, load: async (user, lock) => checkLoaded(await load(user, lock)) };
  });
}

/** What is no answer would be asked for again at once, and for ever. */
function checkLoaded(loaded: unknown): Loaded {
  const { record, busyFor } = Object(loaded) as { record?: unknown; busyFor?: unknown };
  const isRecord = typeof record === 'object' || record === undefined;
  if (isRecord && 'record' in Object(loaded)) return loaded as Loaded;
  if (typeof busyFor === 'number' && busyFor > 0) return { busyFor };
  throw new StoreError(
    'the context store failed: load() gave neither { record } nor { busyFor } with a number of milliseconds',
  );
}

/** What of a DeliveryStore gives a promise. */
const DELIVERY_STEPS = [
  'claim',
  'wait',
  'giveUp',
  'renew',
  'finish',
  'takeLate',
  'putBack',
  'hold',
  'takeHeld',
  'interrupt',
] as const satisfies readonly (keyof DeliveryStore)[];

export const DELIVERY_METHODS = [...DELIVERY_STEPS, 'onInterrupt'] as const;

/** Guards a store of deliveries. */
function guardDeliveries(store: DeliveryStore): DeliveryStore {
  return guardOnce(store, () => ({
    ...guardStore('delivery', store, DELIVERY_STEPS),
    ...(store.records && {
      records: guardStore('delivery', store.records, ['write', 'erase', 'takeDead']),
    }),
    onInterrupt(user, listener) {
      let unlisten: unknown;
      runInBackground(() => {
        unlisten = store.onInterrupt(user, listener);
      });
      return () => runInBackground(() => (unlisten as () => void)());
    },
  }));
}

/** Guards both stores of a webhook, and their common steps. Those of this library fail by none of it. */
export function guardStores(contexts: ContextStore, deliveries: DeliveryStore) {
  const guarded = {
    contexts: contexts.constructor === MemoryContextStore ? contexts : guardContexts(contexts),
    deliveries:
      deliveries.constructor === MemoryDeliveryStore ? deliveries : guardDeliveries(deliveries),
  };
  const joint = deliveries.joint?.(contexts);
  return {
    ...guarded,
    joint: joint
      ? guardStore('delivery', joint, ['begin', 'commit'])
      : inTurn(guarded.contexts, guarded.deliveries),
  };
}
