/** A function from Request to Response, and the bodies that fetch hosts have. */
import { describe, expect, it, test } from '@jest/globals';
import { createWebhook } from '@wechat-mp/core';
import { wechat } from '@wechat-mp/core/fetch';
import { search } from '../../../test/support/http.ts';
import * as platform from '../../../test/support/platform.ts';
import { recorder } from './support.ts';

const account = { token: 'FetchToken' };
const options = { ...account, logger: recorder() };
const handlers = { text: ({ content }: { content: string }) => `You said: ${content}` };

function createRequest(delivery: platform.Delivery, init: RequestInit = {}): Request {
  const { method, query, body = null } = delivery;
  const url = `https://bot.example.com/wechat?${search(query)}`;
  return new Request(url, { method, body, ...init });
}

const say = (Content: string) => platform.plain(account, platform.userMessage('text', { Content }));

describe('a fetch handler', () => {
  it('answers a message', async () => {
    const response = await wechat(options, handlers)(createRequest(say('你好 😀')));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/xml; charset=utf-8');
    expect(await response.text()).toContain('You said: 你好 😀');
  });

  it('answers the check of the address', async () => {
    const delivery = platform.verification(account, '5214');
    const response = await wechat(options, handlers)(createRequest(delivery));
    expect([response.status, await response.text()]).toEqual([200, '5214']);
  });

  it.each(['signature', 'timestamp', 'nonce', 'openid&signature'])(
    'refuses a query with %s twice',
    async (name) => {
      const { query, body } = say('twice');
      const repeated = `${search(query)}&${name.split('&').at(-1)}=1`;
      const request = new Request(`https://bot.example.com/?${repeated}`, {
        method: 'POST',
        body: body ?? null,
      });
      expect((await wechat(options, handlers)(request)).status).toBe(401);
    },
  );

  it('reads a query whose address has a fragment and escapes', async () => {
    const { query, body = '' } = say('escaped');
    const url = `https://bot.example.com/a%20b?${search({ ...query, openid: 'ä b' })}#signature=1`;
    const response = await wechat(options, handlers)(new Request(url, { method: 'POST', body }));
    expect(response.status).toBe(200);
  });

  it.each([
    ['the request, where nothing else is given', []],
    ['what the host gives', [{ env: { MODEL: 'x' } }]],
  ])('shows handlers as native: %s', async (_, given: unknown[]) => {
    const seen: unknown[] = [];
    const answer = wechat(options, {
      default: (_message, { native }) => void seen.push(native),
    });
    const request = createRequest(say('native'));
    await answer(request, ...given);
    expect(seen).toEqual([given[0] ?? request]);
  });

  it('answers 503 once it is closed', async () => {
    const answer = wechat(options, handlers);
    await answer.close();
    expect((await answer(createRequest(say('late')))).status).toBe(503);
  });

  it('tells at once what is wrong with its options', () => {
    expect(() => wechat({ token: '' }, handlers)).toThrow('token');
    expect(() => wechat('TOKEN', { txt: () => '' } as never)).toThrow('txt');
  });
});

describe('a body as a stream of the web', () => {
  const handle = (body: ReadableStream<Uint8Array>, { query } = say('stream')) =>
    createWebhook({ ...options, bodyLimit: 2000 }, handlers).handle({
      method: 'POST',
      query,
      body,
    });
  const createStream = (...chunks: (string | Uint8Array | Error)[]) =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        const chunk = chunks.shift();
        if (chunk === undefined) controller.close();
        else if (chunk instanceof Error) controller.error(chunk);
        else
          controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
      },
    });

  it('is read, with characters cut between its chunks', async () => {
    const delivery = say('很好');
    const bytes = new TextEncoder().encode(delivery.body);
    const chunks = Array.from(bytes, (byte) => Uint8Array.of(byte));
    const { status, body } = await handle(createStream(...chunks), delivery);
    expect([status, body]).toEqual([200, expect.stringContaining('You said: 很好')]);
  });

  it.each([
    ['more than bodyLimit in one chunk', ['x'.repeat(2001)], 413],
    ['more than bodyLimit in many', Array.from({ length: 300 }, () => 'x'.repeat(10)), 413],
    ['what breaks off', ['<xml>', new Error('reset')], 400],
    ['nothing', [], 400],
  ])('of %s is refused', async (_, chunks, status) => {
    expect((await handle(createStream(...chunks))).status).toBe(status);
  });

  test('that was read before, or is being read, cannot be verified', async () => {
    const request = createRequest(say('read'));
    await request.text();
    expect((await wechat(options, handlers)(request)).status).toBe(400);

    const locked = createStream('<xml></xml>');
    locked.getReader();
    expect((await handle(locked)).status).toBe(400);
  });

  it('is not touched when the signature is wrong', async () => {
    const request = createRequest(say('forged'));
    const forged = new Request(request.url.replace(/signature=./, 'signature=x'), request);
    expect((await wechat(options, handlers)(forged)).status).toBe(401);
    expect(forged.bodyUsed).toBe(false);
  });
});
