import type { Fields, FieldValue } from './tree.ts';
import { malformed, refuseOutside, SECTION_END, skipBlanks } from './xml-text.ts';
import { findFamily } from './xml-words.ts';

/** An element being read; the document itself has no name, and depth 0. */
export interface Element {
  readonly name: string;
  readonly parent: Element | undefined;
  readonly depth: number;
  children: Record<string, FieldValue> | undefined;
  text: string;
  hasSection: boolean;
  /** Whether its text contains `]]>`. */
  hasStrayEnd: boolean;
}

export function openElement(name: string, parent?: Element): Element {
  const depth = parent ? parent.depth + 1 : 0;
  return {
    name,
    parent,
    depth,
    children: undefined,
    text: '',
    hasSection: false,
    hasStrayEnd: false,
  };
}

/** Adds decoded text; blank text is layout. */
export function addText(element: Element, text: string): void {
  if (element.depth === 0 && skipBlanks(text, 0) < text.length) refuseOutside();
  if (text.trim() === '') return;
  element.text += text;
  element.hasStrayEnd ||= text.includes(SECTION_END);
}

export function addSection(element: Element, text: string): void {
  if (element.depth === 0) refuseOutside();
  element.text += text;
  element.hasSection = true;
}

/** Adds a finished element to its parent: a group when it has children, otherwise text. */
export function closeElement(element: Element): void {
  // The platform has sent sections that lack their "<": all of it is text then.
  if (element.hasStrayEnd && element.hasSection) {
    throw malformed('a CDATA section ends without a start');
  }
  addChild(element.parent as Element, element.name, element.children ?? element.text);
}

/** Creates an object without a prototype, at half the cost of `Object.create(null)`. */
function createFields(): Record<string, FieldValue> {
  return Object.setPrototypeOf({}, null) as Record<string, FieldValue>;
}

export function addChild(parent: Element, name: string, value: string | Fields): void {
  if (!parent.children) parent.children = createFields();
  else if (parent.depth === 0) throw malformed('there are two roots');
  const earlier = parent.children[name];
  if (earlier === undefined) parent.children[name] = value;
  else if (findFamily(parent, name)) throw malformed('the text of a user is repeated');
  else if (Array.isArray(earlier)) earlier.push(value);
  else parent.children[name] = [earlier as string | Fields, value];
}
