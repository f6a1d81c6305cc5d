/** Streams of the real SDKs and of bare fetch, against an address that speaks the providers' protocols. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ChatOpenAI } from '@langchain/openai';
import { streamText } from 'ai';
import OpenAI from 'openai';
import { type Play, startModelServer } from '../../../test/support/model-server.ts';
import { type ModelAnswer, ModelStreamError, readAnswer } from '../src/index.ts';

const PIECES = ['你', '好', '，', 'hello 😀', '', '\n\n**再见**'];
const WHOLE = PIECES.join('');

let play: Play = { pieces: PIECES };
let server: Awaited<ReturnType<typeof startModelServer>>;
beforeAll(async () => {
  server = await startModelServer(() => play);
});
afterAll(() => server.close());

const fetchFrom = (path: string) => (signal?: AbortSignal) =>
  fetch(`${server.url}${path}`, { method: 'POST', body: '{}', signal: signal ?? null });
const openai = () => new OpenAI({ apiKey: 'key', baseURL: `${server.url}/v1`, maxRetries: 0 });
const messages = [{ role: 'user' as const, content: 'hello' }];
const aiSdk = (signal?: AbortSignal) => {
  const provider = createOpenAICompatible({ name: 'local', baseURL: `${server.url}/v1` });
  return streamText({
    model: provider('small'),
    messages,
    maxRetries: 0,
    onError: () => {},
    ...(signal && { abortSignal: signal }),
  });
};
const langchain = (signal?: AbortSignal) =>
  new ChatOpenAI({
    model: 'small',
    apiKey: 'key',
    maxRetries: 0,
    configuration: { baseURL: `${server.url}/v1` },
  }).stream('hello', signal && { signal });

/** Each kind of stream, and whether a failure within it can be seen. */
const sources: Record<string, (signal?: AbortSignal) => ModelAnswer> = {
  'the OpenAI SDK, chat completions': () =>
    openai().chat.completions.create({ model: 'small', messages, stream: true }),
  'the OpenAI SDK, responses': () =>
    openai().responses.create({ model: 'small', input: 'hello', stream: true }),
  'the AI SDK, the result of streamText': aiSdk,
  'the AI SDK, fullStream': (signal) => aiSdk(signal).fullStream,
  'LangChain, stream()': langchain,
  'fetch, an OpenAI-compatible address': fetchFrom('/v1/chat/completions'),
  'fetch, responses': fetchFrom('/v1/responses'),
  'fetch, Dify': fetchFrom('/v1/chat-messages'),
  'fetch, Coze': fetchFrom('/v3/chat'),
};

async function readAll(answer: ModelAnswer | (() => ModelAnswer)): Promise<string> {
  let text = '';
  for await (const piece of readAnswer(answer)) text += piece;
  return text;
}

async function catchError(answer: ModelAnswer | (() => ModelAnswer)): Promise<unknown> {
  return readAll(answer).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe.each(Object.entries(sources))('%s', (_, open) => {
  it('gives the whole answer and nothing of the reasoning', async () => {
    play = { pieces: PIECES, reasoning: 'SECRET THOUGHT' };
    expect(await readAll(open())).toBe(WHOLE);
  });

  it('rejects when the provider reports a failure after the first words', async () => {
    play = { pieces: ['half'], fails: true };
    const given: string[] = [];
    const read = async () => {
      for await (const piece of readAnswer(open())) given.push(piece);
    };
    await expect(read()).rejects.toBeInstanceOf(Error);
    expect(given.join('')).toBe('half');
  });

  it('closes the connection when the signal aborts while the model is silent', async () => {
    const controller = new AbortController();
    play = { pieces: speakThenWait() };
    const before = server.closed();
    let text = '';
    for await (const piece of readAnswer(open, { signal: controller.signal })) {
      text += piece;
      controller.abort();
    }
    expect(text).toBe('first');
    await untilClosed(before);
  });

  it('closes the connection when the reader stops in the middle', async () => {
    play = { pieces: speakForEver() };
    const before = server.closed();
    for await (const piece of readAnswer(open)) if (piece) break;
    await untilClosed(before);
  });
});

async function* speakThenWait(): AsyncGenerator<string> {
  yield 'first';
  await new Promise<never>(() => {});
}

async function* speakForEver(): AsyncGenerator<string> {
  for (;;) {
    yield 'word ';
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function untilClosed(before: number): Promise<void> {
  while (server.closed() === before) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('the AI SDK', () => {
  it('streams by its textStream', async () => {
    play = { pieces: PIECES };
    expect(await readAll(aiSdk().textStream)).toBe(WHOLE);
  });
});

describe('a plain answer', () => {
  async function* words() {
    yield 'a';
    yield 'b';
  }
  const web = (...chunks: unknown[]) =>
    new ReadableStream<unknown>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk);
        controller.close();
      },
    });
  const bytes = new TextEncoder().encode('你好');
  const cases: [string, ModelAnswer | (() => ModelAnswer), string][] = [
    ['a text', 'hello', 'hello'],
    ['a promise of a text', Promise.resolve('hello'), 'hello'],
    ['a function', () => 'hello', 'hello'],
    ['a function that gives a promise of a stream', () => Promise.resolve(words()), 'ab'],
    ['an async iterable of texts', words(), 'ab'],
    ['an array', ['a', 'b'], 'ab'],
    ['a web stream of texts', web('a', 'b'), 'ab'],
    ['a web stream of bytes, cut within a letter', web(bytes.slice(0, 2), bytes.slice(2)), '你好'],
    ['a Response with plain text', new Response('你好'), '你好'],
    ['a Response with JSON', Response.json({ choices: [{ message: { content: 'x' } }] }), 'x'],
    ['an answer of chat completions at once', { choices: [{ message: { content: 'x' } }] }, 'x'],
    [
      'a Response with lines of JSON',
      new Response('{"message":{"content":"a"}}\n{"message":{"content":"b"},"done":true}', {
        headers: { 'content-type': 'application/x-ndjson' },
      }),
      'ab',
    ],
    [
      'events without a last empty line',
      new Response(
        'data: {"choices":[{"delta":{"content":"x"}}]}\r\n\r\ndata: {"choices":[{"delta":{"content":"y"}}]}',
        {
          headers: { 'content-type': 'text/event-stream' },
        },
      ),
      'xy',
    ],
  ];
  it.each(cases)('%s', async (_, answer, expected) => {
    expect(await readAll(answer)).toBe(expected);
  });
});

describe('a chunk', () => {
  const type = (name: string, more: object = {}) => ({ type: name, ...more });
  const cases: [string, unknown, string][] = [
    ['without choices', { choices: [] }, ''],
    ['of completions', { choices: [{ text: 'x' }] }, 'x'],
    ['of parts', { choices: [{ delta: { content: [{ type: 'text', text: 'x' }] } }] }, 'x'],
    ['of reasoning', { choices: [{ delta: { content: null, reasoning_content: 'x' } }] }, ''],
    ['of a refusal', { choices: [{ delta: { refusal: 'No.' } }] }, 'No.'],
    ['of the AI SDK 4', type('text-delta', { textDelta: 'x' }), 'x'],
    ['of the AI SDK 5', type('text-delta', { id: '1', text: 'x' }), 'x'],
    ['of the AI SDK, reasoning', type('reasoning-delta', { text: 'x' }), ''],
    ['of the AI SDK, a tool', type('tool-result', { output: 'x' }), ''],
    [
      'of Anthropic',
      type('content_block_delta', { delta: type('text_delta', { text: 'x' }) }),
      'x',
    ],
    [
      'of Anthropic, thinking',
      type('content_block_delta', { delta: type('thinking_delta', { thinking: 'x' }) }),
      '',
    ],
    [
      'of Gemini',
      { candidates: [{ content: { parts: [{ text: 'no', thought: true }, { text: 'x' }] } }] },
      'x',
    ],
    ['of Ollama', { message: { role: 'assistant', content: 'x' }, done: false }, 'x'],
    [
      'of LangChain, parts',
      { getType: () => 'ai', content: [type('text', { text: 'x' }), type('reasoning')] },
      'x',
    ],
    ['of LangChain, a tool', { getType: () => 'tool', content: 'x' }, ''],
    ['of LangChain, no role', { getType: () => 'generic', content: 'x', role: undefined }, 'x'],
    ['of LangChain, a role', { getType: () => 'generic', content: 'x', role: 'assistant' }, 'x'],
    ['of LangChain, the user', { getType: () => 'generic', content: 'x', role: 'user' }, ''],
    ['of LangChain, a question', { getType: () => 'human', content: 'x', text: 'x' }, ''],
    ['of LangGraph', [{ getType: () => 'ai', content: 'x' }, { langgraph_node: 'a' }], 'x'],
    ['of Dify, an agent', { event: 'agent_message', answer: 'x' }, 'x'],
    ['of Dify, a workflow', { event: 'text_chunk', data: { text: 'x' } }, 'x'],
    [
      'of Coze, a call',
      { event: 'conversation.message.delta', data: type('function_call', { content: 'x' }) },
      '',
    ],
    ['null', null, ''],
  ];
  it.each(cases)('%s', async (_, chunk, expected) => {
    expect(await readAll([chunk])).toBe(expected);
  });
});

describe('thoughts in the answer itself', () => {
  it.each([
    ['<think>\nHIDDEN\n</think>\n\n你好', '你好'],
    ['\n<think></think>hello <think>shown</think>', 'hello <think>shown</think>'],
    ['<think>HIDDEN without an end', ''],
    ['<thin', '<thin'],
    ['<b>x</b>', '<b>x</b>'],
    ['no <think>shown</think>', 'no <think>shown</think>'],
  ])('%j', async (text, expected) => {
    expect(await readAll(text)).toBe(expected);
    expect(await readAll(Array.from(text))).toBe(expected);
  });
});

it.each([
  'the OpenAI SDK, chat completions',
  'the AI SDK, the result of streamText',
  'LangChain, stream()',
])('%s: an answer whose server does not name its role is shown', async (name) => {
  play = { pieces: PIECES, isNameless: true };
  expect(await readAll(sources[name]?.() ?? '')).toBe(WHOLE);
});

describe('an error', () => {
  it('names the keys of an unknown chunk, never its content', async () => {
    const error = await catchError([{ weird: 'PRIVATE', other: { token: 'PRIVATE' } }]);
    expect(error).toBeInstanceOf(ModelStreamError);
    expect(error).toMatchObject({ code: 'WECHAT_MODEL_STREAM' });
    expect(String(error)).toMatch(/keys weird, other/);
    expect(String(error)).not.toMatch(/PRIVATE/);
  });

  it('has the code and the text of a failure within the stream, without secrets, and its report as the cause', async () => {
    play = { pieces: ['half'], fails: true };
    const reports = Object.entries({
      '/v1/chat/completions': /overloaded/,
      '/v1/responses': /server_error/,
      '/v1/chat-messages': /completion_request_error/,
      '/v3/chat': /4000/,
    });
    for (const [path, code] of reports) {
      const error = await catchError(fetchFrom(path)());
      expect(error).toMatchObject({ code: 'WECHAT_MODEL_STREAM', cause: expect.anything() });
      expect(String(error)).toMatch(code);
      expect(String(error)).toMatch('The server is busy, try later');
      expect(String(error)).not.toMatch(/PRIVATE/);
    }
  });

  it('has the text of a failure that the AI SDK passes on', async () => {
    play = { pieces: ['half'], fails: true };
    const error = await catchError(aiSdk());
    expect(error).toBeInstanceOf(ModelStreamError);
    expect(String(error)).toMatch('The server is busy, try later');
    expect(String(error)).not.toMatch(/PRIVATE/);
  });

  const json = { status: 429, headers: { 'content-type': 'application/json' } };
  it.each<[string, ModelAnswer, RegExp]>([
    ['a text', [{ error: 'slow down' }], /failure: slow down$/],
    ['a code', [{ error: { code: 'slow', message: 'down' } }], /failure: slow \(down\)$/],
    ['its code', [{ error: { code: 'slow', message: 'slow down' } }], /failure: slow down$/],
    ['a member', [{ type: 'error', error: { error: { message: 'slow' } } }], /failure: slow$/],
    ['an Error', [{ type: 'error', error: new TypeError('slow') }], /failure: slow$/],
    ['something long', [{ error: `${'so '.repeat(500)}slow` }], /^.{200,320}$/],
    ['nothing', [{ error: { weird: 1 } }], /reports a failure$/],
    ['a getter that throws', [{ error: throwing() }], /reports a failure$/],
    [
      'a status and JSON',
      new Response('{"error":{"message":"no credit"}}', json),
      /429 \(no credit\)$/,
    ],
    ['a status and JSON that is cut', new Response('{"error":{"mess', json), /failure: 429$/],
    ['a status and too much', new Response(`"${'x'.repeat(99_999)}"`, json), /failure: 429$/],
    ['a status and no body', new Response(null, json), /failure: 429$/],
  ])('says what a provider reports: %s', async (_, answer, expected) => {
    const error = (await catchError(answer)) as Error;
    expect(error).toBeInstanceOf(ModelStreamError);
    expect(error.message).toMatch(expected);
  });

  function throwing(): object {
    return Object.defineProperty({}, 'message', {
      get() {
        throw new Error('no');
      },
    });
  }

  it('does not wait for the end of a refusal', async () => {
    let isCancelled = false;
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode(' '.repeat(4096))),
      cancel: () => {
        isCancelled = true;
      },
    });
    expect(String(await catchError(new Response(endless, json)))).toMatch(/429$/);
    expect(isCancelled).toBe(true);
  });

  it.each<[string, ModelAnswer, RegExp]>([
    ['a status that is no success', new Response('PRIVATE', { status: 429 }), /429/],
    ['a number', 5 as unknown as string, /number/],
    ['an object that is no stream', { a: 1 }, /keys a/],
    [
      'events that are not JSON',
      new Response('data: PRIVATE\n\n', { headers: { 'content-type': 'text/event-stream' } }),
      /not JSON/,
    ],
    ['chunks that are numbers', [5], /number/],
    [
      'a message of LangChain of an unknown type',
      [{ getType: () => 'PRIVATE', content: 'PRIVATE', text: 'PRIVATE' }],
      /keys getType, content, text/,
    ],
  ])('says what was wrong with %s', async (_, answer, expected) => {
    const error = await catchError(answer);
    expect(error).toBeInstanceOf(ModelStreamError);
    expect(String(error)).toMatch(expected);
    expect(String(error)).not.toMatch(/PRIVATE/);
  });

  it('ends an answer that is too long', async () => {
    const read = async () => {
      for await (const _ of readAnswer(speakForEver(), { maxBytes: 12 }));
    };
    await expect(read()).rejects.toThrow(/12 bytes/);
  });

  it('is not made of a signal that has aborted already', async () => {
    const controller = new AbortController();
    controller.abort();
    const given: string[] = [];
    for await (const text of readAnswer(['a'], { signal: controller.signal })) given.push(text);
    expect(given).toEqual([]);
  });
});
