/** Lists that only a current session has. */
import type { BackEndCall } from './call.ts';
import type { Follower } from './data.ts';
import { type BackEndResponse, type Endpoint, verdict } from './endpoint.ts';
import type { Publication } from './library.ts';
import { cutPage } from './material.ts';
import { OWN } from './own.ts';
import { countGroups } from './reading.ts';
import { findUser, type World } from './world.ts';

const COMMON = 'token=<token> lang=zh_CN f=json ajax=1 fingerprint?=<text>';
const ALL = '-2';

function listFans({ query }: BackEndCall, world: World): BackEndResponse {
  const { groupid = ALL, begin_openid = '-1', begin_create_time } = query;
  const fans = world.data.users
    .filter(({ group_id }) => groupid === ALL || String(group_id) === groupid)
    .sort((one, two) => two.create_time - one.create_time);
  const last = fans.findIndex(
    ({ openid, create_time }) =>
      openid === begin_openid && String(create_time) === begin_create_time,
  );
  if (begin_openid !== '-1' && last === -1) return verdict(200_002, 'invalid args');
  const begin = last + 1 + Number(query['offset']);
  return verdict(0, 'ok', {
    user_list: { user_info_list: fans.slice(begin, begin + Number(query['limit'])).map(toFan) },
    group_info: {
      group_info_list: countGroups(world).map(({ id, name, cnt }) => ({
        group_id: id,
        group_name: name,
        group_cnt: cnt,
      })),
    },
  });
}

function toFan({ openid, nick_name, remark_name, group_id, create_time }: Follower) {
  return {
    user_openid: openid,
    user_name: nick_name,
    user_remark: remark_name,
    user_group_id: group_id === 0 ? [] : [group_id],
    user_create_time: create_time,
    user_head_img: `http://wx.qlogo.cn/mmhead/${openid}/132`,
  };
}

function showFan({ form }: BackEndCall, world: World): BackEndResponse {
  const user = findUser(world, form['user_openid']);
  return verdict(0, 'ok', { user_list: { user_info_list: user ? [toFan(user)] : [] } });
}

/** Answers JSON in a string, which holds JSON in strings. */
function listPublished(
  call: BackEndCall,
  { data: { published, accounts } }: World,
): BackEndResponse {
  const { fakeid = OWN.biz, query = '' } = call.query;
  const isKnown = fakeid === OWN.biz || accounts.some((account) => account.fakeid === fakeid);
  if (!isKnown) return verdict(200_002, 'invalid args');
  const found = published.filter(
    (one) => one.fakeid === fakeid && one.titles.some((title) => title.includes(query)),
  );
  const publish_page = JSON.stringify({
    total_count: found.length,
    publish_count: found.length,
    masssend_count: found.length,
    featured_count: 0,
    publish_list: cutPage(found, call).map((one) => ({
      publish_type: 101,
      publish_info: JSON.stringify(toPublication(one)),
    })),
  });
  return verdict(0, 'ok', { publish_page, is_admin: true });
}

function toPublication({ msgid, time, titles, fakeid }: Publication) {
  const articles = titles.map((title, at) => ({
    aid: `${msgid}_${at + 1}`,
    appmsgid: msgid,
    itemidx: at + 1,
    title,
    digest: '摘要',
    cover: 'https://mmbiz.qpic.cn/mmbiz_jpg/1/0',
    link: `http://mp.weixin.qq.com/s?__biz=${fakeid}&mid=${msgid}&idx=${at + 1}`,
    author_name: '作者',
    create_time: time,
    update_time: time,
  }));
  return {
    type: 9,
    msgid,
    sent_info: { time, func_flag: 0, is_send_all: true, is_published: 1 },
    sent_status: { total: 45, succ: 45, fail: 0, progress: 100, userprotect: 0 },
    sent_result: { msg_status: 2, refuse_reason: '', reject_index_list: [], update_time: time },
    appmsg_info: articles.map(({ appmsgid, title }) => ({ appmsgid, title, share_type: 0 })),
    appmsgex: articles,
  };
}

function search(call: BackEndCall, { data: { accounts } }: World): BackEndResponse {
  const { query = '' } = call.query;
  const found = accounts.filter(
    ({ nickname, alias }) => nickname.includes(query) || alias === query,
  );
  return verdict(0, 'ok', { list: cutPage(found, call), total: found.length });
}

const OTHERS = `begin=<int> count=<int> fakeid=<text> type=101_1 free_publish_type=1 sub_action=list_ex ${COMMON}`;

export const modernEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/cgi-bin/user_tag',
    query: `action=get_user_list groupid=<int> begin_openid=<text> begin_create_time=<int> limit=<int> offset=<int> backfoward=1 ${COMMON}`,
    isThrottled: true,
    handle: listFans,
  },
  {
    method: 'POST',
    path: '/cgi-bin/user_tag',
    query: 'action=get_fans_info',
    form: `user_openid=<text> identity_open_id= random?=<random> ${COMMON}`,
    handle: showFan,
  },
  {
    method: 'GET',
    path: '/cgi-bin/appmsgpublish',
    query: `sub=list begin=<int> count=<int> ${COMMON}`,
    isThrottled: true,
    handle: listPublished,
  },
  {
    method: 'GET',
    path: '/cgi-bin/appmsgpublish',
    query: `sub=list search_field=null query= ${OTHERS}`,
    isThrottled: true,
    handle: listPublished,
  },
  {
    method: 'GET',
    path: '/cgi-bin/appmsgpublish',
    query: `sub=search search_field=7 query=<text> ${OTHERS}`,
    isThrottled: true,
    handle: listPublished,
  },
  {
    method: 'GET',
    path: '/cgi-bin/searchbiz',
    query: `action=search_biz begin=<int> count=<int> query=<text> ${COMMON}`,
    isThrottled: true,
    handle: search,
  },
];
