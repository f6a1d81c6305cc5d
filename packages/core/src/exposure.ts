import { EventEmitter } from 'node:events';
import { NeedParseError } from './errors.ts';

/**
 * Creates a class that stores a value in an object of any kind, in a private field: it is neither
 * copied nor logged, and ends with the object. In a WeakMap the value would outlive its request.
 */
function createKeeper<T>() {
  class Target {
    /** The returned object gets the private field of the subclass. */
    constructor(target: object) {
      return target as Target;
    }
  }
  return class Keeper extends Target {
    #value: T | undefined;

    static has(target: object): boolean {
      return #value in target;
    }

    /** Returns the value of an object, or of the nearest prototype that has one. */
    static read(target: object): T | undefined {
      for (let at: object | null = target; at !== null; at = readPrototype(at)) {
        if (#value in at) return at.#value;
      }
      return undefined;
    }

    static write(target: object, value: T | undefined): void {
      const keeper = #value in target ? target : (new Keeper(target) as Keeper);
      keeper.#value = value;
    }
  };
}

/**
 * Properties that throw NeedParseError until they have a value. They are defined on a prototype of
 * the framework, once, or on an object of Node, with getters that all of them share: objects with
 * properties of their own have no common shape, and reading them is slow from then on.
 */
export class Exposure<T> {
  readonly #keeper = createKeeper<T>();
  readonly #properties: readonly (readonly [name: string, property: PropertyDescriptor])[];
  /** Prototypes that have the properties, or whose objects get them one by one. */
  readonly #prepared = new WeakSet<object>();
  readonly #alone = new WeakSet<object>();

  /** `readers`: the value of each property, by what is shown; `reason`: why there may be none yet. */
  constructor(readers: Readonly<Record<string, (value: T) => unknown>>, reason: string) {
    const keeper = this.#keeper;
    this.#properties = Object.entries(readers).map(([name, read]) => {
      const get = function get(this: object) {
        const value = keeper.read(this);
        if (value !== undefined) return read(value);
        throw new NeedParseError(`${name} is not available: ${reason}`);
      };
      return [name, { get, configurable: true }] as const;
    });
  }

  /** Defines the properties on a target, unless they are there. */
  prepare(target: object): void {
    const prototype = readPrototype(target) ?? target;
    if (this.#prepared.has(prototype)) return;
    const home = this.#alone.has(prototype) ? target : findHome(target);
    if (!this.#keeper.has(home)) this.#define(home);
    if (home === target) this.#alone.add(prototype);
    else this.#prepared.add(home).add(prototype);
  }

  /** Sets the value of a target's properties. */
  show(target: object, value: T): void {
    this.prepare(target);
    this.#keeper.write(target, value);
  }

  #define(home: object): void {
    const keeper = this.#keeper;
    keeper.write(home, undefined);
    const isShown = (target: object) => keeper.read(target) !== undefined;
    for (const [name, property] of this.#properties) {
      const earlier = name in home ? Object.getOwnPropertyDescriptor(home, name) : undefined;
      const defined = earlier ? chain(isShown, property, earlier) : property;
      Object.defineProperty(home, name, defined);
    }
  }
}

/** Returns the value of another copy of this module, as long as there is none here. */
function chain(
  isShown: (target: object) => boolean,
  property: PropertyDescriptor,
  earlier: PropertyDescriptor,
): PropertyDescriptor {
  return {
    ...property,
    get(this: object): unknown {
      return (isShown(this) ? property : earlier).get?.call(this);
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
