/** Whatever is sent, a webhook answers with a status that it knows, and nothing unsigned gets in. */
import assert from 'node:assert/strict';
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
import { account, deliveries, MODES, type Mode, type Sent, texts } from './fuzz-deliveries.ts';
import * as platform from './platform.ts';

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
  const log = logged.map(toText).join('\n');
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
/** XML of one level as read by the parser. */
interface Written {
  readonly xml: Readonly<Record<string, string>>;
}

function readAny(text: string, type = ''): Record<string, unknown> {
  if (type.startsWith('application/json')) return JSON.parse(text) as Record<string, unknown>;
  assert.equal(type, 'application/xml; charset=utf-8');
  assert.equal(XMLValidator.validate(text), true);
  return (parser.parse(text) as { xml: Record<string, unknown> }).xml;
}

/** Everything that a logger could print of a value. */
function toText(value: unknown): string {
  if (value instanceof Error) return `${value.stack} ${Object.values(value).map(toText).join(' ')}`;
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).map(toText).join(' ');
}

/** Registers the tests; each tries so many inputs, always the same for a seed. */
export function describeFuzzing({ runs, seed }: { runs: number; seed: number }): void {
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
        { numRuns: runs, seed },
      );
      // Fuzzing that reaches nothing finds nothing.
      for (const status of [200, 400, 401, 405]) {
        expect({ status, seed, count: statuses.get(status) }).toEqual({
          status,
          seed,
          count: expect.any(Number),
        });
      }
      expect(statuses.get(200)).toBeGreaterThan(runs / 10);
    });
  });

  describe('texts', () => {
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
    /** Removed text must not create the end of a CDATA section from its surroundings. */
    const examples: [string][] = [
      [']\0]>'],
      [']]\ufffe>'],
      [']\u0001]></Content><MsgId>1</MsgId><Content><![CDATA['],
    ];

    test('a message keeps its text', () => {
      fc.assert(
        fc.property(texts, (Content) => {
          const xml = platform.writeXml(platform.userMessage('text', { Content }));
          const message = parseMessage(xml);
          // Words that are typed as the sections of a writer who escapes are read as his.
          const isWritten = Content.includes('<![CDATA[') && XMLValidator.validate(xml) === true;
          const texts = isWritten
            ? [Content, `${(parser.parse(xml) as Written).xml['Content']}`]
            : [Content];
          expect(texts.flatMap(readings)).toContain(message.type === 'text' && message.content);
          expect(Object.keys(message.fields)).toHaveLength(6);
        }),
        { numRuns: runs, seed, examples },
      );
    });

    test('a reply keeps its text', () => {
      fc.assert(
        fc.property(
          texts.filter((value) => value.trim() !== ''),
          (content) => {
            const xml = renderReply(content, { target: 'user', source: 'gh', time: 1 });
            expect(XMLValidator.validate(xml)).toBe(true);
            const { Content, ...others } = (parser.parse(xml) as Written).xml;
            expect(readings(content)).toContain(`${Content}`.replaceAll(/\r\n?/g, '\n'));
            expect(Object.keys(others)).toHaveLength(4);
          },
        ),
        { numRuns: runs, seed, examples },
      );
    });
  });
}
