import { posix } from 'node:path';

/**
 * Gives what is wrong with the pages of a built site, one line each: links to a page or a part of
 * a page that is not there, and scripts, styles, fonts and pictures of other servers.
 */
export function findFaults(pages: ReadonlyMap<string, string>, base = '/'): string[] {
  const ids = new Map([...pages].map(([path, html]) => [path, readIds(html)]));
  const faults: string[] = [];
  for (const [path, html] of pages) {
    for (const [tag, name] of html.matchAll(/<(script|link|img|iframe|source)\b[^>]*>/g)) {
      const address = /\b(?:src|href)="((?:https?:)?\/\/[^"]*)"/.exec(tag)?.[1];
      if (address) faults.push(`${path}: a ${name} from ${address}`);
    }
    for (const href of readLinks(html)) {
      const [target, hash] = resolveHref(href, path, base);
      const found = ids.get(target);
      if (!found) {
        if (/\.html$|\/$/.test(target)) faults.push(`${path}: no page ${href}`);
      } else if (hash && !found.has(hash)) {
        faults.push(`${path}: no such part ${href}`);
      }
    }
  }
  return [...new Set(faults)];
}

function readIds(html: string): Set<string> {
  return new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => decodeText(id as string)));
}

/** The links to pages of the site itself. */
function readLinks(html: string): string[] {
  return [...html.matchAll(/<a\b[^>]*?\shref="([^"]+)"/g)]
    .map(([, href]) => decodeText(href as string))
    .filter((href) => !/^(?:[a-z]+:|\/\/)/i.test(href));
}

function resolveHref(href: string, from: string, base: string): [path: string, hash: string] {
  const [address = '', hash = ''] = href.split('#', 2);
  const path = address.startsWith(base)
    ? address.slice(base.length)
    : posix.join(posix.dirname(from), address);
  const page = address === '' ? from : path.replace(/(^|\/)$/, '$1index.html');
  return [decodeURIComponent(page), decodeURIComponent(hash)];
}

function decodeText(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
