// testing.ts
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWebhook } from '@wechat-mp/core';
import { createSimulator } from '@wechat-mp/simulator';
import { handlers } from './handlers.ts';

void test('the bot counts what a user says', async () => {
  const target = createWebhook('TOKEN', handlers);
  const wechat = await createSimulator({ target, token: 'TOKEN' });
  const alice = wechat.user('alice');
  await alice.sendText('hello');
  const { reply } = await alice.sendText('again');
  assert.deepEqual(reply, { type: 'text', content: '2: again' });
  await wechat.close();
});
