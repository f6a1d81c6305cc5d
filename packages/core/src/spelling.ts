import { InvalidArgumentError } from './errors.ts';
import { printable } from './printable.ts';

/** Folds case, underscores and hyphens of a name. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}

interface SpellingOptions {
  /** Names of other libraries, with ours. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Stands before each name. */
  readonly prefix?: string;
}

/**
 * Refuses options that differ from a known one only in case, underscores or hyphens, such as
 * `encoding_aes_key`: ignoring it would leave an account open. Returns the other unknown names.
 *
 * @throws {InvalidArgumentError} when one is misspelt
 */
export function checkSpelling(
  options: object,
  names: readonly string[],
  { aliases = {}, prefix = '' }: SpellingOptions = {},
): string[] {
  const unknown = Object.keys(options).filter((given) => !names.includes(given));
  for (const given of unknown) {
    const same = [...names, ...Object.keys(aliases)].find((known) => fold(known) === fold(given));
    if (same === undefined) continue;
    const name = aliases[same] ?? same;
    throw new InvalidArgumentError(
      `unknown option ${prefix}${printable(given, 40)}; did you mean ${prefix}${name}?`,
    );
  }
  return unknown;
}

/** Returns the end of a message about an unknown name: what was probably meant, if anything. */
export function suggest(given: string, known: readonly string[]): string {
  const near = findNear(given, known);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

/** Maximum length of a compared name: ours are shorter. */
const LONGEST = 64;

function findNear(given: string, known: readonly string[]): string | undefined {
  if (given.length > LONGEST) return undefined;
  const name = fold(given);
  if (name === '') return undefined;
  const same = known.find((one) => fold(one) === name);
  if (same !== undefined) return same;
  const begins = known.filter((one) => isBeginning(fold(one), name));
  if (begins.length === 1) return begins[0];
  const [best] = known
    .map((one) => ({ one, distance: measureDistance(fold(one), name) }))
    .filter(({ one, distance }) => distance <= Math.min(2, Math.floor(one.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return best?.one;
}

function isBeginning(a: string, b: string): boolean {
  return Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a));
}

/** Returns the number of letters to insert, delete, change or swap with the next to turn `a` into `b`. */
function measureDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, at) => at)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Infinity;
  for (let i = 1; i <= a.length; i += 1) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j += 1) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      rows[i]?.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + change,
          isSwap ? at(i - 2, j - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(a.length, b.length);
}
