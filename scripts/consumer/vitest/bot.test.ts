// A bot on Express and the simulator, in Vitest.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { wechat } from '@wechat-mp/express';
import { createSimulator } from '@wechat-mp/simulator';
import express from 'express';
import { expect, test } from 'vitest';

test('a user is answered', async () => {
  const bot = wechat('TOKEN', { text: ({ content }) => `You said: ${content}` });
  const server = createServer(express().use('/wechat', bot));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wechat`;
  const simulator = await createSimulator({ target, token: 'TOKEN' });
  const { reply } = await simulator.user('alice').sendText('hi');
  expect(reply).toMatchObject({ type: 'text', content: 'You said: hi' });
  await simulator.close();
  server.close();
});
