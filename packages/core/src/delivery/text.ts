/** Bytes of a customer-service text; a longer one is refused with 45002. */
const MAX_BYTES = 2048;

const sentences = new Intl.Segmenter('zh', { granularity: 'sentence' });
const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });

/** Cuts a text that is too long, at the end of a sentence where that is possible; nothing is left out. */
export function splitText(text: string, maxBytes = MAX_BYTES): string[] {
  if (Buffer.byteLength(text) <= maxBytes) return [text];
  return gather(sentencesOf(text), maxBytes, (sentence) =>
    gather(segmentsOf(graphemes, sentence), maxBytes, (grapheme) =>
      // Only a text that was made for it has a letter of more than 2048 bytes.
      gather(Array.from(grapheme), maxBytes, (character) => [character]),
    ),
  );
}

/** How much of a text that still grows is whole sentences, in UTF-16 units. */
export function wholeSentences(text: string): number {
  const [last = ''] = sentencesOf(text).slice(-1);
  return isWhole(last) ? text.length : text.length - last.length;
}

/** Puts segments together up to the limit; `cut` divides one that exceeds it alone. */
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

/** Whether a sentence has ended; a full stop has only when something follows it, unlike that of 3.14. */
function isWhole(sentence: string): boolean {
  const [end] = /[。！？!?….\n]["'”’」』）)\]]*\s*$/u.exec(sentence) ?? [];
  return end !== undefined && !NUMBER.test(sentence) && (!end.startsWith('.') || /\s$/.test(end));
}

/** The number of an item in a list belongs to what follows. */
const NUMBER = /^\s*\d+\.\s*$/;

/** Unicode leaves the marks that open a sentence at the end of the one before. */
function sentencesOf(text: string): string[] {
  const found = [''];
  for (const segment of segmentsOf(sentences, text)) {
    const joined = `${found.pop()}${segment}`;
    const [, before = joined, opening = ''] =
      /^(.*[。！？!?….\n]["'”’」』）)\]]*\s*)([“‘「『（《〈【〔([{][“‘「『（《〈【〔([{"'”’」』）)\]\s]*)$/su.exec(
        joined,
      ) ?? [];
    if (NUMBER.test(joined)) found.push(joined);
    else found.push(before, opening);
  }
  return found.filter((sentence) => sentence !== '');
}

function segmentsOf(segmenter: Intl.Segmenter, text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
