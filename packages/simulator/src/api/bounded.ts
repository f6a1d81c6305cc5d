/** Keeps a value under a key, and no more than so many; the oldest go. */
export function keep<T>(map: Map<string, T>, key: string, value: T, most = 10_000): void {
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}
