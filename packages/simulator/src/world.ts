import type { Mode } from '@wechat-mp/core';
import type { Clock } from './clock.ts';
import type { Received, SimulatorEvent } from './events.ts';
import type { SentName } from './push/samples.ts';
import type { Person, State } from './state.ts';
import type { WireFields } from './wire.ts';

/** The account's settings in the platform's console. */
export interface AccountSettings {
  /** Shown above the chat. */
  readonly title: string;
  /** 原始 ID, for example gh_97417a04a28d: who messages are sent to. */
  readonly id: string;
  readonly token: string;
  readonly appid: string;
  readonly appsecret: string;
  readonly encodingAESKey: string | undefined;
  readonly mode: Mode;
  /** How 微信云托管 writes its pushes; undefined where deliveries are signed. */
  readonly pushFormat?: 'json' | 'xml' | undefined;
}

/** What the sides of the platform share. */
export interface World {
  readonly account: AccountSettings;
  readonly clock: Clock;
  state: State;
  /** Tells everyone who listens. Never throws. */
  emit(event: SimulatorEvent): void;
  /** Shows a person what the account sent, and tells everyone who listens. */
  show(person: Person, received: Received): void;
  /** Delivers an event of a person to the bot, without waiting for what comes of it: a job's result, say. */
  notify(person: Person, type: SentName, fields?: WireFields): void;
}
