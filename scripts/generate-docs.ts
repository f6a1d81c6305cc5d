// Writes docs/messages and docs/endpoints, and the rows of options in pages by hand, in English and in Chinese, out of the tables and their doc
// comments. What the comments have no Chinese for is in scripts/docs/.
// Run: npm run docs
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PUSHES } from '../packages/core/src/message/component.ts';
import { EVENTS } from '../packages/core/src/message/events.ts';
import type { Shape } from '../packages/core/src/message/field.ts';
import { MESSAGES } from '../packages/core/src/message/messages.ts';
import { type Endpoint, list } from '../packages/core/src/official/endpoint.ts';
import { endpoints } from '../packages/core/src/official/endpoints/index.ts';
import { ARTICLE, type Members, REPLIES } from '../packages/core/src/reply/members.ts';
import { reply } from '../packages/core/src/reply/reply.ts';
import { CHINESE_DEPRECATIONS, CHINESE_ENDPOINTS } from './docs/chinese-endpoints.ts';
import { CHINESE_MESSAGES } from './docs/chinese-messages.ts';
import { fillOptions } from './docs/options.ts';
import { findPermission } from './docs/permissions.ts';

type Language = 'en' | 'zh-CN';

const COMMENT = String.raw`/\*\*((?:(?!\*/).)*)\*/`;

const root = new URL('../', import.meta.url);
const source = (path: string) => readFileSync(new URL(`packages/core/src/${path}`, root), 'utf8');
const methods = list(endpoints);

/** Pages by hand, with rows of options between marks. */
const OPTION_PAGES = ['docs/webhook', 'docs/reply-window'].flatMap((name) => [
  `${name}.md`,
  `${name}.zh-CN.md`,
]);

/** The documents, by their paths. */
export const pages: Readonly<Record<string, string>> = {
  'docs/messages.md': createMessages('en'),
  'docs/messages.zh-CN.md': createMessages('zh-CN'),
  'docs/endpoints.md': createEndpoints('en'),
  'docs/endpoints.zh-CN.md': createEndpoints('zh-CN'),
  ...Object.fromEntries(OPTION_PAGES.map((path) => [path, fillPage(path)])),
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, document] of Object.entries(pages)) {
    writeFileSync(new URL(path, root), document);
  }
}

function fillPage(path: string): string {
  const page = readFileSync(new URL(path, root), 'utf8');
  return fillOptions(page, path.endsWith('.zh-CN.md') ? 'zh-CN' : 'en');
}

function createMessages(language: Language): string {
  const isEnglish = language === 'en';
  const messages = messageTable(MESSAGES, source('message/messages.ts'), language);
  const events = messageTable(EVENTS, source('message/events.ts'), language);
  const pushes = messageTable(PUSHES, source('message/component.ts'), language);
  const replies = replyTable(source('reply/reply.ts'), language);
  return isEnglish
    ? `# Messages and replies

[中文](messages.zh-CN.md)

A handler is registered under a message’s name, which is also its \`type\`. Every message has \`type\`, \`target\` (ToUserName), \`source\` (FromUserName), \`time\` (CreateTime), \`raw\` and \`fields\` as well. Beside each field stands its tag on the wire; \`?\` marks what may be undefined, \`[]\` a list, braces what is inside. What no row names arrives as \`unknown\`, \`event:unknown\` or \`component:unknown\`, with everything in \`fields\`.

<!-- Written by scripts/generate-docs.ts: change the tables in packages/core/src, not this file. -->

## Messages

${messages}

## Events

${events}

## Third-party platforms

What WeChat pushes to a third-party platform at its 授权事件接收 URL. \`target\` is the platform’s AppID, and \`source\` is empty: the answer is \`success\`, whatever a handler returns.

${pushes}

## Replies

A handler returns a string for a text, an array of articles for news, nothing, \`false\` or \`'success'\` for no answer, or one of these. \`picurl\` is taken for \`picUrl\`; any other member that is not named here is an InvalidArgumentError.

${replies}
`
    : `# 消息与回复

[English](messages.md)

处理函数以消息名注册，消息名即 \`message.type\`。每条消息另有 \`type\`、\`target\`（ToUserName）、\`source\`（FromUserName）、\`time\`（CreateTime）、\`raw\` 和 \`fields\`。括号内是字段在报文中的标签；\`?\` 表示可能为 undefined，\`[]\` 表示列表，花括号内是下级字段。表中没有的类型归为 \`unknown\`、\`event:unknown\` 或 \`component:unknown\`，全部内容在 \`fields\` 中。

<!-- Written by scripts/generate-docs.ts: change the tables in packages/core/src and scripts/docs, not this file. -->

## 消息

${messages}

## 事件

${events}

## 第三方平台

微信推送到第三方平台“授权事件接收 URL”的通知。\`target\` 为第三方平台的 AppID，\`source\` 为空；无论处理函数返回什么，一律应答 \`success\`。

${pushes}

## 回复

处理函数可以返回字符串（文本）、图文数组、空值、\`false\` 或 \`'success'\`（不回复），或下列之一。\`picurl\` 等同于 \`picUrl\`；除此之外，出现表中没有的成员会抛出 InvalidArgumentError。

${replies}
`;
}

function createEndpoints(language: Language): string {
  const isEnglish = language === 'en';
  const tables = endpointTables(language);
  return isEnglish
    ? `# Endpoints

[中文](endpoints.zh-CN.md)

The ${methods.length} methods of [the API client](official-client.md). A method takes a body, a query, a body and a query in this order, or nothing, as its type says; fields keep their names on the wire. An \`upload\` sends a file, a \`download\` gives one, and a \`page\` gives an address for the user’s browser and calls nothing. Names lead to the platform’s own pages.

- **accounts**: which may call it, by the platform’s [table of permissions](https://developers.weixin.qq.com/doc/offiaccount/Getting_Started/Explanation_of_interface_privileges.html) and the method’s own page; “verified” is 微信认证, 订阅号 and 服务号 are the kinds of account. Empty where the platform says nothing of it: the console’s 接口权限 has the last word.
- **permission**: the 权限集 that an account has to give to a [third-party platform](third-party-platforms.md) which calls in its place, by the platform’s [list](https://developers.weixin.qq.com/doc/oplatform/Third-party_Platforms/2.0/product/offical_account_authority.html).
- **idempotent**: whether the client may make a call again whose answer is lost: \`true\` for what only reads, \`false\` for what must not happen twice even when the platform says that it is busy.

<!-- Written by scripts/generate-docs.ts: change the tables in packages/core/src/official and scripts/docs, not this file. -->

${tables}
`
    : `# 接口列表

[English](endpoints.md)

[API 客户端](official-client.zh-CN.md)共 ${methods.length} 个方法。参数依接口而定：请求体，查询参数，或先请求体后查询参数，或无参数；字段名与报文一致。\`upload\` 上传文件，\`download\` 下载文件，\`page\` 只返回供用户浏览器打开的链接，不发请求。名称链接到官方文档。

- **账号**：哪些账号可以调用，依据官方的[接口权限说明](https://developers.weixin.qq.com/doc/offiaccount/Getting_Started/Explanation_of_interface_privileges.html)和各接口自己的页面；“认证”指微信认证。官方没有写明的留空，以后台的“接口权限”为准。
- **权限集**：由[第三方平台](third-party-platforms.zh-CN.md)代调用时，账号须授权的[权限集](https://developers.weixin.qq.com/doc/oplatform/Third-party_Platforms/2.0/product/offical_account_authority.html)。
- **可重做**：没收到应答时客户端能否重做：只读接口为 \`true\`；为 \`false\` 的接口不能做两次，即使微信返回“系统繁忙”也不重做。

<!-- Written by scripts/generate-docs.ts: change the tables in packages/core/src/official and scripts/docs, not this file. -->

${tables}
`;
}

function messageTable(table: Record<string, Shape>, code: string, language: Language): string {
  const comments = readComments(code);
  const rows = Object.entries(table).map(([name, shape]) => [
    `\`${name}\``,
    ...describe(name, comments.get(name) ?? readWords(name), CHINESE_MESSAGES, language),
    listFields(shape),
  ]);
  const heads =
    language === 'en'
      ? ['name', '名称', 'what it is', 'fields']
      : ['消息名', '名称', '说明', '字段'];
  return createTable(heads, rows);
}

function replyTable(code: string, language: Language): string {
  const constructors = code.slice(code.indexOf('export const reply = {'));
  const comments = readComments(constructors);
  const rows = Object.keys(reply).map((name) => {
    const head = new RegExp(
      `^ {2}${name}: \\((.*?)\\): \\w+ => *\\(?\\{\\s*type: '(\\w+)'`,
      'ms',
    ).exec(constructors);
    const parameters = (head?.[1] ?? '').replaceAll(/\{[^{}]*\}|<[^<>]*>/g, '');
    const names = [...parameters.matchAll(/(\w+)(\?)?:[^,=]*(=)?/g)].map(
      ([, parameter, optional, initial]) => `${parameter}${optional || initial ? '?' : ''}`,
    );
    const words = comments.get(name) ?? readWords(name);
    return [
      `\`reply.${name}(${names.join(', ')})\``,
      ...describe(`reply.${name}`, words, CHINESE_MESSAGES, language),
      `\`{ ${listMembers(head?.[2] as keyof typeof REPLIES)} }\``,
    ];
  });
  const heads =
    language === 'en'
      ? ['constructor', '名称', 'what it is', 'gives']
      : ['构造函数', '名称', '说明', '得到'];
  return createTable(heads, rows);
}

/** A heading and a table for each table of endpoints. */
function endpointTables(language: Language): string {
  const tables = new Map<string, [name: string, endpoint: Endpoint][]>();
  for (const row of methods) {
    const table = row[0].slice(0, row[0].lastIndexOf('.'));
    tables.set(table, [...(tables.get(table) ?? []), row]);
  }
  const sections = [...tables].map(([table, rows]) => endpointTable(table, rows, language));
  // As Git hosts name headings.
  const links = sections.map((section) => {
    const [name = '', title = ''] = /^## (.*)$/m.exec(section)?.[1]?.split(' · ') ?? [];
    return `[${name}](#${name.replaceAll('.', '')}--${title.toLowerCase()})`;
  });
  return [links.join(' · '), ...sections].join('\n\n');
}

function endpointTable(
  table: string,
  rows: [name: string, endpoint: Endpoint][],
  language: Language,
): string {
  const [file, constant = file] = table.split('.') as [string, string?];
  const code = source(`official/endpoints/${file}.ts`);
  const body = String.raw`\n(?:export )?const ${constant} = \{(.*?)^\};`;
  const found = new RegExp(COMMENT + body, 'ms').exec(code);
  const [chinese, english] = readWords(table, found?.[1]);
  const comments = readComments(found?.[2] ?? '');
  const cells = rows.map(([name, { verb, host = '', path, fixedQuery, idempotent }]) => {
    const words = comments.get(name.slice(table.length + 1)) ?? readWords(name);
    const query = fixedQuery ? `?${new URLSearchParams(fixedQuery)}` : '';
    const shown = verb === 'get' || verb === 'post' ? verb.toUpperCase() : verb;
    return [
      `\`client.${name}\``,
      shown,
      `\`${host}${path}${query}\``,
      ...describe(name, words, CHINESE_ENDPOINTS, language),
      ...findPermission(name, language),
      idempotent === undefined ? '' : `\`${idempotent}\``,
    ];
  });
  const heads =
    language === 'en'
      ? ['method', 'verb', 'path', '名称', 'what it does', 'accounts', 'permission', 'idempotent']
      : ['方法', '方式', '路径', '名称', '说明', '账号', '权限集', '可重做'];
  const introduction =
    language === 'en'
      ? `${english[0]?.toUpperCase()}${english.slice(1)}`
      : (CHINESE_ENDPOINTS[table] ?? fail(table));
  return `## ${table} · ${chinese}\n\n${introduction}\n\n${createTable(heads, cells)}`;
}

/** A row's Chinese name, and what it is in one of the languages. */
function describe(
  name: string,
  [title, english]: readonly [title: string, english: string],
  chinese: Readonly<Record<string, string>>,
  language: Language,
): [title: string, description: string] {
  if (language === 'en') return [title, english];
  const [, instead] = english.split('**Deprecated.**');
  const replaced = /^ Use (`.*`)\.$/.exec(instead ?? '')?.[1];
  const why = replaced ? `请改用 ${replaced}。` : (CHINESE_DEPRECATIONS[name] ?? '');
  return [
    title,
    `${chinese[name] ?? fail(name)}${instead ? `**已弃用。**${why || fail(name)}` : ''}`,
  ];
}

function fail(name: string): never {
  throw new Error(`${name} needs a Chinese sentence in scripts/docs`);
}

/** The doc comments above the rows of a table, as the Chinese name and the English sentence. */
function readComments(code: string): Map<string, [chinese: string, english: string]> {
  const rows = code.matchAll(new RegExp(`^ {2}${COMMENT}\\n {2}'?([\\w:]+)'?: `, 'gms'));
  return new Map([...rows].map(([, comment, name = '']) => [name, readWords(name, comment)]));
}

/** A comment's Chinese name, which leads to the page of `@see`, and its English sentence. */
function readWords(name: string, comment = ''): [chinese: string, english: string] {
  const [text = '', ...tags] = comment
    .replaceAll(/\s*\n\s*\*?\s*/g, ' ')
    .trim()
    .split(/ @(?=\w)/);
  const [, chinese, english] = /^(.*?): (.*)$/.exec(text) ?? [];
  if (!chinese || !english) {
    throw new Error(`${name} needs a comment: /** 中文名: one English sentence. */`);
  }
  const tagged = new Map(tags.map((tag) => [tag.split(' ', 1)[0], tag.replace(/^\w+ /, '')]));
  const page = tagged.get('see');
  const instead = tagged.get('deprecated');
  return [
    page ? `[${chinese}](${page})` : chinese,
    instead ? `${english} **Deprecated.** ${instead}` : english,
  ];
}

function listFields(shape: Shape): string {
  const fields = Object.entries(shape).map(([name, { tag, kind, optional, shape: inside }]) => {
    const list = kind === 'list' || kind === 'numbers' ? '[]' : '';
    const field = `\`${name}${list}${optional ? '?' : ''}\` (${tag})`;
    return inside ? `${field} { ${listFields(inside)} }` : field;
  });
  return fields.join(', ');
}

/** The members of a reply, by the table that its parser goes by. */
function listMembers(type: keyof typeof REPLIES): string {
  const names = (members: Members) =>
    Object.entries(members).map(([name, { isNeeded }]) => `${name}${isNeeded ? '' : '?'}`);
  const own =
    type === 'news' ? [`articles: { ${names(ARTICLE).join(', ')} }[]`] : names(REPLIES[type]);
  return [`type: '${type}'`, ...own].join(', ');
}

function createTable(head: string[], rows: string[][]): string {
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
