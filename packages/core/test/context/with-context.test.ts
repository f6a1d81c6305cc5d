/** A conversation that is opened without a message: as for a delivery, and beside deliveries. */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  ContextConflictError,
  createWebhook,
  type Handler,
  InvalidArgumentError,
  MemoryContextStore,
  NeedParamError,
  RequestError,
  RunTooLongError,
  StoreError,
  type WebhookOptions,
} from '@wechat-mp/core';
import * as platform from '../../../../test/support/platform.ts';
import { recorder } from '../support.ts';

const token = 'T0KEN';
const openid = platform.OPENID;
afterEach(() => void jest.useRealTimers());

const count: Handler<'text'> = async (_message, { context }) => {
  const step = context.get('step', 0);
  await new Promise((resolve) => setImmediate(resolve));
  context.set('step', step + 1);
  return `step ${step + 1}`;
};

function setUp(options: Partial<WebhookOptions> = {}, handler: Handler<'text'> = count) {
  const webhook = createWebhook({ token, logger: recorder(), ...options }, { text: handler });
  const say = async (source = openid) => {
    const fields = { ...platform.userMessage('text', { Content: 'hi' }), FromUserName: source };
    return (await webhook.handle(platform.plain({ token }, fields))).body;
  };
  const read = (source = openid) =>
    webhook.withContext(source, (context) => Object.fromEntries(context.items()));
  return { webhook, say, read };
}

it('what is changed is there for the user’s next message, and what a message changed is seen', async () => {
  const { webhook, say } = setUp();
  expect(await webhook.withContext(openid, (context) => context.set('step', 41).openid)).toBe(
    openid,
  );
  expect(await say()).toContain('step 42');
  expect(await webhook.withContext(openid, (context) => context.get('step'))).toBe(42);
  expect(await webhook.withContext({ account: 'default', openid }, (c) => c.get('step'))).toBe(42);
  expect(await webhook.withContext('another', (context) => context.get('step'))).toBeUndefined();
});

it.each(['serial', 'parallel'] as const)(
  'no change is lost beside messages: %s',
  async (ordering) => {
    const contexts = new MemoryContextStore();
    const { webhook, say, read } = setUp({ ordering, contexts });
    const other = setUp({ ordering, contexts }).webhook;
    const work: Promise<unknown>[] = [];
    for (let turn = 0; turn < 10; turn += 1) {
      work.push(say());
      for (const [name, one] of Object.entries({ webhook, other })) {
        work.push(
          one.withContext(openid, async (context) => {
            const step = context.get('step', 0);
            await new Promise((resolve) => setImmediate(resolve));
            if (ordering === 'serial') context.set('step', step + 1);
            context.set(`${name} ${turn}`, true);
          }),
        );
      }
    }
    await Promise.all(work);
    const { step, ...others } = await read();
    expect(Object.keys(others)).toHaveLength(20);
    expect(ordering === 'serial' ? step : 30).toBe(30);
  },
);

it('what is opened has its turn among the messages of the user', async () => {
  const order: string[] = [];
  let finish = () => {};
  const { webhook, say } = setUp({}, async () => {
    order.push('message begins');
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    order.push('message ends');
  });
  const first = say();
  await new Promise((resolve) => setImmediate(resolve));
  const opened = webhook.withContext(openid, () => order.push('opened'));
  await webhook.withContext('another', () => order.push('another user'));
  finish();
  await Promise.all([first, opened]);
  expect(order).toEqual(['message begins', 'another user', 'message ends', 'opened']);
});

describe('when it fails', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('no');
      },
    ],
  ])('a function that %s changes nothing, and leaves no lock', async (_, fail: () => unknown) => {
    const { webhook, say, read } = setUp();
    await webhook.withContext(openid, (context) => context.set('step', 5));
    const failed = webhook.withContext(openid, (context) => {
      context.set('step', 99);
      return fail();
    });
    await expect(failed).rejects.toThrow('no');
    expect(await read()).toEqual({ step: 5 });
    expect(await say()).toContain('step 6');
  });

  it('a store that fails rejects as a StoreError, and the function is not called', async () => {
    const contexts = new MemoryContextStore();
    contexts.load = async () => {
      throw new Error('away');
    };
    const use = jest.fn();
    const opened = setUp({ contexts }).webhook.withContext(openid, use);
    await expect(opened).rejects.toThrow(StoreError);
    expect(use).not.toHaveBeenCalled();
  });

  it('what another process saved in spite of the lock is not written over', async () => {
    const contexts = new MemoryContextStore();
    const { webhook, read } = setUp({ contexts });
    const user = { account: 'default', openid };
    const opened = webhook.withContext(openid, async (context) => {
      context.set('mine', 1);
      await contexts.delete(user);
      contexts.save = async () => ({ current: { version: 7, json: '{"theirs":2}' } });
    });
    await expect(opened).rejects.toThrow(ContextConflictError);
    expect(await read()).toEqual({});
  });

  it('a function that does not end is given up after maxRun, and saves nothing', async () => {
    jest.useFakeTimers();
    const { webhook, read } = setUp({ maxRun: 60_000 });
    const opened = webhook.withContext(openid, (context) => {
      context.set('step', 1);
      return new Promise(() => {});
    });
    const failed = opened.catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(await failed).toBeInstanceOf(RunTooLongError);
    expect(await read()).toEqual({});
  });
});

it('its lock is kept for as long as the function works', async () => {
  jest.useFakeTimers();
  const contexts = new MemoryContextStore();
  const { webhook } = setUp({ contexts });
  const other = setUp({ contexts }).webhook;
  let end = () => {};
  const opened = webhook.withContext(openid, async (context) => {
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    context.set('step', 1);
  });
  await jest.advanceTimersByTimeAsync(60_000);
  const seen = other.withContext(openid, (context) => context.get('step'));
  await jest.advanceTimersByTimeAsync(10_000);
  end();
  await opened;
  await jest.advanceTimersByTimeAsync(1000);
  expect(await seen).toBe(1);
});

it('close() waits for it, and then it is refused', async () => {
  const { webhook } = setUp();
  let end = () => {};
  let isClosed = false;
  const opened = webhook.withContext(
    openid,
    () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  const closed = webhook.close().then(() => {
    isClosed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isClosed).toBe(false);
  const late = webhook.withContext(openid, () => 1);
  await expect(late).rejects.toThrow(RequestError);
  await expect(late).rejects.toMatchObject({ code: 'WECHAT_CLOSING' });
  end();
  await Promise.all([opened, closed]);
});

describe('whose conversation it is', () => {
  it.each([
    ['no openid', '', NeedParamError],
    ['an openid that is not a text', { account: 'default', openid: 5 }, NeedParamError],
    ['nothing', undefined, NeedParamError],
    ['another account', { account: 'gh_other', openid }, InvalidArgumentError],
  ])('%s is refused', async (_, user, kind) => {
    const { webhook } = setUp();
    await expect(webhook.withContext(user as never, () => 1)).rejects.toThrow(kind);
  });

  it('no function is refused', async () => {
    await expect(setUp().webhook.withContext(openid, undefined as never)).rejects.toThrow(
      NeedParamError,
    );
  });

  describe('where several accounts are served', () => {
    const shop: WebhookOptions = { token, account: 'shop' };
    const club: WebhookOptions = { token, appid: 'wx1', account: 'club' };
    const accounts: Record<string, WebhookOptions> = { shop, club };
    const serve = (find: (name: unknown) => WebhookOptions | undefined) => {
      const webhook = createWebhook(({ query }) => find(query['tenant'] ?? query['account']), {
        text: count,
      });
      const deliver = async (tenant: string) => {
        const { query, ...rest } = platform.plain(
          { token },
          platform.userMessage('text', { Content: 'hi' }),
        );
        await webhook.handle({ ...rest, query: { ...query, tenant } });
      };
      return { webhook, deliver };
    };

    it('each has its own, found by what its keys begin with once a delivery came', async () => {
      const { webhook, deliver } = serve((name) => accounts[String(name)]);
      await deliver('shop');
      await deliver('club');
      const read = (account: string) =>
        webhook.withContext({ account, openid }, (context) => context.get('step'));
      await webhook.withContext({ account: 'wx1/club', openid }, (c) => c.set('step', 10));
      expect(await read('shop')).toBe(1);
      expect(await read('wx1/club')).toBe(10);
    });

    it('the resolver is asked for one that had no delivery yet', async () => {
      const { webhook } = serve((name) => accounts[String(name)]);
      expect(await webhook.withContext({ account: 'shop', openid }, () => 'there')).toBe('there');
    });

    it.each([
      [
        'an account that the resolver does not know',
        { account: 'none', openid },
        InvalidArgumentError,
      ],
      ['one that it gives for another', { account: 'club', openid }, InvalidArgumentError],
      ['an openid alone', openid, NeedParamError],
    ])('%s is refused', async (_, user, kind) => {
      const { webhook } = serve((name) => accounts[String(name)]);
      await expect(webhook.withContext(user, () => 1)).rejects.toThrow(kind);
    });
  });
});
