import { ParseError } from './errors.ts';

export const SECTION = '<![CDATA[';
export const SECTION_END = ']]>';

const ENTITY = /&(amp|lt|gt|quot|apos);/y;
const CHARACTERS: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** Decodes the five entities once; undefined when there is another "&". */
export function decodeEntities(text: string): string | undefined {
  let decoded = '';
  let start = 0;
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', start)) {
    ENTITY.lastIndex = at;
    const name = ENTITY.exec(text)?.[1];
    if (name === undefined) return undefined;
    decoded += text.slice(start, at) + (CHARACTERS[name] as string);
    start = ENTITY.lastIndex;
  }
  return decoded + text.slice(start);
}

export function skipBlanks(text: string, start: number): number {
  let at = start;
  while (isBlank(text.charCodeAt(at))) at += 1;
  return at;
}

export function skipBlanksBack(text: string, end: number): number {
  let at = end;
  while (isBlank(text.charCodeAt(at - 1))) at -= 1;
  return at;
}

/** Returns the position after the end tag of a section that ends at `end`. */
export function findClose(text: string, end: number, name: string): number {
  return skipBlanks(text, end + SECTION_END.length) + name.length + 3;
}

/** Whether a character is a blank in XML; line ends are normalised to LF. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09;
}

export function malformed(what: string): ParseError {
  return new ParseError(`the XML is not well-formed: ${what}`);
}

export function refuseDoctype(): never {
  throw new ParseError('the XML has a DOCTYPE, which is refused');
}

export function refuseOutside(): never {
  throw malformed('there is text outside the root');
}
