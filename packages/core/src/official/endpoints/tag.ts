import { get, post } from '../endpoint.ts';
import { OPENID_PAGING, type OpenidPage } from './common.ts';

/** 标签: tags on followers. */
export const tag = {
  /**
   * 创建标签: creates a tag.
   * @see https://developers.weixin.qq.com/doc/service/api/usermanage/tag/api_createtag.html
   */
  create: post<{ tag: { name: string } }, { tag: { id: number; name: string } }>(
    '/cgi-bin/tags/create',
  ),
  /**
   * 获取标签: lists the tags and how many followers each has.
   * @see https://developers.weixin.qq.com/doc/service/api/usermanage/tag/api_gettags.html
   */
  list: get<{ tags: { id: number; name: string; count: number }[] }>('/cgi-bin/tags/get'),
  /**
   * 编辑标签: renames a tag.
   * @see https://developers.weixin.qq.com/doc/service/api/usermanage/tag/api_updatetag.html
   */
  update: post<{ tag: { id: number; name: string } }>('/cgi-bin/tags/update'),
  /**
   * 删除标签: deletes a tag.
   * @see https://developers.weixin.qq.com/doc/service/api/usermanage/tag/api_deletetag.html
   */
  delete: post<{ tag: { id: number } }>('/cgi-bin/tags/delete'),
  /**
   * 获取标签下粉丝列表: lists the followers with a tag, after `next_openid`.
   * @see https://developers.weixin.qq.com/doc/service/api/usermanage/tag/api_gettagfans.html
   */
  getUsers: post<{ tagid: number; next_openid?: string | undefined }, OpenidPage>(
    '/cgi-bin/user/tag/get',
    // The documentation does not say how large a page is: each may be a full one.
    { idempotent: true, paging: { ...OPENID_PAGING, size: 1 } },
  ),
  /**
   * 批量为用户打标签: gives 50 followers at most a tag.
   * @see https://developers.weixin.qq.com/doc/service/api/usermanage/tag/api_batchtagging.html
   */
  batchTag: post<{ openid_list: string[]; tagid: number }>('/cgi-bin/tags/members/batchtagging'),
  /**
   * 批量为用户取消标签: takes a tag from 50 followers at most.
   * @see https://developers.weixin.qq.com/doc/service/api/usermanage/tag/api_batchuntagging.html
   */
  batchUntag: post<{ openid_list: string[]; tagid: number }>(
    '/cgi-bin/tags/members/batchuntagging',
  ),
  /**
   * 获取用户的标签列表: lists the tags of a follower.
   * @see https://developers.weixin.qq.com/doc/service/api/usermanage/tag/api_gettagidlist.html
   */
  getUserTags: post<{ openid: string }, { tagid_list: number[] }>('/cgi-bin/tags/getidlist', {
    idempotent: true,
  }),
};
