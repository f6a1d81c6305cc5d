import { InvalidArgumentError } from '@wechat-mp/core';
import type { Clock } from '../clock.ts';
import type { DeliveryRecord, Outcome, Received } from '../events.ts';
import type { User } from '../simulator.ts';
import type { Person, State } from '../state.ts';
import { dropUndefined, type WireFields } from '../wire.ts';
import type { SentName } from './samples.ts';

/** The services of the simulator that a user needs. */
export interface Desk {
  readonly clock: Clock;
  readonly state: () => State;
  /** Sends a message of a person; missing tags have a sample's values. */
  readonly send: (user: LiveUser, type: SentName, fields: WireFields) => Promise<Outcome>;
  readonly again: (user: LiveUser, delivery: DeliveryRecord) => Promise<Outcome>;
  /** Records that someone follows or unfollows. */
  readonly setFollows: (person: Person, follows: boolean, scene?: string) => void;
}

const NEXT_PUSHED = 30_000;

/** A user of the simulator, and the messages they received. */
export class LiveUser implements User {
  readonly person: Person;
  readonly received: Received[] = [];
  readonly #desk: Desk;
  /** The messages pushed since the user's last message. */
  #pushed: Received[] = [];
  /** The messages that `nextPushed` has not returned yet, and the callers waiting for more. */
  #untaken: Received[] = [];
  #waiting: ((received: Received) => void)[] = [];

  constructor(person: Person, desk: Desk) {
    this.person = person;
    this.#desk = desk;
  }

  get name(): string {
    return this.person.name;
  }

  get openid(): string {
    return this.person.openid;
  }

  get tagIds(): readonly number[] {
    return this.person.tagIds;
  }

  get follows(): boolean {
    return this.person.follows;
  }

  /** Receives a message of the account. */
  take(received: Received): void {
    this.received.push(received);
    if (received.via === 'reply') return;
    this.#pushed.push(received);
    const first = this.#waiting.shift();
    if (first) first(received);
    else this.#untaken.push(received);
  }

  /** Starts a new list of pushed messages. */
  collect(): readonly Received[] {
    this.#pushed = [];
    return this.#pushed;
  }

  sendText(content: string, fields: WireFields = {}): Promise<Outcome> {
    return this.send('text', { Content: content, ...fields });
  }

  sendImage(media: { mediaId?: string; picUrl?: string } = {}): Promise<Outcome> {
    return this.send('image', dropUndefined({ MediaId: media.mediaId, PicUrl: media.picUrl }));
  }

  sendVoice(media: { mediaId?: string; recognition?: string } = {}): Promise<Outcome> {
    return this.send(
      'voice',
      dropUndefined({ MediaId: media.mediaId, Recognition: media.recognition }),
    );
  }

  sendVideo(media: { mediaId?: string; thumbMediaId?: string } = {}): Promise<Outcome> {
    return this.send('video', videoFields(media));
  }

  sendShortVideo(media: { mediaId?: string; thumbMediaId?: string } = {}): Promise<Outcome> {
    return this.send('shortvideo', videoFields(media));
  }

  sendLocation(place: Parameters<User['sendLocation']>[0]): Promise<Outcome> {
    const { latitude, longitude, scale = 16, label = '' } = place;
    const position = { Location_X: latitude, Location_Y: longitude, Scale: scale, Label: label };
    return this.send('location', position);
  }

  sendLink({ title, description = '', url }: Parameters<User['sendLink']>[0]): Promise<Outcome> {
    return this.send('link', { Title: title, Description: description, Url: url });
  }

  subscribe(options: { scene?: string | number; ticket?: string } = {}): Promise<Outcome> {
    const ticket = options.ticket ?? '';
    const code = this.#desk.state().qrCodes[ticket];
    const scene = `${options.scene ?? code?.scene ?? ''}`;
    this.#desk.setFollows(this.person, true, scene);
    return this.send('event:subscribe', {
      EventKey: scene === '' ? '' : `qrscene_${scene}`,
      ...(ticket === '' ? {} : { Ticket: ticket }),
    });
  }

  unsubscribe(): Promise<Outcome> {
    this.#desk.setFollows(this.person, false);
    return this.send('event:unsubscribe', {});
  }

  async scan(code: string | number | { ticket: string }): Promise<Outcome> {
    const { ticket, scene } = this.#findCode(typeof code === 'object' ? code.ticket : `${code}`);
    if (!this.follows) return this.subscribe({ scene, ticket });
    return this.send('event:scan', { EventKey: scene, Ticket: ticket });
  }

  clickMenu(key: string): Promise<Outcome> {
    return this.send('event:click', { EventKey: key });
  }

  viewMenu(url: string): Promise<Outcome> {
    return this.send('event:view', { EventKey: url });
  }

  async send(type: SentName, fields: WireFields = {}): Promise<Outcome> {
    return await this.#desk.send(this, type, fields);
  }

  again(delivery: DeliveryRecord): Promise<Outcome> {
    return this.#desk.again(this, delivery);
  }

  async nextPushed({ timeout = NEXT_PUSHED }: { timeout?: number } = {}): Promise<Received> {
    const [first] = this.#untaken.splice(0, 1);
    if (first) return first;
    const arrived = new AbortController();
    let wait: ((received: Received) => void) | undefined;
    const next = new Promise<Received>((resolve) => {
      wait = resolve;
      this.#waiting.push(resolve);
    });
    const late = this.#desk.clock.sleep(timeout, arrived.signal).then(() => undefined);
    const received = await Promise.race([next, late]);
    arrived.abort();
    if (received) return received;
    this.#waiting = this.#waiting.filter((one) => one !== wait);
    throw new Error(`the account pushed nothing to ${this.name} within ${timeout} ms`);
  }

  /** Returns a code by its ticket or its scene; an unknown scene is one of the console's codes. */
  #findCode(code: string): { ticket: string; scene: string } {
    const { qrCodes } = this.#desk.state();
    const found = Object.entries(qrCodes).find(
      ([ticket, { scene }]) => ticket === code || scene === code,
    );
    if (!found) return { ticket: 'TICKET', scene: code };
    const [ticket, { scene, until }] = found;
    if (until !== null && until <= this.#desk.clock.now()) {
      throw new InvalidArgumentError(`the QR code of scene ${scene} is no longer valid`);
    }
    return { ticket, scene };
  }
}

function videoFields(media: { mediaId?: string; thumbMediaId?: string }): WireFields {
  return dropUndefined({ MediaId: media.mediaId, ThumbMediaId: media.thumbMediaId });
}

/** Leaves out undefined fields. */
