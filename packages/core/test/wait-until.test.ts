/** A host that stops after the response waits for work in progress. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  createWebhook,
  MemoryContextStore,
  type Reply,
  type WebhookOptions,
} from '@wechat-mp/core';
import { wechat } from '@wechat-mp/core/fetch';
import { wechat as onEvents } from '@wechat-mp/core/serverless';
import { search } from '../../../test/support/http.ts';
import * as platform from '../../../test/support/platform.ts';
import { recorder } from './support.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const account = { token: 'TOKEN' };
const say = () => platform.plain(account, platform.userMessage('text', { Content: 'hi' }));
const createRequest = () => {
  const { query, body = '' } = say();
  return new Request(`https://bot.example.com/?${search(query)}`, { method: 'POST', body });
};

/** A bot whose handler takes a number of milliseconds, with one delivery to wait in. */
function createBot(milliseconds: number, options: Partial<WebhookOptions> = {}) {
  const sent: Reply[] = [];
  const given = {
    ...account,
    logger: recorder(),
    maxDeliveries: 1 as const,
    pending: 'wait',
    lateReply: async (reply: Reply) => {
      await new Promise((resolve) => void setTimeout(resolve, 1000));
      sent.push(reply);
    },
    ...options,
  };
  const handlers = {
    text: async () => {
      await new Promise((resolve) => void setTimeout(resolve, milliseconds));
      return 'the answer';
    },
  };
  return { sent, answer: wechat(given, handlers), main: onEvents(given, handlers) };
}

/** The context of a host, whose `waitUntil` needs its `this`. */
class Context {
  readonly #work: Promise<unknown>[] = [];
  ended = 0;
  waitUntil(work: Promise<unknown>): void {
    this.#work.push(work.then(() => (this.ended += 1)));
  }
  get told(): number {
    return this.#work.length;
  }
}

const shapes: Record<string, (context: Context) => [native: unknown, context?: unknown]> = {
  'a context, as Vercel and Netlify have it': (context) => [context],
  'env and a context, as Cloudflare hands them on': (context) => [{ MODEL: 'x' }, context],
  'a function by itself, as Next.js has it': (context) => [
    { waitUntil: (work: Promise<unknown>) => context.waitUntil(work) },
  ],
  'the context of Hono on Cloudflare': (context) => [{ req: {}, executionCtx: context }],
};

describe.each(Object.entries(shapes))('%s', (_, give) => {
  it('waits for the handler and the late reply', async () => {
    const { answer, sent } = createBot(6000);
    const context = new Context();
    const answering = answer(createRequest(), ...give(context));
    await jest.advanceTimersByTimeAsync(4500);
    expect(await (await answering).text()).toContain('wait');
    expect(context).toMatchObject({ told: 1, ended: 0 });
    await jest.advanceTimersByTimeAsync(2000);
    expect(context.ended).toBe(0);
    await jest.advanceTimersByTimeAsync(1000);
    expect(context.ended).toBe(1);
    expect(sent).toEqual([{ type: 'text', content: 'the answer' }]);
  });
});

it('a handler that is quick is done with the response', async () => {
  const { answer, sent } = createBot(10);
  const context = new Context();
  const answering = answer(createRequest(), context);
  await jest.advanceTimersByTimeAsync(10);
  expect(await (await answering).text()).toContain('the answer');
  await jest.advanceTimersByTimeAsync(0);
  expect(context).toMatchObject({ told: 1, ended: 1 });
  expect(sent).toEqual([]);
});

it('waits for the rest of a pending text that is too long', async () => {
  const { answer, sent } = createBot(6000, { pending: '长'.repeat(1000) });
  const context = new Context();
  const answering = answer(createRequest(), context);
  await jest.advanceTimersByTimeAsync(4500);
  await answering;
  expect(context.told).toBe(2);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(context.ended).toBe(2);
  expect(sent).toHaveLength(2);
});

it.each([
  ['has none', {}],
  [
    'has one whose time is over',
    {
      waitUntil: () => {
        throw new Error('over');
      },
    },
  ],
  [
    'is Hono on Node',
    {
      get executionCtx() {
        throw new Error('This context has no ExecutionContext');
      },
    },
  ],
  ['is a text', 'native'],
])('a message is answered where the host %s', async (_, native: unknown) => {
  const { answer } = createBot(10);
  const answering = answer(createRequest(), native);
  await jest.advanceTimersByTimeAsync(10);
  expect(await (await answering).text()).toContain('the answer');
});

describe('a waitUntil that throws, of a webhook that is called by itself', () => {
  const waitUntil = () => {
    throw new TypeError('Illegal invocation');
  };
  const create = (options: Partial<WebhookOptions>) => {
    const logger = recorder();
    const webhook = createWebhook({ ...account, logger, maxPending: 1, ...options }, async () => {
      await new Promise((resolve) => void setTimeout(resolve, 10));
      return 'the answer';
    });
    const answer = async () => {
      const answering = webhook.handle({ ...say(), waitUntil });
      await jest.advanceTimersByTimeAsync(20_000);
      return answering;
    };
    return { answer, lines: () => logger.lines.map(({ message }) => message) };
  };

  it('costs no answer, and is a warning', async () => {
    const { answer, lines } = create({});
    expect((await answer()).body).toContain('the answer');
    expect((await answer()).body).toContain('the answer');
    expect(lines()).toEqual(['`waitUntil` failed', '`waitUntil` failed']);
  });

  it('does not end the process when a store fails', async () => {
    const contexts = new MemoryContextStore();
    contexts.load = () => Promise.reject(new Error('away'));
    const { answer, lines } = create({ contexts });
    expect((await answer()).status).toBe(503);
    expect(lines().slice(0, 2)).toEqual(['`waitUntil` failed', 'could not answer a delivery']);
  });
});

it('a cloud function uses the waitUntil of its context', async () => {
  const { main } = createBot(6000);
  const context = new Context();
  const { query, body } = say();
  const event = { httpMethod: 'POST', path: '/', queryStringParameters: query, body };
  const answering = main(event, context);
  await jest.advanceTimersByTimeAsync(4500);
  expect((await answering).body).toContain('wait');
  expect(context).toMatchObject({ told: 1, ended: 0 });
  await jest.advanceTimersByTimeAsync(3000);
  expect(context.ended).toBe(1);
});

it('a cloud function whose host has no waitUntil returns after the late reply, once the platform has hung up', async () => {
  const { main, sent } = createBot(20_000, { maxDeliveries: 3 });
  const delivery = say();
  const deliver = () =>
    main({
      httpMethod: 'POST',
      path: '/',
      queryStringParameters: delivery.query,
      body: delivery.body,
    });
  let hasReturned = false;
  const first = deliver().finally(() => {
    hasReturned = true;
  });
  await jest.advanceTimersByTimeAsync(5000);
  void deliver();
  await jest.advanceTimersByTimeAsync(5000);
  const last = deliver();
  await jest.advanceTimersByTimeAsync(4500);
  // This one is heard, so it returns at once.
  expect((await last).body).toContain('wait');
  expect(hasReturned).toBe(false);
  await jest.advanceTimersByTimeAsync(7000);
  expect(sent).toEqual([{ type: 'text', content: 'the answer' }]);
  await first;
});
