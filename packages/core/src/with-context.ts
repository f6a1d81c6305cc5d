import type { Account } from './account.ts';
import type { AccountLookup } from './account-lookup.ts';
import { repeat } from './clock.ts';
import type { WechatContext } from './context/context.ts';
import type { ContextUser } from './context/store.ts';
import { begin, rollback } from './context/transaction.ts';
import { leaseMilliseconds } from './delivery/registrations.ts';
import { nameLine, type Workload } from './delivery/workload.ts';
import { RunTooLongError } from './errors.ts';
import { refuseMissing } from './option-checks.ts';
import { within } from './with-timeout.ts';

/** The user of a conversation: an openid, with the account when there are several. */
export type ContextOwner = string | Readonly<ContextUser>;

/** Opens the context of a user without a message, with the same locks as a delivery. */
export async function openContext<T>(
  owner: ContextOwner,
  use: (context: WechatContext) => T | Promise<T>,
  accounts: AccountLookup,
  workload: Workload,
): Promise<T> {
  const { account: id, openid } = typeof owner === 'string' ? { openid: owner } : Object(owner);
  if (typeof openid !== 'string' || openid === '') {
    refuseMissing('openid', 'of a user, a string', 'argument');
  }
  if (typeof use !== 'function') {
    refuseMissing('use', 'a function, which is given the context', 'argument');
  }
  const account = await accounts.findById(id);
  const user = { account: account.id, openid };
  if (account.ordering === 'parallel') return run(account, user, undefined, use);
  const name = nameLine(account.id, openid);
  const turn = workload.turns.acquire(name);
  try {
    await turn?.comes;
    return await run(account, user, workload.createOwner(true), use);
  } finally {
    workload.turns.release(name, turn);
  }
}

async function run<T>(
  account: Account,
  user: ContextUser,
  lockOwner: string | undefined,
  use: (context: WechatContext) => T | Promise<T>,
): Promise<T> {
  const { clock, maxRun } = account;
  const lease = leaseMilliseconds(account);
  const lock = lockOwner === undefined ? undefined : { owner: lockOwner, lease };
  const transaction = await begin(account, user, lock);
  const stop = repeat(clock, () => transaction.renew(), lease / 3);
  try {
    const used = await within(call(use, transaction.context), maxRun, undefined, clock);
    if (!used) {
      throw new RunTooLongError(`withContext's function did not end within ${maxRun} ms (maxRun)`);
    }
    await transaction.end(true);
    return used.value;
  } catch (error) {
    rollback(account, user, lock);
    throw error;
  } finally {
    stop();
  }
}

/** Calls a function, and turns a thrown error into a rejection. */
async function call<T>(
  use: (context: WechatContext) => T | Promise<T>,
  context: WechatContext,
): Promise<T> {
  return use(context);
}
