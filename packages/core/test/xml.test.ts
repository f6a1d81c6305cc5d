/** The two readers of XML: the scanner reads what the platform writes, the library the rest. */
import { describe, expect, it } from '@jest/globals';
import { ParseError } from '../src/errors.ts';
import { parseXml, renderXml } from '../src/xml.ts';
import { readOtherXml } from '../src/xml-library.ts';
import { scanXml } from '../src/xml-scanner.ts';

const plainly = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;
const READERS = [
  ['the scanner', scanXml],
  ['the library', readOtherXml],
] as const;

describe.each(READERS)('%s', (_name, read) => {
  const inside = (xml: string) => (plainly(read(`<xml>${xml}</xml>`)) as { xml: unknown }).xml;

  it.each([
    ['', ''],
    [' \n\t', ''],
    ['a', 'a'],
    [' a b ', ' a b '],
    ['<a/>', { a: '' }],
    ['<a></a>', { a: '' }],
    ['<a>1</a>', { a: '1' }],
    ['<a> 1\n</a>', { a: ' 1\n' }],
    ['<a><![CDATA[]]></a>', { a: '' }],
    ['<a><![CDATA[ x ]]></a>', { a: ' x ' }],
    ['<a>\n<![CDATA[x]]>\t</a>', { a: 'x' }],
    ['<a>\u3000<![CDATA[x]]></a>', { a: 'x' }],
    ['<a>x<![CDATA[y]]></a>', { a: 'xy' }],
    ['<a><![CDATA[x]]>y</a>', { a: 'xy' }],
    ['<a><![CDATA[x]]> y </a>', { a: 'x y ' }],
    ['<a><![CDATA[x]]><![CDATA[y]]></a>', { a: 'xy' }],
    ['<a><![CDATA[x]]> <![CDATA[y]]>&gt;<![CDATA[z]]></a>', { a: 'xy>z' }],
    ['<a><![CDATA[<b>&amp;</b><!-- -->]]></a>', { a: '<b>&amp;</b><!-- -->' }],
    ['<a>&amp;&lt;&gt;&quot;&apos;&amp;lt;</a>', { a: '&<>"\'&lt;' }],
    ['<a>x]]></a>', { a: 'x]]>' }],
    ['<a>![CDATA[x]]></a>', { a: '![CDATA[x]]>' }],
    ['<a>b > c</a>', { a: 'b > c' }],
    ['<a><b>1</b></a>', { a: { b: '1' } }],
    ['x<a>y<b>1</b>z</a>w', { a: { b: '1' } }],
    ['<a>1</a><a>2</a>', { a: ['1', '2'] }],
    ['<a>1</a><b/><a><c/></a><a/>', { a: ['1', { c: '' }, ''], b: '' }],
    ['<A>1</A><a>2</a>', { A: '1', a: '2' }],
    ['<a>\u3000</a>', { a: '' }],
    ['<azAZ09/>', { azAZ09: '' }],
    ['<a.b-c_1/><_/>', { 'a.b-c_1': '', _: '' }],
    ['<xml><xml/></xml>', { xml: { xml: '' } }],
    ['<__proto__>1</__proto__><constructor/>', { ['__proto__']: '1', constructor: '' }],
    ['<toString/><hasOwnProperty/><text/>', { toString: '', hasOwnProperty: '', text: '' }],
  ])('reads %j', (xml, fields) => {
    expect(JSON.stringify(inside(xml))).toBe(JSON.stringify(fields));
  });

  it.each([
    ['<a></b>', /not well-formed/],
    ['<a></A>', /not well-formed/],
    ['<a>', /not well-formed/],
    ['</a>', /not well-formed/],
    ['<a><b></a></b>', /not well-formed/],
    ['<![CDATA[x', /not well-formed/],
    ['<a><![CDATA[x]></a>', /not well-formed/],
    ['x<![CDATA[y]]>z]]>', /not well-formed/],
    ['<!DOCTYPE xml>', /has a DOCTYPE/],
    ['<!doctype xml>', /has a DOCTYPE/],
    ['<a>1</a><b>2</b><!DOCTYPE xml>', /has a DOCTYPE/],
    ['x<![CDATA[y', /not well-formed/],
  ])('refuses %j', (xml, message) => {
    expect(() => read(`<xml>${xml}</xml>`)).toThrow(ParseError);
    expect(() => read(`<xml>${xml}</xml>`)).toThrow(message);
  });

  it.each([
    ['', /not well-formed/],
    [' ', /not well-formed/],
    ['x', /not well-formed/],
    ['<xml>', /not well-formed/],
    ['<xml><a/>', /not well-formed/],
    ['</xml>', /not well-formed/],
    ['x<xml/>', /not well-formed/],
    ['<xml/>x', /not well-formed/],
    ['<xml></xml>x', /not well-formed/],
    ['\u00a0<xml/>', /not well-formed/],
    ['<xml/><xml/>', /not well-formed/],
    ['<xml></xml><a></a>', /not well-formed/],
    ['<xml></xml><![CDATA[x]]>', /not well-formed/],
    ['<![CDATA[x]]><xml/>', /not well-formed/],
    ['<xml></xml></xml>', /not well-formed/],
    ['<!DOCTYPE xml><xml/>', /has a DOCTYPE/],
  ])('refuses the document %j', (xml, message) => {
    expect(() => read(xml)).toThrow(ParseError);
    expect(() => read(xml)).toThrow(message);
  });

  it('passes over a declaration and blanks around the root', () => {
    for (const start of [
      '<?xml version="1.0"?>',
      '<?xml  version="1.0"  encoding="utf-8" ?>',
      '<?xml version="1.1" encoding="UTF-8"?>\n',
    ]) {
      expect(plainly(read(`${start} <xml>1</xml>\n`))).toEqual({ xml: '1' });
    }
    expect(plainly(read('\n\t <xml>1</xml> '))).toEqual({ xml: '1' });
  });

  it('gives objects without a prototype', () => {
    const document = read('<xml><a><b/></a></xml>');
    const { xml } = document as { xml: { a: object } };
    for (const fields of [document, xml, xml.a]) expect(Object.getPrototypeOf(fields)).toBeNull();
  });

  it('goes 32 levels deep', () => {
    const nest = (depth: number, inner: string) =>
      '<a>'.repeat(depth) + inner + '</a>'.repeat(depth);
    for (const leaf of ['<b/>', '<b>1</b>', '<b><![CDATA[1]]></b>']) {
      expect(read(nest(31, leaf))).toHaveProperty(['a', ...Array<string>(30).fill('a'), 'b']);
      expect(() => read(nest(32, leaf))).toThrow(/nests over 32 levels/);
    }
  });

  it('takes 10 000 tags and sections', () => {
    const list = (part: string, count: number) => `<xml>${part.repeat(count)}</xml>`;
    expect(read(list('<a/>', 9999))).toBeDefined();
    expect(() => read(list('<a/>', 10_000))).toThrow(/over 10000 tags/);
    expect(read(list('<a>1</a>', 9999))).toBeDefined();
    expect(() => read(list('<a>1</a>', 10_000))).toThrow(/over 10000/);
    const sections = '<a><![CDATA[]]></a>';
    expect(read(`<b>${list(sections, 4999)}</b>`)).toBeDefined();
    expect(() => read(`<b><c/>${list(sections, 4999)}</b>`)).toThrow(/over 10000/);
    expect(read(list('x<![CDATA[]]>', 9999))).toBeDefined();
    expect(() => read(list('x<![CDATA[]]>', 10_000))).toThrow(/over 10000/);
  });
});

describe('the scanner', () => {
  it.each([
    '<xml><a b="1"/></xml>',
    '<xml><a b="1">x</a></xml>',
    '<xml a="b"/>',
    '<xml><a >1</a></xml>',
    '<xml><a>1</a ></xml>',
    '<xml><a /></xml>',
    '<xml></a/></xml>',
    '<xml><!-- a --></xml>',
    '<xml><!a></xml>',
    '<!-- a --><xml/>',
    '<xml/><!-- a -->',
    '<xml><?a b?></xml>',
    '<xml>&#65;</xml>',
    '<xml>&#x41;</xml>',
    '<xml>&nbsp;</xml>',
    '<xml>a & b</xml>',
    '<xml>&amp</xml>',
    '<xml>a & b<c/></xml>',
    '<xml>a<c/>&nbsp;</xml>',
    '<xml><></xml>',
    '<xml></></xml>',
    '<xml><a></></xml>',
    '<xml><é/></xml>',
    '<xml><a:b/></xml>',
    '<xml>< a></xml>',
    '<xml><1/></xml>',
    '<xml><-a/></xml>',
    '<xml><.a/></xml>',
    '<xml><a',
    '<xml></',
    '<xml><',
    '<xml><a><![CDATA[x]]><b/></a></xml>',
    '<xml><![CDATA[x]]><b/></xml>',
    '<xml><a><![CDATA[x]]><!-- --></a></xml>',
    '<?xml version="1.0" encoding="gbk"?><xml/>',
    "<?xml version='1.0'?><xml/>",
    '<?xml version="1.0"',
    '<?xml?><xml/>',
    '<?xml-stylesheet href="a"?><xml/>',
    `<?xml version="1.0"${' '.repeat(100)}?><xml/>`,
  ])('leaves %j to the library', (text) => {
    expect(scanXml(text)).toBeUndefined();
  });

  it.each([
    ['', 'there is no tag'],
    ['<xml>', 'a tag is not closed'],
    ['<xml><a></xml>', 'an end tag does not match the open tag'],
    ['<xml><a><![CDATA[x</a></xml>', 'a CDATA section is not closed'],
    ['<xml>x<![CDATA[y</xml>', 'a CDATA section is not closed'],
    ['<xml>x<![CDATA[y]]>z]]></xml>', 'a CDATA section ends without a start'],
    ['x<xml/>', 'there is text outside the root'],
    ['<xml/><xml/>', 'there are two roots'],
  ])('says what is wrong with %j', (text, what) => {
    expect(() => scanXml(text)).toThrow(new ParseError(`the XML is not well-formed: ${what}`));
  });

  it('reads a section to its tag’s own end', () => {
    const read = (inside: string) => (scanXml(`<xml>${inside}</xml>`) as { xml: object }).xml;
    for (const text of ['x]]>y', ']]></b>', '<b><![CDATA[x]]></b>', '<a>]]></a', ']]></A>']) {
      const xml = `<a><![CDATA[${text}]]></a><b/>`;
      expect(plainly(read(xml))).toEqual({ a: text, b: '' });
      expect(plainly(read(xml.replace(']]></a><b/>', ']]>\n</a><b/>')))).toEqual({
        a: text,
        b: '',
      });
    }
  });
});

describe('the library', () => {
  const inside = (xml: string) =>
    (plainly(readOtherXml(`<xml>${xml}</xml>`)) as { xml: unknown }).xml;

  it.each([
    ['<a b="1">x</a>', { a: 'x' }],
    ['<a b=\'>\' c="/>" d="\'"/>', { a: '' }],
    ['<a />', { a: '' }],
    ['<a >1</a >', { a: '1' }],
    ['<!-- <a/> -->1', '1'],
    ['<?a <b/> ?>1', '1'],
    ['<?a b="c"?>1', '1'],
    ["<?a b='c\"'?>1", '1'],
    ['a<!-- x -->b', 'ab'],
    ['&#65;&#x1F600;&#x1f600;&#0000000065;&#x0000000041;&#10;', 'A😀😀AA\n'],
    ['a&#32;&#9;&#13;b', 'a \t\rb'],
    ['&#38;lt;&amp;#65;', '&lt;&#65;'],
    ['&#xD7FF;&#xE000;&#xFFFD;&#x10000;&#x10FFFF;', '\ud7ff\ue000\ufffd\u{10000}\u{10ffff}'],
    ['<é>1</é>', { é: '1' }],
    ['<a:b>1</a:b>', { 'a:b': '1' }],
    ['<a><![CDATA[x]]><b/></a>', { a: { b: '' } }],
    ['<![CDATA[x]]><b/>', { b: '' }],
    ['<a><![CDATA[x]]><!-- c --></a>', { a: 'x' }],
    ['<a b="1"><__proto__ c="d"/></a>', { a: { ['__proto__']: '' } }],
  ])('reads %j', (xml, fields) => {
    expect(JSON.stringify(inside(xml))).toBe(JSON.stringify(fields));
  });

  it.each([
    'a & b',
    '&amp',
    '&nbsp;',
    '&mine;',
    '&;',
    '&#;',
    '&#x;',
    '&#0;',
    '&#8;',
    '&#x1F;',
    '&#xD800;',
    '&#xDFFF;',
    '&#xFFFE;',
    '&#x110000;',
    '&#xFFFFFFFFFF;',
    '&#X41;',
    '&#6a;',
    '&#00000000065;',
    '&#x00000000041;',
    '<a b>1</a>',
    '<a b=c/>',
    '<a b="1" b="2"/>',
    '<a b="1/>',
    '<a',
    '< a/>',
    '<1/>',
    '<a></a/>',
    '<a></b/></a>',
    '<a></a "">',
    '<!a>',
    '<!-- a',
    '<?a',
    '<?a "?>"?>',
    "<?a '?>",
  ])('refuses %j', (xml) => {
    expect(() => readOtherXml(`<xml>${xml}</xml>`)).toThrow(ParseError);
  });

  it.each([
    ['a & b', 'an "&" is not part of a known entity'],
    ['&#0;</xml>', 'a reference is not to a character'],
    ['&#11;</xml>', 'a reference is not to a character'],
    ['&#55296;</xml>', 'a reference is not to a character'],
    ['<?a "?>', 'a quote is not closed'],
    ['<?a', 'there is no ?>'],
    ['<!-- a', 'there is no -->'],
    ['<![CDATA[', 'there is no ]]>'],
    ['<a b="', 'there is no "'],
    ["<a b='", "there is no '"],
    ['<a></a/>', 'an end tag has more than a name'],
    ['<a', 'a tag has no ">"'],
    ['</a', 'there is no >'],
  ])('says what is wrong with %j', (xml, what) => {
    const error = new ParseError(`the XML is not well-formed: ${what}`);
    expect(() => readOtherXml(`<xml>${xml}`)).toThrow(error);
  });

  it.each([
    '<!-- --><!DOCTYPE xml><xml/>',
    '<?a?><!DOCTYPE xml><xml/>',
    '<xml a="1"><!DOCTYPE xml></xml>',
    '<xml><a b=">"/><!-- > --><![CDATA[>]]><!DOCTYPE xml></xml>',
  ])('refuses a DOCTYPE wherever it is: %s', (text) => {
    expect(() => readOtherXml(text)).toThrow(/has a DOCTYPE/);
  });

  it('reads a root that is nothing but a tag', () => {
    expect(plainly(readOtherXml('<xml a="b"/>'))).toEqual({ xml: '' });
    expect(plainly(readOtherXml(' <xml a="b" />\n'))).toEqual({ xml: '' });
  });

  it('reads a declaration of any encoding, and comments around the root', () => {
    const text = '<?xml version="1.0" encoding="gbk"?><!-- a --><xml>1</xml><!-- b --><?c d?>';
    expect(plainly(readOtherXml(text))).toEqual({ xml: '1' });
  });

  it('says what is wrong without a word of the document', () => {
    const texts = [
      '<x>SECRET</y>',
      '<SECRET',
      '<a SECRET="1" SECRET="2"/>',
      '&SECRET;',
      '</SECRET>',
    ];
    for (const text of [
      ...texts,
      '<SECRET>'.repeat(40),
      '<!SECRET>',
      '<a b="SECRET',
      '<SECRET=1/>',
    ]) {
      expect(() => parseXml(`<xml>${text}</xml>`, 'xml')).toThrow(ParseError);
      expect(() => parseXml(`<xml>${text}</xml>`, 'xml')).not.toThrow(/SECRET/);
    }
    expect(() => readOtherXml('<xml>\n\n<a b/>\n</xml>')).toThrow(/see line 3/);
  });

  it('takes comments without number, and 10 000 attributes and instructions', () => {
    const attributes = (count: number, value = `'"'`) =>
      Array.from({ length: count }, (_, index) => ` a${index}=${value}`).join('');
    expect(inside(`${'<!---->'.repeat(10_001)}<b/>`)).toEqual({ b: '' });
    expect(inside(`${'<?a?>'.repeat(9998)}<b/>`)).toEqual({ b: '' });
    expect(() => inside(`${'<?a?>'.repeat(9999)}<b/>`)).toThrow(/over 10000 tags, attributes/);
    expect(inside(`<b${attributes(9998)}/>`)).toEqual({ b: '' });
    for (const value of [`'"'`, `"'"`]) {
      const many = `<b${attributes(9999, value)}/>`;
      expect(() => inside(many)).toThrow(/over 10000 tags, attributes or sections$/);
    }
  });
});

describe('parseXml', () => {
  it('gives the fields of the root, by either reader', () => {
    expect(plainly(parseXml('<xml><a>1</a></xml>', 'xml'))).toEqual({ a: '1' });
    expect(plainly(parseXml('<xml><a b="c">1</a></xml>', 'xml'))).toEqual({ a: '1' });
  });

  it.each(['<html><a/></html>', '<xml/>', '<xml>1</xml>', '<XML><a/></XML>'])(
    'refuses %s',
    (text) => {
      expect(() => parseXml(text, 'xml')).toThrow(/no fields inside <xml>/);
    },
  );

  it('puts U+FFFD in the place of what XML forbids, and LF for each line end', () => {
    const text = 'a\0b\u0008\u000b\u001f\ufffe\uffff\ud83dc\udc00\tx\r\ny\rz\n';
    const read = 'a\ufffdb\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdc\ufffd\tx\ny\nz\n';
    for (const form of [text, `<![CDATA[${text}]]>`]) {
      expect(plainly(parseXml(`<xml><a>${form}</a></xml>`, 'xml'))).toEqual({ a: read });
      expect(plainly(parseXml(`<xml><a b="">${form}</a></xml>`, 'xml'))).toEqual({ a: read });
    }
    expect(plainly(parseXml('<xml><a><![CDATA[x]\0]>y]]></a></xml>', 'xml'))).toEqual({
      a: 'x]\ufffd]>y',
    });
  });
});

describe('renderXml', () => {
  it.each([
    [{}, ''],
    [{ a: 'x' }, '<a><![CDATA[x]]></a>'],
    [{ a: '' }, '<a><![CDATA[]]></a>'],
    [{ a: 0, b: 1.5 }, '<a>0</a><b>1.5</b>'],
    [{ a: undefined, b: 'x' }, '<b><![CDATA[x]]></b>'],
    [{ a: { b: 'x', c: {} } }, '<a><b><![CDATA[x]]></b><c></c></a>'],
    [{ a: ['x', 1, { b: 2 }] }, '<a><![CDATA[x]]></a><a>1</a><a><b>2</b></a>'],
    [{ a: [] }, ''],
    [{ a: '<b>&amp;\r\n\t' }, '<a><![CDATA[<b>&amp;\r\n\t]]></a>'],
    [{ a: 'x]]>y]]>' }, '<a><![CDATA[x]]]]><![CDATA[>y]]]]><![CDATA[>]]></a>'],
    [{ a: 'x\0\u0008y\uffff' }, '<a><![CDATA[xy]]></a>'],
    [{ a: 'x]\0]>' }, '<a><![CDATA[x]]]]><![CDATA[>]]></a>'],
    [{ a: '\ud800😀' }, '<a><![CDATA[\ufffd😀]]></a>'],
  ])('writes %j', (tree, xml) => {
    expect(renderXml(tree)).toBe(xml);
  });
});
