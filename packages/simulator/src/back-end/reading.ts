/** Followers, groups and messages, as listed in 2014. */
import { readSeconds } from '../clock.ts';
import type { BackEndCall } from './call.ts';
import type { DialogMessage } from './data.ts';
import { type BackEndResponse, type Endpoint, verdict } from './endpoint.ts';
import { OWN } from './own.ts';
import { toWireId } from './people.ts';
import { findUser, serializeList, type World } from './world.ts';

const MESSAGE_PAGE = '/cgi-bin/message?t=message/list&count=20&day=7&token={token}&lang=zh_CN';
/** The group of all followers. */
const ALL = -2;

function listContacts({ query }: BackEndCall, world: World): BackEndResponse {
  const [group, size, page] = [query['groupid'], query['pagesize'], query['pageidx']].map(Number);
  const members = world.data.users.filter(({ group_id }) => group === ALL || group_id === group);
  const begin = Number(page) * Number(size);
  const contacts = members
    .slice(begin, begin + Number(size))
    .map(({ fakeid, nick_name, remark_name, group_id }) => ({
      id: toWireId(fakeid),
      nick_name,
      remark_name,
      group_id,
    }));
  return verdict(0, 'ok', {
    contact_list: serializeList(world, { contacts }),
    group_list: serializeList(world, { groups: countGroups(world) }),
    total: members.length,
  });
}

export function countGroups({ data }: World): { id: number; name: string; cnt: number }[] {
  return data.groups.map(({ id, name }) => ({
    cnt: data.users.filter(({ group_id }) => group_id === id).length,
    id,
    name,
  }));
}

function listMessages({ query }: BackEndCall, world: World): BackEndResponse {
  const [day, offset, count] = [query['day'], query['offset'], query['count']].map(Number);
  const received = listReceived(world).filter(
    (message) =>
      isOfDay(message, Number(day), readSeconds(world.clock)) &&
      (query['frommsgid'] === '' || message.id <= Number(query['frommsgid'])) &&
      (query['action'] !== 'star' || message.is_starred_msg === 1),
  );
  const msg_item = received.slice(Number(offset), Number(offset) + Number(count));
  return verdict(0, 'ok', {
    msg_items: serializeList(world, { msg_item }),
    total_msg_cnt: received.length,
    latest_msg_id: listReceived(world)[0]?.id ?? 0,
    star_msg_cnt: world.data.messages.filter(({ is_starred_msg }) => is_starred_msg === 1).length,
    can_search_msg: 1,
    last_fans_msg_id: 0,
    new_user_tag: 0,
  });
}

/** Lists the received messages, newest first. */
function listReceived({ data }: World): DialogMessage[] {
  return data.messages
    .filter(({ fakeid }) => fakeid !== OWN.fakeid)
    .sort((one, two) => two.id - one.id);
}

/** Whether a message is of a day in China: 0 today, 1 yesterday, 2 the day before, 3 older, 7 all. */
function isOfDay({ date_time }: DialogMessage, day: number, now: number): boolean {
  const countDays = (seconds: number) => Math.floor((seconds + 8 * 3600) / 86_400);
  const age = countDays(now) - countDays(date_time);
  if (day === 7) return true;
  return day === 3 ? age >= 3 : age === day;
}

function countNew({ query }: BackEndCall, world: World): BackEndResponse {
  const newer = listReceived(world).filter(({ id }) => id > Number(query['lastmsgid']));
  const number = world.listsAs === 'string' ? String(newer.length) : newer.length;
  return { json: { ret: '0', newTotalMsgCount: number } };
}

/** Lists both sides of a conversation; the first bound is a message of the account, the second a time. */
function syncDialog({ query }: BackEndCall, world: World): BackEndResponse {
  const user = findUser(world, query['tofakeid']);
  if (!user || query['lastmsgfromfakeid'] !== OWN.fakeid) return verdict(-21, 'user not exist');
  const uin = toWireId(user.fakeid);
  const talk = world.data.messages
    .filter(({ fakeid, to_uin }) => fakeid === user.fakeid || to_uin === uin)
    .sort((one, two) => two.id - one.id);
  const last = talk.findIndex(
    ({ id, fakeid }) => String(id) === query['lastmsgid'] && fakeid === OWN.fakeid,
  );
  const msg_item = (last === -1 ? talk : talk.slice(0, last)).filter(
    ({ date_time }) => date_time >= Number(query['createtime']),
  );
  const page_info = { to_nick_name: user.nick_name, msg_items: { msg_item } };
  return verdict(0, 'ok', { page_info });
}

function showContact({ form }: BackEndCall, world: World): BackEndResponse {
  const user = findUser(world, form['fakeid']);
  if (!user) return verdict(-21, 'user not exist');
  const { fakeid, nick_name, remark_name, group_id } = user;
  const contact_info = {
    fake_id: toWireId(fakeid),
    nick_name,
    remark_name,
    user_name: '',
    signature: '签名 & "引号"',
    country: '中国',
    province: '广东',
    city: '深圳',
    gender: 1,
    group_id,
  };
  return verdict(0, 'ok', { contact_info, groups: { groups: countGroups(world) } });
}

export const readingEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/cgi-bin/contactmanage',
    query:
      't=user/index pagesize=<int> pageidx=<int> type=0 groupid=<int> lang=zh_CN f=json token=<token>',
    // The Python SDK names the token of the page when it lists users, and forgets it for groups.
    referer:
      '/cgi-bin/contactmanage?t=user/index&pagesize={pagesize}&pageidx={pageidx}&type=0&groupid=0&lang=zh_CN&token=',
    handle: listContacts,
  },
  {
    method: 'GET',
    path: '/cgi-bin/message',
    query:
      't=message/list f=json lang=zh_CN action?=star count=<int> day=0|1|2|3|7 frommsgid=<any> offset=<int> token=<token>',
    referer: MESSAGE_PAGE,
    handle: listMessages,
  },
  {
    method: 'GET',
    path: '/cgi-bin/getnewmsgnum',
    query:
      'f=json t=ajax-getmsgnum lastmsgid=<int> token=<token> lang=zh_CN ajax?=1 random?=<random>',
    referer: MESSAGE_PAGE,
    handle: countNew,
  },
  {
    method: 'POST',
    path: '/cgi-bin/getnewmsgnum',
    query: 'f=json t=ajax-getmsgnum lastmsgid=<int> token=<token> lang=zh_CN',
    form: 'ajax=1 f=json random=<random> lang=zh_CN token=<token>',
    referer: MESSAGE_PAGE,
    handle: countNew,
  },
  {
    method: 'GET',
    path: '/cgi-bin/singlesendpage',
    query:
      'tofakeid=<text> action=sync lastmsgfromfakeid=<text> lastmsgid=<int> createtime=<int> token=<token> lang=zh_CN f=json ajax=1',
    referer: MESSAGE_PAGE,
    handle: syncDialog,
  },
  {
    method: 'POST',
    path: '/cgi-bin/getcontactinfo',
    form: 'ajax=1 lang=zh_CN random=<random> token=<token> t=ajax-getcontactinfo fakeid=<text>',
    referer: '/cgi-bin/getmessage?t=wxm-message&lang=zh_CN&count=50&token={token}',
    handle: showContact,
  },
];
