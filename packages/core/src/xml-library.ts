import { runInBackground } from './background.ts';
import { ParseError } from './errors.ts';
import { type Fields, MAX_DEPTH, MAX_FIELDS } from './tree.ts';
import { addSection, addText, closeElement, type Element, openElement } from './xml-element.ts';
import {
  decodeEntities,
  malformed,
  refuseDoctype,
  refuseOutside,
  SECTION,
  SECTION_END,
  skipBlanks,
} from './xml-text.ts';

/** Prefix of each tag's name, so that none is `__proto__` or a name of the parser's own. */
const MARK = '=';
const TEXT = '#text';
const CDATA = '#cdata';

const OPTIONS = {
  // Text, sections and tags in their order: one list of objects with one member each.
  preserveOrder: true,
  textNodeName: TEXT,
  cdataPropName: CDATA,
  transformTagName: (name: string) => (name.startsWith(MARK) ? name : MARK + name),
  maxNestedTags: MAX_DEPTH,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  jPath: false,
};

type Library = Pick<typeof import('fast-xml-parser'), 'XMLParser' | 'XMLValidator'>;

let library: Library | undefined;

/**
 * Loads the library when a document first needs it: that costs as much as the rest of the package,
 * and the platform writes no such document.
 */
function loadLibrary(): Library {
  library ??= createOwnRequire()('fast-xml-parser') as Library;
  return library;
}

/** Not every host has node:module, so it is not imported. */
function createOwnRequire(): NodeJS.Require {
  return process.getBuiltinModule('node:module').createRequire(import.meta.url);
}

/** A file that a bundler wrote finds no packages: there the library is part of it. */
function isInstalled(): boolean {
  try {
    return createOwnRequire().resolve('fast-xml-parser') !== '';
  } catch {
    return false;
  }
}

if (!isInstalled()) {
  runInBackground(async () => {
    library = await import('fast-xml-parser');
  });
}

type Node = Readonly<Record<string, string | readonly Node[]>>;

/**
 * Parses a document with features that the platform does not write: attributes, comments,
 * processing instructions, an encoding declaration, numeric references, names outside ASCII.
 *
 * @throws {ParseError} when it is not well-formed, has a DOCTYPE, or is out of bounds
 */
export function readOtherXml(text: string): Fields {
  checkBounds(text);
  const { XMLParser, XMLValidator } = loadLibrary();
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) throw malformed(`see line ${verdict.err.line}`);
  const document = openElement('');
  addNodes(document, parse(new XMLParser(OPTIONS), text));
  const { children } = document;
  if (!children) throw malformed('there is no tag');
  return children;
}

/** Parses a document. The parser's messages contain parts of it, and are replaced. */
function parse(parser: InstanceType<Library['XMLParser']>, text: string): readonly Node[] {
  try {
    return parser.parse(text) as readonly Node[];
  } catch {
    throw malformed('it cannot be parsed');
  }
}

function addNodes(element: Element, nodes: readonly Node[]): void {
  for (const node of nodes) {
    for (const [key, value] of Object.entries(node)) {
      if (key === TEXT) addText(element, decodeReferences(value as string));
      else if (key === CDATA) addSection(element, readSection(value as readonly Node[]));
      else {
        const child = openElement(key.slice(MARK.length), element);
        addNodes(child, value as readonly Node[]);
        closeElement(child);
      }
    }
  }
}

function readSection(nodes: readonly Node[]): string {
  return nodes[0]?.[TEXT] as string;
}

const NUMBER = /&#(?:x([\dA-Fa-f]+)|(\d+));/g;

/** Decodes entities and numeric references. Validated text has no other "&". */
function decodeReferences(text: string): string {
  const parts: string[] = [];
  let start = 0;
  for (const match of text.matchAll(NUMBER)) {
    const [reference, hexadecimal, decimal] = match;
    parts.push(decodeNamed(text.slice(start, match.index)));
    parts.push(decodeNumber(hexadecimal ? Number.parseInt(hexadecimal, 16) : Number(decimal)));
    start = match.index + reference.length;
  }
  return parts.join('') + decodeNamed(text.slice(start));
}

function decodeNamed(text: string): string {
  const decoded = decodeEntities(text);
  if (decoded === undefined) throw malformed('an "&" is not part of a known entity');
  return decoded;
}

/** Decodes a character that XML 1.0 allows. */
function decodeNumber(code: number): string {
  const isAllowed =
    code < 0x20
      ? code === 0x09 || code === 0x0a || code === 0x0d
      : code <= 0xd7ff ||
        (code >= 0xe000 && code <= 0xfffd) ||
        (code >= 0x10000 && code <= 0x10ffff);
  if (!isAllowed) throw malformed('a reference is not to a character');
  return String.fromCodePoint(code);
}

const UNKNOWN = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,10}|#x[\dA-Fa-f]{1,10});)/;

/**
 * Checks the markup, so that the parser reads nothing too deep, too large, or different from its
 * validator.
 */
function checkBounds(text: string): void {
  let depth = 0;
  let count = 0;
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('<', at);
    const textEnd = next === -1 ? text.length : next;
    if (depth === 0 && skipBlanks(text, at) < textEnd) refuseOutside();
    if (UNKNOWN.test(text.slice(at, textEnd)))
      throw malformed('an "&" is not part of a known entity');
    if (next === -1) return;
    const { end, kind, parts = 1 } = findMarkup(text, next);
    at = end;
    if (kind === 'end') depth -= 1;
    else count += parts;
    if (depth === MAX_DEPTH && (kind === 'start' || kind === 'empty')) {
      throw new ParseError(`the XML nests over ${MAX_DEPTH} levels`);
    }
    if (kind === 'start') depth += 1;
    if (count > MAX_FIELDS) {
      throw new ParseError(`the XML has over ${MAX_FIELDS} tags, attributes or sections`);
    }
  }
}

interface Markup {
  readonly kind: 'start' | 'empty' | 'end' | 'other';
  /** The position after it. */
  readonly end: number;
  /** Number of the parser's nodes for it: a tag and its attributes, a section. Default: 1. */
  readonly parts?: number;
}

function findMarkup(text: string, at: number): Markup {
  if (text.startsWith('<!--', at)) {
    return { kind: 'other', end: findEnd(text, '-->', at + 4), parts: 0 };
  }
  if (text.startsWith(SECTION, at)) return { kind: 'other', end: findEnd(text, SECTION_END, at) };
  if (text.startsWith('<!', at)) return refuseDoctype();
  if (text.startsWith('<?', at)) {
    const end = findEnd(text, '?>', at);
    if (hasOpenQuote(text.slice(at, end))) throw malformed('a quote is not closed');
    return { kind: 'other', end };
  }
  if (text.startsWith('</', at)) {
    const end = findEnd(text, '>', at);
    if (/["'/]/.test(text.slice(at + 2, end))) throw malformed('an end tag has more than a name');
    return { kind: 'end', end };
  }
  return findStartTag(text, at);
}

/** Finds a start tag; an attribute's value may contain ">" in quotes. */
function findStartTag(text: string, start: number): Markup {
  let parts = 1;
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '>')
      return { kind: text[at - 1] === '/' ? 'empty' : 'start', end: at + 1, parts };
    if (character !== '"' && character !== "'") continue;
    at = findEnd(text, character, at + 1) - 1;
    parts += 1;
  }
  throw malformed('a tag has no ">"');
}

function hasOpenQuote(text: string): boolean {
  return /["']/.test(text.replace(/"[^"]*"|'[^']*'/g, ''));
}

function findEnd(text: string, what: string, start: number): number {
  const at = text.indexOf(what, start);
  if (at === -1) throw malformed(`there is no ${what}`);
  return at + what.length;
}
