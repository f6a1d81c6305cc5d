import { get, post } from '../endpoint.ts';

/** 分组: groups of followers, which tags replaced. */
export const group = {
  /**
   * 创建分组: creates a group.
   * @deprecated Use `tag.create`.
   */
  create: post<{ group: { name: string } }, { group: { id: number; name: string } }>(
    '/cgi-bin/groups/create',
  ),
  /**
   * 查询所有分组: lists the groups and how many followers each has.
   * @deprecated Use `tag.list`.
   */
  list: get<{ groups: { id: number; name: string; count: number }[] }>('/cgi-bin/groups/get'),
  /**
   * 查询用户所在分组: tells which group a follower is in.
   * @deprecated Use `tag.getUserTags`.
   */
  getUserGroup: post<{ openid: string }, { groupid: number }>('/cgi-bin/groups/getid', {
    idempotent: true,
  }),
  /**
   * 修改分组名: renames a group.
   * @deprecated Use `tag.update`.
   */
  update: post<{ group: { id: number; name: string } }>('/cgi-bin/groups/update'),
  /**
   * 移动用户分组: moves a follower to a group.
   * @deprecated Use `tag.batchTag`.
   */
  moveUser: post<{ openid: string; to_groupid: number }>('/cgi-bin/groups/members/update'),
  /**
   * 批量移动用户分组: moves followers to a group.
   * @deprecated Use `tag.batchTag`.
   */
  batchMoveUsers: post<{ openid_list: string[]; to_groupid: number }>(
    '/cgi-bin/groups/members/batchupdate',
  ),
  /**
   * 删除分组: deletes a group.
   * @deprecated Use `tag.delete`.
   */
  delete: post<{ group: { id: number } }>('/cgi-bin/groups/delete'),
};
