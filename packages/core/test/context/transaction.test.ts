import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  ContextConflictError,
  type ContextStore,
  createWebhook,
  type Handler,
  InvalidArgumentError,
  MemoryContextStore,
  StoreError,
  type WebhookOptions,
} from '@wechat-mp/core';
import * as platform from '../../../../test/support/platform.ts';
import { recorder } from '../support.ts';

const token = 'T0KEN';
afterEach(() => {
  jest.useRealTimers();
});

/** A store that tells what it was asked. */
function spied(): { store: MemoryContextStore; calls: string[] } {
  const store = new MemoryContextStore();
  const calls: string[] = [];
  for (const name of ['load', 'save', 'delete', 'release', 'renew'] as const) {
    const original = store[name].bind(store) as (...args: unknown[]) => Promise<never>;
    store[name] = ((...args: unknown[]) => {
      calls.push(name);
      return original(...args);
    }) as never;
  }
  return { store, calls };
}

function bot(handler: Handler<'text'>, options: Partial<WebhookOptions> = {}) {
  const logger = recorder();
  const webhook = createWebhook({ token, logger, ...options }, { text: handler });
  const send = async (text: string, openid = platform.OPENID) => {
    const fields = { ...platform.userMessage('text', { Content: text }), FromUserName: openid };
    const { query, body } = platform.plain({ token }, fields);
    return webhook.handle({ method: 'POST', query, body: body as string });
  };
  return { send, logger };
}

const count: Handler<'text'> = async (_message, { context }) => {
  const step = context.get('step', 0);
  await Promise.resolve();
  context.set('step', step + 1);
  return `step ${step + 1}`;
};

describe('a message', () => {
  it('loads its context once and saves it once, before the answer', async () => {
    const { store, calls } = spied();
    const { send } = bot(count, { contexts: store });
    await send('hi');
    expect(calls).toEqual(['load', 'save']);
    expect((await send('hi')).body).toContain('step 2');
  });

  it('that changes nothing writes nothing', async () => {
    const { store, calls } = spied();
    await bot((_message, { context }) => context.get('x', 'nothing'), { contexts: store }).send(
      'hi',
    );
    expect(calls).toEqual(['load', 'release']);
  });

  it('whose handler throws changes nothing', async () => {
    const { send } = bot((message, { context }) => {
      context.set('step', 7);
      if (message.content === 'throw') throw new Error('no');
      return `step ${context.get('step', 0)}`;
    });
    await send('throw');
    expect((await bot(count).send('hi')).body).toContain('step 1');
    expect((await send('hi')).body).toContain('step 7');
  });

  it('of one user does not see the context of another', async () => {
    const { send } = bot(count);
    await send('hi', 'o1');
    expect((await send('hi', 'o2')).body).toContain('step 1');
    expect((await send('hi', 'o1')).body).toContain('step 2');
  });

  it('can set how long its context lives, forget it, and save it early', async () => {
    const { send } = bot(async ({ content }, { context }) => {
      if (content === 'short') context.setExpiry(600);
      if (content === 'over') context.setExpiry(0);
      if (content === 'flush') await context.flush();
      if (content === 'save') {
        context.set('step', 40);
        await context.save();
      }
      context.set('step', context.get('step', 0) + 1);
      return `step ${context.get('step', 0)}, ${context.getExpiryAge()} s`;
    });
    expect((await send('hi')).body).toContain('step 1, 7200 s');
    expect((await send('short')).body).toContain('step 2, 600 s');
    expect((await send('hi')).body).toContain('step 3, 600 s');
    expect((await send('flush')).body).toContain('step 1, 7200 s');
    expect((await send('save')).body).toContain('step 41');
    await send('over');
    expect((await send('hi')).body).toContain('step 1, 7200 s');
  });
});

describe('messages of one user', () => {
  it('run one after another, in the order in which they came', async () => {
    const seen: string[] = [];
    const { send } = bot(async (message, exchange) => {
      seen.push(message.content);
      return count(message, exchange);
    });
    const texts = Array.from({ length: 50 }, (_, index) => String(index));
    const answers = await Promise.all(texts.map((text) => send(text)));
    expect(seen).toEqual(texts);
    expect(answers.at(-1)?.body).toContain('step 50');
  });

  it('do so also when two webhooks share a store', async () => {
    const contexts = new MemoryContextStore();
    const [first, second] = [bot(count, { contexts }), bot(count, { contexts })];
    const both = Array.from({ length: 10 }, () => [first.send('hi'), second.send('hi')]);
    await Promise.all(both.flat());
    expect((await first.send('hi')).body).toContain('step 21');
  }, 20_000);

  it('do not keep other users waiting', async () => {
    let letGo = () => {};
    const held = new Promise<string>((resolve) => {
      letGo = () => resolve('slow');
    });
    const { send } = bot(({ content }) => (content === 'slow' ? held : 'quick'));
    const slow = send('slow', 'o1');
    expect((await send('hi', 'o2')).body).toContain('quick');
    letGo();
    expect((await slow).body).toContain('slow');
  });

  it('run at once in parallel, and every changed key is kept', async () => {
    let running = 0;
    let most = 0;
    const { send } = bot(
      async ({ content }, { context }) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (content === 'list') return context.keys().sort().join(' ');
        if (content === 'remove') context.delete('a');
        else context.set(content, 1);
        return 'done';
      },
      { ordering: 'parallel' },
    );
    await Promise.all(['a', 'b', 'c', 'd'].map((key) => send(key)));
    expect(most).toBe(4);
    await Promise.all(['remove', 'e'].map((key) => send(key)));
    expect((await send('list')).body).toContain('b c d e');
  });
});

describe('a long handler', () => {
  it('keeps its lock beyond the lease, and gives up its turn after five minutes', async () => {
    jest.useFakeTimers();
    const { store, calls } = spied();
    const handled: string[] = [];
    const { send } = bot(
      ({ content }) => {
        handled.push(content);
        return content === 'hang' ? new Promise(() => {}) : 'next';
      },
      { contexts: store },
    );
    void send('hang');
    void send('hi');
    await jest.advanceTimersByTimeAsync(290_000);
    expect(calls.filter((name) => name === 'renew').length).toBeGreaterThan(80);
    expect(handled).toEqual(['hang']);
    await jest.advanceTimersByTimeAsync(30_000);
    expect(handled).toEqual(['hang', 'hi']);
  });

  it('never overwrites what another did when its lock was lost', async () => {
    const contexts = new MemoryContextStore();
    const user = { account: 'default', openid: platform.OPENID };
    const { send, logger } = bot(
      async (_message, { context }) => {
        context.set('mine', true);
        // Another process took over: this one was stopped for longer than its lease.
        Object.assign(contexts, { renew: async () => false });
        await contexts.delete(user);
        const other = new MemoryContextStore();
        await other.load(user);
        jest.spyOn(contexts, 'save').mockResolvedValueOnce({ current: { version: 9, json: '{}' } });
        return 'done';
      },
      { contexts },
    );
    expect((await send('hi')).status).toBe(503);
    expect(logger.lines[0]?.details['err']).toBeInstanceOf(ContextConflictError);
  });
});

describe('a store that fails', () => {
  const failing = (name: keyof ContextStore): ContextStore => {
    const store = new MemoryContextStore();
    jest.spyOn(store, name as 'load').mockRejectedValue(new Error('disk on fire'));
    return store;
  };

  it.each(['load', 'save'] as const)('in %s: 503, and one line says why', async (name) => {
    const handler = jest.fn(count);
    const { send, logger } = bot(handler, { contexts: failing(name) });
    expect((await send('hi')).status).toBe(503);
    expect(handler).toHaveBeenCalledTimes(name === 'load' ? 0 : 1);
    expect(logger.lines).toHaveLength(1);
    const error = logger.lines[0]?.details['err'] as Error;
    expect(error).toBeInstanceOf(StoreError);
    expect(error.message).toContain('disk on fire');
  });

  it('is for onError to answer, or to throw on', async () => {
    const seen: unknown[] = [];
    const answering = bot(count, {
      contexts: failing('load'),
      onError: (error, exchange) => {
        seen.push(error);
        expect(() => exchange.context).toThrow(error as Error);
        return 'later, please';
      },
    });
    expect((await answering.send('hi')).body).toContain('later, please');
    expect(seen[0]).toBeInstanceOf(StoreError);
    const throwing = bot(count, {
      contexts: failing('load'),
      onError: (error) => {
        throw error;
      },
    });
    expect((await throwing.send('hi')).status).toBe(503);
  });

  it('does not keep the user’s next message out', async () => {
    const contexts = failing('load');
    const { send } = bot(count, { contexts });
    expect((await send('hi')).status).toBe(503);
    jest.restoreAllMocks();
    expect((await send('hi')).body).toContain('step 1');
  });

  it.each(['{"step":', 'null', '[1]', '7'])('holds %s: refused as damaged', async (json) => {
    const contexts = new MemoryContextStore();
    const user = { account: 'default', openid: platform.OPENID };
    await contexts.save(user, { version: 1, json }, { replaces: 0, milliseconds: 1000 });
    const { send, logger } = bot(count, { contexts });
    expect((await send('hi')).status).toBe(503);
    expect(logger.text()).toContain('damaged');
  });

  it('is found when the webhook is made, if it is no store', () => {
    const make = () => createWebhook({ token, contexts: { contexts: {} } as never });
    expect(make).toThrow(InvalidArgumentError);
    expect(make).toThrow(/Spread/);
  });
});
