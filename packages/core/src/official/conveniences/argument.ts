/** Reads what a caller gave: what is missing or wrong is told before anything is sent. */
import { describeKind } from '../../describe-kind.ts';
import { InvalidArgumentError, NeedParamError } from '../../errors.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Tells the form that a call has on the wire, an object, from the form with arguments. */
export function isWire<First>(first: First): first is Extract<First, object> {
  return isFields(first);
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text that the call cannot do without. */
export function neededText(call: string, name: string, value: unknown): string {
  const text = optionalText(call, name, value);
  if (text === undefined || text === '') {
    throw new NeedParamError(`${call} needs ${name}, a string that is not empty`);
  }
  return text;
}

/** Null is no text either: it is what a database gives. */
export function optionalText(call: string, name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw wrong(call, name, 'a string', value);
}

/** An array of texts that are not empty. */
export function neededTexts(call: string, name: string, values: unknown): string[] {
  if (values === undefined || values === null || (Array.isArray(values) && values.length === 0)) {
    throw new NeedParamError(`${call} needs ${name}, an array with at least one in it`);
  }
  if (!Array.isArray(values)) throw wrong(call, name, 'an array of strings', values);
  return values.map((value) => neededText(call, name, value));
}

/** A whole number from 0 on, or its digits. */
export function neededNumber(call: string, name: string, value: unknown): number {
  if (value === undefined || value === null || value === '') {
    throw new NeedParamError(`${call} needs ${name}, a whole number`);
  }
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  throw wrong(call, name, 'a whole number from 0 on', value);
}

/** One of a few names. */
export function neededName<Name extends string>(
  call: string,
  name: string,
  value: unknown,
  allowed: readonly Name[],
): Name {
  const text = neededText(call, name, value);
  const found = allowed.find((one) => one === text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(
    `${call}: ${name} is one of ${allowed.join(', ')}, not ${JSON.stringify(text.slice(0, 40))}`,
  );
}

/** An object that the call cannot do without. */
export function neededFields(call: string, name: string, value: unknown): Fields {
  if (value === undefined || value === null) {
    throw new NeedParamError(`${call} needs ${name}, an object`);
  }
  if (isFields(value)) return value;
  throw wrong(call, name, 'an object', value);
}

/** The object in which a call takes what it can do without. */
export function readOptions(call: string, value: unknown): Fields {
  return neededFields(call, 'options', value ?? {});
}

export function wrong(
  call: string,
  name: string,
  expected: string,
  value: unknown,
): InvalidArgumentError {
  return new InvalidArgumentError(`${call}: ${name} is ${expected}, not ${describeKind(value)}`);
}
