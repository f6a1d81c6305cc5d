/** The statistics of articles, on a host of their own: mta.qq.com. */
import type { BackEndCall } from './call.ts';
import { type BackEndResponse, type Endpoint, Misfit } from './endpoint.ts';
import { OWN } from './own.ts';
import type { World } from './world.ts';

const ROWS = 7;
const SIZE = 3;
/** The only cookie that it may receive. */
const COOKIE = 'wechat_token';
const TITLES: Readonly<Record<string, string>> = {
  TargetUser: '送达人数',
  IntPageReadUser: '图文页阅读人数',
  IntPageReadCount: '图文页阅读次数',
  PageConversion: '图文转化率',
  OriPageReadUser: '原文页阅读人数',
  OriPageReadCount: '原文页阅读次数',
  Conversion: '原文转化率',
  ShareUser: '转发人数',
  ShareCount: '转发次数',
  AddToFavUser: '微信收藏人数',
};
const FIGURES = ['1,234', '617', '1,020', '50%', '61', '70', '9.89%', '12', '15', '3'];

function list({ query, cookies }: BackEndCall, { live }: World): BackEndResponse {
  const foreign = Object.keys(cookies).filter((name) => name !== COOKIE);
  if (foreign.length > 0)
    throw new Misfit(`received cookies of another host: ${foreign.join(', ')}`);
  const isOwn = query['token'] === OWN.pluginToken && query['appid'] === OWN.appid;
  if (live.size === 0 || !isOwn) return { json: { is_session_expire: true } };
  const begin = (Number(query['page']) - 1) * SIZE;
  const length = Math.max(0, Math.min(SIZE, ROWS - begin));
  const data = Array.from({ length }, (_, at) => createRow(begin + at, query['end_date'] ?? ''));
  return {
    json: { hasMore: begin + SIZE < ROWS, data },
    cookies: [`${COOKIE}=stat%2Btoken; Path=/mta`],
  };
}

function createRow(at: number, day: string) {
  const id = `${200_300_000 + at}_1`;
  const title = `文章 ${at + 1}`;
  const figures = Object.fromEntries(
    Object.keys(TITLES).map((name, index) => [name, FIGURES[index] ?? '']),
  );
  const table = {
    fields: Object.fromEntries(
      Object.entries(TITLES).map(([name, thText]) => [name, describe(thText)]),
    ),
    data: [{ MsgId: id, Title: title, RefDate: day.replaceAll('-', ''), ...figures }],
    fixedRow: false,
    cssSetting: {},
    complexHeader: [[]],
  };
  return { index: FIGURES, time: day, table_data: JSON.stringify(table), id, title };
}

function describe(thText: string) {
  return { thText, number: true, colAlign: 'center', needOrder: true, precision: 0 };
}

export const statisticsEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/mta/wechat/ctr_article_detail/get_list',
    query: `sort=RefDate%20desc keyword= page=<int> appid=<text> pluginid=luopan token=<text> from=
      src=false devtype=3 time_type=day start_date=<date> end_date=<date> need_compare=0 app_id=
      rnd=<int> ajax=1`,
    referer: '/mta/wechat/ctr_article_detail/get_list',
    needsSession: false,
    handle: list,
  },
];
