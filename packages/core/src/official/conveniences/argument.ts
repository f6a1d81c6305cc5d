/** Readers of a caller's arguments, which throw before anything is sent. */
import { describeKind } from '../../describe-kind.ts';
import { InvalidArgumentError, NeedParamError } from '../../errors.ts';

export type ArgumentFields = Readonly<Record<string, unknown>>;

/** Whether a call uses the wire form, an object, rather than arguments. */
export function isWire<First>(first: First): first is Extract<First, object> {
  return isFields(first);
}

export function isFields(value: unknown): value is ArgumentFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns a required text. */
export function neededText(call: string, name: string, value: unknown): string {
  const text = optionalText(call, name, value);
  if (text === undefined || text === '') {
    throw new NeedParamError(`${call} needs ${name}, a non-empty string`);
  }
  return text;
}

/** Returns an optional text; null, as databases return it, is refused. */
export function optionalText(call: string, name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw wrong(call, name, 'a string', value);
}

/** Returns a required array of non-empty texts. */
export function neededTexts(call: string, name: string, values: unknown): string[] {
  if (values === undefined || values === null || (Array.isArray(values) && values.length === 0)) {
    throw new NeedParamError(`${call} needs ${name}, a non-empty array`);
  }
  if (!Array.isArray(values)) throw wrong(call, name, 'an array of strings', values);
  return values.map((value) => neededText(call, name, value));
}

/** Returns a required whole number from 0 on, also given as digits. */
export function neededNumber(call: string, name: string, value: unknown): number {
  if (value === undefined || value === null || value === '') {
    throw new NeedParamError(`${call} needs ${name}, a whole number`);
  }
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  throw wrong(call, name, 'a whole number from 0 on', value);
}

/** Returns one of the permitted names. */
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
    `${call}: ${name} must be one of ${allowed.join(', ')}, not ${JSON.stringify(text.slice(0, 40))}`,
  );
}

/** Returns a required object. */
export function neededFields(call: string, name: string, value: unknown): ArgumentFields {
  if (value === undefined || value === null) {
    throw new NeedParamError(`${call} needs ${name}, an object`);
  }
  if (isFields(value)) return value;
  throw wrong(call, name, 'an object', value);
}

/** Returns the object of a call's options. */
export function readOptions(call: string, value: unknown): ArgumentFields {
  return neededFields(call, 'options', value ?? {});
}

export function wrong(
  call: string,
  name: string,
  expected: string,
  value: unknown,
): InvalidArgumentError {
  return new InvalidArgumentError(
    `${call}: ${name} must be ${expected}, not ${describeKind(value)}`,
  );
}
