import { checkFunction } from '@wechat-mp/core/stores';
import { readKnown } from './options.ts';

/**
 * The result of a check: nothing to let the text pass, another text to show instead, or `{ stop }`
 * with a last text.
 */
export type Verdict = string | { readonly stop: string } | null | undefined | void;

/** Checks what the user asks and what the model answers. */
export interface Moderation<Info> {
  /** Checks a question: a string replaces it; `{ stop }` is sent as the answer without asking the model. */
  question?: ((text: string, info: Info) => Verdict | Promise<Verdict>) | undefined;
  /**
   * Checks a piece of the answer, one or more sentences, before it is sent: a string replaces it;
   * `{ stop }` is sent and ends the answer.
   */
  answer?: ((text: string, info: Info) => Verdict | Promise<Verdict>) | undefined;
}

const MODERATION = {
  question: { check: checkFunction },
  answer: { check: checkFunction },
} satisfies Record<keyof Moderation<never>, object>;

/** Checks the option `moderate`. */
export function checkModeration(name: string, value: object): object {
  return readKnown(name, MODERATION, value, `${name}.`);
}
