/** The middleware of every adapter gives access to contexts. */
import { expect, it } from '@jest/globals';
import * as core from '@wechat-mp/core';
import { wechat as fetchHandler } from '@wechat-mp/core/fetch';
import { wechat as cloudFunction } from '@wechat-mp/core/serverless';
import * as express from '@wechat-mp/express';
import * as fastify from '@wechat-mp/fastify';
import * as koa from '@wechat-mp/koa';
import { OPENID } from '../support/platform.ts';

const token = 'T0KEN';
const contexts = new core.MemoryContextStore();
const handlers = { text: () => 'hi' };
const options = { token, contexts };

const made: Record<string, Pick<core.Webhook, 'withContext'>> = {
  core: core.createWebhook(options, handlers),
  express: express.wechat(options, handlers),
  'express, with a route': express.wechat(options),
  koa: koa.wechat(options, handlers),
  fastify: fastify.wechat(options, handlers),
  'fastify, with a route': fastify.wechat(options),
  'a webhook in an adapter': express.wechat(core.createWebhook(options, handlers)),
  fetch: fetchHandler(options, handlers),
  'a cloud function': cloudFunction(options, handlers),
};

it.each(Object.entries(made))('%s', async (name, { withContext }) => {
  expect(await withContext(OPENID, (context) => context.set('by', name).get('by'))).toBe(name);
  expect(await withContext({ account: 'default', openid: OPENID }, (c) => c.get('by'))).toBe(name);
  await expect(withContext('', () => 1)).rejects.toThrow(core.NeedParamError);
});
