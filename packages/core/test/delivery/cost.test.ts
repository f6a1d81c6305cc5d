/** The objects created for a message that is answered at once, counted without a clock. */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createWebhook, type Exchange, type Handler, MemoryContextStore } from '@wechat-mp/core';
import { plain, safe, userMessage } from '../../../../test/support/platform.ts';
import { recorder, SAFE } from '../support.ts';

afterEach(() => void jest.restoreAllMocks());

const PLAIN = { token: 'TOKEN' };

/** Everything that runs later, can be aborted, or is unique in the world. */
function countMade() {
  const made = {
    timers: [
      jest.spyOn(globalThis, 'setTimeout'),
      jest.spyOn(globalThis, 'setInterval'),
      jest.spyOn(globalThis, 'setImmediate'),
    ],
    controllers: [
      jest.spyOn(globalThis, 'AbortController'),
      jest.spyOn(AbortSignal, 'abort'),
      jest.spyOn(AbortSignal, 'any'),
    ],
    uuids: [jest.spyOn(crypto, 'randomUUID')],
  };
  return () =>
    Object.fromEntries(
      Object.entries(made).map(([name, spies]) => [
        name,
        spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0),
      ]),
    );
}

const NOTHING = { timers: 0, controllers: 0, uuids: 0 };
const text = (Content: string) => userMessage('text', { Content });

describe('with default options', () => {
  it.each<[string, Handler]>([
    ['in the same turn', ({ type }) => `a ${type}`],
    ['after a promise', async ({ type }) => `a ${type}`],
    [
      'after many promises',
      async ({ type }) => {
        for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
        return `a ${type}`;
      },
    ],
    ['having read the context', ({ type }, { context }) => context.get('nothing', `a ${type}`)],
    [
      'having changed the context',
      ({ type }, { context }) => {
        context.set('step', Number(context.get('step', 0)) + 1);
        return `a ${type}`;
      },
    ],
    [
      'knowing its delivery',
      ({ type }, { delivery }) => `a ${type}`.slice(0, 10 * delivery.attempt),
    ],
  ])('a handler that answers %s sets no timer, makes no signal and no UUID', async (_, handler) => {
    const webhook = createWebhook(PLAIN, handler);
    const deliveries = ['one', 'another', 'a third'].map((one) => plain(PLAIN, text(one)));
    const count = countMade();
    for (const delivery of deliveries) {
      const { status, body } = await webhook.handle(delivery);
      expect([status, body.includes('a text')]).toEqual([200, true]);
    }
    expect(count()).toEqual(NOTHING);
  });

  it('an event, a repeated delivery and an encrypted one set no timer either', async () => {
    const webhook = createWebhook(SAFE, ({ type }) => `a ${type}`);
    const event = userMessage('event', { Event: 'CLICK', EventKey: 'KEY' });
    const again = safe(SAFE, text('again'));
    const deliveries = [safe(SAFE, event), again, again, safe(SAFE, text('encrypted'))];
    const count = countMade();
    for (const delivery of deliveries) expect((await webhook.handle(delivery)).status).toBe(200);
    expect(count()).toEqual(NOTHING);
  });

  it('the context is loaded when it is used, and saved when it was changed', async () => {
    const webhook = createWebhook(PLAIN, (message, exchange: Exchange) => {
      if (message.type !== 'text' || message.content === 'neither') return 'done';
      const { context } = exchange;
      if (message.content === 'change') context.set('seen', true);
      return `${context.get('seen', false)}`;
    });
    const opened = jest.spyOn(MemoryContextStore.prototype, 'open');
    const saved = jest.spyOn(MemoryContextStore.prototype, 'saveNow');
    const written = jest.spyOn(JSON, 'stringify');
    const calls = async (content: string) => {
      for (const spy of [opened, saved, written]) spy.mockClear();
      await webhook.handle(plain(PLAIN, text(content)));
      return [opened, saved, written].map((spy) => Math.min(spy.mock.calls.length, 1));
    };
    expect(await calls('neither')).toEqual([0, 0, 0]);
    expect(await calls('read')).toEqual([1, 0, 0]);
    expect(await calls('change')).toEqual([1, 1, 1]);
    expect(await calls('neither')).toEqual([0, 0, 0]);
  });
});

it('signals abort for one reason, which is made once', async () => {
  jest.useFakeTimers();
  const reasons: unknown[] = [];
  const options = { ...PLAIN, maxRun: 1000, onError: () => null, logger: recorder() };
  const webhook = createWebhook(options, async (_, { signal }) => {
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
    });
    reasons.push(signal.reason);
    return 'too late';
  });
  for (const one of ['one', 'another']) {
    const answering = webhook.handle(plain(PLAIN, text(one)));
    await jest.advanceTimersByTimeAsync(2000);
    await answering;
  }
  jest.useRealTimers();
  expect(reasons).toEqual([expect.objectContaining({ name: 'AbortError' }), reasons[0]]);
  expect(reasons[1]).toBe(reasons[0]);
});
