/** The simulator as 微信云托管: pushes without a signature, and an API without a token. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { createWebhook, reply } from '@wechat-mp/core';
import { nodeRequest } from '@wechat-mp/core/adapter';
import { OfficialClient } from '@wechat-mp/core/official';
import {
  createSimulator,
  diagnose,
  type Finding,
  runCheck,
  type Simulator,
} from '@wechat-mp/simulator';
import { closeServers, listen } from '../../../test/support/http.ts';

const QUIET = { error() {}, warn() {}, info() {}, debug() {} };
const handlers = {
  text: ({ content }: { content: string }) =>
    content === 'news'
      ? reply.news([
          {
            title: '标题',
            description: 'd',
            picUrl: 'https://a.example/p.png',
            url: 'https://a.example/',
          },
        ])
      : `You said: ${content}`,
};

let running: Simulator | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
  await closeServers();
});

const start = async (...[options]: Parameters<typeof createSimulator>) => {
  running = await createSimulator(options);
  return running;
};
const createBot = () => createWebhook({ source: 'cloud', logger: QUIET }, handlers);
const serve = (webhook: ReturnType<typeof createBot>) =>
  listen(async (request, response) => {
    const { status, headers, body } = await webhook.handle(nodeRequest(request, response));
    response.writeHead(status, headers).end(body);
  });

describe.each(['json', 'xml'] as const)('pushes in %s', (cloud) => {
  it('are answered, over a socket and in this process', async () => {
    const webhook = createBot();
    for (const target of [webhook, await serve(webhook)]) {
      const wechat = await start({ target, cloud });
      const {
        verdict,
        reply: said,
        deliveries,
      } = await wechat.user('alice').sendText('你好 "MsgId":"1"');
      expect({ verdict, said }).toEqual({
        verdict: 'reply',
        said: { type: 'text', content: 'You said: 你好 "MsgId":"1"' },
      });
      expect(deliveries[0]?.request.url).toMatch(/^\/\??$/);
      expect((await wechat.user('alice').sendText('news')).reply).toMatchObject({ type: 'news' });
      expect((await wechat.verify()).problems).toEqual([]);
      await wechat.close();
    }
  });

  it('have ids that a JavaScript number cannot hold', async () => {
    const ids: unknown[] = [];
    const target = createWebhook({ source: 'cloud', logger: QUIET }, (message) => {
      if ('id' in message) ids.push(message.id);
    });
    const wechat = await start({ target, cloud });
    const { deliveries } = await wechat.user('alice').sendText('hi', { MsgId: '9007199254740993' });
    expect(ids).toEqual(['9007199254740993']);
    expect(deliveries[0]?.request.body).toMatch(/"MsgId":9007199254740993|>9007199254740993</);
  });

  it('without the header are refused', async () => {
    const wechat = await start({ target: createBot(), cloud, faults: { breakSignature: true } });
    expect((await wechat.user('alice').sendText('hi')).verdict).toBe('toast');
    expect((await wechat.verify()).isRight).toBe(false);
  });

  it('pass the check and the doctor', async () => {
    const target = await serve(createBot());
    const results = await runCheck({ target, cloud });
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect(results.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['probe', 'stranger', 'message-text']),
    );
    const findings = await diagnose({ target, cloud });
    expect(findings.map(({ step, state }) => `${step} ${state}`)).toEqual(
      expect.arrayContaining(['probe ok', 'source ok', 'message ok']),
    );
  });
});

it('a bot that wants a signature fails the probe, and the doctor says what to set', async () => {
  const target = await serve(createWebhook({ token: 'TOKEN', logger: QUIET }, handlers));
  const finding = (await diagnose({ target, cloud: true })).at(-1) as Finding;
  expect(finding).toMatchObject({ step: 'probe', state: 'problem' });
  expect(finding.hint?.en).toContain("source: 'cloud'");
});

it('a bot that anybody may push to is found by the check and by the doctor', async () => {
  const target = await listen((request, response) => {
    request.resume();
    response.end('success');
  });
  const finding = (await diagnose({ target, cloud: true })).at(-1) as Finding;
  expect(finding).toMatchObject({ step: 'source', state: 'problem' });
});

it.each<[string, string, string]>([
  [
    'XML',
    '<xml><MsgType>text</MsgType></xml>',
    'it is XML; a reply to a JSON message has to be JSON',
  ],
  ['a text', 'hello', 'it is neither JSON, nor success, nor empty'],
  [
    'articles that are not a list',
    '{"MsgType":"news","Articles":{"item":[]}}',
    'Articles must be a list in JSON',
  ],
])('%s is no answer to a push in JSON', async (_, answer, problem) => {
  const target = await listen((request, response) => {
    request.resume();
    response.end(answer);
  });
  const wechat = await start({ target, cloud: true });
  expect(await wechat.user('alice').sendText('hi')).toMatchObject({
    verdict: 'toast',
    problems: [problem],
  });
});

it('options that 微信云托管 has no use for are refused', async () => {
  const target = createBot();
  await expect(createSimulator({ target, cloud: true, mode: 'safe' })).rejects.toThrow(
    '微信云托管',
  );
  await expect(createSimulator({ target, cloud: 'yaml' as 'xml' })).rejects.toThrow('json or xml');
});

describe('the API', () => {
  it('takes calls without a token in the cloud, and refuses them else', async () => {
    const cloud = await start({ target: createBot(), cloud: true });
    const client = new OfficialClient({ cloud: true, baseUrl: cloud.api.url });
    expect(await client.user.list()).toMatchObject({ total: 0 });
    const [call] = cloud.api.callsTo('/cgi-bin/user/get');
    expect(call).toBeDefined();
    expect(JSON.stringify(call)).not.toContain('access_token');
    await cloud.close();

    const other = await start({ target: createBot(), token: 'TOKEN' });
    const outside = new OfficialClient({ cloud: true, baseUrl: other.api.url });
    await expect(outside.user.list()).rejects.toMatchObject({
      errcode: 41001,
      message: expect.stringContaining('开放接口服务'),
    });
  });

  it('a late reply of a webhook goes out without a token', async () => {
    const wechat = await start({
      cloud: true,
      target: ({ api }) =>
        createWebhook(
          {
            source: 'cloud',
            logger: QUIET,
            replyWindow: 1,
            maxDeliveries: 1,
            client: new OfficialClient({ cloud: true, baseUrl: api.url }),
          },
          async () => {
            await new Promise((resolve) => setTimeout(resolve, 30));
            return 'at last';
          },
        ),
    });
    const alice = wechat.user('alice');
    await alice.sendText('hi');
    expect((await alice.nextPushed()).message).toMatchObject({ content: 'at last' });
  });
});
