const SECRET = /token|secret|passw|ticket|^code$|_code$|authcode$|^key$|signature/i;
const OPENID = /openid|touser|user_list|^fromuser|unionid/i;
const CONTENT = /content|title|description|nickname|remark|^data$|text|digest|author$/i;

/** Whether the value of a field must not be shown. */
export function isPrivate(name: string): boolean {
  return SECRET.test(name) || OPENID.test(name) || CONTENT.test(name);
}

/** Depth of the deepest values that are shown; no call of the platform has any below. */
const DEEPEST = 30;

/** Replaces everything that must not be logged: tokens, secrets, users' identities, and content for users. */
export function redact(value: unknown, name = '', depth = 0): unknown {
  if (SECRET.test(name) && value !== undefined) return '[redacted]';
  if (depth > DEEPEST && typeof value === 'object' && value !== null) return '[nested too deep]';
  if (Array.isArray(value)) {
    return OPENID.test(name)
      ? `[${value.length}]`
      : value.map((item) => redact(item, name, depth + 1));
  }
  if (typeof value === 'string') return redactText(value, name);
  if (typeof value !== 'object' || value === null) return value;
  // A file, or a stream.
  if (Object.getPrototypeOf(value) !== Object.prototype) return `[${value.constructor.name}]`;
  const members = Object.entries(value).map(([key, member]) => [
    key,
    redact(member, key, depth + 1),
  ]);
  return Object.fromEntries(members);
}

function redactText(text: string, name: string): string {
  if (OPENID.test(name)) return `${text.slice(0, 4)}…`;
  if (CONTENT.test(name)) return `[${text.length} characters]`;
  return text.length > 100 ? `${text.slice(0, 20)}…` : text;
}
