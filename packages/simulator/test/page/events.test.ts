/** The events of the chat page's server, and those after a lost connection. */
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ask, closePages, startPage } from '../../../../test/support/page-server.ts';

afterEach(closePages);

describe('events', () => {
  /** Reads events until one matches; gives their ids and data. */
  function hear(
    port: number,
    after: string | undefined,
    last: RegExp,
  ): Promise<{ text: string; ids: string[] }> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      const line = after === undefined ? '' : `Last-Event-ID: ${after}\r\n`;
      socket.write(`GET /events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${line}\r\n`);
      let text = '';
      socket.setEncoding('utf8').on('error', reject);
      socket.on('data', (part: string) => {
        text += part;
        if (!last.test(text)) return;
        socket.destroy();
        resolve({ text, ids: [...text.matchAll(/^id: (.+)$/gm)].map(([, id = '']) => id) });
      });
    });
  }

  it('come as they happen, and what was missed comes after a break', async () => {
    const { port, alice } = await startPage();
    const first = hear(port, undefined, /got one/);
    // Who listens does so before the message is sent.
    await ask(port, '/state');
    await alice.sendText('one');
    const { ids } = await first;
    await alice.sendText('two');
    await alice.sendText('three');
    const { text } = await hear(port, ids.at(-1), /got three/);
    expect(text).toContain('got two');
    expect(text).not.toContain('got one');
  });

  it('are limited to four: the oldest listener is disconnected, and misses nothing', async () => {
    const { port, alice } = await startPage();
    await alice.sendText('zero');
    const { after } = JSON.parse((await ask(port, '/state')).body) as { after: string };
    const first = hear(port, after, /event: turn/);
    await ask(port, '/state');
    const others = Array.from({ length: 4 }, () => hear(port, after, /got one/));
    expect((await first).text).not.toContain('got one');
    await alice.sendText('one');
    await Promise.all(others);
    expect((await hear(port, after, /got one/)).text).not.toContain('got zero');
  });

  it('ask for a new start when the number is of another one, or of no one', async () => {
    const { port, alice } = await startPage();
    await alice.sendText('one');
    for (const after of ['another-1', 'nonsense', '-', `${Date.now().toString(36)}-999`]) {
      const { text } = await hear(port, after, /event: reset/);
      expect(text).not.toContain('got one');
    }
  });

  it('ask for a new start when the simulator has forgotten all', async () => {
    const { port, alice, simulator } = await startPage();
    await alice.sendText('one');
    const reset = hear(port, undefined, /event: reset/);
    await ask(port, '/state');
    simulator.reset();
    await reset;
    const { users, entries } = JSON.parse((await ask(port, '/state')).body) as {
      users: unknown[];
      entries: unknown[];
    };
    expect([users, entries]).toEqual([[], []]);
  });

  it('are kept, those of a thousand messages', async () => {
    const { port, alice } = await startPage();
    // Each is what was said, its delivery and the reply.
    for (let n = 0; n < 1200; n += 1) await alice.sendText(`message ${n}`);
    const { entries } = JSON.parse((await ask(port, '/state')).body) as {
      entries: { id: number }[];
    };
    expect(entries.length).toBeGreaterThanOrEqual(3000);
    expect(entries.length).toBeLessThanOrEqual(3300);
    expect(entries.at(-1)?.id).toBe(3600);
  });
});
