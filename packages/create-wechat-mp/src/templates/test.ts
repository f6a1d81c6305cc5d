import type { Project } from '../project.ts';
import { findTraits, joinLines } from './text.ts';

/** Writes the project's tests. */
export function writeTest(project: Project): string {
  const { hasModel, extension, say } = findTraits(project);
  const names = hasModel ? 'createHandlers, options' : 'handlers';
  return joinLines(
    "import assert from 'node:assert/strict';",
    "import { after, test } from 'node:test';",
    `import { createWebhook } from '@wechat-mp/${project.framework}';`,
    "import { createSimulator } from '@wechat-mp/simulator';",
    `import { ${names} } from '../src/bot.${extension}';`,
    '',
    "const token = 'test';",
    hasModel
      ? [
          "const model = { url: 'http://model.test/v1', name: 'test', key: 'test' };",
          'const target = createWebhook({ token, ...options }, createHandlers(model));',
        ]
      : 'const target = createWebhook({ token }, handlers);',
    'const wechat = await createSimulator({ token, target });',
    'after(() => wechat.close());',
    '',
    `test('${say('greets new followers', '欢迎新关注的用户')}', async () => {`,
    `  const { reply } = await wechat.user('${say('Alice', '小明')}').subscribe();`,
    `  assert.deepEqual(reply, { type: 'text', content: '${
      hasModel
        ? say('Hello! What can I do for you?', '你好！有什么可以帮你？')
        : say('Hello! Send me something.', '你好！随便发点什么吧。')
    }' });`,
    '});',
    '',
    hasModel ? writeModelTest(project) : writeEchoTest(project),
  );
}

function writeEchoTest(project: Project): string[] {
  const { say } = findTraits(project);
  const [first, second] = [say('Alice', '小明'), say('Bob', '小红')];
  return [
    `test('${say('counts the messages of each user', '分别统计每个用户的消息')}', async () => {`,
    `  const [first, second] = [wechat.user('${first}'), wechat.user('${second}')];`,
    `  await first.sendText('${say('hello', '你好')}');`,
    `  const { reply } = await first.sendText('${say('again', '又是我')}');`,
    `  assert.deepEqual(reply, { type: 'text', content: '${say('Message 2: again', '第 2 条：又是我')}' });`,
    `  const other = await second.sendText('${say('hi', '在吗')}');`,
    `  assert.deepEqual(other.reply, { type: 'text', content: '${say('Message 1: hi', '第 1 条：在吗')}' });`,
    '});',
  ];
}

function writeModelTest(project: Project): string[] {
  const { type, say } = findTraits(project);
  const [name, question] = [say('Alice', '小明'), say('How are you?', '最近好吗？')];
  const answer = say('**Fine**, thanks.', '**很好**，谢谢。');
  const sorry = say('Sorry, please try again later.', '抱歉，出错了，请稍后再试。');
  return [
    `test('${say('passes questions on to the model', '把问题交给模型回答')}', async ({ mock }) => {`,
    `  const asked${type(': unknown[]')} = [];`,
    `  mock.method(globalThis, 'fetch', async (url${type(': string')}, { body }${type(': { body: string }')}) => {`,
    '    asked.push([url, JSON.parse(body).messages.at(-1).content]);',
    `    const chunk = { choices: [{ delta: { content: '${answer}' } }] };`,
    '    const stream = `data: ${JSON.stringify(chunk)}\\n\\ndata: [DONE]\\n\\n`;',
    "    return new Response(stream, { headers: { 'content-type': 'text/event-stream' } });",
    '  });',
    `  const { reply } = await wechat.user('${name}').sendText('${question}');`,
    `  assert.deepEqual(asked, [['http://model.test/v1/chat/completions', '${question}']]);`,
    `  assert.deepEqual(reply, { type: 'text', content: '${answer.replaceAll('*', '')}' });`,
    '});',
    '',
    `test('${say('says so when the model fails', '模型出错时告知用户')}', async ({ mock }) => {`,
    "  const log = mock.method(console, 'error', () => {});",
    "  mock.method(globalThis, 'fetch', async () => new Response('no such key', { status: 401 }));",
    `  const { reply } = await wechat.user('${name}').sendText('${question}');`,
    `  assert.deepEqual(reply, { type: 'text', content: '${sorry}' });`,
    '  assert.match(String(log.mock.calls[0]?.arguments), /401: no such key/);',
    '});',
  ];
}
