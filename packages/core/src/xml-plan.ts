import { ParseError } from './errors.ts';
import { findClose, SECTION, SECTION_END, skipBlanks, skipBlanksBack } from './xml-text.ts';

/** Tags that stand together in a message, in the platform's order. */
export type Family = readonly string[];

/** A section with users' text. */
export interface Place {
  readonly name: string;
  /** The start of its start tag. */
  readonly tag: number;
  /** The start of its text. */
  readonly start: number;
}

/** The starts and ends of a tag's sections, if everything that looks like one is one. */
export interface Marks {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export function findMarks(text: string, name: string, from: number): Marks {
  const starts: number[] = [];
  const ends: number[] = [];
  const [opening, closing] = [`<${name}>`, `</${name}>`];
  for (let at = text.indexOf(opening, from); at !== -1; at = text.indexOf(opening, at + 1)) {
    const inside = skipBlanks(text, at + opening.length);
    if (text.startsWith(SECTION, inside)) starts.push(inside + SECTION.length);
  }
  for (let at = text.indexOf(closing, from); at !== -1; at = text.indexOf(closing, at + 1)) {
    const end = skipBlanksBack(text, at) - SECTION_END.length;
    if (end >= from && text.startsWith(SECTION_END, end)) ends.push(end);
  }
  return { starts, ends };
}

interface Given {
  readonly family: Family;
  readonly marks: ReadonlyMap<string, Marks>;
  /** The end of the family's last text. */
  readonly last: number;
}

/** A division of the texts from one position on; the cost is how unusual the texts would be. */
interface Plan {
  readonly cost: number;
  /** The start and the end of each text. */
  readonly ends: readonly (readonly [start: number, end: number])[];
}

/** Maximum number of candidates, more than anybody types; the comparisons grow with the square. */
const MAX_MARKS = 200;

/**
 * Finds the ends of a family's texts, from the first to the last.
 *
 * @throws {ParseError} when no plan leads there
 */
export function planEnds(text: string, first: Place, given: Given): ReadonlyMap<number, number> {
  const gap = text.slice(skipBlanksBack(text, first.tag), first.tag);
  const known = new Map<number, Plan | undefined>();

  /** Returns the cheapest plan from a position on, followed by the later tags of the family. */
  const plan = (place: Place): Plan | undefined => {
    if (!known.has(place.start)) known.set(place.start, compare(place));
    return known.get(place.start);
  };
  const compare = ({ name, start }: Place): Plan | undefined => {
    const later = given.family.slice(given.family.indexOf(name) + 1);
    const marks = given.marks.get(name) as Marks;
    let best: Plan | undefined;
    for (const end of marks.ends) {
      if (end < start) continue;
      const cost = weigh(marks, start, end);
      if (end === given.last) return { cost, ends: [[start, end]] };
      const close = findClose(text, end, name);
      const next = findPlace(text, skipBlanks(text, close), later);
      const rest = next && plan(next);
      if (!rest) continue;
      const isUnlike = text.slice(close, next.tag) !== gap;
      const total = cost + rest.cost + Number(isUnlike) + Number(next.name !== later[0]);
      if (!best || total <= best.cost) best = { cost: total, ends: [[start, end], ...rest.ends] };
    }
    return best;
  };

  const count = given.family
    .map((name) => given.marks.get(name) as Marks)
    .reduce((sum, { starts, ends }) => sum + starts.length + ends.length, 0);
  const cheapest = count > MAX_MARKS ? undefined : plan(first);
  if (cheapest) return new Map(cheapest.ends);
  throw new ParseError('the end of the text of a user is ambiguous');
}

function findPlace(text: string, tag: number, names: Family): Place | undefined {
  for (const name of names) {
    if (!text.startsWith(`<${name}>`, tag)) continue;
    const inside = skipBlanks(text, tag + name.length + 2);
    if (text.startsWith(SECTION, inside)) return { name, tag, start: inside + SECTION.length };
  }
  return undefined;
}

/** Returns the cost of a text that contains starts and ends of its own tag: less if they are pairs. */
function weigh({ starts, ends }: Marks, start: number, end: number): number {
  const inside = (at: number) => at > start && at < end;
  const [inner, closed] = [starts.filter(inside), ends.filter((at) => at >= start && at < end)];
  if (inner.length === 0 && closed.length === 0) return 0;
  const arePairs =
    inner.length === closed.length && closed.every((at, index) => (inner[index] as number) <= at);
  return arePairs ? 2 : 4;
}
