/** Documents as the platform writes them and as others might, whole and damaged. */

type Random = (below: number) => number;

/** Numbers that are the same for the same seed (xorshift32). */
function startRandom(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const TAGS = ['ToUserName', 'MsgType', 'Content', 'Title', 'Url', 'ScanCodeInfo', 'ScanResult'];
const NAMES = [
  ...TAGS,
  'item',
  'List',
  'a',
  'A',
  'a.b-c_1',
  '__proto__',
  'constructor',
  'xml',
  'toString',
];
const TEXTS = [
  '1',
  'text',
  ' a b ',
  '你好😀',
  '&amp;',
  '&lt;b&gt;',
  '&quot;&apos;',
  '',
  '\n ',
  'a > b',
  '](',
  '![CDATA[x]]',
  'x]]>',
  '\u3000',
  '"\'',
];
const SECTIONS = [
  '',
  'x',
  ' x ',
  '<b>',
  '&amp;',
  ']',
  ']]',
  '>',
  '<![CDATA[',
  '</a>',
  '<!-- -->',
  '\n',
];
const LAYOUTS = ['', '', '', '\n', ' ', '\t\n'];
/** Fragments that are inserted into a document, or replace a part of it. */
const SCRAPS = [
  '<',
  '>',
  '&',
  ']]>',
  '<![CDATA[',
  '</',
  '/>',
  '<a>',
  '</a>',
  '<a/>',
  '</xml>',
  '<xml>',
  '&#65;',
  '&nbsp;',
  ';',
  ' ',
  'x',
  '"',
  '<!-- c -->',
  '<?p?>',
  '<!DOCTYPE a>',
  '<a b="1">',
  '<a b="1"/>',
  '<é/>',
  '<Content>',
  '</Content>',
  '<![CDATA[x]]>',
  '</a >',
  '<!',
  '\u00a0',
  '=',
  "'",
];

const pick = <T>(random: Random, all: readonly T[]): T => all[random(all.length)] as T;

function writeElement(random: Random, depth: number): string {
  const name = pick(random, NAMES);
  const layout = pick(random, LAYOUTS);
  const inside = writeInside(random, depth);
  return inside === '' && random(2) === 0
    ? `<${name}/>${layout}`
    : `<${name}>${inside}</${name}>${layout}`;
}

function writeInside(random: Random, depth: number): string {
  const kind = random(depth > 3 ? 8 : 12);
  if (kind < 2) return pick(random, TEXTS);
  if (kind < 6)
    return `${pick(random, LAYOUTS)}<![CDATA[${pick(random, SECTIONS)}]]>${pick(random, LAYOUTS)}`;
  if (kind < 7) return '';
  if (kind < 8) return writeMixed(random);
  return Array.from({ length: random(4) }, () => writeElement(random, depth + 1)).join('');
}

/** Texts and sections in any order. */
function writeMixed(random: Random): string {
  return Array.from({ length: 1 + random(3) }, () =>
    random(2) === 0 ? pick(random, TEXTS) : `<![CDATA[${pick(random, SECTIONS)}]]>`,
  ).join('');
}

function writeDocument(random: Random): string {
  const before = random(20) === 0 ? '<?xml version="1.0"?>' : '';
  const count = 1 + random(5);
  return `${before}<xml>${Array.from({ length: count }, () => writeElement(random, 1)).join('')}</xml>`;
}

/** Takes something out of a text, puts something in, or both; or doubles a part. */
function damage(random: Random, text: string): string {
  const at = random(text.length + 1);
  const end = random(3) === 0 ? Math.min(text.length, at + 1 + random(6)) : at;
  const added =
    random(8) === 0 ? text.slice(at, at + random(30)) : random(4) === 0 ? '' : pick(random, SCRAPS);
  return text.slice(0, at) + added + text.slice(end);
}

/** Every other one is damaged, once or more often. */
export function* createDocuments(seed: number): Generator<string> {
  const random = startRandom(seed);
  for (let index = 0; ; index++) {
    let text = writeDocument(random);
    if (index % 2 === 1)
      for (let times = 1 + random(2); times > 0; times--) text = damage(random, text);
    yield text;
  }
}

const SECTION_FIRST = /<([A-Za-z_][\w.-]*)>[ \t\n]*<!\[CDATA\[/g;
const WORDS = ['Content', 'Title', 'Url', 'ScanResult'];

/**
 * Whether a section that stands first in its element may hold its own end, so that it is read to the
 * letter, as the platform writes, and not as XML.
 */
export function holdsSectionEnd(text: string): boolean {
  if (WORDS.some((name) => text.split(new RegExp(`]]>\\s*</${name}>`)).length > 2)) return true;
  SECTION_FIRST.lastIndex = 0;
  for (let match = SECTION_FIRST.exec(text); match; match = SECTION_FIRST.exec(text)) {
    const name = match[1] as string;
    let end = text.indexOf(']]>', SECTION_FIRST.lastIndex);
    if (end === -1) return false;
    let isFirst = true;
    for (;;) {
      const next = text.indexOf('<', end + 3);
      const between = text.slice(end + 3, next === -1 ? text.length : next);
      if (next === -1 || between.includes(']]>')) return true;
      if (text.startsWith(`</${name}>`, next)) {
        if (WORDS.includes(name) && !(isFirst && between.trim() === '')) return true;
        break;
      }
      if (!text.startsWith('<![CDATA[', next)) return true;
      isFirst = false;
      end = text.indexOf(']]>', next);
      if (end === -1) return true;
    }
    SECTION_FIRST.lastIndex = end + 3;
  }
  return false;
}
