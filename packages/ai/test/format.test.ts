/** Markdown becomes what the chat shows, the same however it comes in pieces. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatMarkdown, formatStream } from '../src/index.ts';
import { constructs } from './constructs.ts';

async function* stream(pieces: readonly string[]): AsyncGenerator<string> {
  yield* pieces;
}

async function formatPieces(
  pieces: readonly string[],
  format?: 'wechat' | 'plain' | 'none',
): Promise<string[]> {
  const given: string[] = [];
  for await (const text of formatStream(stream(pieces), { format })) given.push(text);
  return given;
}

describe('a construct', () => {
  it.each(constructs)('$name', ({ markdown, wechat, plain }) => {
    expect(formatMarkdown(markdown)).toBe(wechat);
    expect(formatMarkdown(markdown, { format: 'plain' })).toBe(plain ?? wechat);
    expect(formatMarkdown(markdown, { format: 'none' })).toBe(markdown);
  });

  it.each(constructs)('$name, letter by letter', async ({ markdown, wechat }) => {
    expect((await formatPieces(Array.from(markdown))).join('')).toBe(wechat);
  });
});

describe('a stream', () => {
  const noise = fc.string({
    unit: fc.constantFrom(...Array.from('*_~`[]()<>#-+|\\!&:.。？\n\n  1a好“”')),
    maxLength: 60,
  });
  const document = fc
    .array(fc.oneof(fc.constantFrom(...constructs.map(({ markdown }) => markdown)), noise), {
      maxLength: 6,
    })
    .chain((blocks) =>
      fc.constantFrom('\n\n', '\n', ' ', '').map((between) => blocks.join(between)),
    );

  it('gives the same text as the whole, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(document, fc.array(fc.nat({ max: 400 })), async (markdown, cuts) => {
        const places = [0, ...cuts.map((cut) => cut % (markdown.length + 1)), markdown.length];
        places.sort((a, b) => a - b);
        const pieces = places.slice(1).map((end, index) => markdown.slice(places[index], end));
        expect((await formatPieces(pieces)).join('')).toBe(formatMarkdown(markdown));
      }),
      { numRuns: 300 },
    );
  });

  it('never ends a piece within a link, a mark of emphasis or a row of a table', async () => {
    const markdown = constructs.map((construct) => construct.markdown).join('\n\n');
    for (const piece of await formatPieces(Array.from(markdown))) {
      expect(piece.match(/<a href/g)?.length).toBe(piece.match(/<\/a>/g)?.length);
    }
  });

  it('shows sentences, items, rows and lines of code as soon as they are certain', async () => {
    const given: string[] = [];
    const shown: string[] = [];
    const markdown =
      '你好。**重点。**后面是\n\n- 一\n- 二\n- 三\n\n|a|b|\n|-|-|\n|1|2|\n|3|4|\n\n```\nx\ny\nz\n```\n';
    async function* note() {
      for (const letter of markdown) {
        given.push(letter);
        yield letter;
      }
    }
    for await (const text of formatStream(note())) shown.push(`${given.length} ${text.trim()}`);
    expect(shown).toEqual([
      '14 你好。重点。后面是',
      '23 • 一',
      '27 • 二',
      '34 • 三',
      '52 • 1\n  b: 2',
      '57 • 3\n  b: 4',
      '61 x',
      '63 y',
      '67 z',
    ]);
  });

  it('holds nothing back at the end of an answer that stops in the middle', async () => {
    for (const half of [
      '**half',
      '[half](https://exa',
      '`half',
      '| a | b',
      '```\nhalf',
      '> half',
    ]) {
      const text = (await formatPieces(['Done. ', ...Array.from(half)])).join('');
      expect(text).toMatch(/^Done\.[\s\S]*(half|exa|a \| b)/);
    }
  });

  it('leaves Markdown unchanged with the format none', async () => {
    expect(await formatPieces(['**a', '** b'], 'none')).toEqual(['**a', '** b']);
  });

  it('refuses a format that it does not know', () => {
    const format = 'html' as 'plain';
    expect(() => formatMarkdown('a', { format })).toThrow(
      'format must be one of wechat, plain, none',
    );
  });
});
