/** Who takes up the runs of processes that died: only the account that verified their messages. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  createWebhook,
  type DeadRun,
  MemoryDeliveryStore,
  type WebhookOptions,
  type WebhookRequest,
} from '@wechat-mp/core';
import { OPENID, plain, userMessage, writeXml } from '../../../../test/support/platform.ts';
import { recorder } from '../support.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A store with dead runs; it tells for which accounts it was asked. */
function recorded(dead: DeadRun[]) {
  const asked: string[][] = [];
  const records = {
    write: async () => {},
    erase: async () => {},
    takeDead: async (accounts: readonly string[]) => {
      asked.push([...accounts]);
      return dead.splice(0).filter(({ account }) => accounts.includes(account));
    },
  };
  return { asked, deliveries: Object.assign(new MemoryDeliveryStore(), { records }) };
}

function setUp(dead: DeadRun[] = []) {
  const { asked, deliveries } = recorded(dead);
  const sent: { by: string; openid: string; reply: unknown }[] = [];
  const options = (name: string): WebhookOptions => ({
    token: `${name}_token`,
    account: name,
    deliveries,
    logger: recorder(),
    client: {
      message: {
        custom: {
          send: async (openid, reply) => void sent.push({ by: name, openid, reply }),
        },
      },
    },
  });
  const accounts: Record<string, WebhookOptions> = { shop: options('shop'), club: options('club') };
  const webhook = createWebhook(
    ({ query }) => accounts[String(query['tenant'])],
    () => 'an answer',
  );
  const send = async (tenant: string, ToUserName: string) => {
    const { query, body } = plain(
      { token: `${tenant}_token` },
      { ...userMessage('text', { Content: 'hi' }), ToUserName },
    );
    const request = { method: 'POST', query: { ...query, tenant }, body } as WebhookRequest;
    expect((await webhook.handle(request)).status).toBe(200);
  };
  return { asked, sent, send };
}

describe('the runs of processes that died', () => {
  it('are taken up by the account that verified them, whatever account a message names', async () => {
    const message = writeXml({ ...userMessage('text', { Content: 'hi' }), ToUserName: 'gh_shop' });
    const { sent, send } = setUp([{ account: 'club', message }]);
    await send('shop', 'gh_club');
    await send('club', 'gh_shop');
    await jest.advanceTimersByTimeAsync(20_000);
    expect(sent).toEqual([
      { by: 'club', openid: OPENID, reply: { type: 'text', content: 'an answer' } },
    ]);
  });

  it('are not asked for on behalf of accounts that only a body named', async () => {
    const { asked, send } = setUp();
    for (let index = 0; index < 300; index++) await send('shop', `gh_${index}`);
    await jest.advanceTimersByTimeAsync(5000);
    expect(asked).toEqual([['shop']]);
    await send('club', 'gh_1');
    await jest.advanceTimersByTimeAsync(5000);
    expect(asked).toEqual([['shop'], ['shop', 'club']]);
  });
});
