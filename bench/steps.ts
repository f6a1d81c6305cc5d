// What each step of a message costs, in this process: npm run bench -- --full

import { bench, do_not_optimize, run, summary } from 'mitata';
import {
  checkSignature,
  createWebhook,
  MessageCipher,
  parseMessage,
  renderReply,
  reply,
  sign,
} from '../packages/core/src/index.ts';
import {
  event,
  plain,
  safe,
  signedQuery,
  userMessage,
  writeXml,
} from '../test/support/platform.ts';
import { ACCOUNT } from './http/account.ts';

const { token, appid, encodingAESKey } = ACCOUNT;
const text = writeXml(userMessage('text', { Content: 'hello' }));
const pictures = Array.from({ length: 9 }, (_, at) => ({ PicMd5Sum: `${at}`.repeat(32) }));
const photos = writeXml(
  event('pic_weixin', {
    EventKey: 'rselfmenu_1_2',
    SendPicsInfo: { Count: 9, PicList: { item: pictures } },
  }),
);
const query = signedQuery(token);
const cipher = new MessageCipher({ token, encodingAESKey, appid });
const encrypted = cipher.encrypt(text);
const addressee = { target: 'o9AgO5Kd5ggOC-bXrbNODIiE3bGY', source: 'gh_97417a04a28d' };
const answer = reply.text('hello');
const echo = { text: ({ content }: { content: string }) => content };
const webhooks = { plain: createWebhook({ token }, echo), safe: createWebhook(ACCOUNT, echo) };

summary(() => {
  bench('sign', () => do_not_optimize(sign({ token, ...query })));
  bench('check a signature', () => do_not_optimize(checkSignature({ token, ...query })));
  bench('read a text', () => do_not_optimize(parseMessage(text)));
  bench('read an event with nine pictures', () => do_not_optimize(parseMessage(photos)));
  bench('write a text', () => do_not_optimize(renderReply(answer, addressee)));
  bench('decrypt a text', () => do_not_optimize(cipher.decrypt(encrypted)));
  bench('encrypt a text', () => do_not_optimize(cipher.encrypt(text)));
});
for (const mode of ['plain', 'safe'] as const) {
  const write = mode === 'plain' ? plain : safe;
  const deliveries = Array.from({ length: 20_000 }, (_, at) =>
    write(ACCOUNT, { ...userMessage('text', { Content: 'hello' }), FromUserName: `o${at % 1000}` }),
  );
  let at = 0;
  bench(`all of a ${mode} message, without a socket`, async () => {
    at += 1;
    const {
      method,
      query: signed,
      body,
    } = deliveries[at % deliveries.length] as (typeof deliveries)[0];
    do_not_optimize(await webhooks[mode].handle({ method, query: signed, body: body ?? '' }));
  });
}
await run();
process.exit(0);
