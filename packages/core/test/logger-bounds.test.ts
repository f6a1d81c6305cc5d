/** Text from outside in the log: short, and never breaking a line. */
import { describe, expect, it } from '@jest/globals';
import { createWebhook } from '@wechat-mp/core';
import { plain, userMessage } from '../../../test/support/platform.ts';
import { protect } from '../src/logger.ts';
import { recorder, SAFE } from './support.ts';

const LONG = `start\r\n\u202e${'x'.repeat(1_000_000)}`;

describe('a line of a log', () => {
  it('holds at most 200 characters of each text, control characters escaped', () => {
    const log = recorder();
    protect(log).warn({ id: LONG, message: { source: LONG, time: 7 } }, 'a warning');
    const [line] = log.lines;
    const shown = `start\\u{d}\\u{a}\\u{202e}${'x'.repeat(176)}…`;
    expect(shown).toHaveLength(200);
    expect(line).toMatchObject({
      message: 'a warning',
      details: { id: shown, message: { source: shown, time: 7 } },
    });
  });

  it('has a message of at most 1 000 characters', () => {
    const log = recorder();
    protect(log).error({}, LONG);
    expect(log.lines[0]?.message).toHaveLength(1000);
    expect(log.lines[0]?.message).toMatch(/^start\\u\{d\}/);
  });

  it('is short, whatever the sender of a signed message writes', async () => {
    const log = recorder();
    const webhook = createWebhook({ token: SAFE.token, logger: log, bodyLimit: 9e6 }, () => {
      throw new Error(LONG);
    });
    const message = { ...userMessage('text', { Content: LONG }), FromUserName: LONG, MsgId: LONG };
    for (const body of [message, `<xml><${'a'.repeat(1_000_000)}`, `{"${LONG}`, LONG]) {
      await webhook.handle(plain(SAFE, body));
    }
    expect(log.lines.length).toBeGreaterThanOrEqual(4);
    expect(log.text().length).toBeLessThan(log.lines.length * 8000);
    expect(log.text()).not.toContain('x'.repeat(1001));
  });

  it('escapes the method of a request', async () => {
    const log = recorder();
    const webhook = createWebhook({ token: SAFE.token, logger: log });
    await webhook.handle({ method: LONG, query: {} });
    expect(log.lines[0]?.message.length).toBeLessThan(100);
    expect(log.lines[0]?.message).not.toMatch(/[\r\n\u202e]/);
  });
});
