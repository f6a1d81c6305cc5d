// Sends what others must not pay for, 100 requests a second: node trouble.ts flood|hostile PORT
import { request } from 'node:http';
import * as platform from '../../test/support/platform.ts';
import { ACCOUNT, PATH } from './account.ts';

const [kind, port] = process.argv.slice(2);
const A_SECOND = 100;
const user = 'o9AgO5Kd5ggOC-bXrbNO99999999';

type Sent = Pick<platform.Delivery, 'query' | 'body'>;

const message = (content: string) =>
  platform.plain(ACCOUNT, platform.userMessage('text', { FromUserName: user, Content: content }));

/** Requests of strangers, and of a broken sender with a valid signature. */
const HOSTILE: readonly (() => Sent)[] = [
  () => ({ ...message('hello'), query: { ...message('hello').query, signature: 'f'.repeat(40) } }),
  () => ({ query: {}, body: 'x'.repeat(100_000) }),
  () => ({ ...message('hello'), body: `<xml>${'<a>'.repeat(1000)}` }),
  () => ({ ...message('hello'), body: `<xml>${'<a b="c">&#65;</a>'.repeat(5000)}</xml>` }),
  () => ({ ...message('hello'), body: 'y'.repeat(300_000) }),
];

let sent = 0;
function send(): void {
  sent += 1;
  const make = kind === 'flood' ? () => message(`flood ${sent}`) : HOSTILE[sent % HOSTILE.length];
  const { query, body = '' } = (make as () => Sent)();
  const path = `${PATH}?${new URLSearchParams(query as Record<string, string>)}`;
  const asked = request({ port, host: '127.0.0.1', method: 'POST', path }, (answer) =>
    answer.resume(),
  );
  // What is refused may be hung up on.
  asked.on('error', () => {});
  asked.end(body);
}

setInterval(send, 1000 / A_SECOND);
process.send?.('begun');
