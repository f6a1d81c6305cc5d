/** Tokens in Redis: values that another program broke, and locks that come too late. */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import { ComponentClient, OfficialClient } from '@wechat-mp/core/official';
import { Redis } from 'ioredis';
import { recorder } from '../../../test/support/http.ts';
import {
  type OfficialPlatform,
  startOfficialPlatform,
} from '../../../test/support/official-platform.ts';
import { startRedis, stopRedis, track, until } from '../../../test/support/redis.ts';

let platform: OfficialPlatform;
let redis: Redis;
beforeAll(async () => {
  platform = await startOfficialPlatform();
  redis = track(new Redis((await startRedis()).port));
});
beforeEach(async () => {
  await redis.flushall();
  platform.tokenRequests.length = 0;
});
afterAll(async () => {
  await platform.close();
  await stopRedis();
});

const BROKEN = ['{"value":', '"x"', '[]', 'null', '42', '{"value":1}', '{"value":"x"}'];

it.each(BROKEN)('%s in place of a token is replaced by the next, once', async (broken) => {
  const { appid, appsecret, url: baseUrl } = platform;
  const key = `wechat:token:{${appid}:classic}`;
  await redis.hset(key, 'token', broken);
  const { logger, lines } = recorder();
  for (const _process of [1, 2, 3]) {
    const settings = { appid, appsecret, baseUrl, logger, stableToken: false };
    await new OfficialClient({ ...settings, ...redisStores(redis) }).callback.getCallbackIp();
  }
  expect(platform.tokenRequests).toHaveLength(1);
  expect(JSON.parse((await redis.hget(key, 'token')) as string)).toMatchObject({
    value: platform.inForce.classic,
  });
  const isSaid = lines.join().includes('the token store failed; this process uses its own');
  expect(isSaid).toBe(broken !== 'null');
});

it.each(BROKEN)('%s does not stand in the way of what WeChat pushes', async (broken) => {
  await redis.hset('wechat:token:{wxP:verify_ticket}', 'token', broken);
  await redis.hset('wechat:token:{wxP:wxaccount}', 'token', broken);
  const { logger } = recorder();
  const settings = { componentAppid: 'wxP', componentAppsecret: 's', logger };
  const component = new ComponentClient({ ...settings, ...redisStores(redis) });
  await component.setVerifyTicket('ticket@@@1');
  const token = { value: 'token', since: Date.now(), expiresAt: Date.now() + 7_200_000 };
  await component.getCredential('wxaccount').keep({ ...token, refreshToken: 'refresh' });
  const kept = (await redis.hget('wechat:token:{wxP:wxaccount}', 'token')) as string;
  expect(JSON.parse(kept)).toMatchObject({ value: 'token', refreshToken: 'refresh' });
});

it('a lock that Redis gave after the time to wait is released', async () => {
  let connect: () => void = () => {};
  const connected = new Promise<void>((resolve) => {
    connect = resolve;
  });
  const client = Object.assign(Object.create(redis), {
    evalsha: async (...given: Parameters<Redis['evalsha']>) => {
      await connected;
      return redis.evalsha(...given);
    },
  }) as Redis;
  const late = redisStores(client, { timeout: 1 }).tokens;
  await expect(late.lock('key', 60_000)).rejects.toThrow('did not answer');
  connect();
  const { tokens } = redisStores(redis);
  await until(async () => (await redis.hget('wechat:token:{key}', 'lock')) === '1');
  await until(async () => (await tokens.lock('key', 1000)) !== undefined);
});
