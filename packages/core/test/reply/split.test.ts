/** Splitting of long texts, and the part of a growing text that can be shown. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitText, wholeSentences } from '../../src/reply/split.ts';

const LIMIT = 2048;
const bytes = (text: string) => Buffer.byteLength(text);

describe('a text is cut', () => {
  it.each<[string, string, number, string[]]>([
    ['not at all when it fits', '你好。再见。', 18, ['你好。再见。']],
    ['not at all when it is empty', '', 18, ['']],
    [
      'at the ends of Chinese sentences',
      '下雨了。带伞吧！好吗？好。',
      24,
      ['下雨了。带伞吧！', '好吗？好。'],
    ],
    [
      'at the ends of English sentences',
      'It rains. Take one! Yes? OK.',
      20,
      ['It rains. Take one! ', 'Yes? OK.'],
    ],
    ['behind the quotes of a sentence', '他说：“走！”她笑了。', 24, ['他说：“走！”', '她笑了。']],
    [
      'before the quotes of the next sentence',
      '她走了。“再见！”他说。',
      15,
      ['她走了。', '“再见！”', '他说。'],
    ],
    ['at the ends of lines', 'one\ntwo\nthree', 8, ['one\ntwo\n', 'three']],
    ['not within a number', 'It is 3.14159. Yes.', 16, ['It is 3.14159. ', 'Yes.']],
    ['within a sentence that is too long alone', 'abcdefgh', 3, ['abc', 'def', 'gh']],
    [
      'so that a part may end and begin within a long one',
      'Hi. Abcdefgh. Ho.',
      6,
      ['Hi. ', 'Abcdef', 'gh. ', 'Ho.'],
    ],
  ])('%s', (_, text, maxBytes, parts) => {
    expect(splitText(text, maxBytes)).toEqual(parts);
  });

  it.each([
    ['Chinese', '今天天气很好，我们去公园走走吧。'],
    ['English', 'The quick brown fox jumps over the lazy dog. '],
  ])(
    'by default so that each part has as many whole %s sentences as 2048 bytes hold',
    (_, sentence) => {
      const text = sentence.repeat(200);
      const parts = splitText(text);
      const inOne = Math.floor(LIMIT / bytes(sentence));
      expect(parts.slice(0, -1)).toEqual(parts.slice(1).map(() => sentence.repeat(inOne)));
      expect(parts.join('')).toBe(text);
    },
  );

  it.each([
    ['a family', '👨‍👩‍👧‍👦'],
    ['a flag', '🇨🇳'],
    ['a flag of tags', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['a skin tone', '👍🏽'],
    ['a keycap', '1️⃣'],
    ['a heart', '❤️'],
    ['a letter with combining marks', 'e\u0301\u0323'],
    ['a syllable of Hangul letters', '\u1112\u1161\u11ab'],
    ['a syllable of Devanagari', 'नि'],
    ['a character outside the BMP', '𠮷'],
    ['a line break of two characters', '\r\n'],
  ])('never within %s', (_, cluster) => {
    const text = cluster.repeat(Math.ceil((2.5 * LIMIT) / bytes(cluster)));
    const parts = splitText(text);
    const inOne = Math.floor(LIMIT / bytes(cluster));
    expect(parts.slice(0, -1)).toEqual(parts.slice(1).map(() => cluster.repeat(inOne)));
    expect(parts.join('')).toBe(text);
  });

  it('within a letter only when that alone is too long, and then between its characters', () => {
    const text = `a${'\u0301'.repeat(LIMIT)}${'b'.repeat(10)}`;
    const parts = splitText(text);
    expect(parts.join('')).toBe(text);
    expect(parts.filter((part) => bytes(part) > LIMIT)).toEqual([]);
    expect(parts.filter((part) => Buffer.from(part).toString() !== part)).toEqual([]);
  });
});

const WORDS = [
  '你',
  '好',
  '。',
  '！',
  '？',
  '”',
  '“',
  ' ',
  '\n',
  'a',
  'Yes',
  '. ',
  '.',
  '3',
  '3.14',
  '…',
  '👨‍👩‍👧‍👦',
  '🇨🇳',
  'e\u0301',
  '!',
  '?',
];
const prose = fc
  .array(fc.constantFrom(...WORDS), { maxLength: 200 })
  .map((words) => words.join(''));
const anyText = fc
  .oneof(
    prose,
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 300 }),
  )
  .filter((text) => text !== '');
const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });
const listBounds = (text: string) =>
  new Set(Array.from(graphemes.segment(text), ({ index }) => index));

describe('whatever the text, its parts', () => {
  const limit = fc.integer({ min: 64, max: 400 });
  it.each<[string, (parts: string[], text: string, maxBytes: number) => void]>([
    ['joined give it again', (parts, text) => expect(parts.join('')).toBe(text)],
    [
      'are within the limit',
      (parts, _, maxBytes) => expect(parts.filter((part) => bytes(part) > maxBytes)).toEqual([]),
    ],
    ['are not empty', (parts) => expect(parts).not.toContain('')],
    [
      'begin where a reader sees a character begin',
      (parts, text) => {
        const bounds = listBounds(text);
        const starts = parts.map((_, index) => parts.slice(0, index).join('').length);
        expect(starts.filter((start) => !bounds.has(start))).toEqual([]);
      },
    ],
  ])('%s', (_, check) => {
    fc.assert(
      fc.property(anyText, limit, (text, maxBytes) =>
        check(splitText(text, maxBytes), text, maxBytes),
      ),
      { numRuns: 500 },
    );
  });
});

describe('of a text that still grows', () => {
  it.each<[string, string]>([
    ['', ''],
    ['你好', ''],
    ['你好。', '你好。'],
    ['你好。再', '你好。'],
    ['真的！', '真的！'],
    ['真的？我', '真的？'],
    ['等等…', '等等…'],
    ['一行\n', '一行\n'],
    ['一行\n二', '一行\n'],
    ['他说：“好。”', '他说：“好。”'],
    ['他说：“好。”她', '他说：“好。”'],
    ['「走吧！」', '「走吧！」'],
    ['（完。）', '（完。）'],
    ['3', ''],
    ['It is 3.', ''],
    ['It is 3.1', ''],
    ['It is 3.14', ''],
    ['It is 3.14. ', 'It is 3.14. '],
    ['It is 3.14. And', 'It is 3.14. '],
    ['圆周率是3.14。', '圆周率是3.14。'],
    ['Done', ''],
    ['Done.', ''],
    ['Done. ', 'Done. '],
    ['Done. Next', 'Done. '],
    ['Done! Next? ', 'Done! Next? '],
    ['He said "No!" ', 'He said "No!" '],
    ['她走了。“再', '她走了。'],
    ['她走了。《红', '她走了。'],
    ['她走了。（其', '她走了。'],
    ['要买：\n1. ', '要买：\n'],
    ['要买：\n1. 苹', '要买：\n'],
    ['1. Apples', ''],
    ['1. 苹果\n2. 梨\n', '1. 苹果\n2. 梨\n'],
    ['He said "Stop." Then', 'He said "Stop." '],
    ['He said "Stop." ', 'He said "Stop." '],
    ['(Done.) ', '(Done.) '],
    ['Done. "', 'Done. '],
    ['See www.example', ''],
  ])('%j, %j is whole sentences', (text, whole) => {
    expect(text.slice(0, wholeSentences(text))).toBe(whole);
  });

  it('what was cut off and what is left give the text again, however it grows', () => {
    fc.assert(
      fc.property(fc.array(prose, { maxLength: 20 }), (pieces) => {
        const cuts: string[] = [];
        let growing = '';
        for (const piece of pieces) {
          growing += piece;
          const end = wholeSentences(growing);
          cuts.push(growing.slice(0, end));
          growing = growing.slice(end);
        }
        expect(cuts.join('') + growing).toBe(pieces.join(''));
        // A part that is cut off ends with what ends a sentence.
        expect(cuts.filter((cut) => !/^$|[。！？!?….\n]["'”’」』）)\]]*\s*$/u.test(cut))).toEqual(
          [],
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('a text of a great many characters', () => {
  it.each([
    ['without any end of a sentence', '很'.repeat(200_000)],
    ['of sentences', '我们去公园走走吧。'.repeat(20_000)],
    ['of emoji', '👨‍👩‍👧‍👦'.repeat(10_000)],
  ])('is cut whole, within the limit and between letters: %s', (_, text) => {
    const parts = splitText(text);
    expect(parts.join('') === text).toBe(true);
    expect(parts.filter((part) => bytes(part) > LIMIT)).toEqual([]);
    expect(parts.filter((part) => part.startsWith('\u200d') || part.endsWith('\u200d'))).toEqual(
      [],
    );
  });

  it('is cut between paragraphs, then sentences, then words', () => {
    expect(splitText('One two. Three.\n\nFour five. Six.', 24)).toEqual([
      'One two. Three.\n\n',
      'Four five. Six.',
    ]);
    expect(splitText('One two. Three.\n\nFour five. Six.', 12)).toEqual([
      'One two. ',
      'Three.\n\n',
      'Four five. ',
      'Six.',
    ]);
    expect(splitText('one two three four', 9)).toEqual(['one two ', 'three ', 'four']);
  });
});

describe('a link', () => {
  const link = (label: string) => `<a href="https://example.com/?a=1&b=2">${label}</a>`;

  it('is not cut, as half of one would be shown as it is written', () => {
    const text = `看这里：${link('第一篇。第二篇！还有吗？')}。`.repeat(60);
    const parts = splitText(text);
    expect(parts.join('')).toBe(text);
    for (const part of parts) {
      expect(Buffer.byteLength(part)).toBeLessThanOrEqual(2048);
      expect(part.match(/<a /g)).toHaveLength(part.match(/<\/a>/g)?.length ?? 0);
    }
  });

  it('that still grows is not a whole sentence', () => {
    const text = `第一句。看${link('这里？')}`;
    for (let end = text.indexOf('<a ') + 4; end < text.length; end += 1) {
      expect(wholeSentences(text.slice(0, end))).toBe('第一句。'.length);
    }
  });

  it('that never ends is a text like any other', () => {
    const text = `<a ${'说一句话。'.repeat(500)}`;
    const parts = splitText(text);
    expect(parts.join('')).toBe(text);
    for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(2048);
    expect(wholeSentences(text)).toBe(text.length);
  });
});
