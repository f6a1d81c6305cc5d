/** Paged lists. */
import { type Endpoints, isIndex, type JsonFields, OK, type Platform } from './call.ts';
import { demand } from './refusal.ts';

const OPENIDS = 10_000;
const DAY = 86_400;

/**
 * Returns a page by offset and count. The platform's code for a count out of range is unknown; this
 * one is a guess.
 */
export function takePage(items: readonly unknown[], { offset, count }: JsonFields): object {
  demand(isIndex(offset), 40097);
  demand(isIndex(count) && count >= 1 && count <= 20, 40097);
  const item = items.slice(offset, offset + count);
  return { total_count: items.length, item_count: item.length, item };
}

/** Returns a page of openids. The last page names its last openid too; the page after it has no `data`. */
export function takeOpenids(all: readonly string[], after: unknown): object {
  const start = after ? all.indexOf(`${after as string}`) + 1 : 0;
  demand(!after || start > 0, 40003);
  const openid = all.slice(start, start + OPENIDS);
  if (openid.length === 0) return { count: 0, next_openid: '' };
  return { count: openid.length, data: { openid }, next_openid: openid.at(-1) };
}

export function listEndpoints({ world }: Platform): Endpoints {
  return {
    '/customservice/msgrecord/getmsglist': ({ given }) => takeRecords(world.state.records, given),
    '/cgi-bin/comment/list': ({ given: { begin, count } }) => {
      const { comments } = world.state;
      demand(isIndex(count) && count >= 1 && count <= 50, 88010);
      demand(isIndex(begin), 40097);
      return { ...OK, total: comments.length, comment: comments.slice(begin, begin + count) };
    },
  };
}

/** Returns records from `msgid` on; the `msgid` of the answer is the first one left. */
function takeRecords(records: readonly unknown[], given: JsonFields) {
  const { starttime, endtime, msgid, number } = given;
  demand(isIndex(starttime) && isIndex(endtime) && isIndex(msgid) && isIndex(number), 65416);
  demand(msgid >= 1 && number >= 1 && number <= 10_000 && starttime < endtime, 65416);
  demand(endtime - starttime <= DAY, 65417);
  const recordlist = records.slice(msgid - 1, msgid - 1 + number);
  return { recordlist, number: recordlist.length, msgid: msgid + recordlist.length };
}
