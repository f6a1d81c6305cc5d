import { post } from '../endpoint.ts';
import { OPENID_PAGING, type OpenidPage } from './common.ts';

/** 黑名单: blocked users. */
export const blacklist = {
  /**
   * 获取黑名单列表: lists who is blocked, 10000 at once, after `begin_openid`.
   * @see https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_getblacklist.html
   */
  list: post<{ begin_openid?: string | undefined }, OpenidPage & { total: number }>(
    '/cgi-bin/tags/members/getblacklist',
    // 1000 or 10000, depending on the page of the documentation; fewer than 1000 are the last.
    {
      idempotent: true,
      paging: { ...OPENID_PAGING, at: 'begin_openid', size: 1000, total: 'total' },
    },
  ),
  /**
   * 批量拉黑用户: blocks 20 followers at most.
   * @see https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_batchblacklist.html
   */
  add: post<{ openid_list: string[] }>('/cgi-bin/tags/members/batchblacklist'),
  /**
   * 批量取消拉黑用户: lets 20 blocked users at most back.
   * @see https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_batchunblacklist.html
   */
  remove: post<{ openid_list: string[] }>('/cgi-bin/tags/members/batchunblacklist'),
};
