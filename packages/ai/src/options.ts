import { type Clock, InvalidArgumentError } from '@wechat-mp/core';
import { createMethodsCheck, readOptions, refuseUnknown } from '@wechat-mp/core/stores';

type Table = Parameters<typeof readOptions>[0];
type Checked<T extends Table> = ReturnType<typeof readOptions<T>>;

/** Options that are given, or have a default. */
export type Filled<Options, Names extends keyof Options> = {
  readonly [Name in Names]-?: NonNullable<Options[Name]>;
};

/**
 * Reads the options of `subject` by their table; `prefix` stands before each name.
 *
 * @throws {InvalidArgumentError} when they are not an object, or one is unknown or wrong
 */
export function readKnown<T extends Table>(
  subject: string,
  table: T,
  options: object,
  prefix = '',
): Checked<T> {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidArgumentError(`${subject} must be an object`);
  }
  refuseUnknown(options, Object.keys(table), prefix);
  return readOptions(table, options, prefix);
}

/** Takes what bounds something, where 0 would let nothing through. */
export function checkAmount(name: string, value: number): number {
  if (typeof value === 'number' && value > 0) return value;
  throw new InvalidArgumentError(`${name} must be a number above 0`);
}

export function checkBound(name: string, value: number): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw new InvalidArgumentError(`${name} must be a number of at least 0`);
}

const checkMethods = createMethodsCheck<Clock>(
  ['wallTime', 'setTimeout', 'clearTimeout'],
  'a Clock',
);

export function checkClock(name: string, value: Clock): Clock {
  return checkMethods(name, value);
}
