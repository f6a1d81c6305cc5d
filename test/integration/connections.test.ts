/** Bodies that come in pieces, late or never, and clients that go away. */
import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Exchange } from '@wechat-mp/core';
import { ManualClock } from '../support/clock.ts';
import { hosts } from '../support/hosts.ts';
import { closeServers, dial, recorder, send, untilDeserted, writeHead } from '../support/http.ts';
import * as platform from '../support/platform.ts';
import { until } from '../support/until.ts';

afterAll(closeServers);

const token = 'ConnectionsToken';
const text = (Content: string) =>
  platform.plain({ token }, platform.userMessage('text', { Content }));
const greeting = text('你好 😀 𠮷');
const replyWindow = 4500;

/** Opens a connection and announces a body, of which nothing is sent yet. */
async function announce(origin: string, delivery: platform.Delivery): Promise<Socket> {
  const socket = dial(origin);
  await once(socket, 'connect');
  socket.write(writeHead('/wechat', delivery));
  return socket;
}

/** Reads until the server closes the connection. */
async function readToEnd(socket: Socket): Promise<string> {
  let received = '';
  for await (const chunk of socket) received += chunk;
  return received;
}

describe.each(hosts)('$name', ({ start }) => {
  const begin = async () => {
    const { logger, lines } = recorder();
    const clock = new ManualClock();
    const events = new EventEmitter();
    const handlers = {
      text: async ({ content }: { content: string }, exchange: Exchange<'text'>) => {
        if (content !== 'wait') return `You said: ${content}`;
        events.emit('started', exchange);
        await once(events, 'finish');
        return 'read by the next delivery';
      },
    };
    const origin = await start({ '/wechat': [{ token, logger, clock, replyWindow }, handlers] });
    return { origin, lines, events, clock };
  };

  const expectGreeting = async (origin: string) => {
    const answer = await send(`${origin}/wechat`, greeting);
    const read = platform.readAnswer({ token }, greeting, answer);
    expect(read).toMatchObject({ Content: 'You said: 你好 😀 𠮷' });
  };

  it('joins chunks that are cut inside of characters', async () => {
    const { origin } = await begin();
    const bytes = Buffer.from(greeting.body ?? '');
    const cut = bytes.indexOf('😀');
    for (const inside of [1, 2, 3]) {
      const body = [
        bytes.subarray(0, cut - 2),
        bytes.subarray(cut - 2, cut + inside),
        bytes.subarray(cut + inside),
      ];
      const answer = await send(`${origin}/wechat`, { ...greeting, body });
      const read = platform.readAnswer({ token }, greeting, answer);
      expect(read).toMatchObject({ Content: 'You said: 你好 😀 𠮷' });
    }
  });

  it('waits for a slow body', async () => {
    const { origin, clock } = await begin();
    const socket = await announce(origin, greeting);
    const { body = '' } = greeting;
    socket.write(body.slice(0, 40));
    await clock.isAwaited();
    await clock.advance(replyWindow - 1);
    socket.write(body.slice(40));
    const [answer] = await once(socket, 'data');
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 200 .*You said: 你好 😀 𠮷/s);
  });

  it('gives up a body that never ends, and closes the connection', async () => {
    const { origin, clock } = await begin();
    const socket = await announce(origin, greeting);
    socket.write('<xml>');
    await clock.isAwaited();
    await clock.advance(replyWindow);
    const answer = await readToEnd(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 408 .*connection: close\r\n.*\r\n\r\n.*Request Timeout/is);
    await expectGreeting(origin);
  });

  it('survives a body that is cut off', async () => {
    const { origin, lines, clock } = await begin();
    const socket = await announce(origin, greeting);
    socket.write('<xml><ToUserName>');
    await clock.isAwaited();
    socket.destroy();
    await until(() => lines.length > 0);
    expect(lines).toEqual([expect.stringMatching(/^warn: .*body could not be read/)]);
    await expectGreeting(origin);
  });

  it('continues when the client has disconnected, writes nothing, and answers the next delivery', async () => {
    const { origin, lines, events } = await begin();
    const fields = platform.userMessage('text', { Content: 'wait' });
    const first = platform.plain({ token }, fields);
    const socket = await announce(origin, first);
    const started = once(events, 'started');
    socket.write(first.body ?? '');
    const [{ signal, delivery }] = (await started) as [Exchange<'text'>];
    socket.destroy();
    await untilDeserted(origin);
    expect(signal.aborted).toBe(false);
    const second = platform.plain({ token }, fields);
    const answer = send(`${origin}/wechat`, second);
    await until(() => delivery.attempt === 2);
    events.emit('finish');
    const read = platform.readAnswer({ token }, second, await answer);
    expect(read).toMatchObject({ Content: 'read by the next delivery' });
    expect(lines).toEqual([]);
    await expectGreeting(origin);
  });
});
