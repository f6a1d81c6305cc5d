/** Returns whether a version of Node.js is below the required one; `needed` may be short, as 20.19. */
export function isOldNode(found: string, needed: string): boolean {
  const [left, right] = [found.split('.').map(Number), needed.split('.').map(Number)];
  for (const [index, part] of right.entries()) {
    const difference = (left[index] ?? 0) - part;
    if (difference !== 0) return difference < 0;
  }
  return false;
}
