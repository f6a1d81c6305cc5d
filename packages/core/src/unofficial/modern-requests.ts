import type { BackEndRequest, FormValues } from './http.ts';
import type { SessionFields } from './requests.ts';

const json = ({ token }: SessionFields): FormValues => ({
  token,
  lang: 'zh_CN',
  f: 'json',
  ajax: 1,
});

/** The requests of a modern session. */
export const modern = {
  fans: (
    place: SessionFields,
    given: {
      groupId: number | string;
      after: { openid: string; createTime: number | string } | undefined;
      limit: number;
      offset: number;
    },
  ): BackEndRequest => ({
    method: 'GET',
    path: '/cgi-bin/user_tag',
    query: {
      action: 'get_user_list',
      groupid: given.groupId,
      begin_openid: given.after?.openid ?? -1,
      begin_create_time: given.after?.createTime ?? -1,
      limit: given.limit,
      offset: given.offset,
      // The back end spells it so.
      backfoward: 1,
      ...json(place),
    },
    referer: `/cgi-bin/user_tag?action=get_all_data&lang=zh_CN&token=${place.token}`,
  }),

  fanInfo: (place: SessionFields, openid: string): BackEndRequest => ({
    method: 'POST',
    path: '/cgi-bin/user_tag',
    query: { action: 'get_fans_info' },
    form: { user_openid: openid, identity_open_id: '', random: Math.random(), ...json(place) },
    referer: `/cgi-bin/user_tag?action=get_all_data&lang=zh_CN&token=${place.token}`,
  }),

  drafts: (place: SessionFields, begin: number, count: number): BackEndRequest => ({
    method: 'GET',
    path: '/cgi-bin/appmsg',
    query: { begin, count, type: 77, action: 'list', ...json(place) },
    referer: `/cgi-bin/appmsg?begin=0&count=10&type=77&action=list_card&token=${place.token}&lang=zh_CN`,
  }),

  published: (
    place: SessionFields,
    given: {
      fakeid?: string | undefined;
      keyword?: string | undefined;
      begin: number;
      count: number;
    },
  ): BackEndRequest => ({
    method: 'GET',
    path: '/cgi-bin/appmsgpublish',
    query:
      given.fakeid === undefined
        ? { sub: 'list', begin: given.begin, count: given.count, ...json(place) }
        : {
            sub: given.keyword === undefined ? 'list' : 'search',
            search_field: given.keyword === undefined ? 'null' : '7',
            begin: given.begin,
            count: given.count,
            query: given.keyword ?? '',
            fakeid: given.fakeid,
            type: '101_1',
            free_publish_type: 1,
            sub_action: 'list_ex',
            ...json(place),
          },
    referer: `/cgi-bin/appmsg?t=media/appmsg_edit_v2&action=edit&isNew=1&type=77&token=${place.token}&lang=zh_CN`,
  }),

  accounts: (
    place: SessionFields,
    keyword: string,
    begin: number,
    count: number,
  ): BackEndRequest => ({
    method: 'GET',
    path: '/cgi-bin/searchbiz',
    query: { action: 'search_biz', begin, count, query: keyword, ...json(place) },
    referer: `/cgi-bin/appmsg?t=media/appmsg_edit_v2&action=edit&isNew=1&type=77&token=${place.token}&lang=zh_CN`,
  }),
};
