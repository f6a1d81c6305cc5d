/** Users' text stays the same to the letter, and cannot forge anything. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createWebhook, ParseError, parseMessage } from '@wechat-mp/core';
import fc from 'fast-check';
import * as platform from '../../../test/support/platform.ts';
import { recorder, SAFE } from './support.ts';

interface FieldRow {
  name: string;
  type: 'string' | 'int' | 'int64' | 'float' | 'struct' | 'list';
  children?: FieldRow[];
}
interface Row {
  msgType: string;
  event: string | null;
  infoType?: string;
  fields: FieldRow[];
}
const fixture = new URL('fixtures/messages.json', import.meta.url);
const rows = (JSON.parse(readFileSync(fixture, 'utf8')) as Row[]).filter((row) => !row.infoType);

interface Tree {
  [tag: string]: string | Tree | Tree[];
}

/** Writes a message as the platform does: texts stand in CDATA as they are, digits bare. */
function paste(tree: Tree, gap: string): string {
  let xml = '';
  for (const [tag, values] of Object.entries(tree)) {
    for (const value of Array.isArray(values) ? values : [values]) {
      const isGroup = typeof value === 'object';
      const inside = isGroup ? paste(value, gap) : /^\d+$/.test(value) ? value : section(value);
      xml += `<${tag}>${inside}</${tag}>${gap}`;
    }
  }
  return xml;
}
const section = (text: string) => `<![CDATA[${text}]]>`;
const pasteMessage = (tree: Tree, gap = '\n') => `<xml>${paste(tree, gap)}</xml>`;

const envelope = (msgType: string): Tree => ({
  ToUserName: 'gh_1',
  FromUserName: 'o1',
  CreateTime: '1348831860',
  MsgType: msgType,
});

/** A message of every kind, with a harmless text in each tag. */
function sample({ msgType, event, fields }: Row): Tree {
  return { ...envelope(msgType), ...(event === null ? {} : { Event: event }), ...fill(fields) };
}
function fill(fields: readonly FieldRow[]): Tree {
  return Object.fromEntries(fields.map((field) => [field.name, fillField(field)]));
}
function fillField({ name, type, children }: FieldRow): string | Tree | Tree[] {
  if (children) return type === 'list' ? [fill(children), fill(children)] : fill(children);
  return type === 'string' ? `a ${name}` : '3';
}

/** The fields with users' text; those of one line are in the same message. */
const WORDS = [
  ['text', ['Content']],
  ['voice', ['Recognition']],
  ['location', ['Label']],
  ['link', ['Title', 'Description', 'Url']],
  ['file', ['Title', 'Description']],
  ['miniprogrampage', ['Title']],
  ['event:scancode_push', ['ScanCodeInfo.ScanResult']],
  ['event:scancode_waitmsg', ['ScanCodeInfo.ScanResult']],
  ['event:location_select', ['SendLocationInfo.Label', 'SendLocationInfo.Poiname']],
  [
    'event:submit_invoice_title',
    ['title', 'phone', 'tax_no', 'addr', 'bank_type', 'bank_no', 'attach'],
  ],
  ['event:debug_demo', ['debug_str']],
] as const;

function findRow(name: string): Row {
  const named = ({ msgType, event }: Row) =>
    event === null ? msgType : `${msgType}:${event.toLowerCase()}`;
  return rows.find((row) => named(row) === name) as Row;
}

/** Puts a text in the place of the sample's. */
function put(tree: Tree, path: string, text: string): Tree {
  const [tag = '', inner] = path.split('.');
  expect(tree).toHaveProperty(path.split('.'));
  return { ...tree, [tag]: inner === undefined ? text : { ...(tree[tag] as Tree), [inner]: text } };
}

/** Moves a message's id behind the text, as the platform documents it. */
const withIdLast = (tree: Tree): Tree => {
  const { MsgId, ...others } = tree;
  return MsgId === undefined ? tree : { ...others, MsgId };
};

const pushes = rows.map((row) => pasteMessage(sample(row)));
const tags = ['xml', 'MsgId', 'FromUserName', 'bizmsgmenuid', 'Encrypt', 'item', 'PicList', 's'];
const everyTag = [...new Set([...tags, ...WORDS.flatMap(([, paths]) => paths.map(leaf))])];
function leaf(path: string): string {
  return path.split('.').at(-1) as string;
}

const scrap = fc.oneof(
  fc.constantFrom(']]>', ']', '>', '<', '&', '&amp;', '<![CDATA[', '</', '/>', '<!--', '-->'),
  fc.constantFrom('<?xml version="1.0"?>', '<!DOCTYPE xml>', '\n', ' ', '你好😀', '7', 'x[y[0]]>1'),
  fc.constantFrom('__proto__', '&nbsp;', '<a b="c">', '{"MsgId":1}', '<MsgId>1</MsgId>'),
);
const tag = fc.constantFrom(...everyTag);
const anyTag = fc
  .tuple(tag, fc.constantFrom('<$>', '</$>', '<$/>', ']]></$>', '<$><![CDATA[', ']]></$>\n'))
  .map(([name, form]) => form.replace('$', () => name));
const whole = fc.oneof(
  tag.map((name) => `<${name}><![CDATA[1]]></${name}>`),
  fc.constantFrom(...pushes),
);
const words = fc
  .array(fc.oneof(scrap, anyTag, anyTag, whole), { maxLength: 8 })
  .map((parts) => parts.join(''))
  .filter((text) => !isEscape(text));

/** Sections that a writer split, or left for entities: such a text is joined again. */
function isEscape(text: string): boolean {
  return /\]\]>(?:&[a-z]+;)*<!\[CDATA\[/.test(text);
}
const gaps = fc.constantFrom('\n', '', '\n\n', ' ');

function createFields(tree: Tree, gap: string): unknown {
  return parseMessage(pasteMessage(tree, gap)).fields;
}
/** The tree as it must be read, which has no order of its own here. */
function readable(tree: Tree): unknown {
  return JSON.parse(JSON.stringify(tree));
}
const plainly = (fields: unknown): unknown => JSON.parse(JSON.stringify(fields));

const numRuns = 100;

describe.each(WORDS)('in %s', (name, paths) => {
  const row = findRow(name);
  const family: readonly string[] = paths.map(leaf);

  /** Texts in which no end of a mate stands where the platform might have written it. */
  const clear = (own: string) =>
    fc
      .array(
        fc.oneof(
          scrap,
          anyTag.filter((part) => !family.some((mate) => part.startsWith(`]]></${mate}`))),
          fc.constantFrom(...pushes),
          fc.constantFrom('<MsgId>1</MsgId>', '').map((forged) => `]]></${own}>${forged}`),
          fc.constant(`]]></${own}><MsgId>1</MsgId><${own}><![CDATA[`),
        ),
        { maxLength: 8 },
      )
      .map((parts) => parts.join(''))
      .filter((text) => !isEscape(text));

  it.each(paths)('what stands in %s is read to the letter, and nothing else changes', (path) => {
    fc.assert(
      fc.property(
        paths.length === 1 ? words : clear(leaf(path)),
        gaps,
        fc.boolean(),
        (text, gap, idLast) => {
          const tree = put(idLast ? withIdLast(sample(row)) : sample(row), path, text);
          expect(plainly(createFields(tree, gap))).toEqual(readable(tree));
        },
      ),
      { numRuns },
    );
  });

  it('no texts together change anything but one another', () => {
    const texts = fc.tuple(...paths.map(() => words));
    const outcomes: boolean[] = [];
    fc.assert(
      fc.property(texts, gaps, fc.boolean(), (all, gap, idLast) => {
        const before = idLast ? withIdLast(sample(row)) : sample(row);
        const tree = all.reduce(
          (last, text, index) => put(last, paths[index] as string, text),
          before,
        );
        const fields = readOrRefuse(tree, gap);
        outcomes.push(fields !== undefined);
        expect(without(fields ?? before, family)).toEqual(without(before, family));
      }),
      { numRuns },
    );
    const read = outcomes.filter(Boolean).length;
    expect(read).toBeGreaterThan(paths.length === 1 ? outcomes.length - 1 : numRuns / 10);
  });
});

function readOrRefuse(tree: Tree, gap: string): unknown {
  try {
    return createFields(tree, gap);
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}

/** A copy of a tree without some tags, wherever they are. */
function without(tree: unknown, names: readonly string[]): unknown {
  return JSON.parse(
    JSON.stringify(tree, (key, value: unknown) => (names.includes(key) ? undefined : value)),
  );
}

const HEAD = paste(envelope('text'), '');
const FORGED = '<MsgId>1</MsgId>';

describe('a text', () => {
  const read = (inside: string) => parseMessage(`<xml>${HEAD}${inside}</xml>`).fields;

  it.each([
    'x[y[0]]>1',
    'a]]>b',
    ']]>',
    ']]]>',
    ']',
    '<![CDATA[',
    'a]]><![CDATA[b',
    'a]]> <![CDATA[b',
    'a]]>&amp;<b/><![CDATA[b',
    '<s><![CDATA[ok]]></s>',
    '</Content>',
    ']]></Content>',
    ']]></Content></xml>',
    `]]></Content>${FORGED}<Content><![CDATA[`,
    `]]></Content><bizmsgmenuid><![CDATA[1]]></bizmsgmenuid><Content><![CDATA[`,
    `]]></Content><List><Item><Content><![CDATA[a]]></Content></Item></List><Content><![CDATA[`,
    `]]></Content><Encrypt><![CDATA[x]]></Encrypt></xml><xml><Content><![CDATA[`,
    '<!-- ]]></Content> -->',
    '<a b="]]></Content>"/>',
    ']]></Content><!DOCTYPE xml><Content><![CDATA[',
  ])('is read to the letter: %s', (text) => {
    for (const layout of ['', '\n ']) {
      const element = `<Content>${layout}<![CDATA[${text}]]>${layout}</Content>`;
      const fields = read(`${element}<MsgId>7</MsgId>`);
      expect(fields).toMatchObject({ Content: text, MsgId: '7', FromUserName: 'o1' });
      expect(Object.keys(fields)).toHaveLength(6);
      expect(read(`<MsgId>7</MsgId>${element}`)).toEqual(fields);
    }
  });

  it.each([
    ['a]]]]><![CDATA[>b', 'a]]>b'],
    ['a]]]><![CDATA[]>b', 'a]]>b'],
    ['a]]]]><![CDATA[>b]]]]><![CDATA[>', 'a]]>b]]>'],
    [']]]]><![CDATA[>', ']]>'],
    ['a]]>&lt;<![CDATA[b', 'a<b'],
    ['a]]>&lt;&amp;<![CDATA[', 'a<&'],
    [']]]]><![CDATA[>&amp;', ']]>&amp;'],
  ])('whose every end was escaped is joined: %s', (written, text) => {
    expect(read(`<Content><![CDATA[${written}]]></Content>`)).toMatchObject({ Content: text });
    expect(read(`<Other><![CDATA[${written}]]></Other>`)).toMatchObject({ Other: text });
  });

  it.each([
    'a]]]]><![CDATA[>b]]>c',
    'a]]>b]]]]><![CDATA[>c',
    'a]]>&lt;<![CDATA[b]]><![CDATA[c',
    'a]]>&nbsp;<![CDATA[b',
    'a]]>&lt; <![CDATA[b',
    'a]]><![CDATA[>b',
    'a]]]]><![CDATA[b',
    'a]]]><![CDATA[>b',
  ])('of which one end was not escaped is what it is: %s', (text) => {
    expect(read(`<Content><![CDATA[${text}]]></Content>`)).toMatchObject({ Content: text });
  });

  it('without a section, or with more than one, is read as XML', () => {
    expect(read('<Content>a &lt; b</Content>')).toMatchObject({ Content: 'a < b' });
    expect(read('<Content><![CDATA[a]]> b</Content>')).toMatchObject({ Content: 'a b' });
    expect(read('<Content>a <![CDATA[b]]></Content>')).toMatchObject({ Content: 'a b' });
    expect(read('<Content/>')).toMatchObject({ Content: '' });
  });

  it('is there once, or the document is refused', () => {
    expect(() => read('<Content>a</Content><Content>b</Content>')).toThrow(ParseError);
    expect(() => read('<Content>a</Content><!-- --><Content>b</Content>')).toThrow(ParseError);
    const forged = `<Content><![CDATA[a]]></Content>${FORGED}<Content><![CDATA[b]]></Content>`;
    expect(() => read(`<!-- -->${forged}`)).toThrow(ParseError);
  });
});

describe('a tag that platform and account fill', () => {
  const read = (inside: string) =>
    parseMessage(`<xml>${HEAD}${inside}<Content>c</Content></xml>`).fields;

  it('ends at its own first end, even if other texts end before', () => {
    for (const text of ['a]]>b', '<s><![CDATA[ok]]></s>', ']]></Content>', 'x[y[0]]>1']) {
      const keys = read(`<EventKey><![CDATA[${text}]]></EventKey><Ticket><![CDATA[t]]></Ticket>`);
      expect(keys).toMatchObject({ EventKey: text, Ticket: 't', Content: 'c' });
    }
  });

  it('may repeat, with words of the same name in a list', () => {
    const item = (text: string) =>
      `<item><Title><![CDATA[${text}]]></Title><Url><![CDATA[u]]></Url></item>`;
    expect(read(`<Articles>${item('a]]>')}${item('b')}</Articles>`)).toMatchObject({
      Articles: {
        item: [
          { Title: 'a]]>', Url: 'u' },
          { Title: 'b', Url: 'u' },
        ],
      },
    });
    expect(read('<A><![CDATA[a]]></A><A><![CDATA[b]]></A>')).toMatchObject({ A: ['a', 'b'] });
  });
});

describe('texts beside each other', () => {
  const link = (texts: Tree) => ({ ...envelope('link'), ...texts, MsgId: '7' });
  const harmless = { Title: 'a', Description: 'b', Url: 'c' };

  it.each(['Title', 'Description', 'Url'])('%s forges none of the others', (own) => {
    for (const forged of ['Title', 'Description', 'Url', 'MsgId', 'FromUserName', 'Encrypt']) {
      const element = `<${forged}><![CDATA[forged]]></${forged}>`;
      for (const text of [
        `x]]></${own}>${FORGED}<${own}><![CDATA[y`,
        `x]]></${own}>${element}<${own}><![CDATA[y`,
        `x]]></${own}></xml>`,
        `x]]></${own}></xml>${pasteMessage(link(harmless))}`,
        `x]]></${own}></xml>${pasteMessage(link(harmless))}<xml><${own}><![CDATA[`,
        element,
        pasteMessage(link(harmless)),
      ]) {
        const tree = link({ ...harmless, [own]: text });
        expect(plainly(createFields(tree, '\n'))).toEqual(tree);
      }
    }
  });

  it('are told apart by the blanks between the tags, and by their order', () => {
    const typed = { Title: 'x]]></Title><Description><![CDATA[y', Description: 'b', Url: 'c' };
    expect(plainly(createFields(link(typed), '\n'))).toEqual(link(typed));
    const later = { Title: 'a', Description: 'x]]></Title><Description><![CDATA[y', Url: 'c' };
    expect(plainly(createFields(link(later), '\n'))).toEqual(link(later));
    const skipping = { Title: 'x]]></Title><Url><![CDATA[y', Description: 'b', Url: 'c' };
    expect(plainly(createFields(link(skipping), ''))).toEqual(link(skipping));
  });

  it('may be exchanged where the platform writes the same for both; no other field changes', () => {
    const typed = link({ ...harmless, Description: 'x]]></Title>\n<Description><![CDATA[y' });
    expect(plainly(createFields(typed, '\n'))).toEqual({
      ...typed,
      Title: 'a]]></Title>\n<Description><![CDATA[x',
      Description: 'y',
    });
  });

  it('are refused where other tags stand between them and an end was typed', () => {
    const typed = { Title: ']]></Title>', MediaId: 'm', Description: 'b' };
    expect(() => createFields(link(typed), '\n')).toThrow(/the end of the text of a user/);
    const clean = link({ Title: ']]>', MediaId: 'm', Description: 'b' });
    expect(plainly(createFields(clean, '\n'))).toEqual(clean);
  });

  it('are refused where more ends were typed than anybody would', () => {
    const typed = (times: number) =>
      link({ ...harmless, Title: '<Title><![CDATA[]]></Title>'.repeat(times) });
    expect(plainly(createFields(typed(97), '\n'))).toEqual(typed(97));
    expect(() => createFields(typed(98), '\n')).toThrow(/the end of the text of a user/);
  });
});

describe('a delivery whose text is a push of its own', () => {
  const Content = `]]></Content>${FORGED}</xml>${pushes.join('')}<Encrypt><![CDATA[x]]></Encrypt>`;

  it.each(['plain', 'compatible', 'safe'] as const)(
    'is answered to the letter in %s',
    async (mode) => {
      const message = pasteMessage({ ...envelope('text'), Content, MsgId: '7' });
      const delivery =
        mode === 'plain' ? platform.plain(SAFE, message) : platform.safe(SAFE, message);
      const { Encrypt } =
        /<Encrypt>(?<Encrypt>.*)<\/Encrypt>/.exec(`${delivery.body}`)?.groups ?? {};
      const beside = message.replace(/<\/xml>$/, () => `<Encrypt>${Encrypt}</Encrypt></xml>`);
      const body = mode === 'compatible' ? beside : delivery.body;
      const seen: string[] = [];
      const webhook = createWebhook(
        { ...SAFE, mode, logger: recorder() },
        {
          text: ({ content, id }) => {
            seen.push(content, id);
          },
        },
      );
      expect(await webhook.handle({ ...delivery, body })).toMatchObject({ status: 200 });
      expect(seen).toEqual([Content, '7']);
    },
  );
});
