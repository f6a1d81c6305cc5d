import type { Allowance, Person, Trigger } from './state.ts';

export type { Trigger } from './state.ts';

const MINUTE = 60_000;
const TWO_DAYS = 48 * 60 * MINUTE;

/** The number of messages that each trigger allows, and for how many milliseconds. */
const GRANTS: Readonly<Record<Trigger, { readonly left: number; readonly life: number }>> = {
  message: { left: 5, life: TWO_DAYS },
  click: { left: 3, life: MINUTE },
  scan: { left: 3, life: MINUTE },
  subscribe: { left: 3, life: MINUTE },
  // As many as one likes.
  pay: { left: Number.MAX_SAFE_INTEGER, life: TWO_DAYS },
};

/** Lets the account send customer-service messages after a user's action; a repeated trigger starts over. */
export function grantAllowance(person: Person, trigger: Trigger, now: number): void {
  const { left, life } = GRANTS[trigger];
  const others = alive(person, now).filter((one) => one.trigger !== trigger);
  person.allowances = [...others, { trigger, until: now + life, left }];
}

/**
 * Counts one message against the allowance that ends first; returns the code of the refusal when
 * none is left.
 */
export function takeAllowance(person: Person, now: number): 45015 | 45047 | undefined {
  const open = person.follows ? alive(person, now) : [];
  if (open.length === 0) return 45015;
  const [first] = open.filter(({ left }) => left > 0).sort((one, other) => one.until - other.until);
  if (!first) return 45047;
  first.left -= 1;
  return undefined;
}

function alive({ allowances }: Person, now: number): Allowance[] {
  return allowances.filter(({ until }) => until > now);
}
