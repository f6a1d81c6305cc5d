import type { User, UserLang } from '../endpoints/index.ts';
import type { Api } from './api.ts';
import {
  isFields,
  isWire,
  neededName,
  neededText,
  neededTexts,
  optionalText,
  readOptions,
} from './argument.ts';
import { type Positional, takeArguments } from './positional.ts';

type Users = Api['user'];

/** Users and followers; wrong arguments throw before anything is sent. */
export interface UserMethods {
  /**
   * 获取用户基本信息: gets what is known of a user; names are written out in `lang`, default `zh_CN`.
   * @throws {InvalidArgumentError} when there is no such language
   */
  get(openid: string, options?: { lang?: UserLang | undefined }): Promise<User>;

  /** 获取用户基本信息: the same in the form that it has on the wire. */
  get(query: Parameters<Users['get']>[0]): Promise<User>;

  /**
   * 批量获取用户基本信息: gets what is known of users, 100 in a call; more are asked for in several
   * calls, one after another.
   *
   * @example
   * const { user_info_list } = await client.user.batchGet(['o1', 'o2'], { lang: 'en' });
   */
  batchGet(
    openids: readonly string[],
    options?: { lang?: UserLang | undefined },
  ): Promise<{ user_info_list: User[] }>;

  /** 批量获取用户基本信息: the same in the form that it has on the wire. */
  batchGet(body: Parameters<Users['batchGet']>[0]): Promise<{ user_info_list: User[] }>;

  /** 设置用户备注名: sets the account’s own name for a follower; 30 characters at most. */
  updateRemark: Positional<Users['updateRemark'], [openid: string, remark: string]>;

  /**
   * 获取关注用户列表: lists 10000 followers at most, after `nextOpenid`. `user.iterate()` goes through
   * all of them.
   */
  list(options?: { nextOpenid?: string | undefined }): ReturnType<Users['list']>;

  /** 获取关注用户列表: the same in the form that it has on the wire. */
  list(query?: Parameters<Users['list']>[0]): ReturnType<Users['list']>;
}

const LANGUAGES: readonly UserLang[] = ['zh_CN', 'zh_TW', 'en'];

/** Creates the methods of users with arguments. */
export function createUserMethods({
  get,
  batchGet,
  updateRemark,
  list,
}: Pick<Users, 'get' | 'batchGet' | 'updateRemark' | 'list'>): UserMethods {
  return {
    get: async (
      first: string | Parameters<Users['get']>[0],
      options?: { lang?: UserLang | undefined },
    ) => get(isWire(first) ? first : readQuery(first, options)),
    batchGet: async (
      first: readonly string[] | Parameters<Users['batchGet']>[0],
      options?: { lang?: UserLang | undefined },
    ) => {
      if (isFields(first)) return batchGet(first as Parameters<Users['batchGet']>[0]);
      const users: User[] = [];
      for (const user_list of readPages(first, options)) {
        users.push(...(await batchGet({ user_list })).user_info_list);
      }
      return { user_info_list: users };
    },
    updateRemark: takeArguments('user.updateRemark', updateRemark, (call, openid, remark) => ({
      openid: neededText(call, 'openid', openid),
      // An empty one takes the name away.
      remark: optionalText(call, 'remark', remark) ?? '',
    })),
    list: async (query?: { nextOpenid?: string | undefined; next_openid?: string | undefined }) => {
      const given = readOptions('user.list', query);
      const after = given['nextOpenid'] ?? given['next_openid'];
      const next_openid = optionalText('user.list', 'nextOpenid', after);
      return list(next_openid ? { next_openid } : {});
    },
  };
}

/** Maximum number of users in one call. */
const PAGE = 100;

function readPages(openids: unknown, options: unknown) {
  const call = 'user.batchGet';
  const texts = neededTexts(call, 'openids', openids);
  const { lang } = readOptions(call, options);
  const shared = { lang: neededName(call, 'lang', lang ?? 'zh_CN', LANGUAGES) };
  const all = texts.map((openid) => ({ openid, ...shared }));
  return Array.from({ length: Math.ceil(all.length / PAGE) }, (_, page) =>
    all.slice(page * PAGE, (page + 1) * PAGE),
  );
}

function readQuery(first: unknown, options: unknown): Parameters<Users['get']>[0] {
  const openid = neededText('user.get', 'openid', first);
  const { lang } = readOptions('user.get', options);
  return { openid, lang: neededName('user.get', 'lang', lang ?? 'zh_CN', LANGUAGES) };
}
