/** Pages for browsers. */
import { type RawAnswer, raw } from './contract.ts';

const STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 26em; margin: 3em auto; padding: 0 1em; }
button { display: block; width: 100%; margin: .5em 0; padding: .7em; font: inherit; border: 0;
  border-radius: .5em; background: #07853f; color: #fff; cursor: pointer; }
.refuse { background: #6b6b6b; }
.quiet { opacity: .75; overflow-wrap: anywhere; }`;

/** Creates a page without scripts; `content` is HTML. */
export function toPage(title: string, content: string): RawAnswer {
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<style>${STYLE}</style>
<main><h1>${escape(title)}</h1>
${content}
</main>
</html>
`;
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy':
      "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'none'",
  };
  return raw({ headers, body });
}

/** Escapes text for HTML. */
export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
