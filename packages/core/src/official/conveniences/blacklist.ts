import type { Api } from './api.ts';
import { neededTexts } from './argument.ts';
import { type Positional, takeArguments } from './positional.ts';

type Blacklist = Api['blacklist'];

/** Blocked users; wrong arguments throw before anything is sent. */
export interface BlacklistMethods {
  /** 批量拉黑用户: blocks 20 followers at most. */
  add: Positional<Blacklist['add'], [openids: readonly string[]]>;
  /** 批量取消拉黑用户: lets 20 blocked users at most back. */
  remove: Positional<Blacklist['remove'], [openids: readonly string[]]>;
}

/** Creates the methods that block users by their openids. */
export function createBlacklistMethods({
  add,
  remove,
}: Pick<Blacklist, 'add' | 'remove'>): BlacklistMethods {
  const read = (call: string, openids: unknown) => ({
    openid_list: neededTexts(call, 'openids', openids),
  });
  return {
    add: takeArguments('blacklist.add', add, read),
    remove: takeArguments('blacklist.remove', remove, read),
  };
}
