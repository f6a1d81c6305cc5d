import leven from 'leven';

/** Describes an option that is not known, with the one that was probably meant. */
export function describeUnknown(rawName: string, known: readonly string[]): string {
  const given = rawName.replace(/^-+/, '').toLowerCase();
  const [nearest] = known
    .map((name) => ({ name, distance: leven(name, given) }))
    .filter(({ name, distance }) => distance <= Math.min(2, name.length / 2))
    .sort((one, other) => one.distance - other.distance);
  return `unknown option ${rawName}${nearest ? `; did you mean --${nearest.name}?` : ''}`;
}
