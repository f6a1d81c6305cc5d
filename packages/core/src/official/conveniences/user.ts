import type { User, UserLang } from '../endpoints/index.ts';
import type { Api } from './api.ts';
import { isWire, neededName, neededText, optionalText, optionsOf } from './argument.ts';

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
   * 获取关注用户列表: lists 10000 followers at most, after `nextOpenid`. `user.iterate()` goes through
   * all of them.
   */
  list(options?: { nextOpenid?: string | undefined }): ReturnType<Users['list']>;

  /** 获取关注用户列表: the same in the form that it has on the wire. */
  list(query?: Parameters<Users['list']>[0]): ReturnType<Users['list']>;
}

const LANGUAGES: readonly UserLang[] = ['zh_CN', 'zh_TW', 'en'];

/** Makes the methods of users that take arguments. */
export function userOf({ get, list }: Pick<Users, 'get' | 'list'>): UserMethods {
  return {
    get: async (
      first: string | Parameters<Users['get']>[0],
      options?: { lang?: UserLang | undefined },
    ) => get(isWire(first) ? first : queryOf(first, options)),
    list: async (query?: { nextOpenid?: string | undefined; next_openid?: string | undefined }) => {
      const given = optionsOf('user.list', query);
      const after = given['nextOpenid'] ?? given['next_openid'];
      const next_openid = optionalText('user.list', 'nextOpenid', after);
      return list(next_openid ? { next_openid } : {});
    },
  };
}

function queryOf(first: unknown, options: unknown): Parameters<Users['get']>[0] {
  const openid = neededText('user.get', 'openid', first);
  const { lang } = optionsOf('user.get', options);
  return { openid, lang: neededName('user.get', 'lang', lang ?? 'zh_CN', LANGUAGES) };
}
