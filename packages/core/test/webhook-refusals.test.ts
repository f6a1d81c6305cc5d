import { Readable } from 'node:stream';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createWebhook, type WebhookOptions, type WebhookRequest } from '@wechat-mp/core';
import { plain, signedQuery, userMessage, verification } from '../../../test/support/platform.ts';
import { CHANGED, recorder, SAFE } from './support.ts';

const PLAIN = { token: SAFE.token };
const TEXT = userMessage('text', { Content: 'hi' });

async function send(request: Partial<WebhookRequest>, options: Partial<WebhookOptions> = {}) {
  const log = recorder();
  const webhook = createWebhook({ ...PLAIN, logger: log, ...options }, { text: () => 'hello' });
  return { ...(await webhook.handle({ ...plain(PLAIN, TEXT), ...request })), log };
}

describe('a request that is not a delivery', () => {
  const { query } = plain(PLAIN, TEXT);
  it.each<[string, Partial<WebhookRequest>, number, string]>([
    ['an empty body', { query, body: '' }, 400, 'Bad Request'],
    ['a body that is not XML', { query, body: 'hello' }, 400, 'Bad Request'],
    ['XML with another root', { query, body: '<a><b>c</b></a>' }, 400, 'Bad Request'],
    ['XML without fields', { query, body: '<xml>hi</xml>' }, 400, 'Bad Request'],
    ['XML that is not a message', { query, body: '<xml><a>b</a></xml>' }, 400, 'Bad Request'],
    ['no body', { query, body: undefined }, 400, 'Bad Request'],
    ['no signature', { query: {} }, 401, 'Unauthorized'],
    ['another token', { query: plain(CHANGED, TEXT).query }, 401, 'Unauthorized'],
    ['PUT', { method: 'PUT' }, 405, 'Method Not Allowed'],
    ['HEAD', { method: 'HEAD' }, 405, 'Method Not Allowed'],
    ['DELETE without a signature', { method: 'DELETE', query: {} }, 405, 'Method Not Allowed'],
    ['a body over 256 KiB', { query, body: 'a'.repeat(256 * 1024 + 1) }, 413, 'Payload Too Large'],
  ])('%s is refused, and only the log says why', async (_, request, status, body) => {
    const answer = await send(request);
    expect(answer).toMatchObject({ status, body });
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    expect(answer.headers['allow']).toBe(status === 405 ? 'GET, POST' : undefined);
    expect(answer.log.lines).toEqual([
      { level: 'warn', details: { code: expect.any(String), status }, message: expect.any(String) },
    ]);
    expect(answer.log.text()).not.toContain(SAFE.token);
  });

  it('is told apart in the log', async () => {
    const reasons = await Promise.all([
      send({ query: {} }),
      send({ query: { ...query, nonce: undefined } }),
      send({ query: plain(CHANGED, TEXT).query }),
      send({ query: signedQuery(SAFE.token, '1') }, { maxAge: 60 }),
      send({}, SAFE),
    ]);
    const messages = reasons.map(({ log }) => log.lines[0]?.message);
    expect(messages[0]).toMatch(/signature is missing/);
    expect(messages[1]).toMatch(/nonce is missing/);
    expect(messages[2]).toMatch(/token/);
    expect(messages[3]).toMatch(/maxAge/);
    expect(messages[4]).toMatch(/safe/);
  });

  it('is not read before its signature is checked', async () => {
    const body = Readable.from([Buffer.from('a')]);
    expect((await send({ query: {}, body })).status).toBe(401);
    expect(body.readableDidRead).toBe(false);
  });
});

describe('bodyLimit', () => {
  const body = Buffer.from(`${plain(PLAIN, userMessage('text', { Content: '好' })).body}`);
  it.each<[string, string | Uint8Array]>([
    ['text', body.toString()],
    ['bytes', body],
  ])('counts the bytes of %s', async (_, given) => {
    expect((await send({ body: given }, { bodyLimit: body.length })).status).toBe(200);
    expect((await send({ body: given }, { bodyLimit: body.length - 1 })).status).toBe(413);
  });
});

describe('many accounts on one endpoint', () => {
  const log = recorder();
  const first: WebhookOptions = { token: 'first', account: 'first', logger: log };
  const second: WebhookOptions = { ...SAFE, token: 'second', logger: log };
  const accounts: Record<string, WebhookOptions> = { first, second };
  const find = ({ query }: WebhookRequest) => accounts[String(query['account'])];
  const ask = (token: string, account: string) => {
    const { query } = verification({ token });
    return { method: 'GET', query: { ...query, account } };
  };
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each([
    ['at once', find],
    ['after a while', async (request: WebhookRequest) => find(request)],
  ])('are found %s', async (_, resolver) => {
    const webhook = createWebhook(resolver, () => 'hi');
    expect(await webhook.handle(ask('first', 'first'))).toMatchObject({ status: 200 });
    expect(await webhook.handle(ask('second', 'second'))).toMatchObject({ status: 200 });
    expect(await webhook.handle(ask('first', 'second'))).toMatchObject({ status: 401 });
    jest.spyOn(console, 'warn').mockImplementation(() => {});
    expect(await webhook.handle(ask('first', 'third'))).toMatchObject({
      status: 404,
      body: 'Not Found',
    });
    expect(console.warn).not.toHaveBeenCalled();
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no database');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no database'))],
    ['gives wrong options', () => ({ ...SAFE, mode: 'unsafe' })],
    ['gives no token', () => ({ account: 'first' })],
    ['gives nothing that names the account', () => ({ token: 'first' })],
    ['gives text', () => 'TOKEN'],
  ])('are answered with 500 and an error in the log when the resolver %s', async (_, resolver) => {
    const error = jest.spyOn(console, 'error').mockImplementation(() => {});
    const webhook = createWebhook(resolver as () => WebhookOptions, () => 'hi');
    expect(await webhook.handle(verification({ token: 'first' }))).toMatchObject({
      status: 500,
      body: 'Internal Server Error',
    });
    expect(error).toHaveBeenCalledTimes(1);
  });

  it('have their options checked once only', async () => {
    let reads = 0;
    const options = {
      account: 'first',
      get token() {
        reads++;
        return 'first';
      },
    };
    const webhook = createWebhook(
      () => options,
      () => 'hi',
    );
    await webhook.handle(ask('first', 'first'));
    const before = reads;
    expect(await webhook.handle(ask('first', 'first'))).toMatchObject({ status: 200 });
    expect(reads).toBe(before);
  });
});
