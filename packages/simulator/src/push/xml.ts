import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { WireFields, WireValue } from '../wire.ts';

/** Tags whose digits are written bare, like numbers. */
const BARE: ReadonlySet<string> = new Set(['MsgId', 'MsgID']);

/**
 * Writes a message as the platform does: text in CDATA, numbers bare, each tag on its own line.
 * Users' text is not changed within its CDATA, including `]]>` and control characters:
 * https://github.com/silenceper/wechat/issues/750 and https://github.com/offu/WeRoBot/issues/420
 */
export function writeXml(fields: WireFields): string {
  return `<xml>${writeAll(fields)}</xml>`;
}

function writeAll(fields: WireFields): string {
  return Object.entries(fields)
    .map(([tag, value]) => writeTag(tag, value))
    .join('');
}

function writeTag(tag: string, value: WireValue): string {
  if (isList(value)) return value.map((item) => writeTag(tag, item)).join('');
  if (typeof value === 'object') return `<${tag}>${writeAll(value)}</${tag}>\n`;
  if (typeof value === 'number' || BARE.has(tag)) return `<${tag}>${value}</${tag}>\n`;
  return `<${tag}><![CDATA[${value}]]></${tag}>\n`;
}

function isList(value: WireValue): value is readonly WireFields[] {
  return Array.isArray(value);
}

/** The tags of a bot's XML; their values are always text. */
export interface Tags {
  readonly [tag: string]: string | Tags | readonly (string | Tags)[] | undefined;
}

const parser = new XMLParser({
  parseTagValue: false,
  // Blanks between the tags are layout; within CDATA they are kept.
  trimValues: false,
  processEntities: true,
  isArray: (tag) => tag === 'item',
});

const DOCTYPE = /<!doctype[^[>]*(?:\[[^\]]*\])?[^>]*>/gi;

/**
 * Reads a bot's XML; returns a problem for its developer when it is invalid. An answer that is
 * neither XML, success, nor empty is abnormal:
 * https://developers.weixin.qq.com/doc/service/guide/product/message/Passive_user_reply_message.html
 */
export function readXml(body: string): { tags: Tags; hints: string[] } | { problem: string } {
  const start = body.trimStart();
  if (!start.startsWith('<')) return { problem: notXml(start) };
  if (/^<!doctype html|^<html/i.test(start)) return { problem: 'it is a web page (HTML), not XML' };
  // Whether the platform takes one is not known; its entities stay unread.
  const text = body.replaceAll(DOCTYPE, '');
  const hints = text === body ? [] : ['it has a DOCTYPE, which the platform may refuse'];
  const valid = XMLValidator.validate(text);
  if (valid !== true) {
    const { msg, line } = valid.err;
    return { problem: `it is not well-formed XML: ${msg.replace(/\.$/, '')} (line ${line})` };
  }
  const { xml } = parser.parse(text) as { xml?: Tags | string };
  if (typeof xml !== 'object') return { problem: 'its root is not <xml>, or is empty' };
  return { tags: xml, hints };
}

function notXml(start: string): string {
  if (start.startsWith('{') || start.startsWith('[')) {
    return 'it is JSON; a reply to an XML message must be XML';
  }
  return 'it is neither XML, nor success, nor empty';
}
