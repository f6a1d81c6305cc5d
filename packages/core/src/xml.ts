import { SaxesParser } from 'saxes';
import { ParseError } from './errors.ts';
import {
  type Fields,
  type FieldValue,
  MAX_DEPTH,
  MAX_FIELDS,
  type Tree,
  type TreeValue,
} from './tree.ts';

const MAX_BRACKETS = 100_000;

// oxlint-disable-next-line no-control-regex -- exactly the characters that XML 1.0 forbids
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]+/g;

interface Element {
  text: string;
  children: Record<string, FieldValue> | undefined;
}

/**
 * Reads a document whose root is `root` into the tags below it.
 *
 * Strict: what is not well-formed, has a DOCTYPE or nests too deep throws ParseError. Text inside
 * CDATA is kept to the letter; text outside is decoded, and dropped where it is only layout.
 */
export function parseXml(text: string, root: string): Fields {
  // Where it usually stands it need not be read to its end.
  if (/^(<\?xml[^>]*>)?\s*<!DOCTYPE/.test(text)) refuseDoctype();
  refuseBrackets(text);
  let count = 0;
  const bound = (): void => {
    count += 1;
    if (count > MAX_FIELDS) throw new ParseError(`the XML has over ${MAX_FIELDS} tags or sections`);
  };
  const open: Element[] = [{ text: '', children: undefined }];
  const parser = new SaxesParser({ position: false });
  parser.on('doctype', refuseDoctype);
  parser.on('opentag', () => {
    bound();
    if (open.length > MAX_DEPTH) throw new ParseError(`the XML nests over ${MAX_DEPTH} levels`);
    open.push({ text: '', children: undefined });
  });
  parser.on('text', (chunk) => {
    if (chunk.trim() !== '') (open.at(-1) as Element).text += chunk;
  });
  parser.on('cdata', (chunk) => {
    bound();
    (open.at(-1) as Element).text += chunk;
  });
  parser.on('closetag', ({ name }) => {
    const { text, children } = open.pop() as Element;
    const parent = open.at(-1) as Element;
    parent.children ??= Object.create(null) as Record<string, FieldValue>;
    append(parent.children, name, children ?? text);
  });
  parser.on('error', (error) => {
    // The platform has sent CDATA sections that lack their "<"; their "]]>" is kept as text.
    if (!error.message.includes('"]]>"')) throw error;
  });
  try {
    // A substitute, not nothing: what is left must not become the end of a CDATA section.
    const allowed = text.toWellFormed().replace(FORBIDDEN, (run) => '\ufffd'.repeat(run.length));
    parser.write(allowed).close();
  } catch (error) {
    if (error instanceof ParseError) throw error;
    throw new ParseError(`the XML is not well-formed: ${(error as Error).message}`);
  }
  const value = open[0]?.children?.[root];
  if (typeof value !== 'object') throw new ParseError(`the XML has no fields inside <${root}>`);
  return value as Fields;
}

function refuseDoctype(): never {
  throw new ParseError('the XML has a DOCTYPE, which is refused');
}

/** The parser takes a step for each "]": cheap in a message, dear in a megabyte of them. */
function refuseBrackets(text: string): void {
  if (text.length <= MAX_BRACKETS) return;
  let count = 0;
  for (let at = text.indexOf(']'); at !== -1; at = text.indexOf(']', at + 1)) {
    count += 1;
    if (count > MAX_BRACKETS) throw new ParseError(`the XML has over ${MAX_BRACKETS} brackets`);
  }
}

function append(children: Record<string, FieldValue>, name: string, value: string | Fields): void {
  const earlier = children[name];
  if (earlier === undefined) children[name] = value;
  else if (Array.isArray(earlier)) earlier.push(value);
  else children[name] = [earlier as string | Fields, value];
}

/** Writes a tree as XML. Text goes into CDATA, so that nothing in it can be taken for markup. */
export function renderXml(tree: Tree): string {
  let xml = '';
  for (const [tag, value] of Object.entries(tree)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) {
      xml += `<${tag}>${renderValue(item)}</${tag}>`;
    }
  }
  return xml;
}

function renderValue(value: TreeValue): string {
  if (typeof value === 'object') return renderXml(value);
  if (typeof value === 'number') return String(value);
  const text = value.toWellFormed().replace(FORBIDDEN, '');
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}
