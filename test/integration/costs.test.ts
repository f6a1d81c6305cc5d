/** The objects created for a message that is answered at once, by count. */
import { once } from 'node:events';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Clock } from '@wechat-mp/core';
import { hosts } from '../support/hosts.ts';
import { closeServers, dial, recorder, send, writeHead } from '../support/http.ts';
import * as platform from '../support/platform.ts';

afterAll(closeServers);

const account = {
  token: 'CostsToken',
  appid: 'wx5823bf96d3bd56c7',
  encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
};
const writers = { plain: platform.plain, safe: platform.safe };
const handlers = { text: ({ content }: { content: string }) => `You said: ${content}` };

/** Sends a delivery as one piece, as the platform's small ones come, and waits for the answer. */
async function sendAtOnce(origin: string, delivery: platform.Delivery): Promise<string> {
  const socket = dial(origin);
  socket.write(`${writeHead('/wechat', delivery, 'Connection: close')}${delivery.body}`);
  let answer = '';
  socket.on('data', (chunk: string) => {
    answer += chunk;
  });
  await once(socket, 'close');
  return answer;
}

// What fetch calls is given a signal by whoever calls it.
const adapters = hosts.filter(({ name }) => /^(Express|Koa|Fastify)/.test(name));

describe.each(adapters)('$name', ({ start }) => {
  it.each([
    ['plain', 0],
    ['safe', 0],
    ['plain', 60_000],
  ] as const)('a %s message, to a clock that is %i ms ahead', async (mode, ahead) => {
    const { logger } = recorder();
    const made = { timers: 0, controllers: 0, uuids: 0 };
    const clock: Clock = {
      now: () => 0,
      wallTime: () => Date.now() + ahead,
      setTimeout: () => {
        made.timers += 1;
        return {};
      },
      clearTimeout: () => {},
    };
    const options = mode === 'safe' ? account : { token: account.token };
    const origin = await start({ '/wechat': [{ ...options, logger, clock }, handlers] });
    const write = () => writers[mode](account, platform.userMessage('text', { Content: 'hello' }));
    // The first one names the process.
    await send(`${origin}/wechat`, write());
    made.timers = 0;

    // Replaced, not spied on: Jest's suites share the object behind it, and what one left running.
    const { crypto: realCrypto, AbortController: RealController } = globalThis;
    const countedCrypto = Object.create(realCrypto, {
      randomUUID: {
        value: () => {
          made.uuids += 1;
          return realCrypto.randomUUID();
        },
      },
    });
    Object.defineProperty(globalThis, 'crypto', { value: countedCrypto, configurable: true });
    class CountedController extends RealController {
      constructor() {
        super();
        made.controllers += 1;
      }
    }
    globalThis.AbortController = CountedController;
    const answers: string[] = [];
    for (let sent = 0; sent < 5; sent += 1) answers.push(await sendAtOnce(origin, write()));
    globalThis.AbortController = RealController;
    Object.defineProperty(globalThis, 'crypto', { value: realCrypto, configurable: true });
    expect(answers.filter((answer) => !answer.startsWith('HTTP/1.1 200'))).toEqual([]);
    expect(made).toEqual({ timers: 0, controllers: 0, uuids: 0 });
  });
});
