/** The types of the package, checked by `tsc`, never run. */
import { createWebhook } from '@wechat-mp/core';
import {
  createSimulator,
  type Outcome,
  type Received,
  type SimulatorEvent,
  type State,
} from '@wechat-mp/simulator';

const target = createWebhook('TOKEN', () => null);
const wechat = await createSimulator({ target, token: 'TOKEN', clock: 'virtual' });
const alice = wechat.user('alice');

// @ts-expect-error a missing option `token`
await createSimulator({ target });
// @ts-expect-error a target is an address or a webhook
await createSimulator({ target: 3000, token: 'TOKEN' });
// @ts-expect-error there are three modes
await createSimulator({ target, token: 'TOKEN', mode: 'encrypted' });
// @ts-expect-error a clock is real or virtual
await createSimulator({ target, token: 'TOKEN', clock: Date.now });

await alice.send('event:card_pass_check', { CardId: 'c1' });
await alice.send('event:of_next_year', { Anything: 1, Group: { item: [{ a: 1 }] } });
// @ts-expect-error no message of that name
await alice.send('texts');
// @ts-expect-error a place has two numbers
await alice.sendLocation({ latitude: 1 });
// @ts-expect-error who sends is the user
alice.openid = 'o1';
await alice.scan({ ticket: 'TICKET' });
// @ts-expect-error a code has a ticket
await alice.scan({ url: 'http://weixin.qq.com/q/1' });

wechat.faults = { drop: 1, reorder: true };
// @ts-expect-error no such fault
wechat.faults = { lose: 1 };
wechat.api.failNext('/cgi-bin/menu/create', { errcode: -1 });
// @ts-expect-error no such failure
wechat.api.failNext('/cgi-bin/menu/create', 'explode');

export function getContent({ message }: Received): string | undefined {
  if (message.type === 'text') return message.content;
  if (message.type === 'template') return `${message.title} ${message.templateId}`;
  // @ts-expect-error only some messages have a title
  return message.title;
}

export function tell(event: SimulatorEvent): string {
  if (event.type === 'call') return event.call.path;
  if (event.type === 'outcome') return event.outcome.verdict;
  // @ts-expect-error only some events are of a user
  return event.user;
}

export const texts = ({ reply }: Outcome): string | undefined =>
  reply?.type === 'text' ? reply.content : undefined;

const state: State = wechat.state;
state.menu = { button: [{ name: 'a', type: 'click', key: 'k' }] };
// @ts-expect-error a button has a name
state.menu = { button: [{ type: 'click', key: 'k' }] };
