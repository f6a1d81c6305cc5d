import type { Words } from '../check/row.ts';

/** The finding of one step of the doctor. */
export interface Finding {
  readonly step: string;
  /** `warning`: works here, but may not with WeChat. */
  readonly state: 'ok' | 'warning' | 'problem';
  readonly what: Words;
  /** Advice. */
  readonly hint?: Words;
}

export const ok = (step: string, en: string, zh: string): Finding => {
  return { step, state: 'ok', what: { en, zh } };
};

export const warn = (step: string, what: Words, hint: Words): Finding => {
  return { step, state: 'warning', what, hint };
};

export const problem = (step: string, what: Words, hint: Words): Finding => {
  return { step, state: 'problem', what, hint };
};
