import { printable } from './printable.ts';

/** Number of characters searched for secrets: the rest is dropped. */
const LIMIT = 2000;

/** Shortens an address to host and path: access tokens are in its query, and a password before the host. */
function shorten(address: string): string {
  const [kept = ''] = address.split(/[?#]/, 1);
  return kept.replace(/^:\/\/[^/]*@/, '://');
}

type Instead = string | ((found: string) => string);

/** The patterns of secrets, and their replacements. */
const RULES: readonly (readonly [what: RegExp, instead: Instead])[] = [
  [/:\/\/[^\s"'<>]*/g, shorten],
  [/[?&][\w.-]*=[^\s"'<>]*/g, ''],
  // Headers, to the end of their line.
  [/\b((?:set-)?cookie|authorization)\b["']?\s*[:=][^\n]*/gi, '$1: [hidden]'],
  // Members of JSON and forms.
  [
    /\b(\w*(?:token|secret|password|passwd|ticket|signature|aeskey|paysignkey|partnerkey))["']?\s*[:=]\s*["']?[^\s"'&,;{}]+/gi,
    '$1=[hidden]',
  ],
  [/\bbearer\s+[\w.~+/=-]{12,}/gi, 'bearer [hidden]'],
  // The keys of models: servers repeat them when they are wrong.
  [/\bsk-[\w-]{12,}/g, '[hidden]'],
  // JSON.parse shows the text that it cannot read.
  [/^([^"]*)"[^]*"(?:\.\.\.)? is not valid JSON/, '$1this is not valid JSON'],
  [/(Unexpected token )\S+( in JSON)/g, '$1it$2'],
  // What else is so long, or of the form of an AppSecret, is no word.
  [/[\w+/=@-]{80,}|\b[\da-f]{32}\b/gi, '[hidden]'],
];

/** Removes what must not be logged from outside text: tokens, secrets, cookies, passwords. */
function hideSecrets(text: string): string {
  return RULES.reduce(
    (left, [what, instead]) => left.replace(what, instead as string),
    text.slice(0, LIMIT),
  );
}

/**
 * Returns the part of an outside text that an error or a log may show: `limit` characters, without
 * secrets.
 */
export function tellText(text: string, limit?: number): string {
  return printable(hideSecrets(text), limit);
}
