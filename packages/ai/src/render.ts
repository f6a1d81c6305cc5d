import type { Code, List, ListItem, PhrasingContent, Table, TableRow } from 'mdast';
import type { Block } from './markdown.ts';

/** How links are shown: `wechat` makes anchors, which the chat shows as links; `plain` writes the address. */
export type LinkStyle = 'wechat' | 'plain';

/** `label` is for text within a link, which has no other link and shows a picture as its description. */
type Style = LinkStyle | 'label';

const BULLETS = ['• ', '◦ ', '▪ '] as const;
const QUOTE = '│ ';
const RULE = '———';

/** Renders one block as the text that the chat shows. */
export function renderBlock(block: Block, style: LinkStyle, depth = 0): string {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return renderInline(block.children, style)
        .replace(/[ \t]*\n[ \t]*/g, '\n')
        .trim();
    case 'code':
      return block.value;
    case 'list':
      return renderItems(block, style, depth).join('\n');
    case 'blockquote':
      return prefixLines(renderBlocks(block.children, style, depth), QUOTE);
    case 'table':
      return renderRows(block, style).join('\n');
    case 'thematicBreak':
      return RULE;
    case 'footnoteDefinition':
      return `[${block.identifier}] ${renderBlocks(block.children, style, depth)}`;
    case 'definition':
      return `[${block.label ?? block.identifier}] ${block.url}`;
    case 'html':
      return renderHtml(block.value, style).trim();
  }
}

function renderBlocks(blocks: readonly Block[], style: LinkStyle, depth: number): string {
  let text = '';
  let previous: Block | undefined;
  for (const block of blocks) {
    const rendered = renderBlock(block, style, depth);
    if (rendered === '') continue;
    text += previous ? `${separate(previous)}${rendered}` : rendered;
    previous = block;
  }
  return text;
}

/** Returns the separator between a block and the next: a heading stays close to its section. */
export function separate({ type }: Pick<Block, 'type'>): string {
  return type === 'heading' ? '\n' : '\n\n';
}

/** Renders the items of a list; `first` is the number of the first item of an ordered list. */
export function renderItems(
  list: List,
  style: LinkStyle,
  depth = 0,
  first: number = list.start ?? 1,
): string[] {
  return list.children.map((item, index) => {
    const bullet = list.ordered ? `${first + index}. ` : chooseBullet(item, depth);
    return (bullet + renderItem(item, style, depth)).trimEnd();
  });
}

function chooseBullet({ checked }: ListItem, depth: number): string {
  if (typeof checked === 'boolean') return checked ? '☑ ' : '☐ ';
  return BULLETS[Math.min(depth, BULLETS.length - 1)] as string;
}

/** Renders an item compactly: everything after its first line is indented below it, without empty lines. */
function renderItem(item: ListItem, style: LinkStyle, depth: number): string {
  return item.children
    .map((block) => renderBlock(block, style, depth + 1))
    .filter((text) => text !== '')
    .map((text, index) => (index === 0 ? text : indentLines(text)))
    .join('\n');
}

function indentLines(text: string): string {
  return prefixLines(text, '  ');
}

function prefixLines(text: string, prefix: string): string {
  return text
    .split('\n')
    .map((line) => `${prefix}${line}`.trimEnd())
    .join('\n');
}

/** Renders each row as a small list with the column names, as a phone is too narrow for columns. */
export function renderRows({ children }: Table, style: LinkStyle): string[] {
  const [head, ...rows] = children.map((row) => renderCells(row, style));
  if (rows.length === 0) return head ? [head.filter(Boolean).join(' | ')] : [];
  return rows.map(([name = '', ...cells]) => {
    const lines = cells.map((cell, index) => nameCell(head?.[index + 1] ?? '', cell));
    const filled = lines.filter((line) => line !== '');
    return [`• ${name}`.trimEnd(), ...filled.map((line) => `  ${line}`)].join('\n');
  });
}

function renderCells({ children }: TableRow, style: LinkStyle): string[] {
  return children.map((cell) =>
    renderInline(cell.children, style)
      .replace(/\s*\n\s*/g, ' ')
      .trim(),
  );
}

function nameCell(name: string, cell: string): string {
  if (cell === '' || name === '') return cell;
  return /[\u3400-\u9fff]$/.test(name) ? `${name}：${cell}` : `${name}: ${cell}`;
}

/** Renders the code of a block line by line. */
export function renderCodeLines({ value }: Code): string[] {
  return value === '' ? [] : value.split('\n');
}

function renderInline(nodes: readonly PhrasingContent[], style: Style): string {
  let text = '';
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[index] as PhrasingContent;
    const end = node.type === 'html' ? findAnchorEnd(nodes, index) : -1;
    if (end < 0) {
      const rendered = renderPhrase(node, style);
      text += isProduct(text, node, nodes[index + 1]) ? `*${rendered}*` : rendered;
      continue;
    }
    const url = readHref((node as { value: string }).value);
    text += renderLink(renderInline(nodes.slice(index + 1, end), 'label'), url, style);
    index = end;
  }
  return text;
}

/** Whether asterisks are multiplication signs, as in 2*3*4 and a*b*c, which CommonMark parses as emphasis. */
function isProduct(before: string, node: PhrasingContent, after?: PhrasingContent): boolean {
  if (node.type !== 'emphasis' || after?.type !== 'text') return false;
  const [first] = node.children;
  const isFactor = (text: string) => /^(?:\d|\(|[a-z](?![a-z]))/i.test(text);
  return (
    first?.type === 'text' &&
    isFactor(first.value) &&
    isFactor(after.value) &&
    /(?:\d|\)|(?<![a-z])[a-z])$/i.test(before)
  );
}

function renderPhrase(node: PhrasingContent, style: Style): string {
  switch (node.type) {
    case 'text':
      // References to footnotes; those of a stream come before their definition.
      return node.value.replace(/\[\^([^\]\s]{1,40})\]/g, '[$1]');
    case 'inlineCode':
      return node.value;
    case 'break':
      return '\n';
    case 'image':
      return renderLink(node.alt ?? '', node.url, style);
    case 'link':
      return renderLink(renderInline(node.children, 'label'), node.url, style);
    case 'footnoteReference':
      return `[${node.identifier}]`;
    case 'linkReference':
      return `${renderInline(node.children, style)}[${node.label ?? node.identifier}]`;
    case 'imageReference':
      return `${node.alt ?? ''}[${node.label ?? node.identifier}]`;
    case 'html':
      return renderHtml(node.value, style);
    case 'emphasis':
    case 'strong':
    case 'delete':
      return renderInline(node.children, style);
  }
}

/** Schemes whose links do not open in the chat, so that the address is written out. */
const WRITTEN = /^(mailto|tel):/i;

function renderLink(label: string, url: string, style: Style): string {
  const text = label.trim();
  if (style === 'label') return text;
  const address = url.trim();
  if (WRITTEN.test(address)) {
    const written = address.replace(WRITTEN, '');
    return text === '' || text === written || text === address ? written : `${text} (${written})`;
  }
  if (!isWebAddress(address)) return text;
  const href = escapeHref(address);
  if (text === '' || text === address || text === href) return href;
  if (style === 'plain') return `${text} (${href})`;
  // The chat knows no entities: what would end the anchor is not in its text.
  return `<a href="${href}">${text.replace(/<\/?a\b/gi, '').replace(/\n/g, ' ')}</a>`;
}

function isWebAddress(address: string): boolean {
  return /^https?:\/\/[^/]/i.test(address) && URL.canParse(address);
}

/** Escapes an address for `href`: only what would end the attribute or the tag. */
function escapeHref(address: string): string {
  return address.replace(/["'<>`\s\\]/g, (character) =>
    character === "'" ? '%27' : encodeURIComponent(character),
  );
}

/** Tags that only change the style of text, which the chat does not support. */
const DECORATION =
  /^<\/?(?:b|big|center|cite|del|details|div|em|figure|figcaption|font|i|ins|kbd|mark|p|q|s|section|small|span|strike|strong|sub|summary|sup|u)(?:\s[^>]*)?>$/i;
const TAG = /<!--[\s\S]*?-->|<\/?[a-z][^>]*>/gi;

/** Removes comments and style tags, converts line breaks, and shows any other tag as text. */
function renderHtml(html: string, style: Style): string {
  return html
    .replace(/<a\s[^>]*>([^<]*)<\/a>/gi, (anchor, label: string) =>
      renderLink(label, readHref(anchor as string), style).replace(/</g, '\u0000'),
    )
    .replace(TAG, (tag) => {
      if (tag.startsWith('<!--') || DECORATION.test(tag)) return '';
      if (/^<br\b/i.test(tag)) return '\n';
      if (/^<hr\b/i.test(tag)) return RULE;
      return tag;
    })
    .replaceAll('\u0000', '<');
}

function readHref(tag: string): string {
  const [, double, single, bare] =
    /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i.exec(tag) ?? [];
  return double ?? single ?? bare ?? '';
}

/** Returns the index of the node that ends the anchor beginning at `index`; -1 when none does. */
function findAnchorEnd(nodes: readonly PhrasingContent[], index: number): number {
  const isTag = (node: PhrasingContent | undefined, pattern: RegExp) =>
    node?.type === 'html' && pattern.test(node.value);
  if (!isTag(nodes[index], /^<a\s/i)) return -1;
  return nodes.findIndex((node, at) => at > index && isTag(node, /^<\/a\s*>$/i));
}
