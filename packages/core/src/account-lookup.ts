import { type Account, type AccountResolver, createAccount, type SharedStores } from './account.ts';
import { InvalidArgumentError, NeedParamError } from './errors.ts';
import type { WebhookRequest } from './exchange.ts';
import type { AccountOptions } from './options.ts';

/** The accounts of an endpoint. */
export interface AccountLookup {
  /** The only account, if there is one: its options are checked right away. */
  readonly only: Account | undefined;
  /** Returns the account of a request. */
  find(request: WebhookRequest): Promise<Account | undefined>;
  /**
   * Returns an account by its id.
   *
   * @throws {NeedParamError} when there are several, and none is named
   * @throws {InvalidArgumentError} when it is none of them
   */
  findById(id: string | undefined): Promise<Account>;
}

/** Maximum number of accounts that are remembered by id; the oldest are dropped first. */
const MAX_ACCOUNTS = 10_000;

export function createAccountLookup(
  options: string | AccountOptions | AccountResolver,
): AccountLookup {
  return typeof options === 'function' ? lookUpSeveral(options) : lookUpOne(options);
}

function lookUpOne(options: string | AccountOptions): AccountLookup {
  const only = createAccount(options, {});
  return {
    only,
    find: async () => only,
    async findById(id) {
      if (id === undefined || id === only.id) return only;
      throw new InvalidArgumentError(`account must be ${only.id} here, or left out`);
    },
  };
}

function lookUpSeveral(resolve: AccountResolver): AccountLookup {
  const accounts = new WeakMap<AccountOptions, Account>();
  const byId = new Map<string, Account>();
  const shared: SharedStores = {};
  const find = async (request: WebhookRequest) => {
    // Nothing is verified yet, so there is nothing to do with the body.
    const found = await resolve({
      ...request,
      body: undefined,
      get signal() {
        return request.signal;
      },
    });
    if (found === undefined || found === null) return undefined;
    if (typeof found !== 'object') {
      throw new InvalidArgumentError(
        'an AccountResolver must return options, an object, or undefined',
      );
    }
    const account = accounts.get(found) ?? createAccount(found, shared);
    // What only a token tells apart would be another account once the token is changed.
    if (!found.appid && !found.account) {
      throw new NeedParamError(
        'the options of an AccountResolver need `appid` or `account`, a name of your own that never changes',
      );
    }
    if (!accounts.has(found)) {
      accounts.set(found, account);
      byId.delete(account.id);
      byId.set(account.id, account);
      const [oldest] = byId.keys();
      if (byId.size > MAX_ACCOUNTS) byId.delete(oldest as string);
    }
    return account;
  };
  const findById = async (id: string | undefined) => {
    if (typeof id !== 'string') {
      throw new NeedParamError('this webhook serves several accounts: give { account, openid }');
    }
    const account =
      byId.get(id) ?? (await find({ method: 'GET', query: { account: id, appid: id } }));
    if (account?.id === id) return account;
    throw new InvalidArgumentError(
      'unknown account: give its `appid`, otherwise its option `account`; the AccountResolver was called with the query { account, appid }',
    );
  };
  return { only: undefined, find, findById };
}
