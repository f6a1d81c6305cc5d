import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

const { repository } = JSON.parse(read('packages/core/package.json')) as {
  repository?: { url?: string };
};
const home = repository?.url?.replace(/^git\+/, '').replace(/\.git$/, '');

/**
 * Gives the pages of the site as Markdown, by their paths: those of docs/, Chinese in zh/, and one
 * for each program of examples/ in both languages.
 */
export function createPages(): Map<string, string> {
  const pages = new Map<string, string>();
  for (const file of list('docs').filter((name) => name.endsWith('.md'))) {
    const page = toSitePath(file);
    pages.set(page, rewriteLinks(read(`docs/${file}`), page.startsWith('zh/')));
  }
  for (const file of list('examples').filter((name) => name.endsWith('.ts'))) {
    const page = `examples/${file.replace(/\.ts$/, '.md')}`;
    const text = `# ${file}\n\n\`\`\`ts\n${read(`examples/${file}`)}\`\`\`\n`;
    pages.set(page, text).set(`zh/${page}`, text);
  }
  return pages;
}

/** Names that are no pages: programs that tests write, and decisions, which are for contributors. */
const LEFT_OUT = /^(?:\..*|node_modules|decisions)$/;

/** Lists the files of a folder and of those in it, sorted. */
function list(folder: string, inside = ''): string[] {
  return readdirSync(new URL(`${folder}/${inside}`, root), { withFileTypes: true })
    .filter(({ name }) => !LEFT_OUT.test(name))
    .flatMap((entry) => {
      const path = `${inside}${entry.name}`;
      return entry.isDirectory() ? list(folder, `${path}/`) : [path];
    })
    .sort();
}

function toSitePath(file: string): string {
  const [, name, chinese] = /^(.*?)(\.zh-CN)?\.md$/.exec(file) ?? [];
  return `${chinese ? 'zh/' : ''}${name}.md`;
}

/** Turns links between files of the repository into links between pages; code stays as it is. */
function rewriteLinks(text: string, isChinese: boolean): string {
  return text
    .split(/(^```[\s\S]*?^```$)/m)
    .map((part) => (part.startsWith('```') ? part : rewriteProse(part, isChinese)))
    .join('');
}

function rewriteProse(text: string, isChinese: boolean): string {
  return text.replaceAll(
    /\[([^[\]]*)\]\(([^)\s]+)\)|(?<=\])\(([^)\s]+)\)/g,
    (link, label: string | undefined, href: string | undefined, outer: string | undefined) => {
      const address = href ?? outer ?? '';
      if (/^(?:[a-z]+:|#|\/)/.test(address)) return link;
      const target = resolveLink(address, isChinese);
      if (label === undefined) return `(${target ?? '#'})`;
      return target === undefined ? label : `[${label}](${target})`;
    },
  );
}

/**
 * Gives where a link of a file in docs/ leads on the site: to a page, to an example, which has a
 * page too, or to the repository. Undefined where the repository has no public address.
 */
function resolveLink(href: string, isChinese: boolean): string | undefined {
  const [path = '', hash = ''] = href.split(/(?=#)/, 2);
  const target = posix.normalize(posix.join('docs', path));
  const example = /^examples\/(?:(.*)\.ts)?/.exec(target);
  if (example) {
    return `${isChinese ? '/zh' : ''}/examples${example[1] ? `/${example[1]}` : ''}${hash}`;
  }
  if (target.startsWith('docs/images/')) return `/${target.slice('docs/'.length)}`;
  if (target.startsWith('docs/') && !target.startsWith('docs/decisions')) {
    return `/${toSitePath(target.slice('docs/'.length)).replace(/(^|\/)index\.md$/, '$1')}${hash}`;
  }
  return home && `${home}/blob/main/${target}${hash}`;
}
