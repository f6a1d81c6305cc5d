/**
 * Escapes a part of a key: the result has no separator, blank or brace, and differs for different
 * parts, so that `a` and `b:c` are not `a:b` and `c`, and no name breaks a Cluster's hash tag.
 */
export function escapePart(part: string): string {
  return part.replace(/[^\w.-]/g, escapeUnit);
}

/** Escapes a name that is a hash tag by itself, so that it cannot end early. */
export function escapeTag(name: string): string {
  return name.replace(/[%{}]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
