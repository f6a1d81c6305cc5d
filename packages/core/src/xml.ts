import { removeControls, replaceControls } from './control-characters.ts';
import { ParseError } from './errors.ts';
import { type Fields, isFields, type Tree, type TreeValue } from './tree.ts';
import { readOtherXml } from './xml-library.ts';
import { scanXml } from './xml-scanner.ts';

// oxlint-disable-next-line no-control-regex -- the characters that XML 1.0 forbids, and the carriage return
const ODD = /[\0-\x08\x0b-\x1f\ufffe\uffff]/;
// oxlint-disable-next-line no-control-regex -- those, halves of characters, and the end of a section
const TO_REPLACE = /[\0-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|\]\]>/;

/**
 * Parses a document whose root is `root` into the tags below it.
 *
 * The scanner reads what the platform writes, and the library any other document. Strict: what is
 * not well-formed, has a DOCTYPE or nests too deep throws ParseError. Text inside CDATA is kept to
 * the letter; text outside is decoded, and dropped where it is only layout.
 */
export function parseXml(text: string, root: string): Fields {
  const wellFormed = text.toWellFormed();
  // Hardly a document has any of them, and one look costs less than four replacements.
  // Stryker disable next-line ConditionalExpression: what has nothing to replace costs less so
  const allowed = ODD.test(wellFormed) ? replaceOdd(wellFormed) : wellFormed;
  const value = (scanXml(allowed) ?? readOtherXml(allowed))[root];
  if (!isFields(value)) throw new ParseError(`the XML has no fields inside <${root}>`);
  return value;
}

function replaceOdd(text: string): string {
  // A substitute, not nothing: what is left must not become the end of a CDATA section.
  return replaceControls(text, (run) => '\ufffd'.repeat(run.length))
    .replaceAll('\r\n', '\n')
    .replace(/\r+/g, (run) => '\n'.repeat(run.length));
}

/** Writes a tree as XML. Text is written as CDATA, so that nothing in it is read as markup. */
export function renderXml(tree: Tree): string {
  let xml = '';
  for (const tag of Object.keys(tree)) {
    const value = tree[tag];
    if (value === undefined) continue;
    if (!Array.isArray(value)) xml += `<${tag}>${renderValue(value as TreeValue)}</${tag}>`;
    else for (const item of value) xml += `<${tag}>${renderValue(item as TreeValue)}</${tag}>`;
  }
  return xml;
}

function renderValue(value: TreeValue): string {
  if (typeof value === 'object') return renderXml(value);
  if (typeof value === 'number') return String(value);
  // Stryker disable next-line ConditionalExpression: what has nothing to replace costs less so
  if (!TO_REPLACE.test(value)) return `<![CDATA[${value}]]>`;
  const text = removeControls(value.toWellFormed());
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}
