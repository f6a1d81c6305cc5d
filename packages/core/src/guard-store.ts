import { storeFailed } from './store-failure.ts';

/** Wraps a store so that its methods reject with errors of this library, and never throw. */
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
