import { isFields } from './argument.ts';

type Callable = (...given: never[]) => unknown;

/** A method in wire form, and the same method with arguments. */
export type Positional<Call extends Callable, Arguments extends unknown[]> = Call &
  ((...given: Arguments) => ReturnType<Call>);

/** Creates a method that takes its body as an object, or arguments that `read` converts to a body. */
export function takeArguments<Call extends Callable, Arguments extends unknown[]>(
  name: string,
  call: Call,
  read: (name: string, ...given: unknown[]) => object,
): Positional<Call, Arguments> {
  const taking = async (first: unknown, ...rest: unknown[]) =>
    isFields(first)
      ? await call(...([first, ...rest] as never[]))
      : await call(...([read(name, first, ...rest)] as never[]));
  return taking as unknown as Positional<Call, Arguments>;
}
