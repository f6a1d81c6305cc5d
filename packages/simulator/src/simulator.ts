import type { Mode, Webhook } from '@wechat-mp/core';
import type { Api } from './api/server.ts';
import type { Clock } from './clock.ts';
import type { DeliveryRecord, Outcome, Received, SimulatorEvent } from './events.ts';
import type { Faults } from './faults.ts';
import type { ListenOptions } from './http/listening.ts';
import type { SentName } from './push/samples.ts';
import type { Verification } from './push/verification.ts';
import type { State } from './state.ts';
import type { WireFields } from './wire.ts';
import type { AccountSettings } from './world.ts';

/** The address of a bot, or its webhook. */
export type Target = string | Webhook;

/** Options of a simulator: the bot, its account, and the behaviour of the platform. */
export interface SimulatorOptions {
  /**
   * The bot: its address, or its webhook, which needs no socket; or a function that creates one of
   * them, for a bot that needs the address of the API.
   */
  readonly target: Target | ((simulator: Simulator) => Target | Promise<Target>);
  /** The bot's token. */
  readonly token: string;
  /**
   * Simulates 微信云托管: messages are pushed without a signature, with the header `x-wx-source`,
   * in JSON or XML, and the API accepts calls without a token. Default: false; true is `json`.
   */
  readonly cloud?: boolean | 'json' | 'xml';
  /** Default: wx0123456789abcdef. */
  readonly appid?: string;
  /** Default: 32 hexadecimal digits. */
  readonly appsecret?: string;
  /** 43 characters, the same token as in the bot; required in safe and compatible mode. */
  readonly encodingAESKey?: string;
  /** Default: `safe` when a key is given, else `plain`. */
  readonly mode?: Mode;
  /** 原始 ID. Default: gh_97417a04a28d. */
  readonly account?: string;
  /** Default: 公众号. */
  readonly title?: string;
  /** `virtual`: time stands still until `advance`. Default: `real`. */
  readonly clock?: 'real' | 'virtual';
  readonly faults?: Faults;
  /** The address of the API. Default: a free port of 127.0.0.1. */
  readonly api?: ListenOptions;
  /** The initial state of the account. */
  readonly state?: Partial<State>;
}

/** Options without a token, for 微信云托管. */
export type InCloud<Options extends Pick<SimulatorOptions, 'token'>> = Omit<Options, 'token'> & {
  readonly token?: string;
  readonly cloud: true | 'json' | 'xml';
};

/** A simulated WeChat user. Each method resolves when the bot has answered, or failed to. */
export interface User {
  readonly name: string;
  readonly openid: string;
  readonly follows: boolean;
  readonly tagIds: readonly number[];
  /** All messages from the account, oldest first. */
  readonly received: readonly Received[];
  /** Sends a text; `fields` are further tags, for example `{ bizmsgmenuid: '101' }`. */
  sendText(content: string, fields?: WireFields): Promise<Outcome>;
  /** Sends a picture; without a file it is a sample that the bot can download, as for the methods below. */
  sendImage(media?: { mediaId?: string; picUrl?: string }): Promise<Outcome>;
  sendVoice(media?: { mediaId?: string; recognition?: string }): Promise<Outcome>;
  sendVideo(media?: { mediaId?: string; thumbMediaId?: string }): Promise<Outcome>;
  sendShortVideo(media?: { mediaId?: string; thumbMediaId?: string }): Promise<Outcome>;
  sendLocation(place: {
    latitude: number;
    longitude: number;
    scale?: number;
    label?: string;
  }): Promise<Outcome>;
  sendLink(link: { title: string; description?: string; url: string }): Promise<Outcome>;
  /** Follows the account, by a QR code when a scene or a ticket is given. */
  subscribe(options?: { scene?: string | number; ticket?: string }): Promise<Outcome>;
  unsubscribe(): Promise<Outcome>;
  /**
   * Scans a QR code of the account, given by its ticket, its scene or the answer of
   * `qrcode/create`; a user who does not follow yet then does.
   */
  scan(code: string | number | { ticket: string }): Promise<Outcome>;
  /** Taps a `click` button of the menu. */
  clickMenu(key: string): Promise<Outcome>;
  /** Taps a `view` button of the menu. */
  viewMenu(url: string): Promise<Outcome>;
  /** Sends any message or event; missing tags have a sample's values. */
  send(type: SentName, fields?: WireFields): Promise<Outcome>;
  /** Sends the same message again, with its MsgId and CreateTime. */
  again(delivery: DeliveryRecord): Promise<Outcome>;
  /**
   * Returns the next message pushed by the account. Rejects after `timeout` milliseconds. Default:
   * 30 000.
   */
  nextPushed(options?: { timeout?: number }): Promise<Received>;
}

/** A simulated WeChat with one account. */
export interface Simulator {
  /** Returns the user with a name, who is created as a follower on first use. */
  user(name: string): User;
  readonly users: readonly User[];
  /** The account's settings, which the bot must share. */
  readonly account: AccountSettings;
  /** The state of the account; may be read and changed. */
  readonly state: State;
  readonly clock: Clock;
  /** The API (api.weixin.qq.com): its `url` is the `baseUrl` of the bot's OfficialClient. */
  readonly api: Api;
  /** The faults from now on; missing ones are off. */
  faults: Faults;
  /** Checks the bot's address as the console does when it is saved. */
  verify(): Promise<Verification>;
  /** Calls the listener with every event, until the returned function is called. */
  on(listener: (event: SimulatorEvent) => void): () => void;
  /** Moves a virtual clock on. */
  advance(milliseconds: number): Promise<void>;
  /** Clears users, media, menus and all other state. */
  reset(): void;
  /** Ends pending deliveries, and the API. */
  close(): Promise<void>;
}
