/**
 * Whatever is sent, a webhook answers with a status that it knows, and nothing unsigned gets in.
 * `FUZZ_RUNS` changes how many deliveries there are, `FUZZ_SEED` repeats a run.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  createWebhook,
  type Logger,
  type Message,
  parseMessage,
  renderReply,
  type WebhookOptions,
  type WebhookResponse,
} from '@wechat-mp/core';
import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import * as platform from '../../../test/support/platform.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 4000);
const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const account = {
  token: 'fuzzingTOKENfuzzing',
  appid: 'wx5823bf96d3bd56c7',
  encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
};

interface Row {
  msgType: string;
  event: string | null;
  /** Of a push to a third-party platform, which has no msgType. */
  infoType?: string;
  fields: FieldRow[];
}
interface FieldRow {
  name: string;
  type: string;
  children?: FieldRow[];
}
const KINDS = JSON.parse(
  readFileSync(new URL('fixtures/messages.json', import.meta.url), 'utf8'),
) as Row[];

// A good delivery of any kind.

const number = fc.nat().map((value) => value as platform.WireValue);
const word: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(']]>', '<a>', '&amp;', '__proto__', '018255396048', '你好😀', ''),
);

function valueOf(row: FieldRow): fc.Arbitrary<platform.WireValue> {
  const inside = fieldsOf(row.children ?? []);
  if (row.type === 'struct') return inside;
  if (row.type === 'list') return fc.array(inside, { maxLength: 3 });
  return row.type === 'string' ? word : number;
}
function fieldsOf(rows: FieldRow[]): fc.Arbitrary<platform.WireFields> {
  const entries = rows.map((row) => [row.name, valueOf(row)] as const);
  const some = fc.record(Object.fromEntries(entries), { requiredKeys: [] });
  return some as fc.Arbitrary<platform.WireFields>;
}
const good = fc.constantFrom(...KINDS).chain(({ msgType, event, infoType, fields }) =>
  fieldsOf(fields).map((rest) => {
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

interface Sent {
  method: string;
  query: Query;
  body: string | Uint8Array;
  /** Whether the signature that counts was taken away or changed. */
  forged: boolean;
}
const MODES = ['plain', 'compatible', 'safe'] as const;
type Mode = (typeof MODES)[number];

/** Deliveries for a mode, damaged before they are encrypted, after it, or both. */
function deliveries(mode: Mode): fc.Arbitrary<Sent> {
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

// What must hold for each.

const REFUSALS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  405: 'Method Not Allowed',
  413: 'Payload Too Large',
};

function check(
  mode: Mode,
  sent: Sent,
  response: WebhookResponse,
  handled: boolean,
  logged: unknown[],
): void {
  const { status, body } = response;
  assert.ok([200, 400, 401, 405, 413].includes(status), `status ${status}`);
  if (status !== 200) {
    assert.equal(body, REFUSALS[status]);
    assert.equal(handled, false);
    assert.equal(logged.length, 1);
  } else if (sent.method === 'POST') {
    assert.equal(handled, true);
    checkAnswer(sent, response);
  }
  if (sent.forged) assert.equal(handled, false);
  if (mode === 'safe' && sent.query['encrypt_type'] !== 'aes') assert.equal(handled, false);
  const log = logged.map(textOf).join('\n');
  for (const secret of [account.token, account.encodingAESKey])
    assert.ok(!log.includes(secret), log);
}

function checkAnswer({ query }: Sent, { body, headers }: WebhookResponse): void {
  if (body === 'success') return;
  let reply = readAny(body, headers['content-type']);
  if (query['encrypt_type'] === 'aes') {
    const { Encrypt, MsgSignature, TimeStamp, Nonce } = reply;
    const parts = [TimeStamp, Nonce, Encrypt].map(String);
    assert.equal(MsgSignature, platform.sha1(account.token, ...parts));
    reply = readAny(platform.decrypt(account, String(Encrypt)), headers['content-type']);
  }
  assert.equal(reply['MsgType'], 'text');
}

const parser = new XMLParser({ parseTagValue: false, trimValues: false });
function readAny(text: string, type = ''): Record<string, unknown> {
  if (type.startsWith('application/json')) return JSON.parse(text) as Record<string, unknown>;
  assert.equal(type, 'application/xml; charset=utf-8');
  assert.equal(XMLValidator.validate(text), true);
  return (parser.parse(text) as { xml: Record<string, unknown> }).xml;
}

/** Everything that a logger could print of a value. */
function textOf(value: unknown): string {
  if (value instanceof Error) return `${value.stack} ${Object.values(value).map(textOf).join(' ')}`;
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).map(textOf).join(' ');
}

describe.each(MODES)('mutated deliveries in the mode %s', (mode) => {
  test('are answered or refused', async () => {
    const before = Object.getOwnPropertyNames(Object.prototype).sort();
    const statuses = new Map<number, number>();
    let logged: unknown[] = [];
    let handled = false;
    let prototype: unknown = null;
    const log = (...values: unknown[]) => logged.push(values);
    const logger: Logger = { error: log, warn: log, info: log, debug: log };
    const options: WebhookOptions = { token: account.token, mode, logger, bodyLimit: 64 * 1024 };
    const handler = (message: Message) => {
      handled = true;
      prototype = Object.getPrototypeOf(message.fields);
      return `${message.type} ${message.raw}`;
    };
    // One for each delivery: two that happen to have the same key would be one message.
    const open = () =>
      createWebhook(mode === 'plain' ? options : { ...account, ...options }, handler);

    await fc.assert(
      fc.asyncProperty(deliveries(mode), async (sent) => {
        logged = [];
        handled = false;
        const { method, query, body } = sent;
        const response = await open().handle({ method, query, body });
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
        check(mode, sent, response, handled, logged);
        expect(prototype).toBeNull();
        expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
        expect(Object.getPrototypeOf(Object.prototype)).toBeNull();
      }),
      { numRuns: RUNS, seed: SEED },
    );
    // Fuzzing that reaches nothing finds nothing.
    for (const status of [200, 400, 401, 405]) {
      expect({ status, seed: SEED, count: statuses.get(status) }).toEqual({
        status,
        seed: SEED,
        count: expect.any(Number),
      });
    }
    expect(statuses.get(200)).toBeGreaterThan(RUNS / 10);
  }, 60_000);
});

describe('texts', () => {
  const text = fc.oneof(
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
  /**
   * The same text as XML can carry it: line ends are LF, half a surrogate pair is U+FFFD, and so may
   * be the characters that XML 1.0 forbids, if they are not left out.
   */
  const readings = (value: string) =>
    ['', '\ufffd'].map((substitute) =>
      value
        .replaceAll(/\p{Surrogate}/gu, '\ufffd')
        // oxlint-disable-next-line no-control-regex -- these are the characters
        .replaceAll(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, substitute)
        .replaceAll(/\r\n?/g, '\n'),
    );
  /** What is left out must not make the end of a CDATA section out of what stood around it. */
  const examples: [string][] = [
    [']\0]>'],
    [']]\ufffe>'],
    [']\u0001]></Content><MsgId>1</MsgId><Content><![CDATA['],
  ];

  test('a message keeps its text', () => {
    fc.assert(
      fc.property(text, (Content) => {
        const xml = platform.writeXml(platform.userMessage('text', { Content }));
        const message = parseMessage(xml);
        expect(readings(Content)).toContain(message.type === 'text' && message.content);
        expect(Object.keys(message.fields)).toHaveLength(6);
      }),
      { numRuns: 3000, seed: SEED, examples },
    );
  });

  test('a reply keeps its text', () => {
    fc.assert(
      fc.property(
        text.filter((value) => value !== ''),
        (content) => {
          const xml = renderReply(content, { target: 'user', source: 'gh', time: 1 });
          expect(XMLValidator.validate(xml)).toBe(true);
          const { Content, ...others } = (parser.parse(xml) as { xml: Record<string, string> }).xml;
          expect(readings(content)).toContain(`${Content}`.replaceAll(/\r\n?/g, '\n'));
          expect(Object.keys(others)).toHaveLength(4);
        },
      ),
      { numRuns: 3000, seed: SEED, examples },
    );
  });
});
