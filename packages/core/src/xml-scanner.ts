/**
 * Parses the XML that the platform writes: one root with tags in it, nested or not, each with one
 * CDATA section, plain text, the five entities, or nothing. It only moves forward.
 *
 * A section ends at its tag's own end, `]]></Tag>`, since what is in it stands there unescaped;
 * `xml-words.ts` says which, where people's words are in it.
 */
import { ParseError } from './errors.ts';
import { type Fields, MAX_DEPTH, MAX_FIELDS } from './tree.ts';
import {
  addChild,
  addSection,
  addText,
  closeElement,
  type Element,
  openElement,
} from './xml-element.ts';
import {
  decodeEntities,
  findClose,
  malformed,
  refuseDoctype,
  SECTION,
  SECTION_END,
  skipBlanks,
} from './xml-text.ts';
import { findFamily, findWordsEnd, joinSections, type Words } from './xml-words.ts';

const DECLARATION = /^<\?xml(?: +(?:version="1\.[01]"|encoding="utf-8"|standalone="yes"))+ *$/i;
const LONGEST_DECLARATION = 100;
/** A tag that was read before. */
interface KnownTag {
  readonly name: string;
  readonly start: string;
  readonly end: string;
  /** The end of a section, and of the tag that has nothing else. */
  readonly sectionEnd: string;
  /**
   * The tag after it: the platform writes those of a message in the same order each time, and
   * comparing a name costs less than cutting it out of the text.
   */
  next: KnownTag | undefined;
}

const knownTags = new Map<string, KnownTag>();
const MAX_KNOWN = 500;
const FIRST = createKnownTag('');

function createKnownTag(name: string): KnownTag {
  return {
    name,
    start: `<${name}>`,
    end: `</${name}>`,
    sectionEnd: `${SECTION_END}</${name}>`,
    next: undefined,
  };
}

/** Stores a tag as the one after another tag. Returns it, or FIRST when too many are known. */
function remember(last: KnownTag, found: string): KnownTag {
  let tag = knownTags.get(found);
  if (!tag) {
    if (knownTags.size === MAX_KNOWN) return FIRST;
    // A copy: a slice would keep the whole document in memory.
    tag = createKnownTag(Buffer.from(found).toString());
    knownTags.set(tag.name, tag);
  }
  last.next = tag;
  return tag;
}

const LESS_THAN = 0x3c;
/** Marks an element with more than one section, as XML allows. */
const MIXED = -1;

interface Scan extends Words {
  open: Element;
  /** Number of tags and sections so far. */
  count: number;
  /** The last start tag. */
  last: KnownTag;
}

/** A tag without attributes. */
interface Tag {
  readonly name: string;
  /** The position after the tag. */
  readonly end: number;
}

/**
 * Scans a document into its root under the root's name; undefined when it has anything that the
 * platform does not write, such as attributes, comments and other entities.
 *
 * @throws {ParseError} when it is not well-formed
 */
export function scanXml(text: string): Fields | undefined {
  const document = openElement('');
  const scan: Scan = {
    text,
    marks: undefined,
    plan: undefined,
    open: document,
    count: 0,
    last: FIRST,
  };
  let at: number | undefined = skipDeclaration(text);
  while (at !== undefined && at < text.length) at = readKnownTag(scan, at) ?? step(scan, at);
  if (at === undefined) return undefined;
  if (scan.open !== document) throw malformed('a tag is not closed');
  if (!document.children) throw malformed('there is no tag');
  return document.children;
}

/**
 * Reads the expected tag of a message when it is nothing but one section, or digits. Returns
 * undefined for all else, also when a user typed the end of the tag.
 */
function readKnownTag(scan: Scan, from: number): number | undefined {
  const { text, open } = scan;
  const tag = scan.last.next;
  if (!tag || open.depth !== 1) return undefined;
  const at = skipBlanks(text, from);
  if (!text.startsWith(tag.start, at)) return undefined;
  const start = at + tag.start.length;
  return text.startsWith(SECTION, start)
    ? readKnownSection(scan, tag, start + SECTION.length)
    : readDigits(scan, tag, start);
}

function readKnownSection(scan: Scan, tag: KnownTag, start: number): number | undefined {
  const { text, open } = scan;
  const end = text.indexOf(SECTION_END, start);
  if (!text.startsWith(tag.sectionEnd, end)) return undefined;
  const behind = end + tag.sectionEnd.length;
  const family = findFamily(open, tag.name);
  if (family && (family.length > 1 || text.includes(tag.end, behind))) return undefined;
  scan.last = tag;
  count(scan, 2);
  addChild(open, tag.name, text.slice(start, end));
  return behind;
}

function readDigits(scan: Scan, tag: KnownTag, start: number): number | undefined {
  const { text, open } = scan;
  let end = start;
  while (isDigit(text.charCodeAt(end))) end += 1;
  if (end === start || !text.startsWith(tag.end, end)) return undefined;
  scan.last = tag;
  count(scan);
  addChild(open, tag.name, text.slice(start, end));
  return end + tag.end.length;
}

/** Reads the text at a position, and the tag or section after it. Returns the position after that. */
function step(scan: Scan, start: number): number | undefined {
  const { text, open } = scan;
  const found = text.indexOf('<', start);
  const at = found === -1 ? text.length : found;
  if (skipBlanks(text, start) < at) {
    const decoded = decodeEntities(text.slice(start, at));
    if (decoded === undefined) return undefined;
    addText(open, decoded);
  }
  if (found === -1) return at;
  const next = text[at + 1];
  if (next === '/') return readEndTag(scan, at);
  if (next === '!') return readSection(scan, at);
  return readStartTag(scan, at);
}

function readStartTag(scan: Scan, at: number): number | undefined {
  const { text, open } = scan;
  const guess = scan.last.next;
  const tag = readTag(text, at + 1, guess?.name);
  if (!tag) return undefined;
  scan.last = guess?.name === tag.name ? guess : remember(scan.last, tag.name);
  if (open.depth === MAX_DEPTH) throw new ParseError(`the XML nests over ${MAX_DEPTH} levels`);
  count(scan);
  if (text[tag.end - 2] === '/') {
    addChild(open, tag.name, '');
    return tag.end;
  }
  const inside = skipBlanks(text, tag.end);
  if (text.charCodeAt(inside) !== LESS_THAN) {
    const end = text.indexOf('<', inside);
    if (isEndTag(text, end, tag.name)) return readText(scan, tag, end);
  } else if (text.startsWith(SECTION, inside)) {
    const start = inside + SECTION.length;
    const end = findSectionEnd(scan, tag.name, at, start);
    if (end === undefined) return undefined;
    if (end !== MIXED) {
      count(scan);
      addChild(open, tag.name, joinSections(text.slice(start, end)));
      return findClose(text, end, tag.name);
    }
  }
  scan.open = openElement(tag.name, open);
  return tag.end;
}

/** Reads an element with text only, up to its end tag. */
function readText(
  { text, open }: Scan,
  { name, end: start }: Tag,
  end: number,
): number | undefined {
  const decoded = decodeEntities(text.slice(start, end));
  if (decoded === undefined) return undefined;
  addChild(open, name, decoded.trim() === '' ? '' : decoded);
  return end + name.length + 3;
}

/** Finds the end of a section that comes first in its element, if it also ends the element. */
function findSectionEnd(scan: Scan, name: string, tag: number, start: number): number | undefined {
  const { text, open } = scan;
  const family = findFamily(open, name);
  const wordsEnd = family && findWordsEnd(scan, { name, tag, start }, family);
  if (wordsEnd !== undefined) return wordsEnd;
  let end = text.indexOf(SECTION_END, start);
  if (end === -1) throw malformed('a CDATA section is not closed');
  if (isOwnEnd(text, end, name)) return end;
  if (isMixed(text, end, name)) return MIXED;
  do end = text.indexOf(SECTION_END, end + 1);
  while (end !== -1 && !isOwnEnd(text, end, name));
  return end === -1 ? undefined : end;
}

function isOwnEnd(text: string, end: number, name: string): boolean {
  return isEndTag(text, skipBlanks(text, end + SECTION_END.length), name);
}

function isEndTag(text: string, at: number, name: string): boolean {
  const end = at + 2 + name.length;
  return text.startsWith('</', at) && text.startsWith(name, at + 2) && text[end] === '>';
}

/**
 * Whether a section that does not end its tag is followed by text or further sections, and then the
 * end tag.
 */
function isMixed(text: string, sectionEnd: number, name: string): boolean {
  let end = sectionEnd;
  while (end !== -1) {
    const start = end + SECTION_END.length;
    const at = text.indexOf('<', start);
    if (at === -1 || text.slice(start, at).includes(SECTION_END)) return false;
    if (isEndTag(text, at, name)) return true;
    if (!text.startsWith(SECTION, at)) return false;
    end = text.indexOf(SECTION_END, at);
  }
  return false;
}

function readEndTag(scan: Scan, at: number): number | undefined {
  const { text, open } = scan;
  const tag = readTag(text, at + 2);
  if (!tag || text[tag.end - 2] === '/') return undefined;
  if (tag.name !== open.name) throw malformed('an end tag does not match the open tag');
  closeElement(open);
  scan.open = open.parent as Element;
  return tag.end;
}

function readSection(scan: Scan, at: number): number | undefined {
  const { text, open } = scan;
  if (!text.startsWith(SECTION, at)) {
    if (/^<!doctype/i.test(text.slice(at, at + 9))) refuseDoctype();
    return undefined;
  }
  const start = at + SECTION.length;
  const end = text.indexOf(SECTION_END, start);
  if (end === -1) throw malformed('a CDATA section is not closed');
  count(scan);
  addSection(open, text.slice(start, end));
  return end + SECTION_END.length;
}

/** Reads a tag whose name begins at a position; undefined unless it is a plain name. */
function readTag(text: string, start: number, guess?: string): Tag | undefined {
  // Stryker disable next-line ConditionalExpression: what was guessed would be read
  if (guess && text.startsWith(guess, start) && text[start + guess.length] === '>') {
    return { name: guess, end: start + guess.length + 1 };
  }
  let end = start;
  while (isNameCharacter(text.charCodeAt(end), end > start)) end += 1;
  if (end === start) return undefined;
  const name = text.slice(start, end);
  if (text[end] === '>') return { name, end: end + 1 };
  return text.startsWith('/>', end) ? { name, end: end + 2 } : undefined;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isNameCharacter(code: number, isInside: boolean): boolean {
  const isLetter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
  if (isLetter || code === 0x5f) return true;
  return isInside && (isDigit(code) || code === 0x2d || code === 0x2e);
}

function skipDeclaration(text: string): number | undefined {
  if (!text.startsWith('<?xml')) return 0;
  const end = text.slice(0, LONGEST_DECLARATION).indexOf('?>');
  return DECLARATION.test(text.slice(0, Math.max(end, 0))) ? end + 2 : undefined;
}

function count(scan: Scan, tagsAndSections = 1): void {
  scan.count += tagsAndSections;
  if (scan.count > MAX_FIELDS) {
    throw new ParseError(`the XML has over ${MAX_FIELDS} tags or sections`);
  }
}
