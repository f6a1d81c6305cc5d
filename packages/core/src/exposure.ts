import { EventEmitter } from 'node:events';
import { NeedParseError } from './errors.ts';

/**
 * Properties that throw NeedParseError until there is something to show. They stand on a prototype of
 * the framework, once, and what they show is kept beside its requests: a request that gets properties
 * of its own has no shape in common with others, and whatever reads it is slow from then on.
 */
export class Exposure<T> {
  readonly #readers: Readonly<Record<string, (value: T) => unknown>>;
  readonly #shown = new WeakMap<object, T>();
  readonly #prepared = new WeakSet<object>();

  /** `readers`: what each property makes of that which is shown. */
  constructor(readers: Readonly<Record<string, (value: T) => unknown>>) {
    this.#readers = readers;
  }

  /** Makes sure that a target has the properties. */
  prepare(target: object): void {
    const prototype = readPrototype(target) ?? target;
    if (this.#prepared.has(prototype) || this.#prepared.has(target)) return;
    const home = findHome(target);
    if (!this.#prepared.has(home)) {
      for (const name of Object.keys(this.#readers)) this.#define(home, name);
    }
    this.#prepared.add(home);
    if (home !== target) this.#prepared.add(prototype);
  }

  /** Has the properties of a target show something. */
  show(target: object, value: T): void {
    this.prepare(target);
    this.#shown.set(target, value);
  }

  #define(home: object, name: string): void {
    const read = this.#readers[name] as (value: T) => unknown;
    // Another copy of this module has its own, and shows other things.
    const earlier = Object.getOwnPropertyDescriptor(home, name);
    const find = (asked: object): unknown => {
      // Whoever asks may have made an object of their own out of the framework's.
      for (let target: object | null = asked; target; target = readPrototype(target)) {
        const value = this.#shown.get(target);
        if (value !== undefined) return read(value);
      }
      if (earlier?.get) return earlier.get.call(asked);
      throw new NeedParseError(
        `${name} is not there yet: the webhook has not parsed this request, or it was not WeChat's`,
      );
    };
    Object.defineProperty(home, name, {
      get(this: object) {
        return find(this);
      },
      configurable: true,
    });
  }
}

/**
 * Finds where properties belong: the last prototype that is the framework's, which all its requests
 * have, or the target itself when it is an object of Node's or of nobody's.
 */
function findHome(target: object): object {
  let home = target;
  for (let next = readPrototype(target); next; next = readPrototype(next)) {
    const isClassOfNode = next instanceof EventEmitter && Object.hasOwn(next, 'constructor');
    if (isClassOfNode || readPrototype(next) === null) break;
    home = next;
  }
  return home;
}

function readPrototype(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}
