import type { AccountOptions, AccountResolver } from '@wechat-mp/core';

interface Place {
  /** The address that the webhook answers at, from the root: a global prefix is not added. Default: `/wechat`. */
  path?: string | undefined;
  /** Whether what the module provides can be injected in every module. Default: true. */
  isGlobal?: boolean | undefined;
}

/** One account, as `createWebhook` takes it. */
type OneAccount = Place & AccountOptions & { accounts?: undefined };

/** Several accounts at one address. */
interface SeveralAccounts extends Place {
  /** Finds the account of a request. */
  accounts: AccountResolver;
}

/** What `WechatModule.forRoot` takes: the options of `createWebhook`, and where it is. */
export type WechatModuleOptions = OneAccount | SeveralAccounts;
