/**
 * The worst documents that fit into a body. A delivery is read only after its signature was checked,
 * but a signature in plain mode does not cover the body, and one that leaked can be sent again for as
 * long as maxAge permits.
 */

/** Bytes of a body at most, unless `bodyLimit` says otherwise. */
export const BODY_LIMIT = 1024 * 1024;

const HEAD =
  '<ToUserName>gh</ToUserName><FromUserName>user</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType>';
const JSON_HEAD = '"ToUserName":"gh","FromUserName":"user","CreateTime":1,"MsgType":"text"';
/** The event that has the most optional fields, each of which is looked for in every spelling. */
const CARD_HEAD = HEAD.replace('text', 'event') + '<Event>user_get_card</Event>';
const CARD_JSON_HEAD = `${JSON_HEAD.replace('text', 'event')},"Event":"user_get_card"`;

/** Writes a document of at most a number of bytes. */
type Make = (size: number) => string | Uint8Array;
/** A part of a document; a function makes a different one each time. */
type Part = string | ((index: number) => string);

/** `part` as often as it fits, between the two ends. */
const fill =
  (start: string, part: Part, end = '') =>
  (size: number): string => {
    const room = size - Buffer.byteLength(start) - Buffer.byteLength(end);
    if (typeof part === 'string') {
      return start + part.repeat(Math.floor(room / Buffer.byteLength(part))) + end;
    }
    const parts: string[] = [];
    for (let length = 0, index = 0; ; index++) {
      const next = part(index);
      length += Buffer.byteLength(next);
      if (length > room) return start + parts.join('') + end;
      parts.push(next);
    }
  };
const inMessage = (part: Part, head = HEAD) => fill(`<xml>${head}`, part, '</xml>');
const inContent = (part: string) =>
  fill(`<xml>${HEAD}<Content>`, part, '</Content><MsgId>1</MsgId></xml>');
const inTitle = (part: string) =>
  fill(
    `<xml>${HEAD}<Title><![CDATA[`,
    part,
    ']]></Title><Description><![CDATA[]]></Description><Url><![CDATA[]]></Url></xml>',
  );
const inJson = (part: Part, head = JSON_HEAD, end = '"z":1}') => fill(`{${head},`, part, end);
const nested = (open: string, close: string, depth: number) =>
  open.repeat(depth) + close.repeat(depth);
/** Somewhat fewer than the parser allows. */
const FIELDS = 9000;
const several = (part: Part, count = FIELDS) =>
  Array.from({ length: count }, (_, index) => (typeof part === 'string' ? part : part(index))).join(
    '',
  );
/** As deep as the parser allows below `<xml>`. */
const DEEPEST = 31;

/** `either` where it depends on the stack, or on what is counted against the bounds. */
type Outcome = 'message' | 'ParseError' | 'either';
export const hostileDocuments: Readonly<Record<string, readonly [make: Make, outcome: Outcome]>> = {
  'open tags': [fill('', '<xml>'), 'ParseError'],
  'open tags with long names': [fill('', `<${'x'.repeat(1000)}>`), 'ParseError'],
  'close tags': [fill('<xml>', '</a>'), 'ParseError'],
  pairs: [inMessage('<a></a>'), 'ParseError'],
  'pairs with text': [inMessage('<a>1</a>'), 'ParseError'],
  'pairs with different names': [inMessage((index) => `<a${index}>1</a${index}>`), 'ParseError'],
  'pairs with different names in the event with most fields': [
    inMessage((index) => `<a${index}/>`, CARD_HEAD),
    'ParseError',
  ],
  'names as long as the looked for ones': [
    inMessage((index) => `<A${String(index).padStart(6, '0')}/>`, CARD_HEAD),
    'ParseError',
  ],
  'pairs as deep as is allowed': [inMessage(nested('<a>', '</a>', DEEPEST)), 'ParseError'],
  'pairs one deeper than is allowed': [inMessage(nested('<a>', '</a>', DEEPEST + 1)), 'ParseError'],
  'as many names as are allowed in the event with most fields': [
    () => `<xml>${CARD_HEAD}${several((index) => `<A${String(index).padStart(6, '0')}/>`)}</xml>`,
    'message',
  ],
  'as many pictures as are allowed': [
    () =>
      `<xml>${HEAD.replace('text', 'event')}<Event>pic_weixin</Event><SendPicsInfo><PicList>${several(
        '<item><PicMd5Sum>a</PicMd5Sum></item>',
        FIELDS / 2,
      )}</PicList></SendPicsInfo></xml>`,
    'message',
  ],
  'as many long texts as are allowed': [
    () => `<xml>${HEAD}${several(`<a>${'a'.repeat(90)}</a>`)}</xml>`,
    'message',
  ],
  'self-closing tags': [inMessage('<a/>'), 'ParseError'],
  'one tag name': [fill('<xml><', 'a', '/></xml>'), 'ParseError'],
  'pictures of an event': [
    fill(
      `<xml>${HEAD.replace('text', 'event')}<Event>pic_weixin</Event><SendPicsInfo><PicList>`,
      '<item><PicMd5Sum>a</PicMd5Sum></item>',
      '</PicList></SendPicsInfo></xml>',
    ),
    'ParseError',
  ],
  'lists of pictures': [
    fill(
      `<xml>${HEAD.replace('text', 'event')}<Event>pic_weixin</Event><SendPicsInfo>`,
      '<PicList><item/></PicList>',
      '</SendPicsInfo></xml>',
    ),
    'ParseError',
  ],
  'a number': [fill(`<xml>${HEAD}<CreateTime>`, '9', '</CreateTime></xml>'), 'message'],
  'a number first': [fill(`<xml><CreateTime>`, '9', `</CreateTime>${HEAD}</xml>`), 'message'],
  'CDATA sections': [inContent('<![CDATA[]]>'), 'message'],
  'CDATA sections of one character': [inContent('<![CDATA[a]]>'), 'message'],
  'one CDATA section': [
    fill(`<xml>${HEAD}<Content><![CDATA[`, 'a', ']]></Content></xml>'),
    'message',
  ],
  'one CDATA section of ]': [
    fill(`<xml>${HEAD}<Content><![CDATA[`, ']', ']]></Content></xml>'),
    'message',
  ],
  'one CDATA section of ]]a': [
    fill(`<xml>${HEAD}<Content><![CDATA[`, ']]a', ']]></Content></xml>'),
    'message',
  ],
  'one CDATA section of its own ends': [
    fill(`<xml>${HEAD}<Content><![CDATA[`, ']]></Content>', ']]></Content></xml>'),
    'message',
  ],
  'one CDATA section of ends without a tag': [
    fill(`<xml>${HEAD}<EventKey><![CDATA[`, ']]>', ']]></EventKey></xml>'),
    'message',
  ],
  'one CDATA section of ends that were escaped': [
    fill(`<xml>${HEAD}<Content><![CDATA[`, ']]]]><![CDATA[>', ']]></Content></xml>'),
    'message',
  ],
  'CDATA sections without their own end': [
    inMessage((index) => `<a${index}><![CDATA[a]]>b</a${index}>`),
    'ParseError',
  ],
  'CDATA sections that hold tags': [inMessage('<a><![CDATA[a]]><b/></a>'), 'ParseError'],
  'a title of its own ends': [inTitle(']]></Title>'), 'ParseError'],
  'a title of its own starts and ends': [inTitle('<Title><![CDATA[]]></Title>'), 'ParseError'],
  'a title of the ends of the description': [inTitle(']]></Description>'), 'message'],
  'a title of titles and descriptions': [
    inTitle(']]></Title><Description><![CDATA[]]></Description><Title><![CDATA['),
    'ParseError',
  ],
  'titles without their own end': [
    fill(`<xml>${HEAD}`, '<Title><![CDATA[a]]>b</Title>', '<Url><![CDATA[a]]></Url></xml>'),
    'ParseError',
  ],
  'one CDATA section of CR': [
    fill(`<xml>${HEAD}<Content><![CDATA[`, '\r', ']]></Content></xml>'),
    'message',
  ],
  'a CDATA section without end': [fill(`<xml>${HEAD}<Content><![CDATA[`, ']'), 'ParseError'],
  comments: [inMessage('<!---->'), 'message'],
  'one comment': [fill(`<xml>${HEAD}<!--`, 'a', '--></xml>'), 'message'],
  'one comment of dashes and blanks': [fill(`<xml>${HEAD}<!--`, '- ', '--></xml>'), 'message'],
  'a comment without end': [fill('<xml><!--', '- '), 'ParseError'],
  'comments before the root': [fill('', '<!---->', `<xml>${HEAD}</xml>`), 'message'],
  entities: [inContent('&amp;'), 'message'],
  'numeric entities': [inContent('&#65;'), 'message'],
  'entities that are not known': [inContent('&a;'), 'ParseError'],
  'one entity without end': [fill(`<xml>${HEAD}<Content>&`, 'a', '</Content></xml>'), 'ParseError'],
  'one numeric entity': [fill(`<xml>${HEAD}<Content>&#`, '1', ';</Content></xml>'), 'ParseError'],
  ampersands: [inContent('&'), 'ParseError'],
  attributes: [fill(`<xml>${HEAD}<a `, (index) => `a${index}="" `, '/></xml>'), 'ParseError'],
  'attributes of the same name': [fill(`<xml>${HEAD}<a `, 'a="" ', '/></xml>'), 'ParseError'],
  'tags with an attribute': [inMessage('<a b="1"/>'), 'ParseError'],
  'one attribute': [fill(`<xml>${HEAD}<a b="`, 'a', '"/></xml>'), 'message'],
  'one attribute of entities': [fill(`<xml>${HEAD}<a b="`, '&lt;', '"/></xml>'), 'message'],
  'one attribute of LF': [fill(`<xml>${HEAD}<a b="`, '\n', '"/></xml>'), 'message'],
  'blanks inside a tag': [fill(`<xml>${HEAD}<a`, ' ', '/></xml>'), 'message'],
  'processing instructions': [inMessage('<?a?>'), 'ParseError'],
  'one processing instruction': [fill(`<xml>${HEAD}<?a `, '?', '?></xml>'), 'message'],
  'an XML declaration': [fill('<?xml version="1.0"', ' ', `?><xml>${HEAD}</xml>`), 'message'],
  'blanks before': [fill('', ' ', `<xml>${HEAD}</xml>`), 'message'],
  'blanks between': [inMessage(' '), 'message'],
  'blanks between tags': [inMessage('<a/> '), 'ParseError'],
  'blanks after': [fill(`<xml>${HEAD}</xml>`, ' '), 'message'],
  'only blanks': [fill('', ' '), 'ParseError'],
  'no-break blanks': [fill('', '\u00a0', '<'), 'ParseError'],
  'CR LF': [inContent('\r\n'), 'message'],
  CR: [inContent('\r'), 'message'],
  emoji: [inContent('😀'), 'message'],
  'emoji as names': [fill('<xml><', '😀', '/></xml>'), 'ParseError'],
  'forbidden characters': [inContent('\0'), 'message'],
  'forbidden characters between tags': [inContent('\u0001<a/>\uffff'), 'ParseError'],
  'half surrogates': [inContent('\ud83d'), 'message'],
  'half surrogates and letters': [inContent('\ud83da'), 'message'],
  'bytes that are not UTF-8': [(size) => Buffer.alloc(size, 0xff), 'ParseError'],
  'bytes that are not UTF-8, in a message': [
    (size) => Buffer.from(inContent('\u00ff')(size), 'latin1'),
    'message',
  ],
  'zero bytes': [(size) => new Uint8Array(size), 'ParseError'],
  'less-than signs': [fill('', '<'), 'ParseError'],
  'a DOCTYPE with entities': [
    fill(
      '<!DOCTYPE xml [<!ENTITY a0 "aaaaaaaaaa">',
      (index) => `<!ENTITY a${index + 1} "${`&a${index};`.repeat(10)}">`,
      ']><xml>&a9;</xml>',
    ),
    'ParseError',
  ],
  'a DOCTYPE without end': [fill('<!DOCTYPE xml [', '<!ENTITY a "a">'), 'ParseError'],
  'a DOCTYPE of quotes': [fill('<!DOCTYPE xml [', '"\'"'), 'ParseError'],

  'JSON arrays': [fill('', '['), 'ParseError'],
  'JSON arrays in a field': [fill(`{${JSON_HEAD},"a":`, '['), 'ParseError'],
  'JSON objects in objects': [fill('', '{"a":'), 'ParseError'],
  'JSON arrays, all closed': [
    (size) => `{${JSON_HEAD},"a":${nested('[', ']', size / 2 - 100)}}`,
    'ParseError',
  ],
  'JSON objects, all closed': [
    (size) => nested('{"a":', '}', Math.floor(size / 6)).replace(':}', ':1}'),
    'ParseError',
  ],
  ...Object.fromEntries(
    [500, 1000, 2000, 3000, 4000, 6000, 8000].map((depth) => [
      `JSON arrays, ${depth} deep`,
      [() => `{${JSON_HEAD},"a":${nested('[', ']', depth)}}`, 'either'],
    ]),
  ),
  ...Object.fromEntries(
    [1000, 2000, 2500, 3000].map((depth) => [
      `JSON arrays and objects, ${depth} deep`,
      [() => `{${JSON_HEAD},"a":${nested('[{"a":', '}]', depth).replace(':}', ':1}')}}`, 'either'],
    ]),
  ),
  'JSON with many keys': [inJson((index) => `"a${index}":1,`), 'ParseError'],
  'JSON with many keys in the event with most fields': [
    inJson((index) => `"a${index}":1,`, CARD_JSON_HEAD),
    'ParseError',
  ],
  'JSON keys as long as the looked for ones': [
    inJson((index) => `"A${String(index).padStart(6, '0')}":1,`, CARD_JSON_HEAD),
    'ParseError',
  ],
  'JSON keys that are numbers': [inJson((index) => `"${index}":1,`, CARD_JSON_HEAD), 'ParseError'],
  'as many JSON keys as are allowed in the event with most fields': [
    () => `{${several((index) => `"A${String(index).padStart(6, '0')}":1,`)}${CARD_JSON_HEAD}}`,
    'message',
  ],
  'JSON keys that collide': [inJson('"a":1,'), 'either'],
  'JSON with __proto__': [inJson('"__proto__":{"a":1},'), 'either'],
  'a JSON list': [fill(`{${JSON_HEAD},"a":[`, '0,', '0]}'), 'ParseError'],
  'a JSON list of objects': [fill(`{${JSON_HEAD},"a":[`, '{},', '0]}'), 'either'],
  'a JSON list of lists': [fill(`{${JSON_HEAD},"a":[`, '[],', '0]}'), 'either'],
  'a JSON list of null': [fill(`{${JSON_HEAD},"a":[`, 'null,', '0]}'), 'either'],
  'a JSON text': [fill(`{${JSON_HEAD},"a":"`, 'a', '"}'), 'message'],
  'a JSON text of escapes': [fill(`{${JSON_HEAD},"a":"`, '\\u0041', '"}'), 'message'],
  'a JSON text of backslashes': [fill(`{${JSON_HEAD},"a":"`, '\\\\', '"}'), 'message'],
  'a JSON text without end': [fill(`{${JSON_HEAD},"a":"`, 'a'), 'ParseError'],
  'a JSON text of escaped quotes': [fill(`{${JSON_HEAD},"a":"`, '\\"', '"}'), 'message'],
  'a JSON text of escaped quotes without end': [fill(`{${JSON_HEAD},"a":"`, '\\"'), 'ParseError'],
  'a JSON text of escaped quotes that ends in a backslash': [
    fill(`{${JSON_HEAD},"a":"`, '\\"', '\\'),
    'ParseError',
  ],
  'JSON texts without end': [fill(`{${JSON_HEAD},"a":`, '"\\"'), 'ParseError'],
  'JSON minus signs': [fill(`{${JSON_HEAD},"a":`, '-'), 'ParseError'],
  'JSON numbers with minus signs': [fill(`{${JSON_HEAD},"a":[`, '-1', ']}'), 'either'],
  'JSON numbers and quotes': [fill(`{${JSON_HEAD},"a":`, '1"'), 'ParseError'],
  'a JSON number': [fill(`{${JSON_HEAD},"a":`, '9', '}'), 'message'],
  'a JSON number as the time': [
    fill(`{${JSON_HEAD.replace('"CreateTime":1', '"a":1')},"CreateTime":`, '9', '}'),
    'message',
  ],
  'a JSON number with exponent': [fill(`{${JSON_HEAD},"a":1e`, '9', '}'), 'message'],
  'JSON blanks': [fill('{', ' ', `${JSON_HEAD}}`), 'message'],
  'JSON brackets behind': [fill(`{${JSON_HEAD}}`, '}'), 'ParseError'],
};
