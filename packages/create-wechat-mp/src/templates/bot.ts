import type { Project } from '../project.ts';
import { findTraits, joinLines } from './text.ts';

/** Writes what the bot says. */
export function writeBot(project: Project): string {
  return project.answer === 'model' ? writeModelBot(project) : writeEchoBot(project);
}

function writeEchoBot(project: Project): string {
  const { isTyped, type, say } = findTraits(project);
  const adapter = `@wechat-mp/${project.framework}`;
  return joinLines(
    isTyped && [`import type { Handlers } from '${adapter}';`, ''],
    !isTyped && `/** @type {import('${adapter}').Handlers} */`,
    `export const handlers${type(': Handlers')} = {`,
    `  'event:subscribe': () => '${say('Hello! Send me something.', '你好！随便发点什么吧。')}',`,
    '  text: ({ content }, { context }) => {',
    say(
      '    // The context is kept for each user.',
      '    // 每位用户有自己的上下文，改动自动保存。',
    ),
    "    const count = context.get('count', 0) + 1;",
    "    context.set('count', count);",
    `    return \`${say('Message ${count}: ${content}', '第 ${count} 条：${content}')}\`;`,
    '  },',
    '};',
  );
}

function writeModelBot(project: Project): string {
  const { isTyped, hasRedis, type, say } = findTraits(project);
  const adapter = `@wechat-mp/${project.framework}`;
  const imported = [...(isTyped ? ['type Handlers'] : []), ...(hasRedis ? ['StoreError'] : [])];
  const keyword = say("'more', { language: 'en' }", "'继续'");
  return joinLines(
    `import { ${isTyped ? 'type ChatMessage, ' : ''}chat, continueWith } from '@wechat-mp/ai';`,
    imported.length > 0 && `import ${importNames(imported)} from '${adapter}';`,
    isTyped && [
      '',
      say(
        '/** An endpoint in the format of OpenAI, such as DeepSeek, Qwen, Kimi or Ollama. */',
        '/** 兼容 OpenAI 格式的接口，例如 DeepSeek、通义千问、Kimi、Ollama。 */',
      ),
      'export interface Model {',
      '  url: string;',
      '  name: string;',
      '  key: string;',
      '}',
    ],
    '',
    'export const options = {',
    say(
      '  // An answer that takes longer than WeChat waits is kept until the user sends this word.',
      '  // 超过回复时限的回答会留存，用户回复这个词即可取到。',
    ),
    `  ...continueWith(${keyword}),`,
    `  onError(error${type(': unknown')})${type(': string')} {`,
    hasRedis && [
      say(
        '    // Without Redis there is no conversation: WeChat delivers the message again.',
        '    // Redis 不可用时交给微信重推。',
      ),
      '    if (error instanceof StoreError) throw error;',
    ],
    '    console.error(error);',
    `    return '${say('Sorry, please try again later.', '抱歉，出错了，请稍后再试。')}';`,
    '  },',
    '};',
    '',
    !isTyped && [
      '/**',
      say(
        ' * The model is an endpoint in the format of OpenAI, such as DeepSeek, Qwen, Kimi or Ollama.',
        ' * model 是兼容 OpenAI 格式的接口，例如 DeepSeek、通义千问、Kimi、Ollama。',
      ),
      ' *',
      ' * @param {{ url: string, name: string, key: string }} model',
      ` * @returns {import('${adapter}').Handlers}`,
      ' */',
    ],
    `export function createHandlers(model${type(': Model')})${type(': Handlers')} {`,
    '  return {',
    `    'event:subscribe': () => '${say('Hello! What can I do for you?', '你好！有什么可以帮你？')}',`,
    '    text: chat({',
    `      system: '${say('You are a helpful assistant. Answer briefly.', '你是一个乐于助人的助手，回答简短。')}',`,
    project.lang === 'en' && "      language: 'en',",
    '      model: (messages, { signal }) => askModel(model, messages, signal),',
    '    }),',
    '  };',
    '}',
    '',
    isTyped
      ? [
          'async function askModel(',
          '  { url, name, key }: Model,',
          '  messages: ChatMessage[],',
          '  signal: AbortSignal,',
          '): Promise<Response> {',
        ]
      : 'async function askModel({ url, name, key }, messages, signal) {',
    '  const response = await fetch(`${url}/chat/completions`, {',
    "    method: 'POST',",
    "    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },",
    '    body: JSON.stringify({ model: name, messages, stream: true }),',
    '    signal,',
    '  });',
    '  if (response.ok) return response;',
    `  throw new Error(\`${say('the model answered', '模型接口返回')} \${response.status}: \${await response.text()}\`);`,
    '}',
  );
}

/** Writes what an import names; types alone are imported as such. */
function importNames(names: readonly string[]): string {
  return names.every((name) => name.startsWith('type '))
    ? `type { ${names.map((name) => name.slice('type '.length)).join(', ')} }`
    : `{ ${names.join(', ')} }`;
}
