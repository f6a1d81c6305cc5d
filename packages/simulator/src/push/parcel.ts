import { randomInt } from 'node:crypto';
import { InvalidArgumentError } from '@wechat-mp/core';
import { grantAllowance, type Trigger } from '../allowance.ts';
import type { Person } from '../state.ts';
import type { WireFields } from '../wire.ts';
import type { Parcel } from './delivery.ts';
import type { SentName } from './samples.ts';
import { SAMPLES } from './samples.ts';

/** The events that allow the account to send messages. */
const TRIGGERS: Readonly<Partial<Record<SentName, Trigger>>> = {
  'event:subscribe': 'subscribe',
  'event:scan': 'scan',
  'event:click': 'click',
  'event:scancode_push': 'click',
  'event:scancode_waitmsg': 'click',
};

let lastId = BigInt(Date.now()) * 1_000_000n + BigInt(randomInt(1_000_000));

/**
 * Creates an id as large as the platform's: more than a JavaScript number holds. No other simulator of this
 * process has it: to a bot that they share it would be the same message.
 */
function createMessageId(): string {
  lastId += 1n;
  return String(lastId);
}

/** Creates a message: missing tags have a sample's values. `time` is in Unix seconds. */
export function pack(
  number: number,
  person: Person,
  type: SentName,
  fields: WireFields,
  { id, time }: { id: string; time: number },
): Parcel {
  const [MsgType = type, event] = type.split(':');
  const sample = Object.hasOwn(SAMPLES, type) ? SAMPLES[type as keyof typeof SAMPLES] : undefined;
  if (!sample && event === undefined) throw unknownMessage(type);
  return {
    number,
    user: person.name,
    fields: {
      ToUserName: id,
      FromUserName: person.openid,
      CreateTime: time,
      MsgType,
      ...(event === undefined ? { MsgId: createMessageId() } : { Event: event }),
      ...sample,
      ...fields,
    },
  };
}

/** The events that only a follower can cause, besides messages; WeChat shows others no conversation. */
const OF_FOLLOWERS: ReadonlySet<SentName> = new Set<SentName>([
  'event:scan',
  'event:location',
  'event:click',
  'event:view',
  'event:view_miniprogram',
  'event:scancode_push',
  'event:scancode_waitmsg',
  'event:pic_sysphoto',
  'event:pic_photo_or_album',
  'event:pic_weixin',
  'event:location_select',
]);

/** @throws {InvalidArgumentError} when only followers can send this, and the person is none */
export function checkFollows({ name, follows }: Person, type: SentName): void {
  if (follows || (type.includes(':') && !OF_FOLLOWERS.has(type))) return;
  throw new InvalidArgumentError(
    `${name} does not follow the account, and cannot send ${type}: first comes subscribe()`,
  );
}

/** Grants the allowance that a user's action gives. */
export function grant(person: Person, type: SentName, now: number): void {
  const trigger = TRIGGERS[type] ?? (type.includes(':') ? undefined : 'message');
  if (trigger) grantAllowance(person, trigger, now);
}

function unknownMessage(type: string): InvalidArgumentError {
  return new InvalidArgumentError(
    `${type} is not a message type; use for example text, image or event:click`,
  );
}
