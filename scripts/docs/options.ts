// The rows of options in the documentation: names and defaults out of the table that reads them,
// English out of the doc comments of their type, Chinese out of chinese-options.ts.
import { readFileSync } from 'node:fs';
import { WEBHOOK_OPTIONS } from '../../packages/core/src/options.ts';
import { CHINESE_OPTIONS } from './chinese-options.ts';

type Language = 'en' | 'zh-CN';
type Name = keyof typeof WEBHOOK_OPTIONS;

const SOURCE = new URL('../../packages/core/src/options.ts', import.meta.url);
const BLOCK = /(<!-- options:([^>]*)-->\n)(.*?)(<!-- \/options -->)/gs;

/** Writes the rows between the marks of a page: those that the mark names, or all. */
export function fillOptions(page: string, language: Language): string {
  return page.replace(BLOCK, (_, start: string, names: string, _old, end: string) => {
    const named = names.trim().split(/,?\s+/).filter(Boolean);
    return `${start}\n${createTable(named.length > 0 ? named : listNames(), language)}\n\n${end}`;
  });
}

export function listNames(): string[] {
  return Object.keys(WEBHOOK_OPTIONS);
}

function createTable(names: readonly string[], language: Language): string {
  const head = language === 'en' ? ['Name', 'Meaning', 'Default'] : ['名称', '含义', '默认值'];
  const rows = names.map((name) => [`\`${name}\``, ...createCells(name as Name, language)]);
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function createCells(name: Name, language: Language): [meaning: string, initial: string] {
  if (!Object.hasOwn(WEBHOOK_OPTIONS, name)) throw new Error(`there is no option ${name}`);
  const comment = readComment(name);
  const words = language === 'en' ? comment.text : CHINESE_OPTIONS[name];
  const [meaning = '', said = ''] = words.split(language === 'en' ? /\s*Default: / : '默认：');
  const initial = readInitial(name);
  if (initial !== undefined) {
    checkInitial(name, initial, comment.text);
    return [meaning, `\`${initial}\``];
  }
  const needed = language === 'en' ? 'required' : '必填';
  const [value = '', ...more] = said.split(/(?<=[.。])\s*/);
  const whole = [meaning, ...more].join(language === 'en' ? ' ' : '').trim();
  return [whole, value.replace(/[.。]$/, '') || (comment.isNeeded ? needed : '')];
}

/** Returns a default that is a plain value. */
function readInitial(name: Name): string | number | boolean | undefined {
  const { initial } = WEBHOOK_OPTIONS[name] as { initial?: unknown };
  return ['string', 'number', 'boolean'].includes(typeof initial)
    ? (initial as string | number | boolean)
    : undefined;
}

/** A comment that states another default than the table has is an error. */
function checkInitial(name: Name, initial: string | number | boolean, text: string): void {
  const said = /Default: `?([^`.;,]+)/.exec(text)?.[1]?.trim() ?? '';
  const [, digits, unit] = /^([\d ]+?)\s*(KiB)?$/.exec(said) ?? [];
  const value = digits && Number(digits.replaceAll(' ', '')) * (unit ? 1024 : 1);
  if (`${value ?? said}` === `${initial}`) return;
  throw new Error(`the comment of ${name} says ${said}, its table ${initial}`);
}

function readComment(name: Name): { text: string; isNeeded: boolean } {
  const source = readFileSync(SOURCE, 'utf8');
  const type = source.slice(source.indexOf('export interface WebhookOptions {'));
  const found = new RegExp(String.raw`/\*\*((?:(?!\*/).)*)\*/\s*${name}(\??):`, 's').exec(type);
  if (!found) throw new Error(`${name} needs a comment in WebhookOptions`);
  const text = (found[1] ?? '').replaceAll(/\s*\n\s*\*?\s*/g, ' ').trim();
  return { text, isNeeded: found[2] === '' };
}
