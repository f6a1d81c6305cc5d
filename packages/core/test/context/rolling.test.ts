/** The lifetime of a conversation: by default each message of its user restarts it. */
import { expect, it } from '@jest/globals';
import {
  createWebhook,
  type Handler,
  InvalidArgumentError,
  MemoryContextStore,
  MemoryDeliveryStore,
  type WebhookOptions,
} from '@wechat-mp/core';
import * as platform from '../../../../test/support/platform.ts';
import { recorder } from '../support.ts';

const token = 'T0KEN';
/** Seconds. */
const AGE = 600;

/** A bot to which the user says `keep …` to change the conversation, and something else to have it only used. */
function setUp(options: Partial<WebhookOptions>) {
  let seconds = 0;
  const wallTime = () => 1_700_000_000_000 + seconds * 1000;
  const clock = {
    now: () => seconds * 1000,
    wallTime,
    setTimeout: (callback: () => void, milliseconds: number) => setTimeout(callback, milliseconds),
    clearTimeout: (timer: object) => clearTimeout(timer as NodeJS.Timeout),
  };
  const handler: Handler = (message, { context }) => {
    const text = message.type === 'text' ? message.content : '';
    const [, expiry] = /^keep ?(\w*)/.exec(text) ?? [];
    if (expiry === 'date') context.setExpiry(new Date(wallTime() + 900_000));
    else if (expiry) context.setExpiry(Number(expiry));
    if (text.startsWith('keep')) context.set('kept', seconds);
    if (text === 'read') return String(context.get('kept', -1));
    if (text === 'fail') throw new Error('no');
    return 'not looked at';
  };
  const webhook = createWebhook(
    { token, contextAge: AGE, clock, logger: recorder(), ...options },
    handler,
  );
  const say = async (Content: string) => {
    const message = platform.userMessage('text', { Content });
    return (await webhook.handle(platform.plain({ token }, message))).body;
  };
  const isKept = () => webhook.withContext(platform.OPENID, (context) => context.has('kept'));
  return {
    say,
    isKept,
    pass: (more: number) => {
      seconds += more;
    },
    contexts: () => new MemoryContextStore({ now: wallTime }),
  };
}

/** The stores of the webhook's own, and one that it is given. */
const places: Record<string, () => ReturnType<typeof setUp>> = {
  'its own memory': () => setUp({}),
  'a store that it is given': () => {
    let now = () => 0;
    const contexts = new MemoryContextStore({ now: () => now() });
    const world = setUp({ contexts, deliveries: new MemoryDeliveryStore() });
    let passed = 0;
    now = () => 1_700_000_000_000 + passed * 1000;
    return {
      ...world,
      pass: (more) => {
        passed += more;
        world.pass(more);
      },
    };
  },
};

it.each(
  Object.entries(places).flatMap(([place, start]) =>
    ['read', 'hello', 'fail'].map((text) => [place, text, start] as const),
  ),
)('in %s, a message %s restarts the lifetime', async (_, text, start) => {
  const { say, isKept, pass } = start();
  await say('keep');
  for (let turn = 0; turn < 5; turn += 1) {
    pass(AGE - 1);
    await say(text);
  }
  pass(AGE - 1);
  expect(await isKept()).toBe(true);
});

it.each(Object.entries(places))('in %s, it ends when nothing is said', async (_, start) => {
  const { say, isKept, pass } = start();
  await say('keep');
  await say('hello');
  pass(AGE);
  expect(await isKept()).toBe(false);
});

it('its own seconds restart, and a date stays', async () => {
  const { say, isKept, pass } = setUp({});
  await say('keep 60');
  for (let turn = 0; turn < 5; turn += 1) {
    pass(59);
    await say('hello');
  }
  expect(await isKept()).toBe(true);
  pass(60);
  expect(await isKept()).toBe(false);

  await say('keep date');
  pass(899);
  await say('hello');
  pass(1);
  expect(await isKept()).toBe(false);
});

it('without contextRolling only a save restarts it', async () => {
  const { say, isKept, pass } = setUp({ contextRolling: false });
  await say('keep');
  pass(AGE - 1);
  await say('read');
  pass(1);
  expect(await isKept()).toBe(false);
  await say('keep');
  pass(AGE - 1);
  await say('keep');
  pass(AGE - 1);
  expect(await isKept()).toBe(true);
});

it.each(['yes', 1, null])('contextRolling: %p is refused', (given) => {
  expect(() => setUp({ contextRolling: given as never })).toThrow(InvalidArgumentError);
});
