import { EventEmitter } from 'node:events';
import { NeedParseError } from './errors.ts';

/** Of no copy and no log. */
const HIDDEN = { configurable: true, enumerable: false, writable: true, value: undefined };

/**
 * Properties that throw NeedParseError until there is something to show. They stand on a prototype of
 * the framework, once, or on an object of Node's, with getters that all of them share: objects that get
 * properties of their own kind have no shape in common, and whatever reads them is slow from then on.
 * What is shown lies in the object, under a symbol: in a WeakMap it would outlive its request.
 */
export class Exposure<T> {
  readonly #shown = Symbol('wechat');
  readonly #properties: PropertyDescriptorMap = {};
  readonly #prepared = new WeakSet<object>();

  /** `readers`: what each property makes of that which is shown. */
  constructor(readers: Readonly<Record<string, (value: T) => unknown>>) {
    const shown = this.#shown;
    for (const [name, read] of Object.entries(readers)) {
      const get = function get(this: { readonly [shown]?: T }) {
        const value = this[shown];
        if (value !== undefined) return read(value);
        throw new NeedParseError(
          `${name} is not there yet: the webhook has not parsed this request, or it was not WeChat's`,
        );
      };
      this.#properties[name] = { get, configurable: true };
    }
  }

  /** Makes sure that a target has the properties. */
  prepare(target: object): void {
    const prototype = readPrototype(target) ?? target;
    if (this.#prepared.has(prototype)) return;
    const home = findHome(target);
    if (home === target) {
      if (!(this.#shown in target)) this.#define(target);
      return;
    }
    if (!this.#prepared.has(home)) this.#define(home);
    this.#prepared.add(home).add(prototype);
  }

  /** Has the properties of a target show something. */
  show(target: object, value: T): void {
    this.prepare(target);
    Object.defineProperty(target, this.#shown, { ...HIDDEN, value });
  }

  #define(home: object): void {
    for (const [name, property] of Object.entries(this.#properties)) {
      const earlier = Object.getOwnPropertyDescriptor(home, name);
      const defined = earlier ? chain(this.#shown, property, earlier) : property;
      Object.defineProperty(home, name, defined);
    }
    Object.defineProperty(home, this.#shown, HIDDEN);
  }
}

/** Shows what another copy of this module shows, as long as there is nothing to show here. */
function chain(
  shown: symbol,
  property: PropertyDescriptor,
  earlier: PropertyDescriptor,
): PropertyDescriptor {
  return {
    ...property,
    get(this: { readonly [name: symbol]: unknown }): unknown {
      return (this[shown] === undefined ? earlier : property).get?.call(this);
    },
  };
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
