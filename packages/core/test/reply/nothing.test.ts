/** Empty replies, on every way that a reply is given. */
import { describe, expect, it } from '@jest/globals';
import {
  createWebhook,
  type HandlersLike,
  type ReplyLike,
  Router,
  reply,
  type WebhookOptions,
} from '@wechat-mp/core';
import { plain, userMessage } from '../../../../test/support/platform.ts';
import { recorder } from '../support.ts';

const TOKEN = 'TOKEN';

/** Answers one text, and gives what was sent and what the log says. */
async function answer(handlers: HandlersLike, options: Partial<WebhookOptions> = {}) {
  const logger = recorder();
  const webhook = createWebhook({ token: TOKEN, logger, ...options }, handlers);
  const request = plain({ token: TOKEN }, userMessage('text', { Content: 'hi' }));
  const { status, body } = await webhook.handle(request);
  expect(status).toBe(200);
  return { body, lines: logger.lines };
}

const NOTHING: [string, ReplyLike][] = [
  ['success', 'success'],
  ['false', false],
  ['an empty text', reply.text('')],
  ['a blank text', reply.text(' \n\u3000')],
];
const fail = () => {
  throw new Error('failed');
};

describe.each(NOTHING)('%s is nothing to say', (_, nothing) => {
  it.each<[string, HandlersLike, Partial<WebhookOptions>]>([
    ['a handler returns it', { text: () => nothing }, {}],
    ['a handler’s promise gives it', { text: async () => nothing }, {}],
    ['the default handler returns it', { default: () => nothing }, {}],
    ['a function for all returns it', () => nothing, {}],
    ['a handler of a router returns it', new Router().text('hi', () => nothing), {}],
    ['a middleware returns it', new Router().use(() => nothing).default(() => 'not asked'), {}],
    ['router.error returns it', new Router().on('text', fail).error(() => nothing), {}],
    ['onError returns it', { text: fail }, { onError: () => nothing }],
  ])('when %s', async (_way, handlers, options) => {
    const { body, lines } = await answer(handlers, options);
    expect(body).toBe('success');
    expect(lines).toEqual([]);
  });

  it('when it is what is shown while a handler still works', async () => {
    const slow = { text: () => new Promise<never>(() => {}) };
    const options = { replyWindow: 1, maxDeliveries: 1, maxRun: 20 } as const;
    for (const pending of [nothing, () => nothing]) {
      expect((await answer(slow, { ...options, pending })).body).toBe('success');
    }
  });
});

describe('a middleware that returns false', () => {
  it('keeps the reply of what comes after it, as one that returns nothing', async () => {
    const isAdmin = false as boolean;
    const router = new Router()
      .use(async (_exchange, next) => {
        await next();
        return isAdmin && 'hello, admin';
      })
      .default(() => 'hello');
    expect((await answer(router)).body).toContain('[hello]');
  });
});

describe('success', () => {
  it('is shown when a reply says it', async () => {
    const { body } = await answer({ text: () => reply.text('success') });
    expect(body).toContain('<Content><![CDATA[success]]></Content>');
  });

  it.each([
    ['alone', ['success']],
    ['among others', ['It was a ', 'success', '!']],
  ])('is a word like any other in a stream, %s', async (_, words) => {
    async function* speak() {
      yield* words;
    }
    expect((await answer({ text: () => speak() })).body).toContain(`[${words.join('')}]`);
  });

  it.each([['success.'], ['Success'], ['操作 success']])('is not found in %j', async (text) => {
    expect((await answer({ text: () => text })).body).toContain(`[${text}]`);
  });
});

describe('what a stream yields where it has nothing to say', () => {
  it.each([[false], [''], [undefined], [null]])('is left out: %j', async (nothing) => {
    async function* speak() {
      yield 'a';
      yield nothing as string;
      yield 'b';
    }
    expect((await answer({ text: () => speak() })).body).toContain('[ab]');
  });
});

describe('numbers and true', () => {
  it.each([[0], [1], [Number.NaN], [true]])('are the handler’s mistake: %p', async (value) => {
    const { body, lines } = await answer({ text: () => value as unknown as ReplyLike });
    expect(body).toBe('success');
    expect(lines.map(({ level }) => level)).toEqual(['error']);
  });
});
