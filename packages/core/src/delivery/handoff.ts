import type { Awaitable } from '../awaitable.ts';
import { type Clock, type Timer, type TurnWatcher, unwatchTurn, watchTurn } from '../clock.ts';
import type { Tree } from '../tree.ts';

/** What a run has for the deliveries of this process that wait for it. */
export type Handover =
  /** Answer with this; undefined is `success`. */
  | { readonly state: 'respond'; readonly tree: Tree | undefined }
  /** The store knows who has the reply, or who makes one. */
  | { readonly state: 'elsewhere' }
  /** The time is over, and the run answers for the reply that it has claimed meanwhile. */
  | { readonly state: 'closed' }
  /** The next delivery runs it again. */
  | { readonly state: 'again' }
  /** A store failed, and no `onError` answers for it: the platform's next try may find it again. */
  | { readonly state: 'failed'; readonly error: unknown };

/** A delivery that waits. */
export interface Visitor {
  readonly attempt: number;
  /** Milliseconds until it goes; it may become later meanwhile. */
  readonly timeLeft: () => number;
  readonly isGone: () => boolean;
  /** Aborts when its client has gone. Made when it is first asked for. */
  readonly signal: () => AbortSignal | undefined;
}

/** For what share of the window a delivery stays longer when only a save is between it and the reply. */
const GRACE = 0.08;

/** Where the deliveries of this process wait for a run of this process. */
export class Handoff {
  readonly clock: Clock;
  readonly #replyWindow: number;
  /** The reply that the store is being told of. */
  offered: Handover | undefined;
  /** Whether a save is part of that. */
  isSaving = false;
  /** Whether a delivery has taken the reply. */
  isTaken = false;
  #places: Place[] = [];
  #hasSettled = false;

  constructor(clock: Clock, replyWindow: number) {
    this.clock = clock;
    this.#replyWindow = replyWindow;
  }

  /** Milliseconds. */
  get grace(): number {
    return this.#replyWindow * GRACE;
  }

  /** Counts a delivery in: from now on the reply is claimed for it too. */
  enter(visitor: Visitor): Place {
    const place = new Place(this, visitor);
    // Who comes later must not have what was not claimed for it.
    if (this.#hasSettled) place.give({ state: 'elsewhere' });
    else this.#places.push(place);
    return place;
  }

  leave(place: Place): void {
    this.#places = this.#places.filter((other) => other !== place);
  }

  /** The newest delivery that waits; 0 when there is none. */
  get newest(): number {
    let newest = 0;
    for (const { visitor } of this.#places) {
      if (visitor.attempt > newest && !visitor.isGone()) newest = visitor.attempt;
    }
    return newest;
  }

  /**
   * Tells the reply that the store is being told of. A delivery whose time is over takes it, unless
   * a save is part of it, for which it stays a little longer.
   */
  offer(handover: Handover, isSaving: boolean): void {
    this.offered = handover;
    this.isSaving = isSaving;
  }

  /** Gives all deliveries that are here what there is for them; false when nobody takes it. */
  settle(handover: Handover): boolean {
    if (this.#hasSettled) return this.isTaken;
    this.#hasSettled = true;
    this.offered = undefined;
    const places = this.#places;
    this.#places = [];
    for (const place of places) {
      const isGone = place.visitor.isGone();
      if (!isGone) this.isTaken = true;
      place.give(isGone ? { state: 'elsewhere' } : handover);
    }
    return this.isTaken;
  }
}

/** A delivery's place in a handoff. */
export class Place implements TurnWatcher {
  readonly visitor: Visitor;
  /** What there was for it. */
  given: Handover | undefined;
  readonly #handoff: Handoff;
  #waiting: Waiting | undefined;

  constructor(handoff: Handoff, visitor: Visitor) {
    this.#handoff = handoff;
    this.visitor = visitor;
  }

  /** Waits for the reply; undefined when the visitor's time is over, or its client gone, before. */
  wait(): Awaitable<Handover | undefined> {
    if (this.given) return this.given;
    watchTurn(this);
    return new Promise((resolve) => {
      this.#waiting = { resolve, timer: undefined, signal: undefined };
    });
  }

  give(handover: Handover): void {
    this.given = handover;
    this.#end(handover);
  }

  /** Watches the time and the client only when there is something to wait for. */
  onTurnEnd(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    const signal = this.visitor.signal();
    if (signal?.aborted) {
      this.#end(undefined);
      return;
    }
    if (signal) {
      waiting.signal = signal;
      waiting.onGone = () => this.#end(undefined);
      signal.addEventListener('abort', waiting.onGone);
    }
    this.#startTimer(waiting, this.visitor.timeLeft());
  }

  #startTimer(waiting: Waiting, milliseconds: number): void {
    waiting.timer = this.#handoff.clock.setTimeout(() => this.#close(waiting), milliseconds);
  }

  #close(waiting: Waiting): void {
    const { grace, isSaving, offered } = this.#handoff;
    const left = this.visitor.timeLeft();
    if (left > 0) return this.#startTimer(waiting, left);
    if (!offered) return this.#end(undefined);
    if (!isSaving) {
      this.#handoff.isTaken = true;
      return this.#end(offered);
    }
    if (left > -grace) return this.#startTimer(waiting, grace + left);
    // The claim is on its way to the store: only who sent it may give it back.
    this.#end({ state: 'closed' });
  }

  #end(handover: Handover | undefined): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = undefined;
    this.#handoff.leave(this);
    unwatchTurn(this);
    if (waiting.timer) this.#handoff.clock.clearTimeout(waiting.timer);
    if (waiting.onGone) waiting.signal?.removeEventListener('abort', waiting.onGone);
    waiting.resolve(handover);
  }
}

/** What a delivery needs that has to wait. */
interface Waiting {
  readonly resolve: (handover: Handover | undefined) => void;
  timer: Timer | undefined;
  signal: AbortSignal | undefined;
  onGone?: () => void;
}
