/**
 * Gives the files for language models of each language, by https://llmstxt.org: `llms.txt` lists the
 * pages, each of which lies beside its HTML as Markdown; `llms-full.txt` has all of them in one.
 */
export function createLlmsFiles(
  pages: ReadonlyMap<string, string>,
  base: string,
): Map<string, string> {
  const files = new Map(pages);
  for (const folder of ['', 'zh/'] as const) {
    const own = [...pages].filter(([path]) => path.startsWith('zh/') === (folder === 'zh/'));
    // The examples are the same in both languages, and too many to list one by one.
    const guides = own.filter(([path]) => !/(?:^|\/)examples\//.test(path));
    const list = guides.map(([path, text]) => {
      const summary = readSummary(text);
      return `- [${readTitle(text)}](${base}${path})${summary && `: ${summary}`}`;
    });
    files.set(`${folder}llms.txt`, `${HEADS[folder]}\n${list.join('\n')}\n`);
    files.set(
      `${folder}llms-full.txt`,
      own.map(([path, text]) => `<!-- ${base}${path} -->\n\n${text.trim()}\n`).join('\n'),
    );
  }
  return files;
}

const HEADS = {
  '': `# wechat-mp

> A TypeScript library that answers WeChat Official Accounts (公众号) on Express, Koa, Fastify, NestJS, Hono and cloud functions: messages, replies, conversations, slow answers, the API client, web login and a simulator of WeChat.

The same in Chinese is in zh/llms.txt, all pages in one are in llms-full.txt.

## Docs
`,
  'zh/': `# wechat-mp

> 用 TypeScript 开发微信公众号的库，支持 Express、Koa、Fastify、NestJS、Hono 和云函数：收发消息、上下文对话、慢回复、API 客户端、网页授权和微信模拟器。

英文版见 llms.txt，全部页面的合订本见 zh/llms-full.txt。

## 文档
`,
};

function readTitle(text: string): string {
  return /^# (.*)$/m.exec(text)?.[1] ?? '';
}

/** The first sentence of a page, past links, tables, lists and code. */
function readSummary(text: string): string {
  const paragraphs = text.split(/\n{2,}/).slice(1);
  const first = paragraphs.find((paragraph) => {
    const words = paragraph.replaceAll(/\[[^\]]*\]\([^)]*\)|[\s·]/g, '');
    return words !== '' && !/^(?:[#|<!>-]|```)/.test(words) && !paragraph.includes(' · ');
  });
  const plain = (first ?? '').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('\n', ' ');
  return /^.*?[.。](?=\s|$|[^\w])/.exec(plain)?.[0] ?? plain;
}
