/** The examples of language models as processes, between a simulated platform and a model's address. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createSimulator, type Simulator } from '@wechat-mp/simulator';
import { type Play, startModelServer } from '../support/model-server.ts';
import { bundlePrograms, killPrograms, startServer, stopPrograms } from '../support/programs.ts';

/** Each example, and the base of its provider's address. */
const examples: [string, string][] = [
  ['openai', '/v1'],
  ['ai-sdk', '/v1'],
  ['langchain', '/v1'],
  ['fetch', '/v1'],
  ['dify', '/v1'],
  ['coze', '/v3'],
];
const token = 'TOKEN';

let play: (body: Record<string, unknown>) => Play;
let model: Awaited<ReturnType<typeof startModelServer>>;
let simulator: Simulator;

beforeAll(async () => {
  model = await startModelServer(({ body }) => play(body));
  await bundlePrograms(...examples.map(([name]) => `examples/model-${name}.ts`));
});
afterEach(async () => {
  await simulator.close();
  await killPrograms();
});
afterAll(async () => {
  await model.close();
  await stopPrograms();
});

async function startExample(name: string, base: string): Promise<void> {
  simulator = await createSimulator({
    token,
    async target({ account, api }) {
      const { origin } = await startServer(`examples/model-${name}.ts`, {
        MODEL_URL: `${model.url}${base}`,
        WECHAT_TOKEN: token,
        WECHAT_APPID: account.appid,
        WECHAT_SECRET: account.appsecret,
        WECHAT_API: api.url,
      });
      return `${origin}/wechat`;
    },
  });
}

describe.each(examples)('model-%s.ts', (name, base) => {
  it('answers with what the chat shows, and remembers', async () => {
    play = () => ({ pieces: ['**你', '好**', '！\n\n- 一\n', '- 二'], reasoning: 'HIDDEN' });
    await startExample(name, base);
    const user = simulator.user('小明');
    const { reply, problems } = await user.sendText('第一个问题');
    expect(problems).toEqual([]);
    expect(reply).toEqual({ type: 'text', content: '你好！\n\n• 一\n• 二' });
    await user.sendText('第二个问题');
    const { body } = model.requests.at(-1) ?? { body: {} };
    expect(JSON.stringify(body)).toMatch(/第一个问题.*第二个问题|第二个问题.*第一个问题/);
  });
});

it('the word that stops an answer of model-openai.ts is not a question', async () => {
  play = () => ({ pieces: ['一个故事'] });
  await startExample('openai', '/v1');
  const user = simulator.user('小明');
  await user.sendText('讲个故事');
  const asked = model.requests.length;
  expect((await user.sendText('停')).reply).toEqual({ type: 'text', content: '好的，不说了。' });
  expect(model.requests).toHaveLength(asked);
});

it('a tool of model-ai-sdk.ts gets the user', async () => {
  const results: string[] = [];
  play = ({ messages }) => {
    const [last] = (messages as { role: string; content: string }[]).slice(-1);
    if (last?.role !== 'tool')
      return { pieces: [], call: { name: 'findOrder', arguments: { number: '42' } } };
    results.push(last.content);
    return { pieces: ['订单 42 **已发货**。'] };
  };
  await startExample('ai-sdk', '/v1');
  const user = simulator.user('小明');
  expect((await user.sendText('我的订单呢')).reply).toEqual({
    type: 'text',
    content: '订单 42 已发货。',
  });
  expect(results).toEqual([expect.stringContaining(user.openid)]);
});

it('model-fetch.ts reads a voice that the platform has recognised', async () => {
  play = () => ({ pieces: ['听到了。'] });
  await startExample('fetch', '/v1');
  const { reply } = await simulator.user('小明').sendVoice({ recognition: '天气怎么样' });
  expect(reply).toEqual({ type: 'text', content: '听到了。' });
  expect(JSON.stringify(model.requests.at(-1)?.body)).toContain('天气怎么样');
});

it('model-openai.ts sends what one message cannot hold as customer-service messages', async () => {
  const sentence = '这是一个很长的回答，它有很多句话。';
  play = () => ({ pieces: Array.from({ length: 60 }, () => sentence) });
  await startExample('openai', '/v1');
  const user = simulator.user('小明');
  const { reply } = await user.sendText('讲讲');
  const { message } = await user.nextPushed();
  const content = [reply, message]
    .map((shown) => (shown?.type === 'text' ? shown.content : ''))
    .join('');
  expect(content === sentence.repeat(60)).toBe(true);
});
