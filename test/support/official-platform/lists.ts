/** Lists that are given page by page. */
import type { Endpoints, World } from './call.ts';
import { demand, Refusal } from './refusal.ts';

type Given = Readonly<Record<string, unknown>>;

const OPENIDS = 10_000;
const DAY = 86_400;

/** How many openids a call may name. */
const MOST: Readonly<Record<string, number>> = {
  '/cgi-bin/tags/members/batchtagging': 50,
  '/cgi-bin/tags/members/batchuntagging': 50,
  '/cgi-bin/tags/members/batchblacklist': 20,
  '/cgi-bin/tags/members/batchunblacklist': 20,
};

/** Refuses a call that names too many openids. */
export function checkOpenidList(path: string, given: Given): void {
  const most = MOST[path];
  const openids = given['openid_list'];
  if (most !== undefined && Array.isArray(openids)) demand(openids.length <= most, 40032);
}

/** A page by offset and count. Which code a count out of range has is not known; this is a guess. */
export function takePage(items: readonly unknown[], { offset, count }: Given) {
  demand(isIndex(offset), 40097);
  demand(isIndex(count) && count >= 1 && count <= 20, 40097);
  const item = items.slice(offset, offset + count);
  return { total_count: items.length, item_count: item.length, item };
}

export function listEndpoints({ data }: World): Endpoints {
  return {
    '/cgi-bin/user/get': ({ query }) => {
      const all = data.followers ?? [];
      return { total: all.length, ...takeOpenids(all, query['next_openid']) };
    },
    '/cgi-bin/user/tag/get': ({ given }) => {
      const tagged = data.tagged[Number(given['tagid'])];
      if (!tagged) throw new Refusal(45159);
      return takeOpenids(tagged, given['next_openid']);
    },
    '/cgi-bin/tags/members/getblacklist': ({ given }) => {
      const all = data.blacklist;
      return { total: all.length, ...takeOpenids(all, given['begin_openid']) };
    },
    '/cgi-bin/draft/batchget': ({ given }) => takePage(data.drafts, given),
    '/cgi-bin/freepublish/batchget': ({ given }) => takePage(data.publications, given),
    '/customservice/msgrecord/getmsglist': ({ given }) => takeRecords(data.records, given),
    '/cgi-bin/comment/list': ({ given: { begin, count } }) => {
      demand(isIndex(count) && count >= 1 && count <= 50, 88010);
      demand(isIndex(begin), 40097);
      const comment = data.comments.slice(begin, begin + count);
      return { errcode: 0, errmsg: 'ok', total: data.comments.length, comment };
    },
  };
}

/** The last page names its last openid too; the page after it has no `data`. */
function takeOpenids(all: readonly string[], after: unknown) {
  const start = after ? all.indexOf(`${after as string}`) + 1 : 0;
  demand(!after || start > 0, 40003);
  const openid = all.slice(start, start + OPENIDS);
  if (openid.length === 0) return { count: 0, next_openid: '' };
  return { count: openid.length, data: { openid }, next_openid: openid.at(-1) };
}

/** `msgid` is the first that is given, in the answer the first that is left. */
function takeRecords(records: readonly unknown[], given: Given) {
  const { starttime, endtime, msgid, number } = given;
  demand(isIndex(starttime) && isIndex(endtime) && isIndex(msgid) && isIndex(number), 65416);
  demand(msgid >= 1 && number >= 1 && number <= 10_000 && starttime < endtime, 65416);
  demand(endtime - starttime <= DAY, 65417);
  const recordlist = records.slice(msgid - 1, msgid - 1 + number);
  return { recordlist, number: recordlist.length, msgid: msgid + recordlist.length };
}

function isIndex(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}
