import type { Awaitable } from '../../awaitable.ts';
import { type Clock, type Timer, type TurnWatcher, takeTurns, watchTurn } from '../../clock.ts';
import type { Tree } from '../../tree.ts';
import { DELIVERIES } from '../store.ts';

/** The result of a run for waiting deliveries of this process. */
export type Handover =
  /** Answer with this; undefined is `success`. */
  | { readonly state: 'respond'; readonly tree: Tree | undefined }
  /** The store knows the holder of the reply, or the owner of the run. */
  | { readonly state: 'elsewhere' }
  /** The deadline has passed, and the run answers for the reply it has claimed meanwhile. */
  | { readonly state: 'closed' }
  /** The next delivery runs it again. */
  | { readonly state: 'again' }
  /** A store failed, and no `onError` answers for it: the platform's next try may succeed. */
  | { readonly state: 'failed'; readonly error: unknown };

export const ELSEWHERE: Handover = { state: 'elsewhere' };

/** A waiting delivery. */
export interface Visitor {
  readonly attempt: number;
  /** Milliseconds until it leaves; may be extended meanwhile. */
  readonly timeLeft: () => number;
  readonly isGone: () => boolean;
  /** Whether the client may have disconnected before this process had time to notice. */
  readonly mayBeGone: () => boolean;
  /** Notes that the process has had that time. */
  readonly noteSeen: () => void;
  /** Calls a listener when its client disconnects; returns how to end that. */
  readonly onGone: (listener: () => void) => () => void;
}

/**
 * A reply that is being written to the store, offered to the delivery that it is claimed for. At its
 * deadline this waits a little longer for the store: had it been answered when the process dies, nobody
 * would know. Then it takes the reply, unless a save is included.
 */
interface Offer {
  readonly handover: Handover;
  readonly answering: number;
  readonly isSaving: boolean;
}

/** Share of the reply deadline by which a delivery waits longer when only the store's answer is missing. */
const GRACE = 0.08;

/** The handoff of a run's reply to the waiting deliveries of this process. */
export class Handoff {
  readonly clock: Clock;
  readonly #replyWindow: number;
  /** The reply that is being written to the store. */
  offer: Offer | undefined;
  /** Whether a delivery has taken the reply. */
  isTaken = false;
  /** The latest delivery that was sent on to ask the store; 0 for none. */
  sentOn = 0;
  hasSettled = false;
  #places: Place[] = [];

  constructor(clock: Clock, replyWindow: number) {
    this.clock = clock;
    this.#replyWindow = replyWindow;
  }

  /** Milliseconds of the extension. */
  get grace(): number {
    return this.#replyWindow * GRACE;
  }

  /** Adds a delivery: from now on the reply is claimed for it too. */
  enter(visitor: Visitor): Place {
    const place = new Place(this, visitor);
    // Who comes later must not have what was not claimed for it.
    if (this.hasSettled) place.given = ELSEWHERE;
    else this.#places.push(place);
    return place;
  }

  leave(place: Place): void {
    this.#places = this.#places.filter((other) => other !== place);
  }

  /** The number of the latest waiting delivery; 0 when there is none. */
  get newest(): number {
    return this.#findNewest(false) ?? 0;
  }

  /**
   * Returns `newest` once the clients that have disconnected are noticed, also those of deliveries that
   * come meanwhile: at once when none can have gone unnoticed.
   */
  lookAround(): Awaitable<number> {
    return this.#findNewest(true) ?? this.#lookAround();
  }

  /** Undefined when it has to be certain, and some client may have disconnected unnoticed. */
  #findNewest(isCertain: boolean): number | undefined {
    let newest = 0;
    for (const { visitor } of this.#places) {
      if (isCertain && visitor.mayBeGone()) return undefined;
      if (visitor.attempt > newest && !visitor.isGone()) newest = visitor.attempt;
    }
    return newest;
  }

  async #lookAround(): Promise<number> {
    for (let round = 0; round < DELIVERIES; round += 1) {
      const visitors = this.#places.map(({ visitor }) => visitor);
      await takeTurns();
      for (const visitor of visitors) visitor.noteSeen();
      const newest = this.#findNewest(true);
      if (newest !== undefined) return newest;
    }
    return this.newest;
  }

  /** Passes the result to all waiting deliveries, or only to one; false when there is none. */
  settle(handover: Handover, only?: number): boolean {
    if (this.hasSettled) return this.isTaken;
    this.hasSettled = true;
    this.offer = undefined;
    // One delivery has taken it already.
    const given = this.isTaken && handover.state === 'respond' ? ELSEWHERE : handover;
    if (given.state === 'elsewhere') this.sentOn = this.newest;
    const places = this.#places;
    this.#places = [];
    for (const place of places) {
      const { visitor } = place;
      const isFor = (only === undefined || visitor.attempt === only) && !visitor.isGone();
      if (isFor && given.state !== 'elsewhere') this.isTaken = true;
      place.given = isFor ? given : ELSEWHERE;
      if (place.waiting) place.end(place.given);
    }
    return this.isTaken;
  }
}

/** A delivery's place in a handoff. */
export class Place implements TurnWatcher {
  readonly visitor: Visitor;
  /** The result it was given. */
  given: Handover | undefined;
  waiting: Waiting | undefined;
  readonly #handoff: Handoff;

  constructor(handoff: Handoff, visitor: Visitor) {
    this.#handoff = handoff;
    this.visitor = visitor;
  }

  /**
   * Waits for the reply; undefined when the visitor's deadline passed, or its client disconnected,
   * before.
   */
  wait(): Awaitable<Handover | undefined> {
    if (this.given) return this.given;
    watchTurn(this);
    return new Promise((resolve) => {
      this.waiting = { resolve, timer: undefined, stop: undefined };
    });
  }

  /** Watches the time and the client only when there is something to wait for. */
  onTurnEnd(): void {
    const waiting = this.waiting;
    if (!waiting) return;
    if (this.visitor.isGone()) return this.end(undefined);
    waiting.stop = this.visitor.onGone(() => this.end(undefined));
    this.#startTimer(waiting, this.visitor.timeLeft());
  }

  #startTimer(waiting: Waiting, milliseconds: number): void {
    waiting.timer = this.#handoff.clock.setTimeout(() => this.#close(waiting), milliseconds);
  }

  #close(waiting: Waiting): void {
    const { grace, offer } = this.#handoff;
    const left = this.visitor.timeLeft();
    if (left > 0) return this.#startTimer(waiting, left);
    if (offer?.answering !== this.visitor.attempt) return this.end(undefined);
    if (left > -grace) return this.#startTimer(waiting, grace + left);
    if (!offer.isSaving) {
      if (this.visitor.mayBeGone()) return void this.#lookAround(waiting);
      this.#handoff.isTaken = true;
      return this.end(offer.handover);
    }
    // The claim is on its way to the store: only who sent it may give it back.
    this.end({ state: 'closed' });
  }

  /** Timers come before what lies in the sockets: its client may have hung up when they are late. */
  async #lookAround(waiting: Waiting): Promise<void> {
    await takeTurns();
    this.visitor.noteSeen();
    if (this.waiting === waiting) this.#close(waiting);
  }

  /** Ends the wait. */
  end(handover: Handover | undefined): void {
    const waiting = this.waiting;
    if (!waiting) return;
    this.waiting = undefined;
    this.#handoff.leave(this);
    if (waiting.timer) this.#handoff.clock.clearTimeout(waiting.timer);
    waiting.stop?.();
    waiting.resolve(handover);
  }
}

/** The timers and callbacks of a delivery that has to wait. */
interface Waiting {
  readonly resolve: (handover: Handover | undefined) => void;
  timer: Timer | undefined;
  /** Ends the watch of its client. */
  stop: (() => void) | undefined;
}
