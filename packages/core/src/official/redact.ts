const SECRET = /token|secret|ticket|^code$|_code$|^key$|signature/i;
const OPENID = /openid|touser|user_list|^fromuser|unionid/i;
const CONTENT = /content|title|description|nickname|remark|^data$|text|digest|author$/i;

/** Replaces what no log may hold: tokens, secrets, who the users are, and what is said to them. */
export function redact(value: unknown, name = ''): unknown {
  if (value === undefined || value === null || typeof value === 'boolean') return value;
  if (SECRET.test(name)) return '[redacted]';
  if (Array.isArray(value))
    return OPENID.test(name) ? `[${value.length}]` : value.map((item) => redact(item, name));
  if (typeof value === 'object') {
    if (Object.getPrototypeOf(value) !== Object.prototype)
      return `[${value.constructor?.name ?? 'object'}]`;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, redact(member, key)]),
    );
  }
  if (OPENID.test(name)) return `${String(value).slice(0, 4)}…`;
  if (CONTENT.test(name)) return `[${String(value).length} characters]`;
  return typeof value === 'string' && value.length > 100 ? `${value.slice(0, 20)}…` : value;
}
