type Group = Readonly<Record<string, unknown>>;
type Callable = (...given: never[]) => unknown;

/** Groups of methods, where those of `B` replace those of `A` with the same names. */
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

/** Merges groups of methods; later ones replace earlier ones. */
export function merge(...groups: readonly object[]): Group {
  const merged: Record<string, unknown> = {};
  for (const group of groups) {
    for (const [name, value] of Object.entries(group)) {
      merged[name] = typeof value === 'function' ? value : merge(Object(merged[name]), value);
    }
  }
  return merged;
}
