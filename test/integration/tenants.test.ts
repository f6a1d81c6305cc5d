/**
 * Two tenants of one platform, on one endpoint or in one Redis: whoever signs with the token of one
 * reaches nothing of the other, whatever account the body names.
 */
import { afterAll, describe, expect, it } from '@jest/globals';
import { type RedisStores, redisStores } from '@wechat-mp/context-redis';
import {
  createWebhook,
  type Handlers,
  MemoryContextStore,
  MemoryDeliveryStore,
  type Webhook,
  type WebhookOptions,
  type WebhookRequest,
} from '@wechat-mp/core';
import { Redis } from 'ioredis';
import { GH, OPENID, plain, userMessage } from '../support/platform.ts';
import { startRedis, stopRedis, track, until } from '../support/redis.ts';

afterAll(stopRedis);

type Stores = Pick<RedisStores, 'contexts' | 'deliveries'>;
type Name = 'shop' | 'club';

const handlers: Handlers = {
  text: ({ content }, { context }) => {
    if (content === 'what?') return `secret ${context.get('secret', 'none')}`;
    context.set('secret', content);
    return 'kept';
  },
};

const inMemory = async (): Promise<Stores> => ({
  contexts: new MemoryContextStore(),
  deliveries: new MemoryDeliveryStore(),
});
const inRedis = async (): Promise<Stores> => {
  const { port } = await startRedis();
  return redisStores(track(new Redis(port)));
};

/** Both tenants' options: only the tokens, and what tells the accounts apart, differ. */
const tenants = {
  'by names': { shop: { account: 'shop' }, club: { account: 'club' } },
  'by appids': { shop: { appid: 'wx1' }, club: { appid: 'wx2' } },
  'by names beside the appid of one third-party platform': {
    shop: { appid: 'wx1', account: 'shop' },
    club: { appid: 'wx1', account: 'club' },
  },
} satisfies Record<string, Record<Name, Partial<WebhookOptions>>>;

const ids = {
  'by names': 'club',
  'by appids': 'wx2',
  'by names beside the appid of one third-party platform': 'wx1/club',
};

function onOneEndpoint(options: Record<Name, WebhookOptions>): Record<Name, Webhook> {
  const webhook = createWebhook(
    (request) => options[String(request.query['tenant']) as Name],
    handlers,
  );
  return { shop: webhook, club: webhook };
}

function onTwo(options: Record<Name, WebhookOptions>): Record<Name, Webhook> {
  return {
    shop: createWebhook(options.shop, handlers),
    club: createWebhook(options.club, handlers),
  };
}

const places = [
  ['one endpoint, in memory', onOneEndpoint, inMemory],
  ['one endpoint, in Redis', onOneEndpoint, inRedis],
  ['two webhooks with the same stores in memory', onTwo, inMemory],
  ['two webhooks on one Redis prefix', onTwo, inRedis],
] as const;
const cases = places.flatMap(([place, make, open]) =>
  (Object.keys(tenants) as (keyof typeof tenants)[]).map((how) => ({ place, how, make, open })),
);

describe.each(cases)('$place, told apart $how', ({ how, make, open }) => {
  async function setUp() {
    const stores = await open();
    const common = { ...stores, lateReply: 'hold', interruptBy: 'stop' } as const;
    const webhooks = make({
      shop: { ...common, ...tenants[how].shop, token: 'shop_token' },
      club: { ...common, ...tenants[how].club, token: 'club_token' },
    });
    /** Delivers a text of the same openid to the same ToUserName, signed with the tenant's token. */
    const send = async (tenant: Name, Content: string, fields = {}) => {
      const message = { ...userMessage('text', { Content }), ...fields };
      const { method, query, body } = plain({ token: `${tenant}_token` }, message);
      const request = { method, query: { ...query, tenant }, body } as WebhookRequest;
      const answer = await webhooks[tenant].handle(request);
      expect(answer.status).toBe(200);
      return answer.body;
    };
    return { ...stores, send, club: { account: ids[how], openid: OPENID } };
  }

  it('neither reads nor overwrites the other’s conversation', async () => {
    const { send } = await setUp();
    await send('club', 'rosebud');
    expect(await send('shop', 'what?')).toContain('secret none');
    await send('shop', 'forged');
    expect(await send('club', 'what?')).toContain('secret rosebud');
  });

  it('does not take the other’s held replies', async () => {
    const { send, deliveries, club } = await setUp();
    await deliveries.hold(club, JSON.stringify({ type: 'text', content: 'your letter' }), 60_000);
    expect(await send('shop', 'what?')).not.toContain('letter');
    expect(await send('club', 'what?')).toContain('your letter');
  });

  it('does not claim the other’s message before it comes', async () => {
    const { send } = await setUp();
    const same = { MsgId: '7001', CreateTime: 1_700_000_000 };
    expect(await send('shop', 'what?', same)).toContain('secret none');
    await send('club', 'rosebud');
    expect(await send('club', 'what?', same)).toContain('secret rosebud');
  });

  it('does not interrupt the other’s streams', async () => {
    const { send, deliveries, club } = await setUp();
    let interrupts = 0;
    const stop = deliveries.onInterrupt({ ...club, key: 'a stream' }, () => {
      interrupts += 1;
    });
    await until(async () => {
      await send('club', 'stop');
      return interrupts > 0;
    });
    const before = interrupts;
    await send('shop', 'stop');
    await send('club', 'stop');
    await until(async () => interrupts > before);
    stop();
    // In Redis what was published for the shop would have come before.
    expect(interrupts).toBeLessThanOrEqual(before + 1);
  });
});

describe('originalId', () => {
  const quiet = () => {};
  const logger = { error: quiet, warn: quiet, info: quiet, debug: quiet };
  const bot = createWebhook({ token: 'TOKEN', originalId: GH, logger }, () => 'hi');
  it.each([
    [GH, 200],
    ['gh_another', 401],
    [`${GH} `, 401],
  ])('a delivery for %s is answered with %i', async (ToUserName, status) => {
    const { query, body } = plain({ token: 'TOKEN' }, { ...userMessage('text'), ToUserName });
    const request = { method: 'POST', query, body } as WebhookRequest;
    expect(await bot.handle(request)).toMatchObject({ status });
  });
});
