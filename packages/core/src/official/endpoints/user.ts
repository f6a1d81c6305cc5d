import { get, post } from '../endpoint.ts';
import { OPENID_PAGING, type OpenidPage } from './common.ts';

/** The language of what is written out. Default: zh_CN. */
export type UserLang = 'zh_CN' | 'zh_TW' | 'en';

/** A user; of one who does not follow the account, only `subscribe` and the ids are there. */
export interface User {
  openid: string;
  /** Present when the account belongs to an Open Platform account. */
  unionid?: string;
  subscribe: 0 | 1;
  subscribe_time?: number;
  subscribe_scene?: string;
  language?: string;
  remark?: string;
  groupid?: number;
  tagid_list?: number[];
  qr_scene?: number;
  qr_scene_str?: string;
  /** No longer filled since December 2021, like those below. */
  nickname?: string;
  headimgurl?: string;
  sex?: number;
  country?: string;
  province?: string;
  city?: string;
}

/** 用户: users and followers. */
export const user = {
  /**
   * 获取用户基本信息: gets what is known of a user.
   * @see https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_userinfo.html
   */
  get: get<User, { openid: string; lang?: UserLang | undefined }>('/cgi-bin/user/info', {
    query: ['openid', 'lang'],
  }),
  /**
   * 批量获取用户基本信息: gets what is known of 100 users at most.
   * @see https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_batchuserinfo.html
   */
  batchGet: post<
    { user_list: { openid: string; lang?: UserLang | undefined }[] },
    { user_info_list: User[] }
  >('/cgi-bin/user/info/batchget', { idempotent: true }),
  /**
   * 设置用户备注名: sets the account’s own name for a follower.
   * @see https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_updateremark.html
   */
  updateRemark: post<{ openid: string; remark: string }>('/cgi-bin/user/info/updateremark'),
  /**
   * 获取关注用户列表: lists the followers, 10000 at once, after `next_openid`.
   * @see https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_getfans.html
   */
  list: get<OpenidPage & { total: number }, { next_openid?: string | undefined }>(
    '/cgi-bin/user/get',
    {
      query: ['next_openid'],
      paging: { ...OPENID_PAGING, total: 'total' },
    },
  ),
  /**
   * 转换openid（账号迁移）: gives the openids here of users of an account that was moved, 100 at
   * most.
   * @see https://developers.weixin.qq.com/doc/service/api/usermanage/changeopenid/api_changeopenid.html
   */
  changeOpenid: post<
    { from_appid: string; openid_list: string[] },
    {
      result_list: {
        ori_openid: string;
        /** Present when the user was found. */
        new_openid?: string;
        err_msg: string;
      }[];
    }
  >('/cgi-bin/changeopenid'),
};
