/**
 * Joins parts into the key of a map, different for different parts: each part follows its length.
 * `a` and `b c` are not `a b` and `c`.
 */
export function joinKey(...parts: readonly (string | number)[]): string {
  const pieces: (string | number)[] = [];
  for (const part of parts) {
    const text = String(part);
    pieces.push(text.length, ':', text);
  }
  // One flat text: what is put together with + keeps its parts alive, and what they were cut from.
  return pieces.join('');
}
