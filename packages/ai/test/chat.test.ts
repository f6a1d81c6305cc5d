/** chat(): a model, its conversation and what the user reads of it. */
import { describe, expect, it } from '@jest/globals';
import { type MessageClient, type Reply, UndeliveredError } from '@wechat-mp/core';
import { continueWith, createLimits, keepUndelivered, type ModelInfo } from '../src/index.ts';
import { settle, startConversation } from './conversation.ts';

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });
const system = (content: string) => ({ role: 'system', content });

async function* words(...texts: string[]): AsyncGenerator<string> {
  yield* texts;
}

describe('an answer', () => {
  it('is what the chat shows of the model’s Markdown', async () => {
    const { say } = startConversation({ model: () => words('**Hello**, ', 'you.\n\n- a') });
    expect(await say('hi')).toBe('Hello, you.\n\n• a');
  });

  it('is left as it is with format none', async () => {
    const { say } = startConversation({ model: () => '**Hello**', format: 'none' });
    expect(await say('hi')).toBe('**Hello**');
  });

  it('says so when the model has nothing to say', async () => {
    const { say } = startConversation({ model: () => words(), language: 'en' });
    expect(await say('hi')).toBe('(There is no answer to show. Please ask in another way.)');
  });

  it('gives the model the user, the language, the context and a signal', async () => {
    const seen: ModelInfo<'text'>[] = [];
    const { say } = startConversation({
      language: ({ content }) => (/[a-z]/.test(content) ? 'en' : 'zh'),
      model: (_, info) => {
        seen.push(info);
        info.context.set('orders', 3);
        return 'ok';
      },
    });
    await say('hi');
    expect(seen[0]).toMatchObject({ language: 'en', images: [], openid: expect.any(String) });
    expect(seen[0]?.signal).toBeInstanceOf(AbortSignal);
    expect(seen[0]?.context.get('orders')).toBe(3);
  });
});

describe('the history', () => {
  it('tells the model what was said before, after the system prompt', async () => {
    const { say, asked } = startConversation({ system: 'Be brief.', model: () => '**One**' });
    await say('first');
    await say('second');
    expect(asked[1]).toEqual([
      system('Be brief.'),
      user('first'),
      assistant('**One**'),
      user('second'),
    ]);
  });

  it('keeps the configured number of turns', async () => {
    const { say, asked } = startConversation({ history: { turns: 2 } });
    for (const text of ['1', '2', '3', '4']) await say(text);
    expect(asked[3]?.filter(({ role }) => role === 'user')).toEqual(['2', '3', '4'].map(user));
  });

  it('keeps the configured number of bytes, also of one long answer', async () => {
    const { say, asked } = startConversation({
      history: { bytes: 100 },
      model: () => '很'.repeat(1000),
      format: 'none',
    });
    await say('1');
    await say('2');
    const [, answered] = asked[1] ?? [];
    expect(Buffer.byteLength(answered?.content ?? '')).toBeLessThanOrEqual(100);
    expect(answered?.content).toMatch(/^很+$/);
  });

  it('keeps the configured number of tokens, with a custom counter', async () => {
    const { say, asked } = startConversation({
      history: { maxTokens: 15, countTokens: (text) => text.length },
    });
    for (const text of ['1', '2', '3']) await say(text);
    expect(asked[2]?.map(({ content }) => content)).toEqual(['1', 'fine', '2', 'fine', '3']);
    await say('4');
    expect(asked[3]?.map(({ content }) => content)).toEqual(['2', 'fine', '3', 'fine', '4']);
  });

  it('remembers nothing with history false', async () => {
    const { say, asked } = startConversation({ history: false });
    await say('1');
    await say('2');
    expect(asked[1]).toEqual([user('2')]);
  });

  it('gives the model a summary in place of what it forgets, in its one system message', async () => {
    const { say, asked } = startConversation({
      system: 'Be brief.',
      history: {
        turns: 1,
        summarise: (messages) => messages.map(({ content }) => content).join('+'),
      },
    });
    for (const text of ['1', '2', '3']) await say(text);
    expect(asked[2]?.[0]).toEqual(system('Be brief.\n\nWhat was said before, in short: 1+fine'));
    expect(asked[2]?.slice(1)).toEqual([user('2'), assistant('fine'), user('3')]);
  });

  it('goes on when the summary fails, and tries again', async () => {
    let tries = 0;
    const summarise = () => {
      tries += 1;
      throw new Error('down');
    };
    const { say, errors } = startConversation({ history: { turns: 1, summarise } });
    for (const text of ['1', '2', '3']) expect(await say(text)).toBe('fine');
    expect(tries).toBe(2);
    expect(errors).toEqual(['history.summarise failed', 'history.summarise failed']);
  });

  it.each(['/reset', ' 清空 '])('is cleared by %s', async (word) => {
    const { say, asked } = startConversation({ reset: ['/reset', '清空'] });
    await say('1');
    expect(await say(word)).toBe('好的，我们重新开始。');
    await say('2');
    expect(asked[1]).toEqual([user('2')]);
  });

  it('loses nothing when a user’s messages are answered at once', async () => {
    const { say, asked } = startConversation({}, { ordering: 'parallel' });
    await Promise.all(['a', 'b', 'c', 'd'].map((text) => say(text)));
    await say('last');
    const questions = asked.at(-1)?.filter(({ role }) => role === 'user');
    expect(questions?.map(({ content }) => content).sort()).toEqual(['a', 'b', 'c', 'd', 'last']);
  });
});

describe('a model that fails', () => {
  it('before its first word is for onError, and marked in the history', async () => {
    let fails = true;
    const model = () => {
      if (fails) throw new Error('down');
      return 'fine';
    };
    const { say, asked } = startConversation({ model }, { onError: () => 'Sorry.' });
    expect(await say('1')).toBe('Sorry.');
    fails = false;
    await say('2');
    expect(asked[1]).toEqual([user('1'), assistant('[This answer broke off.]'), user('2')]);
  });

  it('after its first words is shown to the user and logged', async () => {
    async function* half() {
      yield 'Half a sentence. And';
      throw new Error('down');
    }
    const { say, asked, errors } = startConversation({ model: half, language: 'en' });
    const first = await say('1');
    expect(first).toBe('Half a sentence. And\n\n(The answer broke off. Please ask again.)');
    expect(errors).toEqual(['the model failed after its answer had begun']);
    await say('2');
    expect(asked[1]?.[1]?.content).toMatch(/broke off/);
  });
});

describe('a line of the log', () => {
  async function* half() {
    yield 'Half a sentence. And';
    throw new Error('down');
  }
  const key = { type: 'text', id: '77', source: expect.any(String), time: expect.any(Number) };
  const record = () => {
    const lines: object[] = [];
    const log = (details: object, text: string) => void lines.push({ ...details, text });
    return { lines, logger: { error: log, warn: log, info: log, debug: log } };
  };

  it('goes to the webhook’s logger, with the account and the message', async () => {
    const { lines, logger } = record();
    const limits = createLimits({
      cost: () => {
        throw new Error('no price');
      },
    });
    const { say } = startConversation({ model: half, limits }, { account: 'shop', logger });
    await say('1', { MsgId: '77' });
    expect(lines).toMatchObject([
      {
        text: 'the model failed after its answer had begun',
        account: 'shop',
        message: key,
        err: { message: 'down' },
      },
      {
        text: 'could not count the cost of an answer',
        account: 'shop',
        message: key,
        err: { message: 'no price' },
      },
    ]);
  });

  it('goes to chat’s own logger in its place, with the message', async () => {
    const [own, webhooks] = [record(), record()];
    const options = { model: half, logger: own.logger };
    const { say } = startConversation(options, { logger: webhooks.logger });
    await say('1', { MsgId: '77' });
    expect(own.lines).toMatchObject([{ message: key, err: { message: 'down' } }]);
    expect(webhooks.lines).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('the disk is full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the disk is full'))],
  ])('costs nobody an answer when chat’s own logger %s', async (_, error) => {
    const logger = { error } as { error: () => void };
    const { say } = startConversation({ model: half, language: 'en', logger });
    expect(await say('1')).toMatch(/^Half a sentence. And\n\n\(The answer broke off/);
  });
});

describe('the language of the bot’s own texts', () => {
  const [zh, en] = [
    '（没有可以显示的回答，请换个问法）',
    '(There is no answer to show. Please ask in another way.)',
  ];

  it.each([
    ['zh_CN', zh],
    ['zh_TW', zh],
    ['zh-Hans', zh],
    ['en', en],
    ['en_US', en],
    ['EN', en],
  ])('may be %s, as an option or the result of a function', async (language, empty) => {
    for (const given of [language, () => language, async () => language]) {
      const seen: string[] = [];
      const { say } = startConversation({
        language: given,
        model: (_, info) => {
          seen.push(info.language);
          return '';
        },
      });
      expect(await say('hi')).toBe(empty);
      expect(seen).toEqual([empty === zh ? 'zh' : 'en']);
    }
  });

  it.each(['fr', '', undefined, null, 5])(
    'is Chinese when a function returns %p',
    async (given) => {
      const { say } = startConversation({ language: () => given as string, model: () => '' });
      expect(await say('hi')).toBe(zh);
      expect(await say('/reset')).toBe('好的，我们重新开始。');
    },
  );
});

describe('a user who interrupts', () => {
  it('stops the model, and the history says so', async () => {
    let aborted = false;
    async function* endless(signal: AbortSignal) {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      yield 'First sentence of a long story.\n\n';
      await new Promise<never>(() => {});
    }
    const { say, asked } = startConversation(
      { model: (messages, { signal }) => (messages.length > 1 ? 'fine' : endless(signal)) },
      { interruptBy: '停', ordering: 'serial' },
    );
    const story = say('tell');
    await settle();
    const stopped = say(' 停 ');
    expect(await story).toBe('First sentence of a long story.');
    expect(await stopped).toBe('好的，不说了。');
    expect(aborted).toBe(true);
    expect(asked).toHaveLength(1);
    await say('another');
    expect(asked[1]?.slice(0, 2)).toEqual([
      user('tell'),
      assistant('First sentence of a long story.\n\n\n[The user did not let this answer end.]'),
    ]);
  });
});

describe('the text of `interruptBy`', () => {
  it('is answered without asking the model, also when nothing is being answered', async () => {
    const limits = createLimits({ user: { perMinute: 1 } });
    const options = { limits, language: 'en' };
    const { say, asked } = startConversation(options, { interruptBy: 'stop' });
    expect([await say('stop'), await say('stop')]).toEqual(['All right.', 'All right.']);
    expect(asked).toEqual([]);
    expect(await say('stop it')).toBe('fine');
  });

  it('is answered with the text that was given, before a question is read', async () => {
    const { say } = startConversation(
      {
        texts: { stopped: '嗯。' },
        input: () => {
          throw new Error('not a question');
        },
      },
      { interruptBy: '停' },
    );
    expect(await say('停')).toBe('嗯。');
  });

  it('lets go what keepUndelivered has kept of the answer', async () => {
    let message: unknown;
    const { webhook, say } = startConversation(
      {
        model: (_, info) => {
          message ??= info.message;
          return 'fine';
        },
      },
      { interruptBy: '停' },
    );
    await say('1');
    const reply = { type: 'text', content: 'the rest' } as const;
    const error = new UndeliveredError(reply, message as never, new Error('refused'));
    await keepUndelivered(() => webhook)(error, { message } as never);
    expect(await say('停')).toBe('好的，不说了。');
    expect(await say('2')).toBe('fine');
  });

  it.each<[string, RegExp | (() => boolean)]>([
    ['a RegExp', /停/],
    ['a function', () => true],
  ])('is a question where it is %s, as that may match any', async (_, interruptBy) => {
    const { say, asked } = startConversation({}, { interruptBy });
    expect(await say('停')).toBe('fine');
    expect(asked).toEqual([[user('停')]]);
  });
});

describe('what the platform did not take', () => {
  it.each([45047, 45015])('waits for the next message after %s', async (errcode) => {
    const sent: Reply[] = [];
    const client: MessageClient = {
      message: {
        custom: {
          send: async (_openid, reply) => {
            if (sent.length === 1) throw Object.assign(new Error('refused'), { errcode });
            sent.push(reply);
          },
        },
      },
    };
    const long = '这句话很长，一共有二十多个字，用来占地方。'.repeat(90);
    const conversation = startConversation(
      { model: () => long, format: 'none' },
      { client, onUndelivered: (...given) => keep(...given) },
    );
    const keep = keepUndelivered(() => conversation.webhook);
    const { say, asked } = conversation;
    const first = await say('1');
    await settle();
    const pushed = sent.map((reply) => (reply.type === 'text' ? reply.content : '')).join('');
    const rest = await say('继续');
    expect(first + pushed + rest === long).toBe(true);
    expect(asked).toHaveLength(1);
    await say('2');
    expect(asked[1]?.[1]?.content).toMatch(/did not receive all of this answer/);
  });
});

it('a stream whose process died is marked, and what the user has seen is not shown again', async () => {
  const openids: string[] = [];
  const { webhook, say, asked } = startConversation({
    model: (_, { openid }) => {
      openids.push(openid);
      return 'fine';
    },
  });
  await say('1', { MsgId: '77' });
  const key = { type: 'text', id: '77', target: 'gh', source: 'u', time: 1 } as const;
  const reply = { type: 'text', content: 'fi' } as const;
  const source = openids[0] as string;
  const message = { ...key, source } as never;
  const error = new UndeliveredError(reply, key, new Error('died'), true);
  await keepUndelivered(() => webhook)(error, { message } as never);
  expect(await say('2')).toBe('fine');
  expect(asked[1]?.[1]?.content).toMatch(/^fine\n\[The user did not receive all/);
});

it('a store that fails at the end costs no answer', async () => {
  const limits = createLimits({
    cost: () => {
      throw new Error('down');
    },
  });
  const { say, errors } = startConversation({ limits });
  expect(await say('hi')).toBe('fine');
  expect(errors).toEqual(['could not count the cost of an answer']);
});

describe('continueWith', () => {
  it('shows for how long the model has thought, and keeps the answer for the keyword', async () => {
    let finish: (text: string) => void = () => {};
    const answered = new Promise<string>((resolve) => {
      finish = resolve;
    });
    const { say, clock } = startConversation(
      { model: () => answered },
      {
        ...continueWith('继续', { now: () => 1_000_012_000 }),
        maxDeliveries: 1,
        ordering: 'parallel',
      },
    );
    const first = say('hi', { CreateTime: '1000000' });
    await settle();
    await clock.advance(5000);
    expect(await first).toBe('还在想，已经想了 12 秒。稍后回复“继续”看结果。');
    finish('**done**');
    await settle();
    expect(await say('继续', { CreateTime: '1000010' })).toBe('done');
  });

  it('counts from the first question while the keyword comes again, in English too', () => {
    let now = 10_000_000;
    const { pending } = continueWith('more', { language: 'en', now: () => now });
    const message = (content: string, time: number) =>
      ({ type: 'text', target: 'gh', source: 'u', content, time }) as never;
    const write = pending as (message: never) => string;
    expect(write(message('why', 9_990))).toBe(
      'Still thinking, for 10 s now. Send “more” in a moment to read the answer.',
    );
    now += 20_000;
    expect(write(message('more', 10_015))).toMatch(/for 30 s/);
    expect(write(message('other', 10_015))).toMatch(/for 5 s/);
  });

  it('takes a language with its region', () => {
    const { pending } = continueWith('更多', { language: 'zh_CN', now: () => 1000 });
    const message = { type: 'text', target: 'gh', source: 'u', content: 'hi', time: 0 } as never;
    expect((pending as (message: never) => string)(message)).toMatch(/^还在想/);
  });

  it('needs a keyword', () => {
    expect(() => continueWith(' ')).toThrow('continueWith needs a keyword');
  });
});

describe('typing', () => {
  const record = (errcode?: number) => {
    const calls: string[] = [];
    const typing = async ({ command }: { command: string }) => {
      calls.push(command);
      if (errcode) throw Object.assign(new Error('refused'), { errcode });
    };
    const client = { message: { custom: { send: async () => {}, typing } } };
    return { calls, client };
  };
  const slow = () => {
    let finish = () => {};
    const answered = new Promise<string>((resolve) => {
      finish = () => resolve('done');
    });
    return { model: () => answered, finish: () => finish() };
  };

  it('is shown while the model thinks, again before it fades, and hidden at the end', async () => {
    const { calls, client } = record();
    const { model, finish } = slow();
    const { say, clock } = startConversation({ model }, { client });
    void say('hi');
    await settle();
    await clock.advance(35_000);
    expect(calls).toEqual(['Typing', 'Typing', 'Typing']);
    finish();
    await settle();
    await clock.advance(60_000);
    expect(calls).toEqual(['Typing', 'Typing', 'Typing', 'CancelTyping']);
  });

  it('is not shown for a quick answer, nor when it is switched off', async () => {
    const { calls, client } = record();
    const { say, clock } = startConversation({}, { client });
    await say('hi');
    await clock.advance(20_000);
    expect(calls).toEqual([]);
  });

  it.each([
    [45081, 3],
    [45080, 3],
    [48001, 1],
    [45047, 1],
  ])('is tried again after %s: %s times', async (errcode, times) => {
    const { calls, client } = record(errcode);
    const { model, finish } = slow();
    const { say, clock } = startConversation({ model }, { client });
    void say('hi');
    await settle();
    await clock.advance(35_000);
    finish();
    await settle();
    expect(calls).toEqual(Array.from({ length: times }, () => 'Typing'));
  });
});

describe('limits', () => {
  it('answer in place of the model when a user asks too often', async () => {
    const { say, asked, clock } = startConversation({});
    const limited = startConversation({ limits: createLimits({ user: { perMinute: 2 }, clock }) });
    await limited.say('1');
    await limited.say('2');
    expect(await limited.say('3')).toBe('问得太快了，请过一分钟再来。');
    await clock.advance(61_000);
    expect(await limited.say('4')).toBe('fine');
    expect(limited.asked).toHaveLength(3);
    expect(await say('other')).toBe('fine');
    expect(asked).toHaveLength(1);
  });
});

describe('moderation', () => {
  it('replaces a question, or answers it in place of the model', async () => {
    const { say, asked } = startConversation({
      moderate: {
        question: (text) => (text === 'bad' ? { stop: 'No.' } : text.replace('secret', '***')),
      },
    });
    expect(await say('bad')).toBe('No.');
    await say('a secret');
    expect(asked).toEqual([[user('a ***')]]);
  });

  it('replaces a piece of the answer, or ends it', async () => {
    const sentence = (word: string) =>
      `This is a sentence about ${word}, long enough to stand alone. `;
    const { say } = startConversation({
      model: () => words(sentence('cats'), sentence('dogs'), sentence('bombs'), sentence('cats')),
      moderate: {
        answer: async (text) =>
          text.includes('bombs') ? { stop: ' I stop here.' } : text.replace('dogs', 'pets'),
      },
    });
    const answer = await say('hi');
    expect(answer).toMatch(/cats, .* pets, .* I stop here\.$/);
    expect(answer).not.toMatch(/bombs|dogs/);
  });
});
