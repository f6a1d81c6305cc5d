/**
 * Joins parts into the key of a map, so that different parts never give the same key: each part
 * stands behind its length. `a` and `b c` are not `a b` and `c`.
 */
export function joinKey(...parts: readonly (string | number)[]): string {
  let key = '';
  for (const part of parts) {
    const text = String(part);
    key += `${text.length}:${text}`;
  }
  return key;
}
