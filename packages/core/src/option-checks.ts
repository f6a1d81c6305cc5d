import { InvalidArgumentError, NeedParamError } from './errors.ts';
import { printable } from './printable.ts';
import { checkSpelling, suggest } from './spelling.ts';

// One vocabulary for mistakes in options, for every package.

/**
 * Refuses to go on without an option or an argument; `source` says where it comes from.
 *
 * @throws {NeedParamError} always
 */
export function refuseMissing(
  name: string,
  source: string,
  kind: 'option' | 'argument' = 'option',
): never {
  throw new NeedParamError(`missing ${kind} \`${name}\` (${source})`);
}

/**
 * Refuses options that are not known.
 *
 * @throws {InvalidArgumentError} when there is one
 */
export function refuseUnknown(options: object, names: readonly string[], prefix = ''): void {
  const [unknown] = checkSpelling(options, names, { prefix });
  if (unknown === undefined) return;
  const hint = suggest(unknown, names) || `; the options are ${names.join(', ')}`;
  throw new InvalidArgumentError(`unknown option ${prefix}${printable(unknown, 40)}${hint}`);
}

/** Checks a value that was given for the option `name`, and returns the checked one. */
export type Check<Given, Checked = Given> = (name: string, value: Given) => Checked;

/** One row of a table of options. */
interface Option<Given, Checked = unknown> {
  /** Stands for an option that is left out, or null where it is no boolean. */
  readonly initial?: Given;
  readonly check: Check<Given, Checked>;
}

/** A row for each option: one that has none does not compile. */
export type OptionTable<Options> = {
  readonly [Name in keyof Options]-?: Option<NonNullable<Options[Name]>>;
};

interface AnyOption {
  readonly initial?: unknown;
  readonly check: Check<never, unknown>;
}

type CheckedOptions<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends { initial: unknown; check: infer C }
    ? CheckedBy<C>
    : Table[Name] extends { check: infer C }
      ? CheckedBy<C> | undefined
      : never;
};
type CheckedBy<C> = C extends (...given: never) => infer Checked ? Checked : never;

/**
 * Reads options by their table: the default of what is left out, and the check of what is given.
 *
 * @throws {InvalidArgumentError} when a value is wrong
 */
export function readOptions<Table extends Readonly<Record<string, AnyOption>>>(
  table: Table,
  options: object,
  prefix = '',
): CheckedOptions<Table> {
  const read = Object.entries(table).map(([name, { initial, check }]) => {
    const given = (options as Record<string, unknown>)[name];
    // Null is no answer to yes or no, which must not be guessed.
    const isLeftOut = given === undefined || (given === null && typeof initial !== 'boolean');
    const value = isLeftOut ? (initial ?? given) : given;
    return [name, value === undefined ? undefined : check(prefix + name, value as never)];
  });
  return Object.fromEntries(read) as CheckedOptions<Table>;
}

function refuse(name: string, expected: string): never {
  throw new InvalidArgumentError(`${name} must be ${expected}`);
}

/** Checks an option or an argument that is needed; `source` says where it comes from. */
export function checkNeeded(
  name: string,
  value: string | undefined,
  source: string,
  kind?: 'option' | 'argument',
): string {
  if (value === undefined || value === '') refuseMissing(name, source, kind);
  return checkText(name, value);
}

/** Takes what is given: it is somebody else's to check. */
export function acceptAny<T>(_name: string, value: T): T {
  return value;
}

export function checkText(name: string, value: string): string {
  return typeof value === 'string' ? value : refuse(name, 'a string');
}

export function checkFilledText(name: string, value: string): string {
  return typeof value === 'string' && value !== '' ? value : refuse(name, 'a non-empty string');
}

/** Takes one text or several; nothing is none. */
export function checkTexts(
  name: string,
  value: string | readonly string[] | undefined,
): readonly string[] {
  const texts = value === undefined || value === null ? [] : [value].flat();
  return texts.every((text) => typeof text === 'string' && text !== '')
    ? texts
    : refuse(name, 'a non-empty string, or an array of them');
}

/** Takes tokens of the console, without blanks around them, as a file of secrets may have. */
export function checkTokens(
  name: string,
  value: string | readonly string[] | undefined,
): readonly string[] {
  const tokens = checkTexts(name, value).map((text) => text.trim());
  return tokens.every((token) => /^[!-~]+$/.test(token))
    ? tokens
    : refuse(name, 'letters and digits, as the console takes them');
}

export function checkBoolean(name: string, value: boolean): boolean {
  return typeof value === 'boolean' ? value : refuse(name, 'true or false');
}

export function checkFunction<F>(name: string, value: F): F {
  return typeof value === 'function' ? value : refuse(name, 'a function');
}

export function createChoiceCheck<const T>(...permitted: readonly T[]): Check<T> {
  return (name, value) =>
    permitted.includes(value) ? value : refuse(name, `one of ${permitted.join(', ')}`);
}

/** The longest that Node's timers wait. */
export const MAX_NUMBER = 2 ** 31 - 1;

export function checkPositive(name: string, value: number): number {
  return typeof value === 'number' && value > 0 && value <= MAX_NUMBER
    ? value
    : refuse(name, `a number above 0 and at most ${MAX_NUMBER}`);
}

export function checkMilliseconds(name: string, value: number): number {
  return typeof value === 'number' && value > 0
    ? value
    : refuse(name, 'a number of milliseconds above 0');
}

export function checkBytes(name: string, value: number): number {
  return Number.isSafeInteger(value) && value > 0
    ? value
    : refuse(name, 'a whole number of bytes above 0');
}

export function checkCount(name: string, value: number): number {
  return Number.isInteger(value) && value > 0 ? value : refuse(name, 'a whole number above 0');
}

/** Checks an option that has to have some methods; `expected` says what it should be. */
export function checkMethods<T extends object>(
  name: string,
  value: T,
  methods: readonly (keyof T)[],
  expected: string,
): T {
  const missing = value && methods.find((method) => typeof value[method] !== 'function');
  if (!missing) return value;
  const hint = expected.endsWith('Store')
    ? '. Spread the result of redisStores into the options'
    : '';
  throw new InvalidArgumentError(
    `${name} is not ${expected}: it has no ${String(missing)}()${hint}`,
  );
}

/** The same as a row of a table has it. */
export function createMethodsCheck<T extends object>(
  methods: readonly (keyof T)[],
  expected: string,
): Check<T> {
  return (name, value) => checkMethods(name, value, methods, expected);
}
