import type { Mode } from '@wechat-mp/core';
import type { Clock } from './clock.ts';
import type { Received, SimulatorEvent } from './events.ts';
import type { SentName } from './push/samples.ts';
import type { Person, State } from './state.ts';
import type { WireFields } from './wire.ts';

/** The account's settings in the platform's console. */
export interface AccountSettings {
  /** The title above the chat. */
  readonly title: string;
  /** 原始 ID, for example gh_97417a04a28d: the receiver of messages. */
  readonly id: string;
  readonly token: string;
  readonly appid: string;
  readonly appsecret: string;
  readonly encodingAESKey: string | undefined;
  readonly mode: Mode;
  /** The format of 微信云托管's pushes; undefined for signed deliveries. */
  readonly pushFormat?: 'json' | 'xml' | undefined;
}

/** The state that the parts of the platform share. */
export interface World {
  readonly account: AccountSettings;
  readonly clock: Clock;
  state: State;
  /** Calls all listeners. Never throws. */
  emit(event: SimulatorEvent): void;
  /** Shows a person a message of the account, and calls all listeners. */
  show(person: Person, received: Received): void;
  /**
   * Delivers an event of a person to the bot, without waiting for the outcome: a job's result, for
   * example.
   */
  notify(person: Person, type: SentName, fields?: WireFields): void;
}
