// Writes docs/messages.md out of the tables and their doc comments. With --check it only compares.
// Run: npm run docs
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { EVENTS } from '../packages/core/src/message/events.ts';
import type { Shape } from '../packages/core/src/message/field.ts';
import { MESSAGES } from '../packages/core/src/message/messages.ts';
import { reply } from '../packages/core/src/reply/reply.ts';

const FILE = 'docs/messages.md';
const RUN = 'npm run docs';

const root = new URL('../', import.meta.url);
const source = (path: string) => readFileSync(new URL(`packages/core/src/${path}`, root), 'utf8');

const document = `# Messages and replies · 消息与回复

A handler is registered under a message’s name, which is also its \`type\`. Every message has \`type\`, \`target\` (ToUserName), \`source\` (FromUserName), \`time\` (CreateTime), \`raw\` and \`fields\` as well. Beside each field stands its tag on the wire; \`?\` marks what may be undefined, \`[]\` a list, braces what is inside. What no row names arrives as \`unknown\` or \`event:unknown\`, with everything in \`fields\`.

处理函数以消息名注册，消息名即 \`message.type\`。每条消息另有 \`type\`、\`target\`（ToUserName）、\`source\`（FromUserName）、\`time\`（CreateTime）、\`raw\` 和 \`fields\`。括号内是字段在报文中的标签；\`?\` 表示可能为 undefined，\`[]\` 表示列表，花括号内是下级字段。表中没有的类型以 \`unknown\` 或 \`event:unknown\` 到达，全部内容在 \`fields\` 中。

<!-- Written by scripts/generate-docs.ts: change the tables in packages/core/src, not this file. -->

## Messages · 消息

${messageTable(MESSAGES, source('message/messages.ts'))}

## Events · 事件

${messageTable(EVENTS, source('message/events.ts'))}

## Replies · 回复

A handler returns a string for a text, an array of articles for news, nothing for no answer, or one of these. 处理函数可返回字符串（文本）、文章数组（图文）、空值（不回复），或下列之一。

${replyTable(source('reply/reply.ts'))}
`;

const file = new URL(FILE, root);
if (!process.argv.includes('--check')) {
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, document);
} else if (!existsSync(file) || readFileSync(file, 'utf8') !== document) {
  console.error(`${FILE} is stale; write it again with: ${RUN}`);
  process.exitCode = 1;
}

function messageTable(table: Record<string, Shape>, code: string): string {
  const comments = commentsOf(code);
  const rows = Object.entries(table).map(([name, shape]) => [
    `\`${name}\``,
    ...(comments.get(name) ?? ['', '']),
    fieldsOf(shape),
  ]);
  return tableOf(['name', '名称', 'what it is', 'fields'], rows);
}

function replyTable(code: string): string {
  const constructors = code.slice(code.indexOf('export const reply = {'));
  const comments = commentsOf(constructors);
  const rows = Object.keys(reply).map((name) => {
    const head = new RegExp(`^ {2}${name}: \\((.*?)\\): (\\w+) =>`, 'ms').exec(constructors);
    const parameters = (head?.[1] ?? '').replaceAll(/\{[^{}]*\}|<[^<>]*>/g, '');
    const names = [...parameters.matchAll(/(\w+)(\?)?:[^,=]*(=)?/g)].map(
      ([, parameter, optional, initial]) => `${parameter}${optional || initial ? '?' : ''}`,
    );
    return [
      `\`reply.${name}(${names.join(', ')})\``,
      ...(comments.get(name) ?? ['', '']),
      `\`{ ${members(code, head?.[2] ?? '')} }\``,
    ];
  });
  return tableOf(['constructor', '名称', 'what it is', 'gives'], rows);
}

/** The doc comments above the rows of a table, as the Chinese name and the English sentence. */
function commentsOf(code: string): Map<string, [chinese: string, english: string]> {
  const rows = code.matchAll(/^ {2}\/\*\*((?:(?!\*\/).)*)\*\/\n {2}'?([\w:]+)'?: /gms);
  return new Map(
    [...rows].map(([, comment = '', name = '']) => {
      const text = comment.replaceAll(/\s*\n\s*\*?\s*/g, ' ').trim();
      const [, chinese = text, english = ''] = /^(.*?): (.*)$/.exec(text) ?? [];
      return [name, [chinese, english]];
    }),
  );
}

function fieldsOf(shape: Shape): string {
  const fields = Object.entries(shape).map(([name, { tag, kind, optional, shape: inside }]) => {
    const list = kind === 'list' || kind === 'numbers' ? '[]' : '';
    const field = `\`${name}${list}${optional ? '?' : ''}\` (${tag})`;
    return inside ? `${field} { ${fieldsOf(inside)} }` : field;
  });
  return fields.join(', ');
}

/** The members of an interface and of the one that it extends. */
function members(code: string, name: string): string {
  const found = new RegExp(`interface ${name}(?: extends (\\w+))? \\{(.*?)^\\}`, 'ms').exec(code);
  const own = [...(found?.[2] ?? '').matchAll(/^ {2}(\w+\??): ([^;]*)/gm)].map(
    ([, member, type]) => (member === 'type' ? `type: ${type}` : `${member}`),
  );
  const [type, ...rest] = own;
  const inherited = found?.[1] ? members(code, found[1]) : '';
  return (inherited ? [type, inherited, ...rest] : own).join(', ');
}

function tableOf(head: string[], rows: string[][]): string {
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
