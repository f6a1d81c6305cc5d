/**
 * Writes a part of a key so that it holds no separator, no blank and no brace, and no two parts look
 * the same: `a` and `b:c` are not `a:b` and `c`, and no name breaks a Cluster's hash tag.
 */
export function escapePart(part: string): string {
  return part.replace(/[^\w.-]/g, escapeUnit);
}

/** Writes a name that is a hash tag by itself, so that it cannot end early. */
export function escapeTag(name: string): string {
  return name.replace(/[%{}]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
