import { removeControls } from '../control-characters.ts';
import { tellText } from '../hide-secrets.ts';
import { isPrivate, redact } from './redact.ts';

/** Characters in a row above which equal text is not chance. */
const GRAM = 8;
/** Characters below which a value is not a secret, as it is found in any sentence. */
const SHORTEST = 4;
/** Maximum depth of encodings of an echo. */
const ENCODINGS = 3;
const HIDDEN = '[redacted]';
/** Maximum characters of a message; the platform’s own have about 100. */
const LONGEST = 1000;

/**
 * Removes from a message of the platform what it repeats of a request and must not be shown: values
 * of fields that are secret, identify users or are sent to them, whole or in pieces of 8
 * characters, plain or encoded as in URLs, JSON and HTML.
 */
export function hideEchoes(said: string, ...sent: readonly unknown[]): string {
  const values = sent
    .flatMap((part) => [...collectPrivate(part)])
    .map((text) => text.toLowerCase());
  let text = said.slice(0, LONGEST);
  for (let depth = 0; depth < ENCODINGS; depth += 1) {
    text = hideValues(text, values);
    const plain = decode(text);
    if (plain === text) break;
    text = plain;
  }
  return hideValues(text, values);
}

/** Returns the fields of a refusal, redacted like those of a request. */
export function redactAnswer(
  answer: unknown,
  ...sent: readonly unknown[]
): Readonly<Record<string, unknown>> {
  const hide = (value: unknown): unknown => {
    if (typeof value === 'string') return tellText(hideEchoes(value, ...sent));
    if (Array.isArray(value)) return value.map(hide);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, hide(one)]));
  };
  return hide(redact(answer)) as Readonly<Record<string, unknown>>;
}

/** Collects every text of a request that must not be shown. */
function* collectPrivate(value: unknown, name = ''): Iterable<string> {
  if (typeof value === 'string' || typeof value === 'number') {
    if (!isPrivate(name)) return;
    const text = String(value);
    // As it was given, and as it was sent.
    for (const one of new Set([text, removeControls(text)])) {
      if (one.length >= SHORTEST) yield one;
    }
  } else if (Array.isArray(value)) {
    for (const item of value) yield* collectPrivate(item, name);
  } else if (Object.getPrototypeOf(Object(value)) === Object.prototype) {
    for (const [key, member] of Object.entries(Object(value) as object)) {
      yield* collectPrivate(member, isPrivate(name) ? name : key);
    }
  }
}

function hideValues(text: string, values: readonly string[]): string {
  const lower = text.toLowerCase();
  // A letter that has another length in lower case would shift what follows.
  if (lower.length !== text.length) return hideValues(lower, values);
  const hidden = new Uint8Array(text.length);
  for (const value of values) {
    const size = Math.min(GRAM, value.length);
    const grams = new Set(
      Array.from({ length: value.length - size + 1 }, (_, at) => value.slice(at, at + size)),
    );
    for (let at = 0; at + size <= lower.length; at += 1) {
      if (grams.has(lower.slice(at, at + size))) hidden.fill(1, at, at + size);
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
