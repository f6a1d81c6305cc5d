/** Generators of deliveries: good ones of any kind, and what may be done to them on the way. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import * as platform from './platform.ts';

/** The account that they are sent to. */
export const account = {
  token: 'fuzzingTOKENfuzzing',
  appid: 'wx5823bf96d3bd56c7',
  encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
};

interface Row {
  msgType: string;
  event: string | null;
  /** Present for a push to a third-party platform, which has no msgType. */
  infoType?: string;
  fields: FieldRow[];
}
interface FieldRow {
  name: string;
  type: string;
  children?: FieldRow[];
}
const KINDS = JSON.parse(
  readFileSync(new URL('../../packages/core/test/fixtures/messages.json', import.meta.url), 'utf8'),
) as Row[];

// A good delivery of any kind.

const number = fc.nat().map((value) => value as platform.WireValue);
const word: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(']]>', '<a>', '&amp;', '__proto__', '018255396048', '你好😀', ''),
);

function valueOf(row: FieldRow): fc.Arbitrary<platform.WireValue> {
  const inside = createFields(row.children ?? []);
  if (row.type === 'struct') return inside;
  if (row.type === 'list') return fc.array(inside, { maxLength: 3 });
  return row.type === 'string' ? word : number;
}
function createFields(rows: FieldRow[]): fc.Arbitrary<platform.WireFields> {
  const entries = rows.map((row) => [row.name, valueOf(row)] as const);
  const some = fc.record(Object.fromEntries(entries), { requiredKeys: [] });
  return some as fc.Arbitrary<platform.WireFields>;
}
const good = fc.constantFrom(...KINDS).chain(({ msgType, event, infoType, fields }) =>
  createFields(fields).map((rest) => {
    if (infoType !== undefined) return { ...platform.push(infoType, rest) };
    return { ...platform.userMessage(msgType, event === null ? rest : { Event: event, ...rest }) };
  }),
);

/** A tree of any tags, as XML; the first level is often a message's. */
const tag = fc.oneof(
  fc.constantFrom('ToUserName', 'FromUserName', 'MsgType', 'Event', 'EventKey', 'Content', 'item'),
  fc.constantFrom('AppId', 'appid', 'InfoType'),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'Encrypt', 'xml'),
  fc.stringMatching(/^[A-Za-z_][\w.-]{0,6}$/),
);
const { anyTree } = fc.letrec<{ anyTree: platform.WireFields; value: platform.WireValue }>(
  (tie) => ({
    anyTree: fc.array(fc.tuple(tag, tie('value')), { maxLength: 5 }).map(asFields),
    value: fc.oneof(
      { depthSize: 'small' },
      word,
      number,
      tie('anyTree'),
      fc.array(tie('anyTree'), { maxLength: 3 }),
    ),
  }),
);
function asFields(entries: [string, platform.WireValue][]): platform.WireFields {
  const fields = Object.create(null) as Record<string, platform.WireValue>;
  for (const [name, value] of entries) fields[name] = value;
  return fields;
}

const inner = fc.oneof(
  { weight: 4, arbitrary: good },
  { weight: 1, arbitrary: anyTree },
  {
    weight: 1,
    arbitrary: fc
      .tuple(good, anyTree)
      .map(([message, tree]) => asFields([...Object.entries(message), ...Object.entries(tree)])),
  },
);
/** `__proto__` must be written as a name, which JSON.stringify does for objects without prototype. */
const write = (fields: platform.WireFields, format: 'xml' | 'json') =>
  format === 'json' ? JSON.stringify(fields) : platform.writeXml(fields);

// What is done to it.

/** Damages a text at places given as fractions of its length. */
const damage: fc.Arbitrary<(text: string) => string> = fc.oneof(
  { weight: 9, arbitrary: fc.constant((text: string) => text) },
  fc.tuple(fraction(), fc.string({ unit: 'binary', maxLength: 8 })).map(([at, insert]) => {
    return (text: string) => cut(text, 0, at) + insert + cut(text, at, 1);
  }),
  fc.tuple(fraction(), fraction()).map(([a, b]) => {
    return (text: string) => cut(text, 0, Math.min(a, b)) + cut(text, Math.max(a, b), 1);
  }),
  fraction().map((at) => (text: string) => cut(text, 0, at)),
  fc.tuple(fraction(), fraction(), fraction()).map(([a, b, c]) => {
    return (text: string) =>
      cut(text, 0, c) + cut(text, Math.min(a, b), Math.max(a, b)) + cut(text, c, 1);
  }),
  fc.constant((text: string) => text + text),
  fc
    .constantFrom('<![CDATA[', ']]>', '</', '<', '>', '&', '"', '{', '}', '[', ']', ':', ',')
    .chain((from) =>
      fc.constantFrom('', '<', '&', '<!--', '<!DOCTYPE a>', '\0').map((to) => [from, to]),
    )
    .map(
      ([from = '', to = '']) =>
        (text: string) =>
          text.replace(from, () => to),
    ),
  fc.tuple(tag, tag).map(
    ([from, to]) =>
      (text: string) =>
        text.replaceAll(from, () => to),
  ),
);
/** Nothing, but once in `times` the value. */
function rarely<T>(arbitrary: fc.Arbitrary<T>, times: number): fc.Arbitrary<T | null> {
  return fc.oneof(
    { weight: times - 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: arbitrary as fc.Arbitrary<T | null> },
  );
}
function fraction(): fc.Arbitrary<number> {
  return fc.double({ min: 0, max: 1, noNaN: true });
}
function cut(text: string, from: number, to: number): string {
  return text.slice(Math.floor(from * text.length), Math.floor(to * text.length));
}

const PARAMETERS = ['signature', 'msg_signature', 'timestamp', 'nonce', 'encrypt_type', 'echostr'];
type Query = Record<string, string | string[] | undefined>;
type Change = (query: Query) => void;
const queryChange: fc.Arbitrary<Change> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(() => {}) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...PARAMETERS),
        fc.oneof(
          fc.constant(undefined),
          fc.constant(''),
          fc.constantFrom('aes', 'raw', 'AES', '0', 'NaN', '__proto__'),
          fc.array(fc.string(), { maxLength: 3 }),
          fc.string({ unit: 'binary' }),
          fc.constantFrom('x'.repeat(1025), '😀'.repeat(10_000)),
        ),
      )
      .map(([name, value]) => (query: Query) => {
        query[name] = value;
      }),
  },
);
const method = fc.oneof(
  { weight: 30, arbitrary: fc.constant('POST') },
  { weight: 2, arbitrary: fc.constantFrom('GET', 'PUT', 'DELETE', 'HEAD', '', 'post') },
);

export interface Sent {
  method: string;
  query: Query;
  body: string | Uint8Array;
  /** Whether the signature that counts was taken away or changed. */
  forged: boolean;
}
export const MODES = ['plain', 'compatible', 'safe'] as const;
export type Mode = (typeof MODES)[number];

/** Deliveries for a mode, damaged before they are encrypted, after it, or both. */
export function deliveries(mode: Mode): fc.Arbitrary<Sent> {
  return fc
    .record({
      message: inner,
      format: fc.constantFrom('xml' as const, 'json' as const),
      before: damage,
      after: damage,
      junk: rarely(fc.uint8Array({ maxLength: 200 }), 15),
      bytes: rarely(fc.uint8Array({ maxLength: 200 }), 30),
      encrypted:
        mode === 'plain' ? fc.constantFrom(false, false, true) : fc.constantFrom(true, true, false),
      forge: rarely(fc.constantFrom('other', 'flip', 'shorter'), 10),
      change: queryChange,
      method,
      large: fc.integer({ min: 0, max: 200 }).map((value) => value === 0),
    })
    .map(
      ({
        message,
        format,
        before,
        after,
        junk,
        bytes,
        encrypted,
        forge,
        change,
        method,
        large,
      }) => {
        const text = before(write(message, format));
        const query: Query = { ...platform.signedQuery(account.token), openid: platform.OPENID };
        let body = text;
        if (encrypted) {
          const Encrypt = junk
            ? Buffer.from(junk).toString('base64')
            : platform.encrypt(account, text);
          const { timestamp, nonce } = query as Record<string, string>;
          query['encrypt_type'] = 'aes';
          query['msg_signature'] = platform.sha1(
            account.token,
            `${timestamp}`,
            `${nonce}`,
            Encrypt,
          );
          const beside = mode === 'compatible' ? message : {};
          body = write(asFields([...Object.entries(beside), ['Encrypt', Encrypt]]), format);
        }
        if (forge) {
          const name = encrypted ? 'msg_signature' : 'signature';
          query[name] = forged(String(query[name]), forge);
        }
        change(query);
        body = after(body) + (large ? ' '.repeat(70_000) : '');
        // Without `aes` the delivery is plain: then it is `signature` that counts.
        const counts = !encrypted || query['encrypt_type'] === 'aes';
        return { method, query, body: bytes ?? body, forged: forge !== null && counts };
      },
    );
}
function forged(signature: string, how: string): string {
  if (how === 'shorter') return signature.slice(1);
  if (how === 'other') return platform.sha1('another token', signature);
  return (signature.startsWith('0') ? '1' : '0') + signature.slice(1);
}

/** Texts that are hard to carry in XML. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        ']]>',
        ']',
        '>',
        '<![CDATA[',
        '&amp;',
        '&',
        '<',
        '\r',
        '\n',
        ' ',
        '\0',
        '\ud83d',
        '😀',
        '文',
        'a',
      ),
    )
    .map((parts) => parts.join('')),
);
