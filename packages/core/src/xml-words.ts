/**
 * Users' text, and where it ends.
 *
 * The platform writes their text between `<![CDATA[` and `]]>` without escaping it, so it may
 * contain `]]></Content><MsgId>1</MsgId><Content><![CDATA[`, or a whole push. Two positions are
 * certain nevertheless: the start of the first text, since only the platform wrote what precedes
 * it, and the end of the last text, since only the platform wrote what follows it, so that the last
 * `]]></Tag>` of such a tag in the document is that end. A message has one family of such tags,
 * each of them once.
 *
 * - If both positions have the same tag, everything between them is its text.
 * - Otherwise (`Title`, `Description`, `Url`) a text ends at its tag's own end, if there is only one.
 * - Otherwise somebody typed such an end. Up to the certain end only tags of the family are
 *   recognised, so that no other field can be created or changed. The boundaries between them are
 *   those that need the least unusual texts: few texts with tags of their own, and the blanks and
 *   the order in which the platform writes. The boundaries between texts of the same user may then
 *   be wrong, as the platform may write the same XML for both.
 */
import { type Family, findMarks, type Marks, type Place, planEnds } from './xml-plan.ts';
import { decodeEntities, SECTION_END } from './xml-text.ts';

/** The parent of users' text. */
interface Parent {
  readonly name: string;
  /** 1 is the root. */
  readonly depth: number;
}

type Families = ReadonlyMap<string, Family>;

const TOP = mapFamilies([
  ['Content'],
  ['Recognition'],
  ['Label'],
  ['Title', 'Description', 'Url'],
  ['title', 'phone', 'tax_no', 'addr', 'bank_type', 'bank_no', 'attach'],
  ['debug_str'],
]);
const GROUPS: ReadonlyMap<string, Families> = new Map([
  ['ScanCodeInfo', mapFamilies([['ScanResult']])],
  ['SendLocationInfo', mapFamilies([['Label', 'Poiname']])],
]);

function mapFamilies(families: readonly Family[]): Families {
  return new Map(families.flatMap((family) => family.map((name) => [name, family] as const)));
}

/** Returns the family of a tag with users' text; undefined for any other. In lists such tags repeat. */
export function findFamily(parent: Parent, name: string): Family | undefined {
  if (parent.depth === 1) return TOP.get(name);
  return parent.depth === 2 ? GROUPS.get(parent.name)?.get(name) : undefined;
}

/** A document, and the users' text found in it. */
export interface Words {
  readonly text: string;
  marks: Map<string, Marks> | undefined;
  /** The end of each text by its start, when a user typed an end. */
  plan: ReadonlyMap<number, number> | undefined;
}

/** Finds the `]]>` that ends a text; undefined when no text has its tag. */
export function findWordsEnd(words: Words, place: Place, family: Family): number | undefined {
  const { name, start } = place;
  const planned = words.plan?.get(start);
  if (planned !== undefined) return planned;
  const only = family.length === 1 ? findOnlyEnd(words.text, name, start) : undefined;
  if (only !== undefined) return only;
  const own = markAll(words, name, start).ends;
  const ownLast = own.at(-1) ?? -1;
  if (ownLast < start) return undefined;
  const all = family.map((tag) => markAll(words, tag, start));
  const last = Math.max(...all.map(({ ends }) => ends.at(-1) ?? -1));
  if (ownLast === last) return last;
  const ends = own.filter((end) => end >= start);
  if (ends.length === 1) return ends[0];
  const marks = words.marks as Map<string, Marks>;
  words.plan = planEnds(words.text, place, { family, marks, last });
  return words.plan.get(start);
}

/** Returns the end of a text in which nobody typed one: it ends their tag, which is closed once. */
function findOnlyEnd(text: string, name: string, start: number): number | undefined {
  const end = text.indexOf(SECTION_END, start);
  const closing = `</${name}>`;
  const at = text.indexOf(closing, start);
  const isOnly = end !== -1 && end + SECTION_END.length === at;
  return isOnly && !text.includes(closing, at + 1) ? end : undefined;
}

function markAll(words: Words, name: string, start: number): Marks {
  words.marks ??= new Map();
  const known = words.marks.get(name);
  if (known) return known;
  const found = findMarks(words.text, name, start);
  words.marks.set(name, found);
  return found;
}

const ESCAPE = /((?:&(?:amp|lt|gt|quot|apos);)*)<!\[CDATA\[/y;

/**
 * Joins the sections of a text whose writer escaped each `]]>`: by a new section in the middle of
 * it, as `a]]]]><![CDATA[>b`, or by entities between two sections. If one is not escaped, none is:
 * then the text is taken literally.
 */
export function joinSections(text: string): string {
  let joined = '';
  let start = 0;
  for (let end = text.indexOf(SECTION_END); end !== -1; end = text.indexOf(SECTION_END, start)) {
    ESCAPE.lastIndex = end + SECTION_END.length;
    const match = ESCAPE.exec(text);
    if (!match) return text;
    const before = text.slice(start, end);
    start = ESCAPE.lastIndex;
    const entities = match[1] as string;
    if (entities === '' && !isSplit(before, text, start)) return text;
    joined += before + (decodeEntities(entities) as string);
  }
  return joined + text.slice(start);
}

/** Whether the end of one section and the beginning of the next make up `]]>`. */
function isSplit(before: string, text: string, start: number): boolean {
  return (
    (before.endsWith(']]') && text[start] === '>') ||
    (before.endsWith(']') && text.startsWith(']>', start))
  );
}
