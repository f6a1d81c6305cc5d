/** Maximum bytes of a text, passive or pushed; a longer one is refused. */
export const MAX_TEXT_BYTES = 2048;

const sentences = new Intl.Segmenter('zh', { granularity: 'sentence' });
const words = new Intl.Segmenter('zh', { granularity: 'word' });
const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });

/**
 * Splits a text that is too long: between paragraphs if possible, otherwise between sentences,
 * otherwise between words. Nothing is left out.
 */
export function splitText(text: string, maxBytes: number = MAX_TEXT_BYTES): string[] {
  const fits = (part: string) => Buffer.byteLength(part) <= maxBytes;
  if (fits(text)) return [text];
  const parts: string[] = [];
  let part = '';
  for (const paragraph of text.split(/(?<=\n\n)(?=[^\n])/)) {
    if (fits(part + paragraph)) {
      part += paragraph;
    } else if (part !== '' && fits(paragraph)) {
      parts.push(part);
      part = paragraph;
    } else {
      const pieces = splitSentences(part + paragraph, maxBytes);
      part = pieces.pop() ?? '';
      parts.push(...pieces);
    }
  }
  return part === '' ? parts : [...parts, part];
}

function splitSentences(text: string, maxBytes: number): string[] {
  return gather(listSentences(text), maxBytes, (sentence) =>
    gather(joinLinks(listSegments(words, sentence)), maxBytes, (word) =>
      gather(listSegments(graphemes, word), maxBytes, (grapheme) =>
        // Only a text that was made for it has a letter of more than 2048 bytes.
        gather(Array.from(grapheme), maxBytes, (character) => [character]),
      ),
    ),
  );
}

/** Returns the length of the complete sentences of a growing text, in UTF-16 units. */
export function wholeSentences(text: string): number {
  const [last = ''] = listSentences(text).slice(-1);
  return isWhole(last) && !endsInLink(last) ? text.length : text.length - last.length;
}

/** Joins segments up to the limit; `cut` divides one that exceeds it alone. */
function gather(
  segments: readonly string[],
  maxBytes: number,
  cut: (segment: string) => string[],
): string[] {
  const parts: string[] = [];
  let part = '';
  for (const segment of segments) {
    if (Buffer.byteLength(part + segment) <= maxBytes) {
      part += segment;
      continue;
    }
    if (part !== '') parts.push(part);
    const pieces = Buffer.byteLength(segment) > maxBytes ? cut(segment) : [segment];
    parts.push(...pieces.slice(0, -1));
    part = pieces.at(-1) ?? '';
  }
  return part === '' ? parts : [...parts, part];
}

/** Whether a sentence has ended; a full stop ends one only when something follows it, unlike that of 3.14. */
function isWhole(sentence: string): boolean {
  const [end] = /[。！？!?….\n]["'”’」』）)\]]*\s*$/u.exec(sentence) ?? [];
  return end !== undefined && !NUMBER.test(sentence) && (!end.startsWith('.') || /\s$/.test(end));
}

/** Matches the number of a list item, which belongs to what follows. */
const NUMBER = /^\s*\d+\.\s*$/;

/** Lists sentences. Unicode leaves the marks that open a sentence at the end of the previous one. */
function listSentences(text: string): string[] {
  const found = [''];
  for (const segment of listSegments(sentences, text)) {
    const joined = `${found.pop()}${segment}`;
    const [, before = joined, opening = ''] =
      /^(.*[。！？!?….\n]["'”’」』）)\]]*\s*)([“‘「『（《〈【〔([{][“‘「『（《〈【〔([{"'”’」』）)\]\s]*)$/su.exec(
        joined,
      ) ?? [];
    if (NUMBER.test(joined)) found.push(joined);
    else found.push(before, opening);
  }
  return joinLinks(found.filter((sentence) => sentence !== ''));
}

/** UTF-16 units above which `<a ` is not treated as a link. */
const MAX_LINK = 1500;

/** Whether a text ends between `<a …>` and `</a>`, which the chat shows as a link. */
function endsInLink(text: string): boolean {
  const start = text.lastIndexOf('<a ');
  return start >= 0 && text.length - start < MAX_LINK && !text.includes('</a>', start);
}

/** Joins the segments of a link, as half of one would be shown as markup. */
function joinLinks(segments: readonly string[]): string[] {
  const joined: string[] = [];
  let open = '';
  for (const segment of segments) {
    open += segment;
    if (endsInLink(open)) continue;
    joined.push(open);
    open = '';
  }
  return open === '' ? joined : [...joined, open];
}

function listSegments(segmenter: Intl.Segmenter, text: string): string[] {
  return cutSlices(text).flatMap((slice) =>
    Array.from(segmenter.segment(slice), ({ segment }) => segment),
  );
}

/** UTF-16 units that are segmented at once: above 65 536 it takes Node 20 seconds. */
const MAX_SLICE = 16_384;
/** UTF-16 units around the end of a slice in which to look for a boundary. */
const AROUND = 256;

/** Cuts a very long text between two letters; each slice is segmented separately. */
function cutSlices(text: string): string[] {
  const slices: string[] = [];
  let start = 0;
  while (text.length - start > MAX_SLICE) {
    const from = start + MAX_SLICE - AROUND;
    const near = text.slice(from, from + 2 * AROUND);
    const line = near.lastIndexOf('\n', AROUND - 1) + 1;
    const letter = graphemes.segment(near).containing(line || AROUND)?.index;
    const end = from + (letter || AROUND);
    slices.push(text.slice(start, end));
    start = end;
  }
  slices.push(text.slice(start));
  return slices;
}
