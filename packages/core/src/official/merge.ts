type Group = Readonly<Record<string, unknown>>;
type Callable = (...given: never[]) => unknown;

/** Groups of methods, those of `B` in the places of those of `A` that have the same names. */
export type Merged<A, B> = {
  readonly [K in keyof A | keyof B]: K extends keyof B
    ? K extends keyof A
      ? A[K] extends Callable
        ? B[K]
        : Merged<A[K], B[K]>
      : B[K]
    : K extends keyof A
      ? A[K]
      : never;
};

/** Merges groups of methods, each over those before it. */
export function merge(...groups: readonly object[]): Group {
  const merged: Record<string, unknown> = {};
  for (const group of groups) {
    for (const [name, value] of Object.entries(group)) {
      merged[name] = typeof value === 'function' ? value : merge(Object(merged[name]), value);
    }
  }
  return merged;
}
