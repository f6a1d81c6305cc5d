/** Bytes of a customer-service text; a longer one is refused with 45002. */
const MAX_BYTES = 2048;

const sentences = new Intl.Segmenter('zh', { granularity: 'sentence' });
const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });

/** Cuts a text that is too long, at the end of a sentence where that is possible; nothing is left out. */
export function splitText(text: string, maxBytes = MAX_BYTES): string[] {
  if (Buffer.byteLength(text) <= maxBytes) return [text];
  return gather(segmentsOf(sentences, text), maxBytes, (sentence) =>
    gather(segmentsOf(graphemes, sentence), maxBytes, (grapheme) => [grapheme]),
  );
}

/** How much of a text that still grows is whole sentences, in UTF-16 units. */
export function wholeSentences(text: string): number {
  const [last = ''] = segmentsOf(sentences, text).slice(-1);
  const isWhole = /(?:[。！？!?…\n]|\.\s)["'”’」』）)\]]*\s*$/u.test(last);
  return isWhole ? text.length : text.length - last.length;
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

function segmentsOf(segmenter: Intl.Segmenter, text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
