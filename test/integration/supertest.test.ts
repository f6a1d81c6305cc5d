/** The tools with which users test their own apps give the same answers as a socket. */
import { afterAll, describe, it } from '@jest/globals';
import supertest from 'supertest';
import { expressApp, fastifyApp, koaApp, type Mounts } from '../support/hosts.ts';
import { type HttpAnswer, recorder, type Sent, search } from '../support/http.ts';
import { accounts, type Case, deliveries, expectAnswer, handlers } from '../tables/deliveries.ts';

const { logger } = recorder();
const mounts = Object.fromEntries(
  Object.entries(accounts).map(([name, account]) => [
    `/${name}`,
    [{ ...account, logger }, handlers],
  ]),
) as Mounts;

const createHeaders = ({ contentType = 'text/xml' }: Sent) => ({
  'content-type': String(contentType),
});

const throughSupertest =
  (app: Parameters<typeof supertest>[0]) =>
  async (path: string, sent: Sent): Promise<HttpAnswer> => {
    const call = supertest(app)
      [sent.method === 'GET' ? 'get' : 'post'](path)
      .query(search(sent.query));
    if (sent.body !== undefined) call.set(createHeaders(sent)).send(String(sent.body));
    // superagent keeps XML as bytes in its body, and everything else in its text
    const { status, headers, text, body } = await call;
    return { status, headers, contentType: headers['content-type'], body: text ?? String(body) };
  };

const fastify = fastifyApp(mounts);
afterAll(() => fastify.close());

const throughInject = async (path: string, sent: Sent): Promise<HttpAnswer> => {
  const { statusCode, headers, body } = await fastify.inject({
    method: sent.method as 'GET' | 'POST',
    url: `${path}?${search(sent.query)}`,
    ...(sent.body !== undefined && { headers: createHeaders(sent), payload: String(sent.body) }),
  });
  return {
    status: statusCode,
    headers: headers as HttpAnswer['headers'],
    contentType: String(headers['content-type']),
    body,
  };
};

describe.each([
  ['supertest and Express', throughSupertest(expressApp(mounts))],
  ['supertest and Koa', throughSupertest(koaApp(mounts).callback())],
  ['fastify.inject', throughInject],
])('%s', (_name, send) => {
  it.each(deliveries)('$name', async (delivery: Case) => {
    const sent = delivery.sent();
    expectAnswer(delivery, sent, await send(`/${delivery.to}`, sent), false);
  });
});
