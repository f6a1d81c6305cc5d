/** Runs of crashed processes are resumed only by the account that verified their messages. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  createWebhook,
  type Handler,
  MemoryDeliveryStore,
  type Reply,
  type WebhookOptions,
  type WebhookRequest,
} from '@wechat-mp/core';
import type { RegisteredRun, RunRegistry } from '@wechat-mp/core/stores';
import { ManualClock } from '../../../../test/support/clock.ts';
import { OPENID, plain, userMessage, writeXml } from '../../../../test/support/platform.ts';
import { recorder } from '../support.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A store with runs of crashed processes, which records the accounts it is asked for. */
function recorded(expired: RegisteredRun[], names: string[]) {
  const known: string[][] = [];
  const limits: number[] = [];
  const runRegistry: RunRegistry = {
    write: async () => {},
    beat: async () => {},
    erase: async () => {},
    takeExpired: async (isKnown, limit) => {
      known.push(names.filter(isKnown));
      limits.push(limit);
      return expired.splice(0, limit).filter(({ account }) => isKnown(account));
    },
  };
  return { known, limits, deliveries: Object.assign(new MemoryDeliveryStore(), { runRegistry }) };
}

function setUp(
  expired: RegisteredRun[] = [],
  given: Partial<WebhookOptions> = {},
  handler: Handler = () => 'an answer',
) {
  const names = ['shop', 'club', 'gh_1'];
  const { known, limits, deliveries } = recorded(expired, names);
  const sent: { by: string; openid: string; reply: unknown }[] = [];
  const options = (name: string): WebhookOptions => ({
    token: `${name}_token`,
    account: name,
    deliveries,
    logger: recorder(),
    ...given,
    client: {
      message: {
        custom: {
          send: async (openid, reply) => void sent.push({ by: name, openid, reply }),
        },
      },
    },
  });
  const accounts: Record<string, WebhookOptions> = { shop: options('shop'), club: options('club') };
  const webhook = createWebhook(({ query }) => accounts[String(query['tenant'])], handler);
  const send = async (tenant: string, ToUserName: string) => {
    const { query, body } = plain(
      { token: `${tenant}_token` },
      { ...userMessage('text', { Content: 'hi' }), ToUserName },
    );
    const request = { method: 'POST', query: { ...query, tenant }, body } as WebhookRequest;
    expect((await webhook.handle(request)).status).toBe(200);
  };
  return { known, limits, sent, send, deliveries };
}

describe('a run that has ended is taken out of the registry', () => {
  /** Stores what is written after a number of milliseconds. */
  function createSlowRegistry(writing: number, erasing: number, failures: number) {
    const deliveries = Object.assign(new MemoryDeliveryStore(), { runRegistry: {} as RunRegistry });
    const runs = new Set<string>();
    const after = (milliseconds: number) =>
      new Promise((resolve) => void setTimeout(resolve, milliseconds));
    let left = failures;
    Object.assign(deliveries.runRegistry, {
      write: async ({ key }, _run, _milliseconds) => {
        await after(writing);
        runs.add(key);
      },
      beat: async () => {},
      erase: async ({ key }) => {
        await after(erasing);
        left -= 1;
        if (left >= 0) throw new Error('the store is away');
        runs.delete(key);
      },
      takeExpired: async () => [],
    } satisfies RunRegistry);
    return { deliveries, runs };
  }

  it.each([
    ['though that is quicker than writing it down', 600, 10, 0],
    ['though the store is away at first', 10, 10, 5],
  ])('%s', async (_, writing, erasing, failures) => {
    const { deliveries, runs } = createSlowRegistry(writing, erasing, failures);
    const webhook = createWebhook(
      { token: 'TOKEN', deliveries, lateReply: async () => {}, logger: recorder() },
      async () => {
        await new Promise((resolve) => void setTimeout(resolve, 1600));
        return 'an answer';
      },
    );
    const message = plain({ token: 'TOKEN' }, userMessage('text', { Content: 'hi' }));
    const answered = webhook.handle(message as WebhookRequest);
    await jest.advanceTimersByTimeAsync(1590);
    expect(runs.size).toBe(writing > 100 ? 0 : 1);
    await jest.advanceTimersByTimeAsync(60_000);
    expect((await answered).body).toContain('an answer');
    expect(runs.size).toBe(0);
  });
});

describe('the runs of processes that died', () => {
  it('are taken up by the account that verified them, whatever account a message names', async () => {
    const message = writeXml({ ...userMessage('text', { Content: 'hi' }), ToUserName: 'gh_shop' });
    const { sent, send } = setUp([{ account: 'club', owner: 'dead', message }]);
    await send('shop', 'gh_club');
    await send('club', 'gh_shop');
    await jest.advanceTimersByTimeAsync(20_000);
    expect(sent).toEqual([
      { by: 'club', openid: OPENID, reply: { type: 'text', content: 'an answer' } },
    ]);
  });

  it('are reported as undelivered when their replies were being sent', async () => {
    const expired: RegisteredRun[] = [];
    const told: unknown[] = [];
    const onUndelivered = ({ reply }: { reply: unknown }) => void told.push(reply);
    const { sent, send, deliveries } = setUp(expired, { onUndelivered });
    deliveries.claim = async () => ({
      attempt: 3,
      isSame: true,
      state: 'ended',
      outcome: undefined,
    });
    await send('shop', 'gh_1');
    const message = writeXml(userMessage('text', { Content: 'hi' }));
    expired.push({ account: 'shop', owner: 'dead', message });
    await jest.advanceTimersByTimeAsync(10_000);
    expect([sent, told]).toEqual([[], [{ type: 'none' }]]);
  });

  it.each([
    ['sent', 'claimLateReply', undefined, 1, []],
    ['reported', 'claimLateReply', 3, 0, [{ type: 'text', content: 'left' }]],
    ['reported', 'releaseReply', 3, 0, [{ type: 'text', content: 'left' }]],
  ] as const)(
    'have the reply that they left %s when the answer of %s is lost',
    async (_, lost, answering, pushes, expected) => {
      const expired: RegisteredRun[] = [];
      const told: unknown[] = [];
      const onUndelivered = ({ reply }: { reply: unknown }) => void told.push(reply);
      const { sent, send, deliveries } = setUp(expired, { onUndelivered });
      await send('shop', 'gh_1');
      let isHeld = answering !== undefined;
      let sender: string | undefined;
      let losses = 1;
      const answer = <T>(step: string, given: T) => {
        if (step !== lost || (step === 'claimLateReply' && isHeld)) return given;
        losses -= 1;
        if (losses === 0) throw new Error('the connection is closed');
        return given;
      };
      const outcome = { reply: { type: 'text', content: 'left' }, time: 0 } as const;
      Object.assign(deliveries, {
        claim: async () => ({
          attempt: 3,
          isSame: true,
          state: 'ended',
          outcome: sender === undefined ? { ...outcome, ...(isHeld && { answering }) } : undefined,
          owner: 'dead',
          sender,
        }),
        releaseReply: async () => {
          isHeld = false;
          return answer('releaseReply', sender === undefined);
        },
        claimLateReply: async (_id: unknown, by: string) => {
          if (!isHeld) sender ??= by;
          return answer('claimLateReply', sender === by);
        },
      });
      const message = writeXml(userMessage('text', { Content: 'hi' }));
      expired.push({ account: 'shop', owner: 'dead', sender: 'the dead', message });
      await jest.advanceTimersByTimeAsync(20_000);
      expect(losses).toBeLessThanOrEqual(0);
      expect([sent.length, told]).toEqual([pushes, expected]);
    },
  );

  it('have the reply that they left sent though nothing can be registered', async () => {
    const expired: RegisteredRun[] = [];
    const { sent, send, deliveries } = setUp(expired);
    await send('shop', 'gh_1');
    let beats = 0;
    let erased = 0;
    Object.assign(deliveries.runRegistry, {
      write: async () => Promise.reject(new Error('the store is full')),
      beat: async () => void (beats += 1),
      erase: async () => void (erased += 1),
    });
    deliveries.claim = async () => ({
      attempt: 3,
      isSame: true,
      state: 'ended',
      outcome: { reply: { type: 'text', content: 'left' }, time: 0 },
      owner: 'dead',
    });
    deliveries.claimLateReply = async () => true;
    const message = writeXml(userMessage('text', { Content: 'hi' }));
    expired.push({ account: 'shop', owner: 'dead', message });
    await jest.advanceTimersByTimeAsync(15_000);
    const before = beats;
    await jest.advanceTimersByTimeAsync(60_000);
    expect([sent.length, erased, beats]).toEqual([1, 1, before]);
  });

  it('are not asked for on behalf of accounts that only a body named', async () => {
    const { known, send } = setUp();
    for (let index = 0; index < 300; index++) await send('shop', `gh_${index}`);
    await jest.advanceTimersByTimeAsync(5000);
    expect(known).toEqual([['shop']]);
    await send('club', 'gh_1');
    await jest.advanceTimersByTimeAsync(5000);
    expect(known).toEqual([['shop'], ['shop', 'club']]);
  });

  it('are taken up as far as maxPending leaves room', async () => {
    const expired = Array.from({ length: 1000 }, (_, user) => {
      const fields = { ...userMessage('text', { Content: 'hi' }), FromUserName: `o${user}` };
      return { account: 'shop', owner: 'dead', message: writeXml(fields) };
    });
    let running = 0;
    let most = 0;
    const handler = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => void setTimeout(resolve, 20_000));
      running -= 1;
      return 'an answer';
    };
    const { limits, send } = setUp(expired, { maxPending: 20 }, handler);
    void send('shop', 'gh_1');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(most).toBe(20);
    expect(limits[0]).toBe(19);
    expect(Math.max(...limits)).toBeLessThanOrEqual(20);
  });
});

/** Processes that share a store, of which each may die. */
function createProcesses(
  createHandler: (clock: ManualClock, process: string) => Handler = () => () => 'an answer',
) {
  const clock = new ManualClock();
  const texts: string[] = [];
  const store = new MemoryDeliveryStore({ clock });
  const pushed: string[] = [];
  const undelivered: unknown[] = [];
  const lives: { until: number; runs: Map<string, RegisteredRun> }[] = [];
  const createProcess = (name: string) => {
    const life = { until: 0, runs: new Map<string, RegisteredRun>() };
    lives.push(life);
    const process = {
      isDead: false,
      isDeaf: false,
      isUnheard: false,
      /** Until it is resumed, when it stands still. */
      stop: undefined as Promise<void> | undefined,
    };
    const never = new Promise<never>(() => {});
    /** Answers nothing any more once the process has died. */
    const carry = <S extends object>(target: S, more: object = {}): S =>
      new Proxy(target, {
        get: (_, method) => {
          const value: unknown = Reflect.get(method in more ? more : target, method);
          if (typeof value !== 'function') return value;
          const call = (given: unknown[]) => Reflect.apply(value, target, given) as unknown;
          return (...given: unknown[]) => {
            if (process.isDead) return never;
            return process.stop ? process.stop.then(() => call(given)) : call(given);
          };
        },
      });
    const runRegistry: RunRegistry = {
      write: async (id, run, milliseconds) => {
        life.until = clock.now() + milliseconds;
        life.runs.set(id.key, run);
      },
      beat: async (milliseconds) => {
        if (process.isUnheard) throw new Error('the store is full');
        life.until = clock.now() + milliseconds;
      },
      erase: async ({ key }) => void life.runs.delete(key),
      takeExpired: async () => {
        const dead = lives.filter(({ until }) => until <= clock.now());
        const others = dead.filter((other) => other !== life).flatMap(({ runs }) => [...runs]);
        // Whoever does not say that it lives takes its own, too.
        const own = dead.includes(life) ? [...life.runs] : [];
        for (const { runs } of dead) runs.clear();
        for (const [key, run] of others) life.runs.set(key, run);
        if (others.length > 0) life.until = Math.max(life.until, clock.now() + 5000);
        return [...others, ...own].map(([, run]) => run);
      },
    };
    const deliveries = carry(store, { runRegistry: carry(runRegistry) });
    const send = async (_openid: string, reply: Reply) => {
      if (process.isDeaf) return never;
      pushed.push(name);
      if (reply.type === 'text') texts.push(reply.content);
    };
    const webhook = createWebhook(
      {
        token: 'TOKEN',
        clock,
        deliveries,
        logger: recorder(),
        onUndelivered: ({ reply }) => void undelivered.push(reply),
        client: { message: { custom: { send } } },
      },
      createHandler(clock, name),
    );
    return { process, webhook };
  };
  type Processes<N> = { [Key in keyof N]: ReturnType<typeof createProcess> };
  const start = <const N extends readonly string[]>(...all: N) =>
    all.map(createProcess) as unknown as Processes<N>;
  return { clock, pushed, texts, undelivered, lives, createProcess, start };
}

describe('a reply that a delivery releases, as its client has disconnected', () => {
  it.each([
    ['is pushed by its process', false, ['first']],
    ['is pushed by another process when that one dies before it has done so', true, ['second']],
  ])('%s', async (_, dies, expected) => {
    const { clock, pushed, undelivered, start } = createProcesses();
    const [first, second] = start('first', 'second');
    const fields = userMessage('text', { Content: 'hi' });
    const message = plain({ token: 'TOKEN' }, fields) as WebhookRequest;
    // The second one answers, but the platform does not get that, and asks the first.
    expect((await second.webhook.handle(message)).body).toContain('an answer');
    const again = plain({ token: 'TOKEN' }, fields) as WebhookRequest;
    const gone = { ...again, signal: AbortSignal.abort() };
    expect((await first.webhook.handle(gone)).body).toBe('success');
    await clock.advance(100);
    first.process.isDead = dies;
    await clock.advance(60_000);
    expect([pushed, undelivered]).toEqual([expected, []]);
  });
});

describe('when a process dies', () => {
  // The clock of the webhooks is moved by hand; turns of the event loop pass as ever.
  beforeEach(() => void jest.useRealTimers());

  const say = (Content: string) =>
    plain({ token: 'TOKEN' }, userMessage('text', { Content })) as WebhookRequest;

  it('with a long reply that waits for a delivery, another one sends all of it', async () => {
    const long = `${'前半句'.repeat(200)}。${'后半句'.repeat(200)}。`;
    const { clock, texts, pushed, createProcess } = createProcesses((time) => async ({ raw }) => {
      if (raw.includes('hi')) return 'an answer';
      await time.after(6000);
      return long;
    });
    const [first, second] = [createProcess('first'), createProcess('second')];
    await second.webhook.handle(say('hi'));
    const gone = new AbortController();
    void first.webhook.handle({ ...say('a long one'), signal: gone.signal });
    await clock.advance(5000);
    gone.abort();
    await clock.advance(1500);
    first.process.isDead = true;
    await clock.advance(60_000);
    expect(texts.join('')).toBe(long);
    expect(new Set(pushed)).toEqual(new Set(['second']));
  });

  describe('or only stands still', () => {
    const long = `${'前半句'.repeat(200)}。${'后半句'.repeat(200)}。`;
    const begin = async () => {
      const all = createProcesses((time) => async ({ raw }) => {
        if (raw.includes('hi')) return 'an answer';
        await time.after(6000);
        return long;
      });
      const [first, second] = [all.createProcess('first'), all.createProcess('second')];
      await second.webhook.handle(say('hi'));
      const question = say('a long one');
      const gone = new AbortController();
      void first.webhook.handle({ ...question, signal: gone.signal });
      await all.clock.advance(5000);
      gone.abort();
      return { ...all, first, second: () => second.webhook.handle(question) };
    };

    it.each([0, 400, 4000])('%d ms later, a long reply is sent once', async (later) => {
      const { clock, first, texts, undelivered } = await begin();
      await clock.advance(1100 + later);
      let resume = () => {};
      first.process.stop = new Promise((resolve) => {
        resume = resolve;
      });
      await clock.advance(20_000);
      first.process.stop = undefined;
      resume();
      await clock.advance(60_000);
      expect([texts.join(''), undelivered]).toEqual([long, []]);
    });

    it('the rest of one that a delivery elsewhere has is sent within a second, and once', async () => {
      const { clock, second, texts, undelivered } = await begin();
      const answering = second();
      await clock.advance(2000);
      const answer = (await answering).body ?? '';
      expect(texts).toHaveLength(1);
      expect(answer).toContain(long.slice(0, 500));
      await clock.advance(60_000);
      expect(long.endsWith(texts.join(''))).toBe(true);
      expect(undelivered).toEqual([]);
    });
  });

  const names = ['first', 'second', 'third'] as const;

  it('a message that the next delivery ran and answered is not reported', async () => {
    const { clock, pushed, undelivered, start } = createProcesses((time) => async () => {
      await time.after(2500);
      return 'an answer';
    });
    const [first, second, third] = start(...names);
    void third.webhook.handle(say('hi'));
    const question = say('a question');
    void first.webhook.handle(question);
    await clock.advance(2000);
    first.process.isDead = true;
    void second.webhook.handle(question);
    await clock.advance(5000);
    const answered = second.webhook.handle(question);
    await clock.advance(90_000);
    expect((await answered).body).toContain('an answer');
    expect([pushed, undelivered]).toEqual([[], []]);
  });

  it('nor one that the process pushed which had taken it over, when another that watched it dies', async () => {
    const { clock, pushed, undelivered, start } = createProcesses((time) => async () => {
      await time.after(20_000);
      return 'an answer';
    });
    const [first, second, third, fourth] = start(...names, 'fourth');
    const question = say('a question');
    for (const { webhook } of [third, fourth]) void webhook.handle(say('hi'));
    void first.webhook.handle(question);
    await clock.advance(2000);
    first.process.isDead = true;
    void second.webhook.handle(question);
    await clock.advance(10_000);
    third.process.isDead = true;
    await clock.advance(90_000);
    expect(pushed.filter((name) => name === 'second')).toHaveLength(1);
    expect(undelivered).toEqual([]);
  });

  it.each([
    ['a long text', (long: string) => () => long, (long: string) => long.slice(600)],
    [
      'several replies',
      (long: string) =>
        async function* several() {
          yield { type: 'text', content: long.slice(0, 600) } as const;
          yield { type: 'image', mediaId: 'MEDIA' } as const;
        },
      (long: string) => long.slice(0, 600),
    ],
  ] as [string, (long: string) => Handler, (long: string) => string][])(
    'while it pushes what follows the answer, as of %s, that is reported',
    async (_, createHandler, findLost) => {
      const long = ['一', '二'].map((word) => `${word.repeat(599)}。`).join('');
      const { clock, pushed, undelivered, createProcess } = createProcesses(
        () => (message, exchange) =>
          message.raw.includes('hi')
            ? 'an answer'
            : (createHandler(long) as (...given: unknown[]) => never)(message, exchange),
      );
      const [first, second] = [createProcess('first'), createProcess('second')];
      first.process.isDeaf = true;
      await second.webhook.handle(say('hi'));
      const { body } = await first.webhook.handle(say('a question'));
      expect(body).toContain(long.slice(0, 600));
      await clock.advance(500);
      first.process.isDead = true;
      await clock.advance(60_000);
      const lost = { type: 'text', content: findLost(long) };
      expect([pushed, undelivered]).toEqual([[], [lost]]);
    },
  );

  it('another one and then who took its message up while that was pushed, it is reported', async () => {
    const { clock, pushed, undelivered, start } = createProcesses((time) => async ({ raw }) => {
      if (raw.includes('hi')) return 'an answer';
      await time.after(8000);
      return 'late';
    });
    const [first, second, third, fourth] = start(...names, 'fourth');
    third.process.isDeaf = true;
    const question = say('a question');
    void first.webhook.handle(question);
    await clock.advance(1600);
    void third.webhook.handle(say('hi'));
    await clock.advance(400);
    first.process.isDead = true;
    void second.webhook.handle(question);
    // The third process watches the run of the second one, which dies.
    await clock.advance(9000);
    second.process.isDead = true;
    await clock.advance(16_000);
    third.process.isDead = true;
    await fourth.webhook.handle(say('hi'));
    await clock.advance(60_000);
    expect([pushed, undelivered]).toEqual([[], [{ type: 'none' }]]);
  });

  it('and then who pushed the reply that it had left, that is reported', async () => {
    const { clock, pushed, undelivered, start } = createProcesses();
    const [first, second, third] = start(...names);
    second.process.isDeaf = true;
    await second.webhook.handle(say('hi'));
    await first.webhook.handle({ ...say('a question'), signal: AbortSignal.abort() });
    await clock.advance(100);
    first.process.isDead = true;
    await clock.advance(12_000);
    second.process.isDead = true;
    await third.webhook.handle(say('hi'));
    await clock.advance(60_000);
    expect([pushed, undelivered]).toEqual([[], [{ type: 'none' }]]);
  });

  it('nothing of it stays registered where the next delivery has run its message', async () => {
    const { clock, pushed, undelivered, lives, createProcess } = createProcesses(
      (time, name) =>
        async ({ raw }) => {
          if (!raw.includes('hi')) await time.after(name === 'first' ? 100_000 : 700);
          return 'an answer';
        },
    );
    const [first, second] = [createProcess('first'), createProcess('second')];
    const question = say('a question');
    void first.webhook.handle(question);
    await clock.advance(1600);
    await second.webhook.handle(say('hi'));
    await clock.advance(400);
    first.process.isDead = true;
    await clock.advance(3000);
    // What the first one had registered is found before this run has its first beat.
    const answered = second.webhook.handle(question);
    await clock.advance(4000);
    expect((await answered).body).toContain('an answer');
    expect([pushed, undelivered]).toEqual([[], []]);
    expect(lives.map(({ runs }) => [...runs])).toEqual([[], []]);
  });

  it.each([
    ['is not reported, as it lives', false, []],
    ['is reported once it has died', true, [{ type: 'none' }]],
  ])(
    'a reply that is pushed by a process that could not say that it lives %s',
    async (_, dies, expected) => {
      const { clock, pushed, undelivered, createProcess } = createProcesses((time) => async () => {
        await time.after(16_000);
        return 'late';
      });
      const [first, second] = [createProcess('first'), createProcess('second')];
      first.process.isDeaf = true;
      const question = say('a question');
      for (let delivery = 0; delivery < 3; delivery += 1) {
        void first.webhook.handle(question);
        await clock.advance(5000);
      }
      await clock.advance(2000);
      first.process.isUnheard = true;
      await clock.advance(10_000);
      first.process.isUnheard = false;
      await clock.advance(10_000);
      first.process.isDead = dies;
      void second.webhook.handle(say('hi'));
      await clock.advance(15_000);
      expect([pushed, undelivered]).toEqual([[], expected]);
    },
  );

  it('and then the one that took its messages up, each of them is reported, also one that waited', async () => {
    const { clock, pushed, undelivered, start } = createProcesses((time) => async ({ raw }) => {
      if (raw.includes('hi')) return 'an answer';
      await time.after(100_000);
      return 'never';
    });
    const [first, second, third] = start(...names);
    for (const content of ['a question', 'another']) void first.webhook.handle(say(content));
    await clock.advance(2000);
    first.process.isDead = true;
    await second.webhook.handle(say('hi'));
    await clock.advance(7000);
    second.process.isDead = true;
    await third.webhook.handle(say('hi'));
    await clock.advance(90_000);
    expect([pushed, undelivered]).toEqual([[], [{ type: 'none' }, { type: 'none' }]]);
  });

  it('and then the one that took its messages up, one that a closing process watches is reported by the next', async () => {
    const { clock, pushed, undelivered, lives, start } = createProcesses(
      (time) =>
        async ({ raw }) => {
          if (raw.includes('hi')) return 'an answer';
          await time.after(raw.includes('busy') ? 12_000 : 100_000);
          return 'late';
        },
    );
    const [first, second, third, fourth] = start(...names, 'fourth');
    for (const content of ['a question', 'another']) void first.webhook.handle(say(content));
    await clock.advance(2000);
    first.process.isDead = true;
    await second.webhook.handle(say('hi'));
    await clock.advance(7000);
    second.process.isDead = true;
    await third.webhook.handle(say('hi'));
    await clock.advance(9000);
    // It waits for the lease of the one that had queued.
    expect([undelivered, lives[2]?.runs.size]).toEqual([[{ type: 'none' }], 1]);
    await fourth.webhook.handle(say('hi'));
    const busy = { ...userMessage('text', { Content: 'busy' }), FromUserName: 'another' };
    void third.webhook.handle(plain({ token: 'TOKEN' }, busy) as WebhookRequest);
    await clock.advance(500);
    const closed = third.webhook.close({ timeout: 20_000 });
    await clock.advance(20_000);
    await closed;
    third.process.isDead = true;
    await clock.advance(60_000);
    expect([pushed, undelivered]).toEqual([['third'], [{ type: 'none' }, { type: 'none' }]]);
  });

  it('and others of the same message, it is taken up once after the last delivery, then reported', async () => {
    const runs: string[] = [];
    const { clock, pushed, undelivered, createProcess } = createProcesses(
      (time, name) =>
        async ({ raw }) => {
          if (raw.includes('hi')) return 'an answer';
          runs.push(name);
          await time.after(100_000);
          return 'never';
        },
    );
    const names = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];
    const all = new Map(names.map((name) => [name, createProcess(name)]));
    for (const one of all.values()) void one.webhook.handle(say('hi'));
    const deadly = say('deadly');
    for (const name of names.slice(0, 3)) {
      void all.get(name)?.webhook.handle(deadly);
      await clock.advance(5000);
      expect(runs.at(-1)).toBe(name);
      Object.assign(all.get(name)?.process as object, { isDead: true });
    }
    await clock.advance(15_000);
    expect(runs).toHaveLength(4);
    Object.assign(all.get(runs[3] as string)?.process as object, { isDead: true });
    await clock.advance(120_000);
    expect(runs).toHaveLength(4);
    expect([pushed, undelivered]).toEqual([[], [{ type: 'none' }]]);
  });
});
