import { parse } from 'content-disposition';

/** Most file systems take 255 bytes. */
const LONGEST = 255;
/** Windows opens a device under these names, whatever extension follows. */
const DEVICE = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)\s*(?:\.|$)/i;
/** What Windows gives a meaning, such as the drive in `c:name` and the stream in `name:stream`. */
const RESERVED = /[<>:"|?*]/g;
/** Control characters, those that turn the order of letters around, and halves of characters. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Reads the file name out of a Content-Disposition header, reduced to a base name.
 *
 * @returns undefined when there is none, or nothing of it is fit for a name
 */
export function readFilename(disposition: string): string | undefined {
  const { filename } = parse(disposition).parameters;
  return filename === undefined ? undefined : toBaseName(decode(filename));
}

/**
 * Makes a base name of a name that came from outside: it names no folder, no hidden file, no device
 * and nothing that another system would take for one.
 */
export function toBaseName(name: string): string | undefined {
  const last = name.replaceAll(INVISIBLE, '').split(/[/\\]/).at(-1) as string;
  const plain = trim(last.replaceAll(RESERVED, '_'));
  const whole = DEVICE.test(plain) ? `_${plain}` : plain;
  return shorten(whole) || undefined;
}

/** A dot at the beginning hides a file, and Windows drops dots and blanks at the end. */
function trim(name: string): string {
  return name.replace(/^[\s.]+/u, '').replace(/[\s.]+$/u, '');
}

/** Keeps the extension, which says what the file is. */
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

/** Headers are read as Latin-1; the platform writes UTF-8. */
function decode(name: string): string {
  const bytes = Buffer.from(name, 'latin1');
  const text = bytes.toString();
  return bytes.toString('latin1') === name && !text.includes('\uFFFD') ? text : name;
}
