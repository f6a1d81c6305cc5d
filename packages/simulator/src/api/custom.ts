/** Customer-service messages (客服消息). */
import { takeAllowance } from '../allowance.ts';
import type { Person } from '../state.ts';
import { type Endpoints, findPerson, OK, type Platform } from './call.ts';
import { type MessageType, readContent } from './content.ts';
import { ApiRefusal, demand } from './refusal.ts';

const TYPES: readonly MessageType[] = [
  'text',
  'image',
  'voice',
  'video',
  'music',
  'news',
  'mpnews',
  'mpnewsarticle',
  'msgmenu',
  'wxcard',
  'miniprogrampage',
  'link',
];
const MESSAGE_LIFE = 48 * 3_600_000;
const FRESH = 30_000;
const TYPING = 15_000;

export function customEndpoints({ world }: Platform): Endpoints {
  /** By openid, in Unix milliseconds: when a message went there, and when typing began. */
  const sent = new Map<string, number>();
  const typing = new Map<string, number>();

  /** Whether a message was sent in either direction recently. */
  function isTalking({ openid, allowances }: Person): boolean {
    const now = world.clock.now();
    const received = allowances
      .filter(({ trigger }) => trigger === 'message')
      .map(({ until }) => until - MESSAGE_LIFE);
    return [...received, sent.get(openid) ?? 0].some((at) => now - at <= FRESH);
  }

  return {
    '/cgi-bin/message/custom/send': ({ given }) => {
      const person = findPerson(world.state, given['touser']);
      const message = readContent(world, given, TYPES);
      const at = world.clock.now();
      demand(!person.isBlocked, 43019);
      const errcode = takeAllowance(person, at);
      if (errcode !== undefined) throw new ApiRefusal(errcode);
      sent.set(person.openid, at);
      typing.delete(person.openid);
      world.show(person, { via: 'custom', at, message });
      return OK;
    },
    '/cgi-bin/message/custom/typing': ({ given: { touser, command } }) => {
      const person = findPerson(world.state, touser);
      demand(command === 'Typing' || command === 'CancelTyping', 45072);
      demand(isTalking(person), 45080);
      const now = world.clock.now();
      if (command === 'CancelTyping') typing.delete(person.openid);
      else {
        demand(now - (typing.get(person.openid) ?? 0) >= TYPING, 45081);
        typing.set(person.openid, now);
      }
      return OK;
    },
  };
}
