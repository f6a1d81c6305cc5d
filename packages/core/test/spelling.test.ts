/** Options under another spelling, and suggestions for unknown names. */
import { describe, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import {
  createWebhook,
  InvalidArgumentError,
  MemoryContextStore,
  MemoryDeliveryStore,
  MessageCipher,
} from '@wechat-mp/core';
import { ComponentClient, OfficialClient } from '@wechat-mp/core/official';
import { UnofficialClient } from '@wechat-mp/core/unofficial';
import { createSimulator } from '@wechat-mp/simulator';
import { suggest } from '../src/spelling.ts';
import { catchError, recorder, SAFE } from './support.ts';

type Options = Record<string, unknown>;

/** Everything that takes options, with those that it needs. */
const CONSTRUCTORS: Record<string, (given: Options) => unknown> = {
  createWebhook: (given) => createWebhook({ token: 'TOKEN', ...given }, {}),
  OfficialClient: (given) => new OfficialClient({ appid: 'wx1', appsecret: 's', ...given }),
  ComponentClient: (given) =>
    new ComponentClient({ componentAppid: 'wx1', componentAppsecret: 's', ...given }),
  UnofficialClient: (given) => new UnofficialClient(given),
  MessageCipher: (given) => new MessageCipher({ ...SAFE, ...given }),
  MemoryContextStore: (given) => new MemoryContextStore(given),
  MemoryDeliveryStore: (given) => new MemoryDeliveryStore(given),
  redisStores: (given) => redisStores({ evalsha: () => {} } as never, given),
};
const simulate = (given: Options) =>
  createSimulator({ target: 'http://localhost:1', token: 'TOKEN', ...given });

describe('an option that differs in case, underscores and hyphens alone', () => {
  it.each([
    ['createWebhook', 'encodingAESKey', 'encoding_aes_key'],
    ['createWebhook', 'encodingAESKey', 'encodingAesKey'],
    ['createWebhook', 'encodingAESKey', 'ENCODING_AES_KEY'],
    ['createWebhook', 'encodingAESKey', 'encoding-aes-key'],
    ['createWebhook', 'mode', 'encrypt-mode'],
    ['OfficialClient', 'appsecret', 'app-secret'],
    ['createWebhook', 'appid', 'appId'],
    ['createWebhook', 'appid', 'app_id'],
    ['createWebhook', 'replyWindow', 'reply_window'],
    ['createWebhook', 'mode', 'Mode'],
    // The word of another SDK: without it the account would be open.
    ['createWebhook', 'mode', 'encrypt_mode'],
    ['OfficialClient', 'appsecret', 'app_secret'],
    ['OfficialClient', 'accessTokenExpiresAt', 'access_token_expires_at'],
    ['OfficialClient', 'stableToken', 'StableToken'],
    ['ComponentClient', 'componentAppid', 'component_appid'],
    ['ComponentClient', 'baseUrl', 'baseURL'],
    ['UnofficialClient', 'pluginToken', 'plugin_token'],
    ['UnofficialClient', 'passwordIsMd5', 'passwordIsMD5'],
    ['MessageCipher', 'encodingAESKey', 'encoding_aes_key'],
    ['MessageCipher', 'appid', 'AppId'],
    ['MemoryContextStore', 'maxEntries', 'max_entries'],
    ['MemoryDeliveryStore', 'maxEntries', 'MAX_ENTRIES'],
    ['redisStores', 'prefix', 'Prefix'],
    ['redisStores', 'timeout', 'time_out'],
  ])('is refused by %s, which says %s: %s', async (name, option, given) => {
    const construct = CONSTRUCTORS[name] as (given: Options) => unknown;
    const error = await catchError(() => construct({ [given]: 'safe' }));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toBe(`unknown option ${given}; did you mean ${option}?`);
  });
});

it.each([
  ['encodingAESKey', 'encoding_aes_key'],
  ['appsecret', 'appSecret'],
])('the simulator refuses it too, and says %s: %s', async (option, given) => {
  const error = await catchError(() => simulate({ [given]: 'a' }));
  expect(error).toBeInstanceOf(InvalidArgumentError);
  expect(error.message).toBe(`unknown option ${given}; did you mean ${option}?`);
});

describe('any other option that is not known', () => {
  it.each(['encrypt', 'checkSignature', 'toString', '__proto__x'])(
    'is a warning of the webhook, as before: %s',
    (given) => {
      const logger = recorder();
      CONSTRUCTORS['createWebhook']?.({ [given]: 1, logger });
      expect(logger.lines.map(({ level, details }) => [level, details])).toEqual([
        ['warn', { option: given }],
      ]);
    },
  );

  it.each(Object.keys(CONSTRUCTORS).filter((name) => name !== 'createWebhook'))(
    'does not stop %s',
    (name) => {
      expect(CONSTRUCTORS[name]?.({ ofMyOwn: 1 })).toBeTruthy();
    },
  );
});

describe('the suggestion for a name that is not known', () => {
  const names = ['title', 'description', 'picUrl', 'url'];
  it.each([
    ['Title', 'title'],
    ['pic_url', 'picUrl'],
    ['pic-url', 'picUrl'],
    ['descripton', 'description'],
    ['desc', 'description'],
    ['titel', 'title'],
    ['urls', 'url'],
  ])('of %s is %s', (given, name) => {
    expect(suggest(given, names)).toBe(`; did you mean ${name}?`);
  });

  it.each(['', '_', 'x', 'openid', 'summary', 't', 'x'.repeat(100_000)])(
    'of what is like none is nothing: %#',
    (given) => {
      expect(suggest(given, names)).toBe('');
    },
  );
});
