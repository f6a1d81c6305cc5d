/** Nothing of a body is read before the query is right: told by a body that counts. */
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createWebhook, type WebhookOptions, type WebhookRequest } from '@wechat-mp/core';
import { plain, safe, signedQuery, userMessage, writeXml } from '../../../test/support/platform.ts';
import { refusedUnread } from '../../../test/tables/bad-deliveries.ts';
import { accounts } from '../../../test/tables/deliveries.ts';
import { recorder, SAFE } from './support.ts';

/** A body that never ends, and knows how often it was asked for more. */
function endlessBody() {
  let reads = 0;
  const body = new Readable({
    read() {
      reads += 1;
      this.push('<a b="c">');
    },
  });
  return { body, reads: () => reads };
}

/** A body of which a header says that it is over any limit. */
function announced(body: Readable): Readable {
  return Object.assign(body, { headers: { 'content-length': '1000000000' } });
}

async function refuse(
  options: Parameters<typeof createWebhook>[0],
  request: Pick<WebhookRequest, 'method' | 'query'>,
) {
  const { body, reads } = endlessBody();
  const webhook = createWebhook(options as WebhookOptions, () => 'hi');
  const { status, headers } = await webhook.handle({ ...request, body });
  expect({ reads: reads(), didRead: body.readableDidRead }).toEqual({ reads: 0, didRead: false });
  expect(headers).toMatchObject({ connection: 'close' });
  return status;
}

describe('a body is not read', () => {
  it.each(refusedUnread)('$name', async ({ to, sent, expected }) => {
    expect(await refuse({ ...accounts[to], logger: recorder() }, sent())).toBe(expected);
  });

  it.each<[string, Parameters<typeof createWebhook>[0], number]>([
    ['the account is not known', () => undefined, 404],
    ['the account is not known after a while', async () => undefined, 404],
    ['the account has another token', () => ({ ...SAFE, logger: recorder() }), 401],
    ['the timestamp is too old', { ...SAFE, maxAge: 60, token: 'x', logger: recorder() }, 401],
  ])('when %s', async (_, options, status) => {
    const query = { ...signedQuery('x', '1700000000'), encrypt_type: 'aes', msg_signature: 'a' };
    expect(await refuse(options, { method: 'POST', query })).toBe(status);
  });

  it('when the resolver fails', async () => {
    const logger = recorder();
    const options = () => ({ token: 7, account: 'a', logger }) as unknown as WebhookOptions;
    const error = console.error;
    console.error = () => {};
    expect(await refuse(options, { method: 'POST', query: signedQuery('x') })).toBe(500);
    console.error = error;
  });
});

describe('a resolver', () => {
  it('is not asked for a request that has no signature, or another method', async () => {
    let asked = 0;
    const webhook = createWebhook(() => {
      asked += 1;
      return undefined;
    });
    const { signature: _, ...query } = signedQuery('x');
    expect(await webhook.handle({ method: 'POST', query })).toMatchObject({ status: 401 });
    expect(await webhook.handle({ method: 'PUT', query })).toMatchObject({ status: 405 });
    expect(asked).toBe(0);
  });

  it('gets everything of a request but its body', async () => {
    const seen: WebhookRequest[] = [];
    const webhook = createWebhook((request) => {
      seen.push(request);
      return { ...SAFE, mode: 'plain' };
    });
    const { query, body } = plain(SAFE, userMessage('text', { Content: 'hi' }));
    const native = {};
    const request = { method: 'POST', query, native, body: body as string };
    expect(await webhook.handle(request)).toMatchObject({ status: 200 });
    expect(seen).toEqual([{ method: 'POST', query, native, body: undefined }]);
  });
});

describe('a body that was read', () => {
  const PIECES = writeXml(userMessage('text', { Content: '你好' })).split(/(?=<)/);
  const webhook = createWebhook({ ...SAFE, logger: recorder() }, () => 'hi');
  it('keeps the connection, whatever it is answered', async () => {
    const right = safe(SAFE, userMessage('text', { Content: 'hi' }));
    const wrong = { ...right, query: { ...right.query, msg_signature: 'f'.repeat(40) } };
    for (const [{ method, query, body }, status] of [
      [right, 200],
      [wrong, 401],
    ] as const) {
      const answer = await webhook.handle({ method, query, body: Readable.from([body ?? '']) });
      expect(answer.status).toBe(status);
      expect(answer.headers['connection']).toBeUndefined();
    }
  });

  it.each<[string, () => Iterable<unknown>, number]>([
    ['text', () => [PIECES.join('')], 200],
    ['pieces of text', () => PIECES, 200],
    [
      'single bytes',
      () => Array.from(Buffer.from(PIECES.join('')), (byte) => Buffer.of(byte)),
      200,
    ],
    ['pieces of bytes', () => PIECES.map((piece) => Buffer.from(piece)), 200],
    ['objects', () => [{}], 400],
    ['text, then an object', () => [PIECES.join(''), 7], 400],
    ['nothing', () => [], 400],
  ])('as a stream of %s is answered', async (_, make, status) => {
    const { query } = plain(SAFE, '');
    const body = Readable.from(make());
    const bot = createWebhook({ token: SAFE.token, logger: recorder() }, () => 'hi');
    expect(await bot.handle({ method: 'POST', query, body })).toMatchObject({ status });
  });

  it.each<[string, () => Readable, number]>([
    ['is too slow', () => new Readable({ read() {} }), 408],
    ['is too long', () => endlessBody().body, 413],
    ['says that it is too long', () => announced(new Readable({ read() {} })), 413],
  ])('is listened to no longer when it %s', async (_, make, status) => {
    const body = make();
    const bot = createWebhook({ token: SAFE.token, logger: recorder(), replyWindow: 20 });
    const { query } = plain(SAFE, '');
    const answer = await bot.handle({ method: 'POST', query, body });
    expect(answer).toMatchObject({ status, headers: { connection: 'close' } });
    expect(body.listenerCount('data')).toBe(0);
    expect(body.isPaused()).toBe(true);
  });

  it('of a request that has none is not waited for', async () => {
    const body = Object.assign(endlessBody().body, { headers: { host: 'a' } });
    const answer = await webhook.handle({ method: 'GET', query: {}, body });
    expect(answer).toMatchObject({ status: 401 });
    expect(answer.headers['connection']).toBeUndefined();
  });
});
