/** The starts and ends of sections, and which typed ends are the platform's. */
import { describe, expect, it } from '@jest/globals';
import { ParseError } from '../src/errors.ts';
import { findMarks, type Place, planEnds } from '../src/xml-plan.ts';
import { scanXml } from '../src/xml-scanner.ts';
import { joinSections } from '../src/xml-words.ts';

describe('the marks of a tag', () => {
  it.each([
    ['', [], []],
    ['<a><![CDATA[x]]></a>', [12], [13]],
    ['<a>\n\t <![CDATA[x]]> \n\t</a>', [15], [16]],
    ['<a>x</a>', [], []],
    ['<a>x<![CDATA[y]]>x</a>', [], []],
    ['<a><![CDATA[]]></a><a><![CDATA[]]></a>', [12, 31], [12, 31]],
    ['<a><a><![CDATA[]]></a></a>', [15], [15]],
    ['<b><![CDATA[x]]></b><A><![CDATA[x]]></A>', [], []],
    ['<a b=""><![CDATA[x]]></a >', [], []],
    [']></a>', [], []],
    [']]></a', [], []],
    ['<a', [], []],
  ])('in %j begin at %j and end at %j', (text, starts, ends) => {
    expect(findMarks(text, 'a', 0)).toEqual({ starts, ends });
  });

  it('begin at a place', () => {
    const text = '<a><![CDATA[]]></a><a><![CDATA[]]></a>';
    expect(findMarks(text, 'a', 1)).toEqual({ starts: [31], ends: [12, 31] });
    expect(findMarks(text, 'a', 12)).toEqual({ starts: [31], ends: [12, 31] });
    expect(findMarks(text, 'a', 13)).toEqual({ starts: [31], ends: [31] });
    expect(findMarks(text, 'a', 20)).toEqual({ starts: [], ends: [31] });
  });
});

const FAMILY = ['a', 'b', 'c'];
const open = (name: string) => `<${name}><![CDATA[`;
const close = (name: string) => `]]></${name}>`;

/** Plans the ends of texts from the first tag on, and gives the texts. */
function plan(text: string, family: readonly string[] = FAMILY): string[] {
  const tag = text.indexOf('<');
  const name = text.charAt(tag + 1);
  const place: Place = { name, tag, start: tag + open(name).length };
  const marks = new Map(family.map((one) => [one, findMarks(text, one, place.start)]));
  const last = Math.max(...[...marks.values()].flatMap(({ ends }) => ends));
  const ends = planEnds(text, place, { family, marks, last });
  return [...ends].map(([start, end]) => text.slice(start, end));
}

/** Writes texts as the platform does: one tag behind the other, with the same gap before each. */
function write(texts: Record<string, string>, gap = ''): string {
  return Object.entries(texts)
    .map(([name, text]) => gap + open(name) + text + close(name))
    .join('');
}

describe('a plan', () => {
  it.each([
    ['one text', { a: 'x' }],
    ['two', { a: 'x', b: 'y' }],
    ['three', { a: 'x', b: 'y', c: 'z' }],
    ['one left out', { a: 'x', c: 'z' }],
    ['the first left out', { b: 'y', c: 'z' }],
    ['empty texts', { a: '', b: '', c: '' }],
    ['an end of its own', { a: `x${close('a')}y`, b: 'y' }],
    ['an end of its own at the beginning', { a: close('a'), b: 'y' }],
    ['two ends of its own', { a: close('a') + close('a'), b: close('b'), c: close('c') }],
    ['a whole tag of its own', { a: `${open('a')}x${close('a')}`, b: 'y' }],
    ['ends of others', { a: close('b') + close('c'), b: close('a') + close('c'), c: close('b') }],
  ])('reads %s, with any gap', (_, texts) => {
    for (const gap of ['', '\n', ' \n\t']) {
      expect(plan(write(texts, gap))).toEqual(Object.values(texts));
    }
  });

  it('passes over blanks inside a tag', () => {
    const text = '<a>\n<![CDATA[x]]> </a><b>\t<![CDATA[y]]>\n\n</b>';
    const place = { name: 'a', tag: 0, start: 13 };
    const marks = new Map(['a', 'b'].map((name) => [name, findMarks(text, name, 13)]));
    const last = text.lastIndexOf(']]>');
    expect([...planEnds(text, place, { family: ['a', 'b'], marks, last })]).toEqual([
      [13, 14],
      [text.indexOf('y'), last],
    ]);
  });

  it('takes the gap before the first tag for that before each', () => {
    const typed = `x${close('a')}${open('b')}y`;
    expect(plan(write({ a: typed, b: 'z' }, '\n'))).toEqual([typed, 'z']);
    const other = `x${close('a')}\n\n${open('b')}y`;
    expect(plan(write({ a: other, b: 'z' }, '\n'))).toEqual([other, 'z']);
    expect(plan(write({ a: 'x', b: `y${close('a')}${open('b')}z` }, '\n'))).toEqual([
      'x',
      `y${close('a')}${open('b')}z`,
    ]);
  });

  it('takes the tags in their order, and rather with each of them', () => {
    const skipping = `x${close('a')}${open('c')}y`;
    expect(plan(write({ a: skipping, b: 'z' }))).toEqual([skipping, 'z']);
    expect(plan(write({ a: 'x', b: 'y', c: `${close('a')}${open('c')}` }))).toEqual([
      'x',
      'y',
      `${close('a')}${open('c')}`,
    ]);
  });

  it('takes the later of two ends that ask the same', () => {
    const typed = `x${close('a')}${open('b')}y`;
    expect(plan(write({ a: typed, b: 'z' }))).toEqual([typed, 'z']);
  });

  /**
   * Types an end and the start of the last tag into the first text, and writes a gap before each
   * other tag that the first has not: so the later of the two ends asks for one more with each tag.
   */
  function choose(tags: number, first: string, more = '', others = 'x'): 'earlier' | 'later' {
    const family = 'abcdefghi'.split('').slice(0, tags + 1);
    const typed = `${first}${close('a')}${open(family.at(-1) as string)}q${more}`;
    const rest = Object.fromEntries(family.slice(1).map((name) => [name, others]));
    const [text] = plan(write({ a: typed }) + write(rest, '\n'), family);
    expect([first, typed]).toContain(text);
    return text === first ? 'earlier' : 'later';
  }

  it('asks twice as much of a start or an end alone as of both', () => {
    expect(choose(4, `${open('a')}p`)).toBe('later');
    expect(choose(7, `${open('a')}p`)).toBe('later');
    expect(choose(8, `${open('a')}p`)).toBe('earlier');
    // A start at the very end of the earlier text is not in it.
    expect(choose(3, open('a'))).toBe('later');
    expect(choose(4, open('a'))).toBe('earlier');
    expect(choose(1, 'p')).toBe('earlier');
    expect(choose(1, '')).toBe('earlier');
  });

  it('takes a start for that of an end behind it alone', () => {
    expect(choose(2, 'p', `${open('a')}y`)).toBe('earlier');
    const pairAndHalves = `${close('a')}x${open('a')}y`;
    expect(choose(5, `${open('a')}p`, pairAndHalves)).toBe('later');
    expect(choose(6, `${open('a')}p`, pairAndHalves)).toBe('earlier');
  });

  it('asks nothing of a text for what stands in another', () => {
    expect(choose(7, `${open('a')}p`, '', open('a'))).toBe('later');
    expect(choose(7, `${open('a')}p`, close('b'))).toBe('later');
  });

  it('asks as much for a tag left out as for another gap', () => {
    const typed = `x${close('a')}${open('c')}y`;
    const text = `${write({ a: typed })}\n${write({ b: 'z', c: 'w' })}`;
    expect(plan(text)).toEqual([typed, 'z', 'w']);
  });

  it('is refused where none leads to the last end', () => {
    const error = new ParseError('the end of the text of a user is ambiguous');
    for (const between of ['x', '<d/>', '<b>x</b>']) {
      const text = `${write({ a: close('a') })}${between}${write({ b: 'y' })}`;
      expect(() => plan(text)).toThrow(error);
    }
    expect(() => plan(write({ b: close('b') }) + write({ a: 'x' }))).toThrow(error);
    expect(() => plan(write({ a: 'x', b: 'y' }), ['b', 'a'])).toThrow(error);
  });

  it('is made of 200 starts and ends, and of no more', () => {
    // The first start is before the place that marks are looked for from.
    const typed = (pairs: number, more = '') => ({
      a: `${open('a')}${close('a')}`.repeat(pairs) + more,
      b: 'y',
    });
    expect(plan(write(typed(98, close('a'))))).toHaveLength(2);
    expect(() => plan(write(typed(99)))).toThrow(ParseError);
    expect(() => plan(write(typed(98, close('a') + close('a'))))).toThrow(ParseError);
  });
});

describe('the sections of a text', () => {
  it.each([
    ['', ''],
    ['a', 'a'],
    ['a]]]]><![CDATA[>b', 'a]]>b'],
    ['a]]]><![CDATA[]>b', 'a]]>b'],
    ['a]]]]><![CDATA[]>b', 'a]]]>b'],
    [']]]]><![CDATA[>]]]]><![CDATA[>', ']]>]]>'],
    ['a]]>&lt;<![CDATA[b', 'a<b'],
    ['a]]>&lt;&gt;&amp;&quot;&apos;<![CDATA[b', 'a<>&"\'b'],
    ['a]]>&lt;<![CDATA[b]]]]><![CDATA[>c', 'a<b]]>c'],
  ])('%s are joined', (text, joined) => {
    expect(joinSections(text)).toBe(joined);
  });

  it.each([
    'a]]>b',
    ']]>',
    'a]]><![CDATA[b',
    'a]]]><![CDATA[>b',
    'a]]]]><![CDATA[b',
    'a]]]><![CDATA[]b',
    'a]]><![CDATA[]>b',
    'a]]> &lt;<![CDATA[b',
    'a]]>&lt; <![CDATA[b',
    'a]]>&lt<![CDATA[b',
    'a]]>&nbsp;<![CDATA[b',
    'a]]>x&lt;<![CDATA[b',
    'a]]]]><![CDATA[>b]]>c',
    'a]]>b]]]]><![CDATA[>c',
  ])('%s are none: the text is what it is', (text) => {
    expect(joinSections(text)).toBe(text);
  });
});

describe('the words of', () => {
  const read = (inside: string) =>
    JSON.parse(
      JSON.stringify((scanXml(`<xml>${inside}</xml>`) as { xml: unknown }).xml),
    ) as unknown;
  const typed = (tag: string) => `x${close(tag)}<MsgId>1</MsgId>${open(tag)}y`;

  it.each([
    'Content',
    'Recognition',
    'Label',
    'Title',
    'Description',
    'Url',
    'title',
    'phone',
    'tax_no',
    'addr',
    'bank_type',
    'bank_no',
    'attach',
    'debug_str',
  ])('%s hold an end of their own, at the root alone', (tag) => {
    expect(read(write({ [tag]: typed(tag) }))).toEqual({ [tag]: typed(tag) });
    const group = `<g>${write({ [tag]: typed(tag) })}</g>`;
    expect(read(group)).toEqual({ g: { [tag]: ['x', 'y'], MsgId: '1' } });
  });

  it.each([
    ['ScanCodeInfo', 'ScanResult'],
    ['SendLocationInfo', 'Label'],
    ['SendLocationInfo', 'Poiname'],
  ])('%s hold an end of %s', (group, tag) => {
    const inside = write({ [tag]: typed(tag) });
    expect(read(`<${group}>${inside}</${group}>`)).toEqual({ [group]: { [tag]: typed(tag) } });
    const deeper = `<g><${group}>${inside}</${group}></g>`;
    expect(read(deeper)).toEqual({ g: { [group]: { [tag]: ['x', 'y'], MsgId: '1' } } });
    expect(read(`<g>${inside}</g>`)).toEqual({ g: { [tag]: ['x', 'y'], MsgId: '1' } });
  });

  it.each(['EventKey', 'ScanResult', 'Poiname', 'Titles', 'content'])('%s do not', (tag) => {
    expect(read(write({ [tag]: typed(tag) }))).toEqual({ [tag]: ['x', 'y'], MsgId: '1' });
  });

  it.each(['x]]>y', ']]>', 'x[y[0]]>1', ']]></MsgId>', ']]></Content', '</Content>'])(
    'a text hold %s',
    (text) => {
      expect(read(write({ Content: text, MsgId: '7' }))).toEqual({ Content: text, MsgId: '7' });
    },
  );

  it('a text hold as many ends as anybody types, where no other tag has words', () => {
    const texts = { Content: close('Content').repeat(300), MsgId: '7' };
    expect(read(write(texts))).toEqual(texts);
  });

  it.each(['Title', 'Description', 'Url'])('%s hold ends of their own beside others', (tag) => {
    for (const text of [close(tag), `x${close(tag)}y`, close(tag).repeat(3)]) {
      const texts = { Title: 'a', Description: 'b', Url: 'c', [tag]: text };
      expect(read(write(texts))).toEqual(texts);
    }
  });

  it('one tag end at its own end, if there is one only', () => {
    for (const [Title, Description] of [
      [']]>', `${close('MediaId')}y`],
      [`x${close('Description')}`, 'y'],
      ['', ''],
    ]) {
      const texts = { Title, MediaId: 'm', Description, MsgId: '7', Url: 'u' } as Record<
        string,
        string
      >;
      expect(read(write(texts))).toEqual(texts);
    }
    const backwards = { Description: 'x', Title: 'y' };
    expect(read(write(backwards))).toEqual(backwards);
  });

  it('a tag are there once', () => {
    const error = /the text of a user is repeated$/;
    expect(() => read('<Content>a</Content><Content>b</Content>')).toThrow(error);
    expect(() => read('<Content/><Content/>')).toThrow(error);
    expect(read('<g><Content/><Content/></g>')).toEqual({ g: { Content: ['', ''] } });
  });

  it('a tag without a section are no words', () => {
    const tail = write({ Description: 'y' });
    expect(read(`<Title>x</Title>${tail}`)).toEqual({ Title: 'x', Description: 'y' });
    expect(read(`<Title><![CDATA[x]]> z</Title>${tail}`)).toEqual({
      Title: 'x z',
      Description: 'y',
    });
  });
});
