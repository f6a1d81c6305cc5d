/** Whoever catches an error finds its class where the thing that threw it came from. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as redis from '@wechat-mp/context-redis';
import * as core from '@wechat-mp/core';
import * as fetchHost from '@wechat-mp/core/fetch';
import * as official from '@wechat-mp/core/official';
import * as serverless from '@wechat-mp/core/serverless';
import * as unofficial from '@wechat-mp/core/unofficial';
import * as express from '@wechat-mp/express';
import * as fastify from '@wechat-mp/fastify';
import * as koa from '@wechat-mp/koa';
import * as simulator from '@wechat-mp/simulator';
import { catchError } from './support.ts';

const packages = new URL('../../', import.meta.url);

/** The classes of errors that the sources of a folder make, but those of Node and of the command line. */
function thrownIn(folder: string): string[] {
  const files = readdirSync(new URL(folder, packages), { recursive: true, encoding: 'utf8' });
  const thrown = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [
      ...readFileSync(new URL(folder + file, packages), 'utf8').matchAll(/\bnew (\w+Error)\(/g),
    ])
    .map(([, name]) => name as string)
    .filter((name) => !(name in globalThis) && name !== 'UsageError');
  return [...new Set(thrown)].sort();
}

test.each([
  ['core/src/official/', official],
  ['core/src/unofficial/', unofficial],
  ['context-redis/src/', redis],
  ['simulator/src/', simulator],
] as [string, object][])('%s exports the errors that it throws', (folder, exported) => {
  const thrown = thrownIn(folder);
  expect(thrown).not.toEqual([]);
  expect(Object.keys(exported)).toEqual(expect.arrayContaining(thrown));
});

describe('an error that is caught', () => {
  test.each([
    ['core', core, () => core.createWebhook({ token: '' }, {}), 'InvalidArgumentError'],
    ['express', express, () => express.wechat({} as never), 'NeedParamError'],
    ['koa', koa, () => koa.wechat({} as never), 'NeedParamError'],
    ['fastify', fastify, () => fastify.parseMessage('<'), 'ParseError'],
    ['core/fetch', fetchHost, () => fetchHost.wechat({} as never, {}), 'NeedParamError'],
    ['core/serverless', serverless, () => serverless.wechat({} as never, {}), 'NeedParamError'],
    ['core/official', official, () => new official.OfficialClient({} as never), 'NeedParamError'],
    [
      'core/official',
      official,
      () => new official.OfficialClient({ appid: 'wx1', appsecret: 's', retry: -1 }),
      'InvalidArgumentError',
    ],
    [
      'core/unofficial',
      unofficial,
      () => new unofficial.UnofficialClient({ token: 1 }),
      'NeedParamError',
    ],
    [
      'core/unofficial',
      unofficial,
      () => new unofficial.UnofficialClient({ baseUrl: 'http://example.com' }),
      'InvalidArgumentError',
    ],
    ['context-redis', redis, () => redis.redisStores(undefined as never), 'NeedParamError'],
    ['context-redis', redis, () => redis.redisStores({} as never), 'InvalidArgumentError'],
  ] as [string, Record<string, unknown>, () => unknown, string][])(
    'is of a class that %s exports',
    async (_, exported, call, name) => {
      const error = await catchError(call);
      expect(error).toBeInstanceOf(exported[name]);
      expect(exported[name]).toBe((core as Record<string, unknown>)[name]);
    },
  );
});
