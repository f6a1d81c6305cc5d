/** How a webhook stops, and what bounds one user's share of it. */
import { describe, expect, it, jest } from '@jest/globals';
import { createWebhook, type Handler, type Reply, type WebhookOptions } from '@wechat-mp/core';
import { plain, userMessage } from '../../../../test/support/platform.ts';
import { recorder } from '../support.ts';

const ACCOUNT = { token: 'TOKEN' };

function setUp(handler: Handler, options: Partial<WebhookOptions> = {}) {
  const pushed: Reply[] = [];
  const undelivered: Reply[] = [];
  const log = recorder();
  const send = async (_: string, reply: Reply) => pushed.push(reply);
  const webhook = createWebhook(
    {
      ...ACCOUNT,
      client: { message: { custom: { send } } },
      onUndelivered: ({ reply }) => void undelivered.push(reply),
      logger: log,
      ...options,
    },
    handler,
  );
  const say = (Content = 'hi') => webhook.handle(plain(ACCOUNT, userMessage('text', { Content })));
  return { webhook, say, pushed, undelivered, log };
}

describe('close()', () => {
  it('answers new deliveries 503, and waits for those that go on', async () => {
    let finish = (_reply: string) => {};
    const { webhook, say } = setUp(
      () =>
        new Promise<string>((resolve) => {
          finish = resolve;
        }),
    );
    const going = say();
    await new Promise((resolve) => setImmediate(resolve));
    const closed = webhook.close();
    expect((await say('next')).status).toBe(503);
    finish('the answer');
    expect((await going).body).toContain('the answer');
    await closed;
    await webhook.close();
  });

  it('reports work that does not end in time, and lets the platform deliver it elsewhere', async () => {
    const { webhook, say, pushed, undelivered } = setUp(() => new Promise(() => {}));
    const going = say();
    await new Promise((resolve) => setImmediate(resolve));
    await webhook.close({ timeout: 1 });
    expect((await going).status).toBe(503);
    expect([pushed, undelivered]).toEqual([[], [{ type: 'none' }]]);
  });
});

it('maxQueued messages of one user wait; more are answered success, and onUndelivered is called', async () => {
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const handler = jest.fn(async () => {
    await finished;
    return 'done';
  });
  const { say, undelivered, log } = setUp(handler, { maxQueued: 2 });
  const answers = [say('1'), say('2'), say('3')];
  expect((await say('4')).body).toBe('success');
  expect(undelivered).toEqual([{ type: 'none' }]);
  expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
  finish();
  for (const answer of answers) expect((await answer).body).toContain('done');
  expect(handler).toHaveBeenCalledTimes(3);
});

it.each([
  ['returned', (text: string) => () => text],
  [
    'streamed',
    (text: string) =>
      async function* stream() {
        yield text;
      },
  ],
] as [string, (text: string) => Handler][])(
  'a text that is too long for one answer is cut when it is %s, and its rest is pushed',
  async (_, createHandler) => {
    const text = '我们去公园走走吧。'.repeat(160);
    const { say, pushed } = setUp(createHandler(text));
    const { body } = await say();
    const shown = /<Content><!\[CDATA\[(.*?)\]\]>/s.exec(body)?.[1] ?? '';
    for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
    const texts = pushed.map((one) => (one.type === 'text' ? one.content : ''));
    expect(shown + texts.join('')).toBe(text);
    for (const one of [shown, ...texts]) expect(Buffer.byteLength(one)).toBeLessThanOrEqual(2048);
  },
);
