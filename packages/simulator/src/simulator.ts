import type { Mode, Webhook } from '@wechat-mp/core';
import type { Api } from './api/server.ts';
import type { Clock } from './clock.ts';
import type { DeliveryRecord, Outcome, Received, SimulatorEvent } from './events.ts';
import type { Faults } from './faults.ts';
import type { ListenOptions } from './listening.ts';
import type { SentName } from './push/samples.ts';
import type { Verification } from './push/verification.ts';
import type { State } from './state.ts';
import type { WireFields } from './wire.ts';
import type { AccountSettings } from './world.ts';

/** The address of a bot, or its webhook. */
export type Target = string | Webhook;

/** The bot, the account that it has, and how the simulated platform treats it. */
export interface SimulatorOptions {
  /**
   * The bot: its address, or its webhook, for which no socket is needed; or a function that makes
   * one of them, for a bot that has to know where the API is.
   */
  readonly target: Target | ((simulator: Simulator) => Target | Promise<Target>);
  /** The same as the bot has. */
  readonly token: string;
  /**
   * Plays 微信云托管: messages are pushed without a signature, with the header `x-wx-source`, in
   * JSON or XML, and the API takes calls without a token. Default: false; true is `json`.
   */
  readonly cloud?: boolean | 'json' | 'xml';
  /** Default: wx0123456789abcdef. */
  readonly appid?: string;
  /** Default: 32 hexadecimal digits. */
  readonly appsecret?: string;
  /** 43 characters, the same as the bot has; needed in safe and in compatible mode. */
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
  /** Where the API listens. Default: a free port of 127.0.0.1. */
  readonly api?: ListenOptions;
  /** What the account has at the start. */
  readonly state?: Partial<State>;
}

/** Options of which none needs a token: 微信云托管 is played. */
export type InCloud<Options extends Pick<SimulatorOptions, 'token'>> = Omit<Options, 'token'> & {
  readonly token?: string;
  readonly cloud: true | 'json' | 'xml';
};

/** A user of WeChat, who does what users do. Each resolves when the bot has answered, or failed to. */
export interface User {
  readonly name: string;
  readonly openid: string;
  readonly follows: boolean;
  readonly tagIds: readonly number[];
  /** Everything that came from the account, the oldest first. */
  readonly received: readonly Received[];
  /** Sends a text; further tags stand in `fields`, for example `{ bizmsgmenuid: '101' }`. */
  sendText(content: string, fields?: WireFields): Promise<Outcome>;
  /** Without a file a sample is sent, which the bot can download; likewise below. */
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
  /** Follows the account, by a QR code where a scene or a ticket is given. */
  subscribe(options?: { scene?: string | number; ticket?: string }): Promise<Outcome>;
  unsubscribe(): Promise<Outcome>;
  /** Scans a QR code of the account, by its ticket, its scene or what `qrcode/create` answered; who does not follow yet does then. */
  scan(code: string | number | { ticket: string }): Promise<Outcome>;
  /** Taps a `click` button of the menu. */
  clickMenu(key: string): Promise<Outcome>;
  /** Taps a `view` button of the menu. */
  viewMenu(url: string): Promise<Outcome>;
  /** Sends any message or event; tags that are not given have the values of a sample. */
  send(type: SentName, fields?: WireFields): Promise<Outcome>;
  /** The same message once more, with its MsgId and CreateTime. */
  again(delivery: DeliveryRecord): Promise<Outcome>;
  /** The next message that the account sends by itself. Rejects after `timeout` milliseconds; default 30 000. */
  nextPushed(options?: { timeout?: number }): Promise<Received>;
}

/** A WeChat with one account. */
export interface Simulator {
  /** The user of that name, who is made, and follows, when first named. */
  user(name: string): User;
  readonly users: readonly User[];
  /** The settings that the bot has to have as well. */
  readonly account: AccountSettings;
  /** What the account has; may be looked at and changed. */
  readonly state: State;
  readonly clock: Clock;
  /** The API (api.weixin.qq.com): give its `url` to the bot's OfficialClient as `baseUrl`. */
  readonly api: Api;
  /** What goes wrong from now on; nothing for what is not given. */
  faults: Faults;
  /** Checks the bot's address as the console does when it is saved. */
  verify(): Promise<Verification>;
  /** Tells everything that happens, until the function that it gives is called. */
  on(listener: (event: SimulatorEvent) => void): () => void;
  /** Moves a virtual clock on. */
  advance(milliseconds: number): Promise<void>;
  /** Forgets users, media, menus and all else. */
  reset(): void;
  /** Ends what is on its way, and the API. */
  close(): Promise<void>;
}
