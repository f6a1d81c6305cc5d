/** Bodies that fill the limit of 256 KiB with what parsers find hard. */

import * as platform from '../support/platform.ts';
import { accounts, type Case, type Expected, saying, text } from './deliveries.ts';

const LIMIT = 256 * 1024;
const xml = platform.writeXml(text('hello'));
const answered = saying('You said: hello');

/** Fills a document up to the limit: `part` gets a number, so that parts can differ. All is ASCII. */
function fill(before: string, part: (index: number) => string, after: string): string {
  const room = LIMIT - Buffer.byteLength(before + after);
  const first = part(0);
  if (first === part(1)) return before + first.repeat(Math.floor(room / first.length)) + after;
  let parts = '';
  for (let index = 0, next = first; parts.length + next.length <= room; next = part(index)) {
    parts += next;
    index += 1;
  }
  return before + parts + after;
}

const [head, tail] = [xml.slice(0, -'</xml>'.length), '</xml>'];
const [beforeContent, afterContent] = xml.split('<![CDATA[hello]]>') as [string, string];
const inTags = (part: (index: number) => string) => fill(head, part, tail);
const inContent = (part: (index: number) => string) => fill(beforeContent, part, afterContent);
const characters = (count: number) => saying(`You said ${count} characters`);
const room = (...around: string[]) => LIMIT - Buffer.byteLength(around.join(''));
const count = (body: string, part: string) => body.split(part).length - 1;
const jsonHead = `{"ToUserName":"${platform.GH}","FromUserName":"${platform.OPENID}","MsgType":"text","Content":"hello"`;
const inJson = (before: string, part: (index: number) => string, after: string) =>
  fill(`${jsonHead},${before}`, part, after);
const answeredInJson: Expected = { json: { MsgType: 'text', Content: 'You said: hello' } };

const entities = inContent(() => '&lt;');
const plainText = inContent(() => 'x');
const section = fill(`${beforeContent}<![CDATA[`, () => 'x', `]]>${afterContent}`);
const sections = inContent(() => '<![CDATA[x]]>');
const brackets = fill(`${beforeContent}<![CDATA[`, () => ']', `]]>${afterContent}`);

const bodies: Record<string, readonly [body: string, expected: Expected]> = {
  'open tags': [fill('<xml>', () => '<a>', ''), 400],
  'pairs of tags': [inTags(() => '<a></a>'), 400],
  'empty tags, all different': [inTags((index) => `<a${index}/>`), 400],
  'texts between tags': [inTags(() => 'x<a/>'), 400],
  'nested groups': [inTags(() => '<a><b><c/></b></a>'), 400],
  'entities &lt;': [entities, characters(count(entities, '&lt;'))],
  'character references': [inTags(() => '&#x4f60;'), answered],
  text: [plainText, characters(room(beforeContent, afterContent))],
  'one CDATA section': [section, characters(room(beforeContent, '<![CDATA[]]>', afterContent))],
  'one CDATA section of brackets': [
    brackets,
    characters(room(beforeContent, '<![CDATA[]]>', afterContent)),
  ],
  // The platform writes one section in a tag: all between its ends is what the user typed.
  'CDATA sections': [
    sections,
    characters(sections.length - `${beforeContent}<![CDATA[]]>${afterContent}`.length),
  ],
  'one comment': [fill(`${head}<!--`, () => 'x', `-->${tail}`), answered],
  comments: [inTags(() => '<!---->'), answered],
  'processing instructions': [inTags(() => '<?a?>'), 400],
  attributes: [fill(`${head}<a`, (index) => ` a${index}=""`, `/>${tail}`), 400],
  'one attribute': [fill(`${head}<a b="`, () => '&lt;', `"/>${tail}`), answered],
  'one tag name': [fill('<', () => 'a', ''), 400],
  'line feeds': [inTags(() => '\r\n'), answered],
  'control characters': [inTags(() => '\b'), answered],
  'JSON open brackets': [inJson('"a":', () => '[', ''), 400],
  'JSON open braces': [fill('', () => '{"a":', ''), 400],
  'JSON fields': [inJson('', (index) => `"a${index}":1,`, '"z":1}'), 400],
  'JSON numbers': [inJson('"a":[', () => '1,', '1]}'), 400],
  'JSON one number': [inJson('"a":', () => '1', '}'), answeredInJson],
  'JSON escapes': [inJson('"a":"', () => '\\u4f60', '"}'), answeredInJson],
  'JSON blanks': [fill('{', () => ' ', ''), 400],
};

/** A message of its own, not another delivery of the one that the body before it has. */
function asNewMessage(body: string): string {
  return body.replace(/<MsgId>\d+/, `<MsgId>${platform.newMessageId()}`);
}

/** Signed rightly: what is left to refuse is the body itself. */
export const hostileBodies: readonly Case[] = Object.entries(bodies).map(
  ([name, [body, expected]]) => ({
    name,
    to: 'plain',
    sent: () => platform.plain(accounts.plain, asNewMessage(body)),
    expected,
  }),
);
