import { describe, expect, it } from '@jest/globals';
import { createWebhook, type Middleware, Router } from '@wechat-mp/core';
import { plain, userMessage } from '../../../test/support/platform.ts';
import { recorder } from './support.ts';

const ACCOUNT = { token: 'TOKEN' };

/** Returns the user's answer to a text, and the log. */
async function ask(router: Router, Content = 'hi') {
  const logger = recorder();
  const webhook = createWebhook({ ...ACCOUNT, logger }, router);
  const { status, body } = await webhook.handle(plain(ACCOUNT, userMessage('text', { Content })));
  expect(status).toBe(200);
  const answer = /<Content><!\[CDATA\[(.*)\]\]><\/Content>/.exec(body)?.[1] ?? body;
  return { answer, log: logger.lines };
}
const getAnswer = async (router: Router, content?: string) => (await ask(router, content)).answer;
const fail = () => {
  throw new Error('broken');
};

describe('middleware', () => {
  it('runs around what was registered after it, in order', async () => {
    const steps: string[] = [];
    const step =
      (name: string): Middleware =>
      async (_, next) => {
        steps.push(`${name} in`);
        const reply = await next();
        steps.push(`${name} out`);
        return reply;
      };
    const router = new Router()
      .use(step('a'), step('b'))
      .text('hi', () => {
        steps.push('handler');
        return 'hello';
      })
      .use(step('never'));
    expect(await getAnswer(router)).toBe('hello');
    expect(steps).toEqual(['a in', 'b in', 'handler', 'b out', 'a out']);
  });

  it.each<[string, Middleware, string]>([
    ['returns what next() gave', (_, next) => next(), 'hello'],
    ['waits for next() and returns nothing', async (_, next) => void (await next()), 'hello'],
    ['calls next() without waiting', (_, next) => void next(), 'hello'],
    ['replaces the reply', async (_, next) => `${(await next()) as string}!`, 'hello!'],
    ['answers without next()', () => 'no', 'no'],
    ['answers success with null', () => null, 'success'],
    ['takes the reply back with null', async (_, next) => (await next(), null), 'success'],
    ['neither answers nor goes on', () => undefined, 'success'],
  ])('that %s', async (_, middleware, expected) => {
    const router = new Router().use(middleware).default(() => 'hello');
    expect(await getAnswer(router)).toBe(expected);
  });

  it('that calls next() twice fails, with an error that says so', async () => {
    const twice: Middleware[] = [
      async (_, next) => {
        await next();
        return next();
      },
      async (_, next) => (await Promise.all([next(), next()]))[0],
    ];
    for (const middleware of twice) {
      const { answer, log } = await ask(new Router().use(middleware).default(() => 'hello'));
      expect(answer).toBe('success');
      expect(String(log[0]?.details['err'])).toMatch(/next\(\) twice/);
    }
  });

  it('shares state with what comes after it', async () => {
    const router = new Router()
      .use((exchange, next) => {
        exchange.state['name'] = 'Li';
        return next();
      })
      .default((_, { state }) => `hello ${String(state['name'])}`);
    expect(await getAnswer(router)).toBe('hello Li');
  });

  it('does not see the state of another message', async () => {
    const router = new Router().default((_, { state }) => {
      state['count'] = Number(state['count'] ?? 0) + 1;
      return String(state['count']);
    });
    expect([await getAnswer(router), await getAnswer(router)]).toEqual(['1', '1']);
  });

  it('can catch the failure of what comes after it', async () => {
    const router = new Router()
      .use(async (_, next) => {
        try {
          return await next();
        } catch (error) {
          return `caught ${(error as Error).message}`;
        }
      })
      .default(fail);
    expect(await getAnswer(router)).toBe('caught broken');
  });

  it.each<[string, Middleware, string]>([
    ['answers', (_, next) => (void next(), 'early'), 'early'],
    ['fails', (_, next) => (void next(), fail()), 'success'],
  ])(
    'that %s without waiting for next() cannot bring the process down',
    async (_, middleware, expected) => {
      const rejections: unknown[] = [];
      const note = (reason: unknown) => rejections.push(reason);
      process.on('unhandledRejection', note);
      try {
        const router = new Router().use(middleware).default(async () => fail());
        expect(await getAnswer(router)).toBe(expected);
        await new Promise((resolve) => setImmediate(resolve));
        expect(rejections).toEqual([]);
      } finally {
        process.off('unhandledRejection', note);
      }
    },
  );

  it('may be there by the thousand', async () => {
    const router = new Router();
    for (let i = 0; i < 1000; i++) router.text(`question ${i}`, () => `answer ${i}`);
    router.default(() => 'none');
    expect(await getAnswer(router, 'question 999')).toBe('answer 999');
    expect(await getAnswer(router, 'question 1000')).toBe('none');
  });
});

describe('a router inside another', () => {
  const inner = () => new Router().text('inner', () => 'from inner');

  it('comes in line where it was registered', async () => {
    const router = new Router()
      .text('before', () => 'from before')
      .use(inner())
      .text('inner', () => 'too late')
      .text('after', () => 'from after')
      .default(() => 'from default');
    const texts = ['before', 'inner', 'after', 'other'];
    const answers = await Promise.all(texts.map((content) => getAnswer(router, content)));
    expect(answers).toEqual(['from before', 'from inner', 'from after', 'from default']);
  });

  it('answers what is left with its own default', async () => {
    const router = new Router().use(inner().default(() => 'inner default')).default(() => 'outer');
    expect(await getAnswer(router, 'other')).toBe('inner default');
  });

  it('is inside the middleware before it, and its middleware ends with it', async () => {
    const mark =
      (name: string): Middleware =>
      async (_, next) =>
        `${name}(${(await next()) as string})`;
    const router = new Router().use(mark('outer')).use(inner().use(mark('inner')));
    expect(await getAnswer(router, 'inner')).toBe('outer(from inner)');
    expect(await getAnswer(router, 'other')).toBe('outer(inner(undefined))');
  });
});

describe('router.error', () => {
  it('answers instead of a handler or middleware that failed', async () => {
    const handled = new Router()
      .default(async () => fail())
      .error((error, { message }) => `${(error as Error).message} ${message.type}`);
    expect(await getAnswer(handled)).toBe('broken text');
    const middleware = new Router().use(fail).error(() => 'sorry');
    expect(await getAnswer(middleware)).toBe('sorry');
  });

  it('of the inner router goes first, then that of the outer one', async () => {
    const inner = new Router().default(fail);
    const outer = () => new Router().error(() => 'outer');
    expect(await getAnswer(outer().use(inner))).toBe('outer');
    inner.error(() => 'inner');
    expect(await getAnswer(outer().use(inner))).toBe('inner');
    const failing = new Router().default(fail).error(fail);
    expect(await getAnswer(outer().use(failing))).toBe('outer');
  });

  it('of an inner router does not answer for the handlers of the outer one', async () => {
    const inner = new Router().text('inner', () => 'a').error(() => 'inner');
    const router = new Router()
      .use(inner)
      .text('hi', fail)
      .error(() => 'outer');
    expect(await getAnswer(router)).toBe('outer');
  });

  it('that fails itself is logged and answered with success', async () => {
    const { answer, log } = await ask(new Router().default(fail).error(fail));
    expect(answer).toBe('success');
    expect(log.map(({ level }) => level)).toEqual(['error']);
  });

  it('may answer nothing', async () => {
    const { answer, log } = await ask(new Router().default(fail).error(() => undefined));
    expect(answer).toBe('success');
    expect(log).toEqual([]);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'broken'],
  ])('answers for a middleware that rejects with %s after next()', async (_, thrown) => {
    const reject = async () => Promise.reject(thrown);
    const after: Middleware = async (_exchange, next) => {
      await next();
      return reject();
    };
    const seen: unknown[] = [];
    const answers = (router: Router) =>
      router.error((error) => {
        seen.push(error);
        return 'sorry';
      });
    expect(await getAnswer(answers(new Router().use(after)))).toBe('sorry');
    expect(await getAnswer(answers(new Router().use(after).default(() => 'hi')))).toBe('sorry');
    // What the outer router answered is not at fault.
    const inner = answers(new Router().use(after));
    expect(await getAnswer(new Router().use(inner).default(() => undefined))).toBe('sorry');
    expect(seen).toEqual([thrown, thrown, thrown]);
  });

  it('does not answer for an outer handler that rejects with nothing', async () => {
    const inner = new Router().error(() => 'inner');
    const outer = new Router().use(inner).default(async () => Promise.reject(undefined));
    expect(await getAnswer(outer.error(() => 'outer'))).toBe('outer');
  });
});
