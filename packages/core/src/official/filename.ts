// A name of its own: as `content-disposition`, npm would put it where the types of Koa look for version 1.
import { parse } from 'content-disposition-2';

/** Maximum bytes of a name in most file systems. */
const LONGEST = 255;
/** Names that open a device on Windows, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)\s*(?:\.|$)/i;
/** Characters with a meaning on Windows, such as the drive in `c:name` and the stream in `name:stream`. */
const RESERVED = /[<>:"|?*]/g;
/** Control characters, those that change the direction of text, and halves of characters. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Reads the file name of a Content-Disposition header, reduced to a base name.
 *
 * @returns undefined when there is none, or nothing of it is fit for a name
 */
export function readFilename(disposition: string): string | undefined {
  const { filename } = parse(disposition).parameters;
  return filename === undefined ? undefined : toBaseName(decode(filename));
}

/**
 * Reduces an outside name to a base name: it names no folder, no hidden file, no device and nothing
 * special on another system.
 */
export function toBaseName(name: string): string | undefined {
  const last = name.replaceAll(INVISIBLE, '').split(/[/\\]/).at(-1) as string;
  const plain = trim(last.replaceAll(RESERVED, '_'));
  const whole = DEVICE.test(plain) ? `_${plain}` : plain;
  return shorten(whole) || undefined;
}

/** Removes leading dots, which hide a file, and trailing dots and blanks, which Windows drops. */
function trim(name: string): string {
  return name.replace(/^[\s.]+/u, '').replace(/[\s.]+$/u, '');
}

/** Shortens a name, and keeps its extension. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST) return name;
  const extension = /\.\w{1,16}$/.exec(name)?.[0] ?? '';
  let room = LONGEST - extension.length;
  let stem = '';
  for (const character of name.slice(0, name.length - extension.length)) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    stem += character;
  }
  return trim(stem + extension);
}

/** Decodes a header that was read as Latin-1; the platform writes UTF-8. */
function decode(name: string): string {
  const bytes = Buffer.from(name, 'latin1');
  const text = bytes.toString();
  return bytes.toString('latin1') === name && !text.includes('\uFFFD') ? text : name;
}
