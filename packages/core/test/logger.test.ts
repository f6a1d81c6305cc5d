import { describe, expect, it } from '@jest/globals';
import { createWebhook, type Handler, type Logger } from '@wechat-mp/core';
import { ComponentClient, OfficialClient } from '@wechat-mp/core/official';
import { plain, userMessage } from '../../../test/support/platform.ts';
import { recorder } from './support.ts';

const ACCOUNT = { token: 'TOKEN' };
const full = () => {
  throw new Error('the disk is full');
};
const logger = { error: full, warn: full, info: full, debug: full };
const DELIVERY = plain(ACCOUNT, userMessage('text', { Content: 'hi' }));
const webhook = (handler: Handler, replyWindow = 1000) =>
  createWebhook({ ...ACCOUNT, logger, replyWindow }, handler);

describe('a logger that throws', () => {
  it('does not keep a delivery from being answered', async () => {
    const failing = webhook(() => {
      throw new Error('broken');
    });
    expect(await failing.handle(DELIVERY)).toMatchObject({ status: 200, body: 'success' });
    const cut = webhook(() => [{ title: 'a' }, { title: 'b' }]);
    expect(await cut.handle(DELIVERY)).toMatchObject({ status: 200 });
  });

  it('does not keep a request from being refused', async () => {
    const answer = webhook(() => 'hi').handle({ method: 'GET', query: {} });
    expect(await answer).toMatchObject({ status: 401, body: 'Unauthorized' });
  });

  it('cannot crash the process when it logs a late reply', async () => {
    const rejections: unknown[] = [];
    const note = (reason: unknown) => rejections.push(reason);
    process.on('unhandledRejection', note);
    try {
      let answer: (text: string) => void = () => {};
      const late = webhook(() => new Promise((resolve) => (answer = resolve)), 1);
      expect(await late.handle(DELIVERY)).toMatchObject({ status: 200, body: 'success' });
      answer('too late');
      await new Promise((resolve) => setImmediate(resolve));
      expect(rejections).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });
});

describe('the account of a line', () => {
  /** A logger with pino's `child`, which keeps what each child was bound to. */
  function createParent(child?: (bindings: object) => unknown) {
    const log = recorder();
    const bound: object[] = [];
    const bind = (bindings: object) => {
      bound.push(bindings);
      return {
        ...log,
        warn: (details: object, text: string) => log.warn({ bound: bindings, ...details }, text),
      };
    };
    return { log, bound, logger: Object.assign(log, { child: child ?? bind }) as Logger };
  }
  const wrong = { ...DELIVERY, query: {}, path: '/wechat/shop' };

  it('is bound to a child, once for each account', async () => {
    const { log, bound, logger: parent } = createParent();
    const shops = ['one', 'two'].map((account) => ({ ...ACCOUNT, account, logger: parent }));
    const webhook = createWebhook(({ query }) => shops[Number(query['shop'])], {});
    for (const shop of ['0', '1', '0', '1']) {
      await webhook.handle({
        ...wrong,
        query: { shop, signature: 'x', timestamp: '1', nonce: '1' },
      });
    }
    expect(bound).toEqual([{ account: 'one' }, { account: 'two' }]);
    expect(log.lines.map(({ details }) => details)).toMatchObject(
      ['one', 'two', 'one', 'two'].map((account) => ({
        bound: { account },
        path: '/wechat/shop',
        status: 401,
      })),
    );
    expect(log.lines.filter(({ details }) => 'account' in details)).toEqual([]);
  });

  it.each<[string, Partial<Logger>]>([
    ['has no child', {}],
    ['has a child that throws', { child: full } as object],
    ['has a child that gives no logger', { child: () => ({}) } as object],
  ])('stands among the details of a logger that %s', async (_, parts) => {
    const log = recorder();
    const options = { ...ACCOUNT, account: 'shop', logger: { ...log, ...parts } };
    await createWebhook(options, {}).handle(wrong);
    expect(log.lines).toMatchObject([
      { level: 'warn', details: { account: 'shop', path: '/wechat/shop', status: 401 } },
    ]);
  });

  it('is the appid of a client, and of each account of a third-party platform', () => {
    const { bound, logger: parent } = createParent();
    new OfficialClient({ appid: 'wx1', appsecret: 's', logger: parent });
    const options = { componentAppid: 'wx2', componentAppsecret: 's', logger: parent };
    new ComponentClient(options).authorizer('wx3');
    expect(bound).toEqual(['wx1', 'wx2', 'wx3'].map((account) => ({ account })));
  });
});
