import { EventEmitter } from 'node:events';
import { NeedParseError } from './errors.ts';

/** The descriptor of properties that are neither copied nor logged. */
const HIDDEN = { configurable: true, enumerable: false, writable: true, value: undefined };

/**
 * Properties that throw NeedParseError until they have a value. They are defined on a prototype of
 * the framework, once, or on an object of Node, with getters that all of them share: objects with
 * properties of their own have no common shape, and reading them is slow from then on. The value is
 * stored in the object, under a symbol: in a WeakMap it would outlive its request.
 */
export class Exposure<T> {
  readonly #shown = Symbol('wechat');
  readonly #properties: PropertyDescriptorMap = {};
  readonly #prepared = new WeakSet<object>();

  /** `readers`: the value of each property, by what is shown. */
  constructor(readers: Readonly<Record<string, (value: T) => unknown>>) {
    const shown = this.#shown;
    for (const [name, read] of Object.entries(readers)) {
      const get = function get(this: { readonly [shown]?: T }) {
        const value = this[shown];
        if (value !== undefined) return read(value);
        throw new NeedParseError(
          `${name} is not available: the webhook has not parsed this request, or the request is not from WeChat`,
        );
      };
      this.#properties[name] = { get, configurable: true };
    }
  }

  /** Defines the properties on a target, unless they are there. */
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

  /** Sets the value of a target's properties. */
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

/** Returns the value of another copy of this module, as long as there is none here. */
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
 * Returns where properties belong: the last prototype that is the framework's, which all its
 * requests share, or the target itself when it is a plain object or one of Node's.
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
