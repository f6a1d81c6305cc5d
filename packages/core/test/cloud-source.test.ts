/** Pushes of 微信云托管: neither signed nor encrypted, and trusted only where the account says so. */
import { describe, expect, it, test } from '@jest/globals';
import { type AccountOptions, createWebhook, reply } from '@wechat-mp/core';
import { wechat } from '@wechat-mp/core/fetch';
import * as platform from '../../../test/support/platform.ts';
import { recorder } from './support.ts';

const cloud = { source: 'cloud' } as const;
const pushed = { 'x-wx-source': 'wx_unknown', 'x-wx-appid': 'wx5823bf96d3bd56c7' };
const handlers = {
  text: ({ content, source }: { content: string; source: string }) => `${source}: ${content}`,
  'event:click': () => [{ title: 'One', url: 'https://example.com' }, { title: 'Two' }],
  image: () => reply.image('m1'),
};
const text = (Content = 'hi') => platform.userMessage('text', { Content });
const json = (fields: platform.WireFields) => JSON.stringify(fields);

async function push(
  body: string,
  headers: Record<string, string> = pushed,
  options: AccountOptions = cloud,
  query: Record<string, string> = {},
) {
  const logger = recorder();
  const webhook = createWebhook({ ...options, logger }, handlers);
  const answer = await webhook.handle({ method: 'POST', query, headers, body });
  return { ...answer, log: logger.text() };
}

describe('a push', () => {
  it.each([
    ['JSON', json(text('你好'))],
    ['XML', platform.writeXml(text('你好'))],
  ])('in %s is answered in kind', async (format, body) => {
    const { status, headers, body: answered } = await push(body);
    expect(status).toBe(200);
    const type = format === 'JSON' ? 'application/json' : 'application/xml';
    expect(headers['content-type']).toBe(`${type}; charset=utf-8`);
    expect(answered).toContain(`${platform.OPENID}: 你好`);
  });

  it('is answered in JSON as the platform shows it', async () => {
    const { body } = await push(json(platform.event('CLICK', { EventKey: 'A' })));
    expect(JSON.parse(body)).toMatchObject({
      ToUserName: platform.OPENID,
      FromUserName: platform.GH,
      CreateTime: expect.any(Number),
      MsgType: 'news',
      ArticleCount: 2,
      Articles: [{ Title: 'One', Url: 'https://example.com' }, { Title: 'Two' }],
    });
    const image = await push(json(platform.userMessage('image', { PicUrl: 'x', MediaId: 'm' })));
    expect(JSON.parse(image.body)).toMatchObject({ MsgType: 'image', Image: { MediaId: 'm1' } });
  });

  it.each([
    '{ "action": "CheckContainerPath" }',
    '<xml><action>CheckContainerPath</action></xml>',
    '<xml>\n  <action><![CDATA[CheckContainerPath]]></action>\n</xml>',
  ])('that only asks for the path reaches no handler: %s', async (body) => {
    expect(await push(body)).toMatchObject({ status: 200, body: 'success' });
  });

  it('runs once, though it is delivered again', async () => {
    let runs = 0;
    const webhook = createWebhook(cloud, { text: () => `run ${(runs += 1)}` });
    const body = json(text());
    const request = { method: 'POST', query: {}, headers: pushed, body };
    for (let tried = 0; tried < 3; tried += 1) {
      expect((await webhook.handle(request)).body).toContain('run 1');
    }
    expect(runs).toBe(1);
  });
});

describe('what does not come through the platform', () => {
  it.each([
    ['no header', {}],
    ['an empty header', { 'x-wx-source': '' }],
    ['another header', { 'x-wx-openid': platform.OPENID }],
  ])('is refused: %s', async (_, headers) => {
    const { status, log } = await push(json(text()), headers);
    expect(status).toBe(401);
    expect(log).toContain('signature is missing');
  });

  it('is refused where the account does not say that it is in the cloud', async () => {
    const { status, log } = await push(json(text()), pushed, { token: 'CloudToken' });
    expect(status).toBe(401);
    expect(log).toContain("source: 'cloud'");
  });

  it.each(['{ "action": "CheckContainerPath" }', json(text())])(
    'is not read by a signed account, though it is a probe: %s',
    async (body) => {
      expect((await push(body, pushed, { token: 'CloudToken' })).status).toBe(401);
    },
  );

  it('is a GET', async () => {
    const webhook = createWebhook(cloud, handlers);
    const answer = await webhook.handle({ method: 'GET', query: {}, headers: pushed });
    expect(answer.status).toBe(405);
  });
});

describe('a mini program that calls the container', () => {
  const called = (headers: Record<string, string>) =>
    push(json(text('forged')), { ...pushed, ...headers });

  it.each([
    { 'x-wx-openid': 'oAnotherUser' },
    { 'x-wx-from-openid': 'oAnotherUser' },
    { 'x-wx-openid': 'oAnotherUser', 'x-wx-from-openid': 'oThirdUser' },
  ])('cannot speak for another user: %j', async (headers) => {
    expect((await called(headers)).status).toBe(401);
  });

  it.each([
    { 'x-wx-openid': platform.OPENID },
    { 'x-wx-openid': 'oAnotherUser', 'x-wx-from-openid': platform.OPENID },
  ])('is distinguished from a push of that user: %j', async (headers) => {
    expect((await called(headers)).status).toBe(200);
  });
});

describe('an account with a token, too', () => {
  const account = { token: 'CloudToken' };
  const both = { ...account, ...cloud };

  it('answers what is signed, and what comes through the cloud', async () => {
    const { query, body = '' } = platform.plain(account, text());
    expect((await push(body, {}, both, query)).status).toBe(200);
    expect((await push(json(text()), pushed, both)).status).toBe(200);
  });

  it('refuses what is signed wrongly, whatever its headers say', async () => {
    const { query, body = '' } = platform.plain(account, text());
    const forged = { ...query, signature: '0'.repeat(40) };
    expect((await push(body, pushed, both, forged)).status).toBe(401);
  });
});

test('a fetch handler finds the header in any case', async () => {
  const answer = wechat(cloud, handlers);
  const init = { method: 'POST', headers: { 'X-WX-SOURCE': 'wx_unknown' }, body: json(text()) };
  const response = await answer(new Request('https://bot.example.com/push', init));
  expect(await response.text()).toContain('hi');
});

test.each([
  [{}, 'missing option `token`'],
  [{ source: 'signature' }, 'missing option `token`'],
  [{ source: 'Cloud' }, 'source must be one of signature, cloud'],
])('%j is refused when the webhook is created', (options, told) => {
  expect(() => createWebhook(options as AccountOptions, handlers)).toThrow(told);
});
