const BLANKS = /[ \t\r\n]+/g;
const SECTION = '<![CDATA[';
const SECTION_END = ']]>';
const NAMES = ['Encrypt', 'encrypt'];

/**
 * Cuts the `Encrypt` text out of a body, XML or JSON, by a linear scan without parsing.
 *
 * Blanks are dropped: base64 has none, so what is signed has none. Returns undefined where there
 * is no such text. What is cut is proven by `msg_signature` alone, whatever stands around it.
 */
export function cutEncrypt(body: string): string | undefined {
  // trimming takes a byte order mark away too
  const text = body.trim();
  const cut = text.startsWith('{') ? cutMember(text) : cutElement(text);
  return cut?.replace(BLANKS, '') || undefined;
}

/**
 * Finds the last element. In compatible mode users' text precedes `Encrypt`, the last child: so the
 * last end tag is its own, and as base64 has no "<", so is the last start tag before it.
 */
function cutElement(text: string): string | undefined {
  const ends = NAMES.map((name) => text.lastIndexOf(`</${name}>`));
  const end = Math.max(...ends);
  if (end === -1) return undefined;
  const tag = `<${NAMES[ends.indexOf(end)]}>`;
  const start = text.lastIndexOf(tag, end);
  if (start === -1) return undefined;
  const inside = text.slice(start + tag.length, end).trim();
  const isSection = inside.startsWith(SECTION) && inside.endsWith(SECTION_END);
  return isSection ? inside.slice(SECTION.length, -SECTION_END.length) : inside;
}

/** Finds a member outside strings, as users' text is inside JSON strings. */
function cutMember(text: string): string | undefined {
  let depth = 0;
  let cut: string | undefined;
  let name: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    else if (char === '"') {
      const end = findStringEnd(text, at);
      const string = text.slice(at, end);
      if (depth === 1 && name !== undefined) cut = readString(string);
      name = depth === 1 ? NAMES.find((known) => string === `"${known}"`) : undefined;
      at = end - 1;
    } else if (char === ',') name = undefined;
  }
  return cut;
}

/** Returns the index after the string that begins at `start`; the text's end when it is unterminated. */
function findStringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at + 1, text.length);
}

function readString(literal: string): string | undefined {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return undefined;
  }
}
