/**
 * Requests refused by their query alone: the answer is sent while the body is still arriving, and
 * ends it.
 */
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { wechat as onExpress } from '@wechat-mp/express';
import { wechat as onFastify } from '@wechat-mp/fastify';
import { wechat as onKoa } from '@wechat-mp/koa';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { ManualClock } from '../support/clock.ts';
import { type Host, hosts } from '../support/hosts.ts';
import {
  closeServers,
  listen,
  listenFastify,
  recorder,
  type Sent,
  search,
} from '../support/http.ts';
import * as platform from '../support/platform.ts';
import { until } from '../support/until.ts';
import { refusedUnread } from '../tables/bad-deliveries.ts';
import { accounts, handlers } from '../tables/deliveries.ts';

afterAll(closeServers);

const CHUNK = Buffer.alloc(16 * 1024, '<a b="c">');
/** A tag that no log may show. */
const START = '<xml><do-not-log-me>';

/** Begins a request whose body goes on for as long as the connection does. */
function begin(address: string, { method, query }: Sent): ClientRequest {
  const headers = {
    'content-type': 'text/xml',
    'transfer-encoding': 'chunked',
    connection: 'keep-alive',
  };
  const client = request(`${address}?${search(query)}`, { method, headers, agent: false });
  client.on('error', () => {});
  client.write(START);
  return client;
}

async function readAnswer(client: ClientRequest) {
  const [response] = (await once(client, 'response')) as [IncomingMessage];
  // The rest may be lost with the connection, which is what is wanted of it.
  response.on('error', () => {}).resume();
  return response;
}

/** Sends more and more, until the connection is over. */
async function sendOn(client: ClientRequest): Promise<void> {
  const more = () => {
    if (client.destroyed) return;
    if (client.write(CHUNK)) setImmediate(more);
    else client.once('drain', more);
  };
  more();
  await until(() => client.closed);
}

const options = { ...accounts.plain, logger: recorder().logger };
/** Apps whose own routes answer. */
const routes: Record<string, () => Promise<string>> = {
  Express: () => listen(express().use(onExpress(options))),
  Koa: () => listen(new Koa().use(onKoa(options)).callback()),
  Fastify: () => {
    const app = fastify();
    app.register(onFastify(options));
    app.post('/', async (_request, reply) => reply.wechatReply('hi'));
    return listenFastify(app);
  },
};

it.each(Object.entries(routes))(
  'without handlers an endless body with a wrong signature ends as well: %s',
  async (_name, start) => {
    const query = { ...platform.signedQuery(options.token), signature: 'f'.repeat(40) };
    const client = begin(`${await start()}/`, { method: 'POST', query });
    expect(await readAnswer(client)).toMatchObject({
      statusCode: 401,
      headers: { connection: 'close' },
    });
    await sendOn(client);
  },
);

describe.each(hosts)('$name', ({ start }: Host) => {
  const { logger, lines } = recorder();
  let origin: string;
  beforeAll(async () => {
    // On a clock that stands still, what waited for the body would wait for ever.
    const mounts = Object.entries(accounts).map(([name, account]) => [
      `/${name}`,
      [{ ...account, logger, clock: new ManualClock() }, handlers],
    ]);
    origin = await start(Object.fromEntries(mounts));
  });

  it.each(refusedUnread)('$name', async ({ to, sent, expected }) => {
    const client = begin(`${origin}/${to}`, sent());
    const { statusCode, headers } = await readAnswer(client);
    expect({ statusCode, connection: headers.connection }).toEqual({
      statusCode: expected,
      connection: 'close',
    });
    client.destroy();
  });

  it('an endless body with a wrong signature ends with the connection', async () => {
    const query = { ...platform.signedQuery(accounts.plain.token), signature: 'f'.repeat(40) };
    const client = begin(`${origin}/plain`, { method: 'POST', query });
    expect(await readAnswer(client)).toMatchObject({ statusCode: 401 });
    await sendOn(client);
  });

  it('nothing of any body was logged', () => {
    expect(lines.length).toBeGreaterThan(refusedUnread.length);
    expect(lines.filter((line) => line.includes('do-not-log'))).toEqual([]);
  });
});
