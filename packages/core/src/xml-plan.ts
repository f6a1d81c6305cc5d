import { ParseError } from './errors.ts';
import { findClose, SECTION, SECTION_END, skipBlanks, skipBlanksBack } from './xml-text.ts';

/** Tags that stand together in a message, in the platform's order. */
export type Family = readonly string[];

/** A section with words. */
export interface Place {
  readonly name: string;
  /** Where its start tag begins. */
  readonly tag: number;
  /** Where its text begins. */
  readonly start: number;
}

/** Where the sections of a tag begin and end, if all that looks like one is one. */
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
  /** Where the last text of the family ends. */
  readonly last: number;
}

/** How the texts may be told apart from one place on; the cost is what that asks of them. */
interface Plan {
  readonly cost: number;
  /** Where each text begins and ends. */
  readonly ends: readonly (readonly [start: number, end: number])[];
}

/** More than anybody types; what is compared grows with the square. */
const MAX_MARKS = 200;

/**
 * Plans where the texts of a family end, from the first to the last of them.
 *
 * @throws {ParseError} when no plan leads there
 */
export function planEnds(text: string, first: Place, given: Given): ReadonlyMap<number, number> {
  const gap = text.slice(skipBlanksBack(text, first.tag), first.tag);
  const known = new Map<number, Plan | undefined>();

  /** The cheapest plan from a place on, with the later tags of the family behind it. */
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
  throw new ParseError('the XML does not tell where what a user typed ends');
}

function findPlace(text: string, tag: number, names: Family): Place | undefined {
  for (const name of names) {
    if (!text.startsWith(`<${name}>`, tag)) continue;
    const inside = skipBlanks(text, tag + name.length + 2);
    if (text.startsWith(SECTION, inside)) return { name, tag, start: inside + SECTION.length };
  }
  return undefined;
}

/** What it asks of a text that it holds starts and ends of its own tag: less if they are pairs. */
function weigh({ starts, ends }: Marks, start: number, end: number): number {
  const inside = (at: number) => at > start && at < end;
  const [inner, closed] = [starts.filter(inside), ends.filter((at) => at >= start && at < end)];
  if (inner.length === 0 && closed.length === 0) return 0;
  const arePairs =
    inner.length === closed.length && closed.every((at, index) => (inner[index] as number) <= at);
  return arePairs ? 2 : 4;
}
