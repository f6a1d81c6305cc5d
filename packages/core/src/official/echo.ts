import { removeControls } from '../control-characters.ts';
import { tellText } from '../hide-secrets.ts';
import { GRAM, GramIndex } from './gram-index.ts';
import { isPrivate, redact } from './redact.ts';

/** Characters below which a value is not a secret, as it is found in any sentence. */
const SHORTEST = 4;
/** Maximum depth of encodings of an echo. */
const ENCODINGS = 3;
const HIDDEN = '[redacted]';
/** Maximum characters of a message; the platform’s own have about 100. */
const LONGEST = 1000;

type Hide = (said: string) => string;

/**
 * Creates the function that removes from a message of the platform what it repeats of a request and
 * must not be shown: values of fields that are secret, identify users or are sent to them, whole or
 * in pieces of 8 characters, plain or encoded as in URLs, JSON and HTML.
 */
export function createHide(...sent: readonly unknown[]): Hide {
  const values = collectPrivate(sent);
  const pieces = new GramIndex(values.filter(({ length }) => length >= GRAM));
  const words = new Set(values.filter(({ length }) => length < GRAM));
  return (said) => {
    let text = said.slice(0, LONGEST);
    for (let depth = 0; depth < ENCODINGS; depth += 1) {
      text = hideValues(text, pieces, words);
      const plain = decode(text);
      if (plain === text) return text;
      text = plain;
    }
    return hideValues(text, pieces, words);
  };
}

/** Removes from one message what it repeats of a request. */
export function hideEchoes(said: string, ...sent: readonly unknown[]): string {
  return createHide(...sent)(said);
}

/** Returns the fields of a refusal, redacted like those of a request. */
export function redactAnswer(answer: unknown, hide: Hide): Readonly<Record<string, unknown>> {
  const hideAll = (value: unknown): unknown => {
    if (typeof value === 'string') return tellText(hide(value));
    if (Array.isArray(value)) return value.map(hideAll);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, hideAll(one)]));
  };
  return hideAll(redact(answer)) as Readonly<Record<string, unknown>>;
}

/** Returns every text of a request that must not be shown, however deep it is. */
function collectPrivate(parts: readonly unknown[]): string[] {
  const texts = new Set<string>();
  const left: Named[] = parts.map((value) => ({ value, name: '' }));
  for (let next = left.pop(); next; next = left.pop()) {
    const { value, name } = next;
    if (typeof value === 'string' || typeof value === 'number') {
      if (isPrivate(name)) addAsSent(texts, String(value));
    } else {
      for (const member of listMembers(value, name)) left.push(member);
    }
  }
  return [...texts];
}

interface Named {
  readonly value: unknown;
  readonly name: string;
}

/** Lists what is in a value; what is in a private field is private. */
function listMembers(value: unknown, name: string): Named[] {
  if (Array.isArray(value)) return value.map((item: unknown) => ({ value: item, name }));
  if (Object.getPrototypeOf(Object(value)) !== Object.prototype) return [];
  return Object.entries(Object(value) as object).map(([key, member]) => ({
    value: member as unknown,
    name: isPrivate(name) ? name : key,
  }));
}

/** Adds a text as it was given, and as it was sent. */
function addAsSent(texts: Set<string>, given: string): void {
  for (const text of [given, removeControls(given)]) {
    if (text.length >= SHORTEST) texts.add(text.toLowerCase());
  }
}

function hideValues(text: string, pieces: GramIndex, words: ReadonlySet<string>): string {
  const lower = text.toLowerCase();
  // A letter that has another length in lower case would shift what follows.
  if (lower.length !== text.length) return hideValues(lower, pieces, words);
  const hidden = new Uint8Array(text.length);
  pieces.forEachFound(lower, (at) => hidden.fill(1, at, at + GRAM));
  for (let size = SHORTEST; size < GRAM && words.size > 0; size += 1) {
    for (let at = 0; at + size <= lower.length; at += 1) {
      if (words.has(lower.slice(at, at + size))) hidden.fill(1, at, at + size);
    }
  }
  let shown = '';
  for (let at = 0; at < text.length; at += 1) {
    if (!hidden[at]) shown += text[at];
    else if (!hidden[at - 1]) shown += HIDDEN;
  }
  return shown;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** Decodes URL, JSON and HTML encoding, once. */
function decode(text: string): string {
  return text
    .replaceAll(/(?:%[\da-f]{2})+/gi, (bytes) =>
      Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
    )
    .replaceAll(/\\u([\da-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    .replaceAll(/\\(["/\\])/g, '$1')
    .replaceAll(/&#(x?)([\da-f]{1,6});/gi, (whole, hex: string, code: string) => {
      const point = parseInt(code, hex ? 16 : 10);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    })
    .replaceAll(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name] as string);
}
