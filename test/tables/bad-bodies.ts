/** Bodies that are not a message, or only look like none. */

import * as platform from '../support/platform.ts';
import { type Expected, saying, text } from './deliveries.ts';

const xml = platform.writeXml(text('hello'));
const click = platform.writeXml(platform.event('CLICK', { EventKey: 'a' }));
const entity = (doctype: string) =>
  `<!DOCTYPE xml [${doctype}]>${xml.replace('hello', ']]>&a;<![CDATA[')}`;
const bomb = Array.from({ length: 9 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`);
const inside = (tags: string) => xml.replace('</xml>', `${tags}</xml>`);

export const badBodies: Record<string, readonly [body: string, expected: Expected]> = {
  'empty body': ['', 400],
  'blank body': [' \r\n\t', 400],
  'truncated XML': [xml.slice(0, -20), 400],
  'mismatched tags': ['<xml><MsgType>text</ToUserName></xml>', 400],
  'overlapping tags': [xml.replace('</xml>', '<a><b></a></b></xml>'), 400],
  'two roots': [click + click, 400],
  'text after the root': [`${xml}<`, 400],
  'another root': [xml.replaceAll('xml>', 'html>'), 400],
  'no markup': ['signature=1&timestamp=2', 400],
  'bare ampersand': [inside('<Extra>a & b</Extra>'), 400],
  DOCTYPE: [`<!DOCTYPE xml>${xml}`, 400],
  'entity bomb': [entity(`<!ENTITY e0 "lol">${bomb.join('')}<!ENTITY a "&e9;">`), 400],
  'external entity': [entity('<!ENTITY a SYSTEM "file:///etc/passwd">'), 400],
  'external parameter entity': [entity('<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;'), 400],
  'undefined entity': [inside('<Extra>&a;</Extra>'), 400],
  'XML nested 20 000 deep': [inside('<a>'.repeat(2e4) + '</a>'.repeat(2e4)), 400],
  'JSON nested 80 000 deep': [`{"a":${'['.repeat(8e4)}${']'.repeat(8e4)}}`, 400],
  'JSON nested 2 000 deep': [`{"a":${'['.repeat(2e3)}${']'.repeat(2e3)}}`, 400],
  'truncated JSON': ['{"MsgType":"text"', 400],
  'JSON null': ['null', 400],
  'no MsgType': [xml.replace(/<MsgType>.*<\/MsgType>/, ''), 400],
  'no FromUserName': [xml.replace(/<FromUserName>.*<\/FromUserName>/, ''), 400],
  'byte order mark': [`\ufeff${xml}`, saying('You said: hello')],
  'declaration after blank lines': [
    `\n <?xml version="1.0"?>\n<!-- x -->${xml}`,
    saying('You said: hello'),
  ],
  'tags __proto__ and constructor': [
    inside(
      '<__proto__><polluted>1</polluted></__proto__><constructor><prototype><polluted>1</polluted></prototype></constructor>',
    ),
    saying('You said: hello'),
  ],
};
