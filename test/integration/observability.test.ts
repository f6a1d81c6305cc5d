/** The observability of a bot: the examples for OpenTelemetry and Prometheus, and custom stores. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import type { Handlers, WebhookOptions } from '@wechat-mp/core';
import { wechat as onFetch } from '@wechat-mp/core/fetch';
import { wechat as onExpress } from '@wechat-mp/express';
import { wechat as onFastify } from '@wechat-mp/fastify';
import { wechat as onKoa } from '@wechat-mp/koa';
import express from 'express';
import { fastify } from 'fastify';
import Koa from 'koa';
import { hosts } from '../support/hosts.ts';
import { closeServers, listen, listenFastify, recorder, send } from '../support/http.ts';
import { plain, userMessage } from '../support/platform.ts';
import { bundlePrograms, runProgram, startServer, stopPrograms } from '../support/programs.ts';
import { until } from '../support/until.ts';

const account = { token: 'TOKEN' };
const [opentelemetry, prometheus] = ['opentelemetry', 'prometheus'].map(
  (name) => `examples/${name}.ts`,
) as [string, string];

beforeAll(() => bundlePrograms(opentelemetry, prometheus));
afterAll(async () => {
  await stopPrograms();
  await closeServers();
});

describe('an example', () => {
  it('records a run as a span, and the calls that it makes as spans in it', async () => {
    const { code, stdout, stderr } = await runProgram(opentelemetry, {});
    expect([code, stderr]).toEqual([0, '']);
    const run = /wechat-mp:run \{\s+id: '(\w+)',\s+parent: undefined/.exec(stdout)?.[1];
    const calls = [...stdout.matchAll(/wechat-mp:call \{\s+id: '\w+',\s+parent: '(\w+)'/g)];
    expect(calls.map(([, parent]) => parent)).toEqual([run, run]);
    expect(stdout).toContain("path: '/cgi-bin/user/info'");
    expect(stdout).toContain("outcome: 'replied'");
    expect(stdout).not.toMatch(/在吗|access_token=/);
  });

  it('measures deliveries, runs and refusals for Prometheus', async () => {
    const { child, origin } = await startServer(prometheus, { WECHAT_TOKEN: account.token });
    const delivery = plain(account, userMessage('text', { Content: 'hi' }));
    await send(`${origin}/wechat`, delivery);
    await send(`${origin}/wechat`, delivery);
    await send(`${origin}/wechat`, { ...delivery, query: { signature: 'x' } });
    const { body } = await send(`${origin}/metrics`, { method: 'GET', query: {} });
    child.kill('SIGTERM');
    for (const line of [
      'wechat_deliveries_total{account="default",event="received",code=""} 2',
      'wechat_deliveries_total{account="default",event="joined",code=""} 1',
      'wechat_deliveries_total{account="default",event="refused",code="WECHAT_SIGNATURE"} 1',
      'wechat_answer_seconds_count{account="default",outcome="reply"} 2',
      'wechat_run_seconds_count{account="default",outcome="replied"} 1',
    ]) {
      expect(body).toContain(line);
    }
    expect(body).not.toContain(userMessage('text', {})['FromUserName']);
  });

  test.each([opentelemetry, prometheus])('%s has fewer than 60 lines', (file) => {
    const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    expect(source.trim().split('\n').length).toBeLessThan(60);
  });
});

// The server of plain node:http there makes its requests by hand, without a path.
const described = hosts.filter(({ name }) => name !== 'node:http');
test.each(described)(
  'a refusal on $name names the whole path and the account, no query',
  async (host) => {
    const { logger, lines } = recorder();
    const options = { ...account, account: 'shop', logger };
    const origin = await host.start({ '/wechat': [options, {}] });
    const { query } = plain({ token: 'OTHER' }, '');
    expect((await send(`${origin}/wechat`, { method: 'POST', query, body: '' })).status).toBe(401);
    expect(lines.join('\n')).toMatch(/refused a delivery: signature is wrong/);
    expect(lines.join('\n')).toMatch(/account: 'shop'/);
    expect(lines.join('\n')).toMatch(/path: '\/wechat'/);
  },
);

type Store = AsyncLocalStorage<string>;

/** Each host, with a request's store set as a service sets it: before the bot, once for each request. */
const services: Record<
  string,
  (store: Store, id: () => string, options: WebhookOptions, handlers: Handlers) => Promise<string>
> = {
  Express: (store, id, options, handlers) => {
    const app = express();
    app.use((_req, _res, next) => store.run(id(), next));
    app.use(onExpress(options, handlers));
    return listen(app);
  },
  Koa: (store, id, options, handlers) => {
    const app = new Koa();
    app.use((_ctx, next) => store.run(id(), next));
    app.use(onKoa(options, handlers));
    return listen(app.callback());
  },
  Fastify: (store, id, options, handlers) => {
    const app = fastify();
    app.addHook('onRequest', (_request, _reply, done) => store.run(id(), done));
    app.register(onFastify(options, handlers));
    return listenFastify(app);
  },
  fetch: (store, id, options, handlers) => {
    const answer = onFetch(options, handlers);
    return listen(getRequestListener((request) => store.run(id(), () => answer(request))));
  },
};

describe.each(Object.entries(services))('the store of a request on %s', (_, start) => {
  it('reaches the handler and the late reply, also of a message that waits behind another', async () => {
    const store: Store = new AsyncLocalStorage();
    const seen: string[] = [];
    const note = (where: string) => void seen.push(`${where} in ${store.getStore()}`);
    let requests = 0;
    let end = () => {};
    const released = new Promise<void>((resolve) => {
      end = resolve;
    });
    const custom = { send: async () => note('late reply') };
    const origin = await start(
      store,
      () => {
        requests += 1;
        return `request ${requests}`;
      },
      { ...account, replyWindow: 20, maxDeliveries: 1, client: { message: { custom } } },
      {
        async text({ content }, { context }) {
          note(`handler of ${content}`);
          await released;
          context.set('last', content);
          note(`end of ${content}`);
          return content;
        },
      },
    );
    for (const Content of ['one', 'another']) {
      await send(`${origin}/`, plain(account, userMessage('text', { Content })));
    }
    end();
    await until(() => seen.length === 6);
    const of = (message: string, request: string) => [
      `handler of ${message} in ${request}`,
      `end of ${message} in ${request}`,
      `late reply in ${request}`,
    ];
    expect(seen.toSorted()).toEqual(
      [...of('one', 'request 1'), ...of('another', 'request 2')].toSorted(),
    );
  });
});
