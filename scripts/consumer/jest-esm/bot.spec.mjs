// A bot and the simulator in Jest's ESM mode.
import { createWebhook } from '@wechat-mp/core';
import { createSimulator } from '@wechat-mp/simulator';

test('a user is answered', async () => {
  const target = createWebhook('TOKEN', { text: ({ content }) => `You said: ${content}` });
  const wechat = await createSimulator({ target, token: 'TOKEN' });
  const { reply } = await wechat.user('alice').sendText('hi');
  expect(reply).toMatchObject({ type: 'text', content: 'You said: hi' });
  await wechat.close();
});
