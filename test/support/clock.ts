/** A clock that stands still until a test moves it. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Timer } from '@wechat-mp/core';

/** More turns of the event loop than the library ever waits for. */
const TURNS = 20;

interface Alarm extends Timer {
  readonly at: number;
  readonly ring: () => void;
}

export class ManualClock implements Clock {
  #now = 0;
  readonly #start = Date.now();
  readonly #alarms = new Set<Alarm>();
  #onAlarm: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#start + this.#now;
  }

  setTimeout(ring: () => void, milliseconds: number): Alarm {
    const alarm = { at: this.#now + Math.max(0, milliseconds), ring };
    this.#alarms.add(alarm);
    for (const resolve of this.#onAlarm.splice(0)) resolve();
    return alarm;
  }

  clearTimeout(alarm: Timer): void {
    this.#alarms.delete(alarm as Alarm);
  }

  /** Resolves once something waits for this clock. */
  async isAwaited(): Promise<void> {
    if (this.#alarms.size > 0) return;
    await new Promise<void>((resolve) => {
      this.#onAlarm.push(resolve);
    });
  }

  /** Resolves after a number of milliseconds. */
  after(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.setTimeout(resolve, milliseconds);
    });
  }

  /** Moves on at once, as for a process that stands still: what was to ring rings later. */
  standStill(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Moves on. What follows from one alarm is done before the next rings, unless it needs a socket. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      for (let turns = 0; turns < TURNS; turns += 1) await turn();
      const [next] = [...this.#alarms].sort((one, other) => one.at - other.at);
      if (!next || next.at > end) break;
      this.#alarms.delete(next);
      this.#now = next.at;
      next.ring();
    }
    this.#now = end;
  }
}
