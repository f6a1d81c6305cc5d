/** Stores a value, and deletes the oldest ones beyond `most`. */
export function keep<T>(map: Map<string, T>, key: string, value: T, most = 10_000): void {
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}
