/** The events of cloud functions: a sample of each host, as its documentation shows them. */
import { describe, expect, it, test } from '@jest/globals';
import { InvalidArgumentError } from '@wechat-mp/core';
import { wechat } from '@wechat-mp/core/serverless';
import { search } from '../../../test/support/http.ts';
import * as platform from '../../../test/support/platform.ts';
import { recorder } from './support.ts';

const account = {
  token: 'FunctionToken',
  appid: 'wx5823bf96d3bd56c7',
  encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
};
const plain = { token: account.token, logger: recorder() };
const handlers = { text: ({ content }: { content: string }) => `You said: ${content}` };

interface Sent extends platform.Delivery {
  isBase64Encoded: boolean;
}

const headers = { host: 'bot.example.com', 'content-type': 'text/xml' };
const all = (query: Record<string, string>) =>
  Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]]));
const encode = (query: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, encodeURIComponent(value)]),
  );
const awsContext = { accountId: '123456789012', apiId: 'api-id', stage: '$default' };

const hosts: Record<string, (sent: Sent) => object> = {
  'AWS API Gateway 1.0': ({ method, query, body = null, isBase64Encoded }) => ({
    resource: '/wechat',
    path: '/wechat',
    httpMethod: method,
    headers,
    multiValueHeaders: all(headers),
    queryStringParameters: query,
    multiValueQueryStringParameters: all(query),
    pathParameters: null,
    stageVariables: null,
    requestContext: { ...awsContext, httpMethod: method, resourcePath: '/wechat' },
    body,
    isBase64Encoded,
  }),
  'AWS API Gateway 2.0 and function URLs': ({ method, query, body, isBase64Encoded }) => ({
    version: '2.0',
    routeKey: '$default',
    rawPath: '/wechat',
    rawQueryString: search(query),
    headers,
    queryStringParameters: query,
    requestContext: { ...awsContext, http: { method, path: '/wechat', protocol: 'HTTP/1.1' } },
    ...(body !== undefined && { body }),
    isBase64Encoded,
  }),
  'AWS ALB': ({ method, query, body = '', isBase64Encoded }) => ({
    requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:…' } },
    httpMethod: method,
    path: '/wechat',
    queryStringParameters: encode(query),
    headers,
    body,
    isBase64Encoded,
  }),
  '腾讯云 SCF': ({ method, query, body = '', isBase64Encoded }) => ({
    requestContext: { serviceId: 'service-f94sy04v', path: '/wechat', httpMethod: method },
    headers,
    body,
    pathParameters: {},
    queryStringParameters: {},
    headerParameters: {},
    stageVariables: { stage: 'release' },
    path: '/wechat',
    queryString: query,
    httpMethod: method,
    isBase64Encoded,
  }),
  '云开发 CloudBase': ({ method, query, body = '', isBase64Encoded }) => ({
    path: '/',
    httpMethod: method,
    headers,
    queryStringParameters: query,
    requestContext: { requestId: 'cdbb', envId: 'env-id', appId: 123456789, uin: 123456789 },
    body,
    isBase64Encoded: String(isBase64Encoded),
  }),
  '阿里云 FC, HTTP trigger': ({ method, query, body = '', isBase64Encoded }) => ({
    version: 'v1',
    rawPath: '/wechat',
    body,
    isBase64Encoded,
    headers,
    queryParameters: query,
    requestContext: {
      accountId: '123456',
      domainName: 'x.cn-hangzhou.fcapp.run',
      http: { method, path: '/wechat', protocol: 'HTTP/1.1' },
    },
  }),
  '阿里云 FC, API Gateway trigger': ({ method, query, body = '', isBase64Encoded }) => ({
    path: '/wechat',
    httpMethod: method,
    headers,
    queryParameters: query,
    pathParameters: {},
    body,
    isBase64Encoded,
  }),
  '华为云 FunctionGraph': ({ method, query, body = '', isBase64Encoded }) => ({
    body,
    requestContext: { apiId: 'x', requestId: 'x', stage: 'RELEASE' },
    queryStringParameters: query,
    httpMethod: method,
    pathParameters: {},
    headers,
    path: '/wechat',
    isBase64Encoded,
  }),
  Netlify: ({ method, query, body = null, isBase64Encoded }) => ({
    path: '/wechat',
    httpMethod: method,
    queryStringParameters: query,
    multiValueQueryStringParameters: all(query),
    rawQuery: search(query),
    headers,
    body,
    isBase64Encoded,
  }),
};

const say = (Content: string) => platform.plain(account, platform.userMessage('text', { Content }));
const asText = (delivery: platform.Delivery): Sent => ({ ...delivery, isBase64Encoded: false });
const asBase64 = ({ body = '', ...delivery }: platform.Delivery): Sent => ({
  ...delivery,
  body: Buffer.from(body).toString('base64'),
  isBase64Encoded: true,
});

describe.each(Object.entries(hosts))('%s', (_, createEvent) => {
  it.each([
    ['as text', asText],
    ['as base64', asBase64],
  ])('hands on a message %s', async (_how, write) => {
    const result = await wechat(plain, handlers)(createEvent(write(say('你好 😀'))));
    expect(result).toEqual({
      statusCode: 200,
      headers: expect.objectContaining({ 'content-type': 'application/xml; charset=utf-8' }),
      body: expect.stringContaining('You said: 你好 😀'),
      isBase64Encoded: false,
    });
  });

  it('hands on an encrypted message', async () => {
    const delivery = platform.safe(account, platform.userMessage('text', { Content: '密' }));
    const answer = wechat({ ...account, logger: recorder() }, handlers);
    const {
      statusCode,
      headers: { 'content-type': contentType },
      body,
    } = await answer(createEvent(asText(delivery)));
    const read = platform.readAnswer(account, delivery, { status: statusCode, contentType, body });
    expect(read).toMatchObject({ Content: 'You said: 密' });
  });

  it('hands on the check of the address, encrypted too', async () => {
    const answer = wechat({ ...account, logger: recorder() }, handlers);
    // Base64 has + and /, which a gateway may leave percent-encoded.
    for (let tried = 0; tried < 20; tried += 1) {
      const echostr = platform.encrypt(account, `echo ${tried}`);
      const query = platform.verification(account, echostr).query;
      const signed = platform.sha1(
        account.token,
        `${query['timestamp']}`,
        `${query['nonce']}`,
        echostr,
      );
      const check = {
        method: 'GET' as const,
        query: { ...query, encrypt_type: 'aes', msg_signature: signed },
      };
      const { statusCode, body } = await answer(createEvent(asText(check)));
      expect([statusCode, body]).toEqual([200, `echo ${tried}`]);
    }
    const check = platform.verification(account, '5214');
    expect(await answer(createEvent(asText(check)))).toMatchObject({ body: '5214' });
  });

  it('hands on what is signed wrongly, or not at all', async () => {
    const delivery = say('forged');
    const forged = { ...delivery, query: { ...delivery.query, signature: '0'.repeat(40) } };
    for (const sent of [forged, { ...delivery, query: {} }]) {
      const result = await wechat(plain, handlers)(createEvent(asText(sent)));
      expect(result).toMatchObject({ statusCode: 401, body: 'Unauthorized' });
    }
  });

  it('may hand the event on as JSON, or as its bytes', async () => {
    for (const write of [JSON.stringify, (event: object) => Buffer.from(JSON.stringify(event))]) {
      const event = write(createEvent(asText(say('JSON'))));
      expect(await wechat(plain, handlers)(event)).toMatchObject({ statusCode: 200 });
    }
  });
});

test.each<[string, (query: Record<string, string>) => object]>([
  [
    'AWS API Gateway 1.0',
    (query) => ({
      httpMethod: 'POST',
      queryStringParameters: query,
      multiValueQueryStringParameters: { ...all(query), nonce: [query['nonce'], '2'] },
    }),
  ],
  [
    'AWS API Gateway 2.0',
    (query) => ({
      version: '2.0',
      rawQueryString: `${search(query)}&nonce=2`,
      requestContext: { http: { method: 'POST' } },
    }),
  ],
])('a parameter that is repeated is refused: %s', async (_, write) => {
  const { query, body } = say('repeated');
  const result = await wechat(plain, handlers)({ ...write(query), body });
  expect(result.statusCode).toBe(401);
});

test('handlers find the event and the context', async () => {
  const seen: unknown[] = [];
  const event = hosts['Netlify']?.(asText(say('native')));
  await wechat(plain, { default: (_message, { native }) => void seen.push(native) })(event, {
    requestId: 'r',
  });
  expect(seen).toEqual([{ event, context: { requestId: 'r' } }]);
});

test('a body that the gateway has parsed cannot be verified', async () => {
  const event = { httpMethod: 'POST', queryStringParameters: say('x').query, body: { xml: {} } };
  expect(await wechat(plain, handlers)(event)).toMatchObject({ statusCode: 400 });
});

test.each([
  ['of a timer', { Type: 'Timer', TriggerName: 'EveryDay', Message: '' }],
  ['of a queue', { Records: [{ body: '{}' }] }],
  ['that is null', null],
  ['that is a text', 'warm up'],
  ['that is a number in JSON', '42'],
])('an event %s is distinguished from a request', async (_, event) => {
  const failed = wechat(plain, handlers)(event);
  await expect(failed).rejects.toThrow(InvalidArgumentError);
  await expect(failed).rejects.toThrow('not a known HTTP request');
});

test('a closed function answers 503', async () => {
  const answer = wechat(plain, handlers);
  await answer.close();
  const result = await answer(hosts['Netlify']?.(asText(say('late'))));
  expect(result.statusCode).toBe(503);
});
