import type { AccountOptions, AccountResolver } from '@wechat-mp/core';

interface MountOptions {
  /** Path of the webhook from the root; a global prefix is not added. Default: `/wechat`. */
  path?: string | undefined;
  /** Whether other modules can inject the module's providers without importing it. Default: true. */
  isGlobal?: boolean | undefined;
}

/** Options of one account, as for `createWebhook`. */
type OneAccount = MountOptions & AccountOptions & { accounts?: undefined };

/** Options of several accounts at one path. */
interface SeveralAccounts extends MountOptions {
  /** Finds the account of a request. */
  accounts: AccountResolver;
}

/** Options of `WechatModule.forRoot`: those of `createWebhook`, and the path. */
export type WechatModuleOptions = OneAccount | SeveralAccounts;
