import { readJson as parse } from '@wechat-mp/core/adapter';
import type { WireFields } from '../wire.ts';
import type { Tags } from './xml.ts';

/** Writes a message as 微信云托管 pushes it: ids are numbers larger than JavaScript's. */
export function writeJson(fields: WireFields): string {
  return JSON.stringify(fields).replaceAll(/"(MsgId|MsgID)":"(\d+)"/g, '"$1":$2');
}

/** Reads a bot's JSON as the tags of its XML; returns a problem for its developer when it is invalid. */
export function readJson(body: string): { tags: Tags; hints: string[] } | { problem: string } {
  let value: unknown;
  try {
    value = parse(body);
  } catch {
    const isXml = body.trimStart().startsWith('<');
    return {
      problem: isXml
        ? 'it is XML; a reply to a JSON message has to be JSON'
        : 'it is neither JSON, nor success, nor empty',
    };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problem: 'it is JSON, but not an object' };
  }
  const { Articles, ...others } = value as Readonly<Record<string, unknown>>;
  if (Articles !== undefined && !Array.isArray(Articles)) {
    return { problem: 'Articles must be a list in JSON' };
  }
  const tags = Articles === undefined ? others : { ...others, Articles: { item: Articles } };
  return { tags: toText(tags) as Tags, hints: [] };
}

/** Converts a value to text, as tags are. */
function toText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toText);
  if (value === null) return '';
  if (typeof value !== 'object') return String(value as string | number | boolean);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toText(one)]));
}
