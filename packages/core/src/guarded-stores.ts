import { runInBackground } from './background.ts';
import type { MemoryContextStore } from './context/memory.ts';
import type { ContextStore, Loaded } from './context/store.ts';
import { createLocalSteps, type MemoryDeliveryStore } from './delivery/memory.ts';
import { type DeliveryStore, type Steps, sequential } from './delivery/store.ts';
import { StoreError } from './errors.ts';
import { guardStore } from './guard-store.ts';

/** The guard of each store, shared by all its accounts. */
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
    return { ...guarded, load: async (...given) => checkLoaded(await guarded.load(...given)) };
  });
}

/** Checks the result of a load: a wrong one would be requested again and again. */
function checkLoaded(loaded: unknown): Loaded {
  const { record, busyFor } = Object(loaded) as { record?: unknown; busyFor?: unknown };
  const isRecord = typeof record === 'object' || record === undefined;
  if (isRecord && 'record' in Object(loaded)) return loaded as Loaded;
  if (typeof busyFor === 'number' && busyFor > 0) return { busyFor };
  throw new StoreError(
    'the context store failed: load() returned neither { record } nor { busyFor } with a number of milliseconds',
  );
}

/** The methods of a DeliveryStore that return promises. */
const DELIVERY_STEPS = [
  'claim',
  'wait',
  'closeWindow',
  'renew',
  'finish',
  'claimLateReply',
  'releaseReply',
  'hold',
  'takeHeld',
  'interrupt',
] as const satisfies readonly (keyof DeliveryStore)[];

const REGISTRY_STEPS = ['write', 'beat', 'erase', 'takeExpired'] as const;

export const DELIVERY_METHODS = [...DELIVERY_STEPS, 'onInterrupt'] as const;

/** Guards a store of deliveries. */
function guardDeliveries(store: DeliveryStore): DeliveryStore {
  return guardOnce(store, () => ({
    ...guardStore('delivery', store, DELIVERY_STEPS),
    ...(store.runRegistry && {
      runRegistry: guardStore('delivery', store.runRegistry, REGISTRY_STEPS),
    }),
    onInterrupt(user, listener) {
      let unlisten: unknown;
      runInBackground(() => {
        unlisten = store.onInterrupt(user, listener);
        return unlisten;
      });
      return () => runInBackground(() => (unlisten as () => void)());
    },
  }));
}

/** A webhook's stores: those given, and its own for the others. */
interface Stores {
  readonly contexts: ContextStore | undefined;
  readonly deliveries: DeliveryStore | undefined;
  readonly ownContexts: () => MemoryContextStore;
  readonly ownDeliveries: () => MemoryDeliveryStore;
  /** Seconds by which a message extends its user's conversation; undefined for none. */
  readonly rolling: number | undefined;
}

/** Guards the stores of a webhook, and combines the steps that concern both. */
export function guardStores(stores: Stores) {
  const { contexts, deliveries, ownContexts, ownDeliveries, rolling } = stores;
  const guarded = {
    contexts: roll(contexts ? guardContexts(contexts) : ownContexts()),
    deliveries: deliveries ? guardDeliveries(deliveries) : ownDeliveries(),
  };
  return { ...guarded, steps: joinSteps() };

  function roll(store: ContextStore): ContextStore {
    const load: ContextStore['load'] = (user, lock) => store.load(user, lock, rolling);
    return {
      load,
      save: (...given) => store.save(...given),
      delete: (user) => store.delete(user),
      renew: (...given) => store.renew(...given),
      release: (...given) => store.release(...given),
      clearExpired: () => store.clearExpired(),
    };
  }

  function joinSteps(): Steps {
    const unit = deliveries?.unitOfWork?.(contexts ?? guarded.contexts);
    if (unit) {
      const steps = guardStore('delivery', unit, ['begin', 'commit']);
      return {
        begin: (id, claim, lock) => steps.begin(id, claim, lock, rolling),
        commit: (...given) => steps.commit(...given),
      };
    }
    return contexts || deliveries
      ? sequential(guarded.contexts, guarded.deliveries)
      : createLocalSteps(ownContexts(), ownDeliveries(), rolling);
  }
}
