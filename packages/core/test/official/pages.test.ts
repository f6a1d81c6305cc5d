/** The iterators against a platform that answers as it is documented, and refuses what it would. */

import { beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidArgumentError, NeedParamError } from '@wechat-mp/core';
import { bind } from '../../src/official/endpoint.ts';
import { endpoints } from '../../src/official/endpoints/index.ts';
import { createPages } from '../../src/official/pages.ts';
import { catchError } from '../support.ts';

type Fields = Record<string, unknown>;
type Platform = (asked: Fields) => unknown;

const asked: [path: string, fields: Fields][] = [];
let platform: Platform;
const pages = createPages(
  bind(endpoints, async ({ path }, { body, query }) => {
    const fields = JSON.parse(JSON.stringify(body ?? query)) as Fields;
    asked.push([path, fields]);
    return platform(fields);
  }),
);

beforeEach(() => {
  asked.length = 0;
});

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
/** Returns the rows of an iterator, up to a maximum. */
async function take<T>(rows: AsyncIterable<T>, most = Number.POSITIVE_INFINITY): Promise<T[]> {
  const taken: T[] = [];
  for await (const row of rows) {
    taken.push(row);
    if (taken.length >= most) break;
  }
  return taken;
}

function refuse(errcode: number): never {
  throw new Error(`refused with ${errcode}`);
}

/** A whole number within limits, or the call is refused. */
function within(value: unknown, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) return refuse(40097);
  return value < least || value > most ? refuse(40097) : value;
}

/** Openids come after the one that is named; the last page names its last one too. */
function openidLists(name: string, size: number, lastCursor = true) {
  const openids = (count: number) => numbers(count).map((number) => `o${number}`);
  const answers = (count: number): Platform => {
    const all = openids(count);
    return ({ [name]: after }) => {
      const start = after === undefined ? 0 : all.indexOf(after as string) + 1 || refuse(40003);
      const openid = all.slice(start, start + size);
      if (openid.length === 0) return { total: count, count: 0, next_openid: '' };
      const isLast = start + openid.length === count;
      const next_openid = isLast && !lastCursor ? '' : openid.at(-1);
      return { total: count, count: openid.length, data: { openid }, next_openid };
    };
  };
  return { size, createRows: openids, answers };
}

/** Rows from an offset on, and how many there are. */
function offsetLists(
  [offset, count]: [string, string],
  [rows, total]: [string, string],
  [size, most]: [number, number],
) {
  const createRows = (length: number) => numbers(length).map((id) => ({ id }));
  const answers =
    (length: number): Platform =>
    (fields) => {
      const start = within(fields[offset], 0, Number.MAX_SAFE_INTEGER);
      const page = createRows(length).slice(start, start + within(fields[count], 1, most));
      return { [total]: length, [rows]: page };
    };
  return { size, createRows, answers };
}
const itemLists = offsetLists(['offset', 'count'], ['item', 'total_count'], [20, 20]);

const records = {
  size: 10_000,
  createRows: (length: number) => numbers(length).map((time) => ({ time })),
  answers:
    (length: number): Platform =>
    ({ msgid, number }) => {
      // A line has the id of its time; the first page is asked for with 1.
      const after = msgid === 1 ? 0 : (msgid as number) - 5000;
      const recordlist = records.createRows(length).slice(after, after + within(number, 1, 10_000));
      const last = recordlist.at(-1)?.time ?? after;
      return { recordlist, number: recordlist.length, msgid: last + 5000 };
    },
};

/** Ids beyond 2^53, in no order. */
const heldBack = {
  size: 100,
  createRows: (length: number) =>
    numbers(length).map((id) => ({ id: `90071992547409${1000 + id}` })),
  answers:
    (length: number): Platform =>
    ({ largest_id, limit }) => {
      const isRest = ({ id }: { id: string }) => BigInt(id) > BigInt(largest_id as string);
      const page = heldBack
        .createRows(length)
        .filter(isRest)
        .slice(0, within(limit, 1, 100));
      const every = (second: number) => page.filter((_, index) => index % 2 === second);
      return { msginfo: [...every(1), ...every(0)] };
    },
};

const jumpRules = {
  size: 200,
  createRows: (length: number) => numbers(length).map((prefix) => ({ prefix })),
  answers:
    (length: number): Platform =>
    ({ get_type, page_num, page_size }) => {
      if (get_type !== 2) refuse(40097);
      const size = within(page_size, 1, 200);
      const start = (within(page_num, 1, 1000) - 1) * size;
      return {
        rule_list: jumpRules.createRows(length).slice(start, start + size),
        list_size: length,
      };
    },
};

interface List {
  readonly name: string;
  readonly path: string;
  readonly start: () => AsyncIterableIterator<unknown>;
  /** Rows of a full page. */
  readonly size: number;
  readonly createRows: (length: number) => unknown[];
  readonly answers: (length: number) => Platform;
  /** Calls for no row, for one, for a full page, for one row more, and for a row more than two pages. */
  readonly calls: readonly [number, number, number, number, number];
}

const DAY = { starttime: 1_700_000_000, endtime: 1_700_086_400 };
const comments = offsetLists(['begin', 'count'], ['comment', 'total'], [49, 49]);
const lists: List[] = [
  {
    name: 'user.iterate()',
    path: '/cgi-bin/user/get',
    start: () => pages.user.iterate(),
    ...openidLists('next_openid', 10_000),
    calls: [1, 1, 1, 2, 3],
  },
  {
    name: 'user.iterate() where the last page has no cursor',
    path: '/cgi-bin/user/get',
    start: () => pages.user.iterate(),
    ...openidLists('next_openid', 10_000, false),
    calls: [1, 1, 1, 2, 3],
  },
  {
    // How large a page is, is not documented.
    name: 'tag.iterateUsers()',
    path: '/cgi-bin/user/tag/get',
    start: () => pages.tag.iterateUsers(100),
    ...openidLists('next_openid', 300),
    calls: [1, 2, 2, 3, 4],
  },
  {
    name: 'tag.iterateUsers() where the last page has no cursor',
    path: '/cgi-bin/user/tag/get',
    start: () => pages.tag.iterateUsers(100),
    ...openidLists('next_openid', 10_000, false),
    calls: [1, 1, 1, 2, 3],
  },
  {
    name: 'blacklist.iterate() with 1000 in a page',
    path: '/cgi-bin/tags/members/getblacklist',
    start: () => pages.blacklist.iterate(),
    ...openidLists('begin_openid', 1000),
    calls: [1, 1, 1, 2, 3],
  },
  {
    name: 'blacklist.iterate() with 10000 in a page',
    path: '/cgi-bin/tags/members/getblacklist',
    start: () => pages.blacklist.iterate(),
    ...openidLists('begin_openid', 10_000),
    calls: [1, 1, 1, 2, 3],
  },
  {
    name: 'material.iterate()',
    path: '/cgi-bin/material/batchget_material',
    start: () => pages.material.iterate('image'),
    ...itemLists,
    calls: [1, 1, 1, 2, 3],
  },
  {
    name: 'draft.iterate()',
    path: '/cgi-bin/draft/batchget',
    start: () => pages.draft.iterate(),
    ...itemLists,
    calls: [1, 1, 1, 2, 3],
  },
  {
    name: 'freepublish.iterate()',
    path: '/cgi-bin/freepublish/batchget',
    start: () => pages.freepublish.iterate(),
    ...itemLists,
    calls: [1, 1, 1, 2, 3],
  },
  {
    name: 'comment.iterate()',
    path: '/cgi-bin/comment/list',
    start: () => pages.comment.iterate({ msg_data_id: 1 }),
    ...comments,
    calls: [1, 1, 1, 2, 3],
  },
  {
    name: 'store.iterate()',
    path: '/wxa/get_store_list',
    start: () => pages.store.iterate(),
    ...offsetLists(['offset', 'limit'], ['business_list', 'total_count'], [50, 50]),
    calls: [1, 1, 1, 2, 3],
  },
  {
    name: 'card.iterate()',
    path: '/card/batchget',
    start: () => pages.card.iterate(),
    ...offsetLists(['offset', 'count'], ['card_id_list', 'total_num'], [50, 50]),
    calls: [1, 1, 1, 2, 3],
  },
  {
    name: 'component.iterateAuthorizers()',
    path: '/cgi-bin/component/api_get_authorizer_list',
    start: () => pages.component.iterateAuthorizers(),
    ...offsetLists(['offset', 'count'], ['list', 'total_count'], [500, 500]),
    calls: [1, 1, 1, 2, 3],
  },
  {
    name: 'message.subscribe.iteratePubTemplateTitles()',
    path: '/wxaapi/newtmpl/getpubtemplatetitles',
    start: () => pages.message.subscribe.iteratePubTemplateTitles({ ids: '2,616' }),
    ...offsetLists(['start', 'limit'], ['data', 'count'], [30, 30]),
    calls: [1, 1, 1, 2, 3],
  },
  {
    name: 'kf.iterateRecords()',
    path: '/customservice/msgrecord/getmsglist',
    start: () => pages.kf.iterateRecords(DAY),
    ...records,
    calls: [1, 1, 2, 2, 3],
  },
  {
    name: 'message.template.iterateBlocked()',
    path: '/wxa/sec/queryblocktmplmsg',
    start: () => pages.message.template.iterateBlocked({ tmpl_msg_id: 't1' }),
    ...heldBack,
    calls: [1, 1, 2, 2, 3],
  },
  {
    name: 'qrcode.iterateJumpRules()',
    path: '/cgi-bin/wxopen/qrcodejumpget',
    start: () => pages.qrcode.iterateJumpRules({ appid: 'wx1' }),
    ...jumpRules,
    calls: [1, 1, 2, 2, 3],
  },
];

describe.each(lists)('$name', ({ path, start, size, createRows, answers, calls }) => {
  const lengths = [0, 1, size, size + 1, 2 * size + 1];
  const rows = lengths.map((length, index) => [length, calls[index]] as const);

  it.each(rows)('gives each of %i rows once, with %i calls', async (length, expected) => {
    platform = answers(length);
    const taken = await take(start());
    expect(taken).toHaveLength(length);
    expect(new Set(taken.map((row) => JSON.stringify(row)))).toEqual(
      new Set(createRows(length).map((row) => JSON.stringify(row))),
    );
    expect(asked.map(([called]) => called)).toEqual(Array(expected).fill(path));
  });

  it('asks for nothing before the first row, and for a page when its first row is', async () => {
    platform = answers(size + 1);
    const iterator = start();
    expect(asked).toHaveLength(0);
    for (const _ of numbers(size)) await iterator.next();
    expect(asked).toHaveLength(1);
    await iterator.next();
    expect(asked).toHaveLength(2);
  });

  it('asks for no more when the loop is left', async () => {
    platform = answers(3 * size);
    const iterator = start();
    expect(await take(iterator, size)).toHaveLength(size);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(asked).toHaveLength(1);
  });

  it('ends with the error of a page, behind the rows of those before', async () => {
    const answer = answers(3 * size);
    platform = (fields) => (asked.length === 2 ? refuse(45009) : answer(fields));
    const taken: unknown[] = [];
    const iterator = start();
    const error = await catchError(async () => {
      for await (const row of iterator) taken.push(row);
    });
    expect(error.message).toBe('refused with 45009');
    expect(taken).toHaveLength(size);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });
});

describe('a list whose places come up again ends', () => {
  const openid = Array.from({ length: 10_000 }, (_, index) => `o${index}`);
  const cursors = (...names: string[]): Platform => {
    return () => ({ data: { openid }, next_openid: names[(asked.length - 1) % names.length] });
  };
  const recordlist = numbers(10_000).map((time) => ({ time }));
  const msginfo = numbers(100).map((id) => ({ id }));

  it.each<[string, () => AsyncIterable<unknown>, Platform, number]>([
    ['the same cursor', () => pages.user.iterate(), cursors('a'), 2],
    ['three cursors in turn', () => pages.user.iterate(), cursors('a', 'b', 'c'), 4],
    ['where it began', () => pages.user.iterate({ nextOpenid: 'a' }), cursors('a'), 1],
    ['the first msgid', () => pages.kf.iterateRecords(DAY), () => ({ recordlist, msgid: 1 }), 1],
    [
      'the msgid as a text',
      () => pages.kf.iterateRecords(DAY),
      () => ({ recordlist, msgid: '1' }),
      1,
    ],
    [
      'the largest id',
      () => pages.message.template.iterateBlocked({ tmpl_msg_id: 't1' }),
      () => ({ msginfo }),
      2,
    ],
  ])('%s', async (_, start, answer, calls) => {
    platform = answer;
    await take(start());
    expect(asked).toHaveLength(calls);
  });

  it('no rows, whatever the total and the cursor say', async () => {
    platform = () => ({ total_count: 1000, item_count: 0, item: [] });
    expect(await take(pages.draft.iterate())).toEqual([]);
    expect(asked.splice(0)).toHaveLength(2);
    platform = () => ({ total: 1000, count: 0, next_openid: `o${asked.length}` });
    expect(await take(pages.user.iterate())).toEqual([]);
    expect(asked.splice(0)).toHaveLength(2);
    platform = () => ({ count: 5, data: { openid: [] }, next_openid: `o${asked.length}` });
    expect(await take(pages.tag.iterateUsers(100))).toEqual([]);
    platform = () => ({ count: 5, next_openid: `o${asked.length}` });
    expect(await take(pages.tag.iterateUsers(100))).toEqual([]);
    expect(asked).toHaveLength(2);
  });
});

describe('a list that says how many rows it has goes on', () => {
  it.each([
    ['user.iterate()', () => pages.user.iterate(), 'next_openid', 9999, 3],
    ['blacklist.iterate()', () => pages.blacklist.iterate(), 'begin_openid', 999, 24],
  ] as const)('behind pages that are not full: %s', async (_, start, name, size, calls) => {
    const { answers, createRows } = openidLists(name, size);
    platform = answers(23_000);
    expect(await take(start())).toEqual(createRows(23_000));
    expect(asked).toHaveLength(calls);
  });

  it('behind a given start, up to a page without rows', async () => {
    const { answers, createRows } = openidLists('next_openid', 9999);
    platform = answers(23_000);
    const rest = await take(pages.user.iterate({ nextOpenid: 'o15000' }));
    expect(rest).toEqual(createRows(23_000).slice(15_000));
    expect(asked).toHaveLength(2);
  });

  it('when some of them go meanwhile', async () => {
    const { answers, createRows } = openidLists('next_openid', 10_000);
    platform = (fields) => ({ ...(answers(10_000)(fields) as object), total: 10_001 });
    expect(await take(pages.user.iterate())).toEqual(createRows(10_000));
    expect(asked).toHaveLength(2);
  });

  it('behind one page without rows', async () => {
    const items = itemLists.answers(45);
    platform = (fields) => ({
      ...(items(fields) as object),
      ...(fields['offset'] === 20 && { item: [] }),
    });
    expect(await take(pages.freepublish.iterate())).toHaveLength(25);
    expect(asked.map(([, { offset }]) => offset)).toEqual([0, 20, 40]);

    const openids = openidLists('next_openid', 10_000).answers(20_000);
    asked.length = 0;
    platform = (fields) =>
      asked.length === 1
        ? { total: 20_000, count: 0, data: { openid: [] }, next_openid: 'o10000' }
        : openids(fields);
    expect(await take(pages.user.iterate())).toHaveLength(10_000);
  });
});

describe('a list by offset', () => {
  it('continues after a page with fewer rows than requested, up to the total', async () => {
    const answer = itemLists.answers(25);
    platform = (fields) => answer({ ...fields, count: 10 });
    expect(await take(pages.draft.iterate())).toEqual(itemLists.createRows(25));
    expect(asked.map(([, { offset }]) => offset)).toEqual([0, 10, 20]);
  });

  it.each([
    [19, 1],
    [20, 2],
    [21, 2],
  ])('of %i rows without a total ends with the page that is not full', async (length, calls) => {
    const answer = itemLists.answers(length);
    platform = (fields) => ({ ...(answer(fields) as object), total_count: undefined });
    expect(await take(pages.draft.iterate())).toEqual(itemLists.createRows(length));
    expect(asked).toHaveLength(calls);
  });
});

describe('a page is asked for', () => {
  const item = { offset: 0, count: 20 };
  it.each<[string, () => AsyncIterable<unknown>, Fields]>([
    ['the followers', () => pages.user.iterate({}), {}],
    ['those after one', () => pages.user.iterate({ nextOpenid: 'o9' }), { next_openid: 'o9' }],
    ['a tag', () => pages.tag.iterateUsers(100), { tagid: 100 }],
    ['the blocked', () => pages.blacklist.iterate(), {}],
    ['a type', () => pages.material.iterate('news'), { ...item, type: 'news' }],
    ['drafts', () => pages.draft.iterate({}), { ...item, no_content: 0 }],
    ['titles', () => pages.draft.iterate({ noContent: true }), { ...item, no_content: 1 }],
    ['what is out', () => pages.freepublish.iterate(), { ...item, no_content: 0 }],
    [
      'its titles',
      () => pages.freepublish.iterate({ noContent: true }),
      { ...item, no_content: 1 },
    ],
    ['a day', () => pages.kf.iterateRecords(DAY), { ...DAY, msgid: 1, number: 10_000 }],
    [
      'comments',
      () => pages.comment.iterate({ msg_data_id: '1' }),
      { msg_data_id: '1', type: 0, begin: 0, count: 49 },
    ],
    [
      'some comments',
      () => pages.comment.iterate({ msg_data_id: '1', index: 2, type: 1 }),
      { msg_data_id: '1', index: 2, type: 1, begin: 0, count: 49 },
    ],
    [
      'cards',
      () => pages.card.iterate({ status_list: ['CARD_STATUS_DISPATCH'] }),
      { status_list: ['CARD_STATUS_DISPATCH'], offset: 0, count: 50 },
    ],
    [
      'accounts of a platform',
      () => pages.component.iterateAuthorizers({ component_appid: 'wx1' }),
      { component_appid: 'wx1', offset: 0, count: 500 },
    ],
    [
      'held back messages',
      () => pages.message.template.iterateBlocked({ tmpl_msg_id: 't1' }),
      { tmpl_msg_id: 't1', largest_id: 0, limit: 100 },
    ],
  ])('with what says which: %s', async (_, start, fields) => {
    platform = () => ({});
    expect(await take(start())).toEqual([]);
    expect(asked.map(([, given]) => given)).toEqual([fields]);
  });
});

describe('before anything is asked', () => {
  /** The same, for arguments that the compiler would refuse. */
  const loose = <T>(methods: T) => methods as { [K in keyof T]: (...given: unknown[]) => unknown };
  const { user, tag, material, kf, comment } = pages;

  it.each<[string, () => unknown]>([
    ['tagid', () => loose(tag).iterateUsers()],
    ['type', () => loose(material).iterate()],
    ['a range', () => loose(kf).iterateRecords()],
    ['endtime', () => loose(kf).iterateRecords({ starttime: 1 })],
    ['msg_data_id', () => loose(comment).iterate()],
    ['msg_data_id', () => loose(comment).iterate({ index: 1 })],
    ['ids', () => loose(pages.message.subscribe).iteratePubTemplateTitles({})],
    ['tmpl_msg_id', () => loose(pages.message.template).iterateBlocked({})],
    ['appid', () => loose(pages.qrcode).iterateJumpRules({})],
  ])('%s is needed', async (name, start) => {
    const error = await catchError(start);
    expect(error).toBeInstanceOf(NeedParamError);
    expect(error.message).toContain(name);
  });

  it.each<[string, () => unknown]>([
    ['tagid must be a whole number', () => loose(tag).iterateUsers('vip')],
    ['type must be one of image, voice, video, news', () => loose(material).iterate('thumb')],
    ['options must be an object', () => loose(user).iterate('o1')],
    ['nextOpenid must be a string', () => loose(user).iterate({ nextOpenid: 1 })],
    ['86400 seconds', () => kf.iterateRecords({ ...DAY, endtime: DAY.endtime + 1 })],
    ['not -1', () => kf.iterateRecords({ ...DAY, endtime: DAY.starttime - 1 })],
    [
      'starttime must be a whole number',
      () => loose(kf).iterateRecords({ ...DAY, starttime: new Date() }),
    ],
  ])('an argument is invalid: %s', async (message, start) => {
    const error = await catchError(start);
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toContain(message);
    expect(asked).toEqual([]);
  });
});
