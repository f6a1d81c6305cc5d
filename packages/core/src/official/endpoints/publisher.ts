import { get, type Id } from '../endpoint.ts';

/** How advertisements were shown and clicked; money is in hundredths of a yuan. */
export interface AdFigures {
  req_succ_count: number;
  exposure_count: number;
  exposure_rate: number;
  click_count: number;
  click_rate: number;
  income: number;
  ecpm: number;
}

/** How goods were shown and sold; money is in hundredths of a yuan. */
export interface CpsFigures {
  req_succ_count: number;
  exposure_count: number;
  click_count: number;
  click_rate: number;
  order_count: number;
  order_rate: number;
  total_fee: number;
  total_commission: number;
}

/** The earnings of half a month. */
export interface Settlement {
  date: string;
  zone: string;
  month: string;
  /** 1 for the first half, 2 for the second. */
  order: number;
  sett_status: number;
  settled_revenue: number;
  sett_no: string;
  mail_send_cnt: number;
  slot_revenue: { slot_id: string; slot_settled_revenue: number }[];
}

/** How it went: `ret` is 0 when it worked. */
export interface BaseResp {
  ret: number;
  err_msg: string;
}

/** The days as `YYYY-MM-DD`, and which page of the rows. */
export interface StatQuery {
  start_date: string;
  end_date: string;
  page: number;
  page_size: number;
}

/** 广告与返佣: what advertisements and goods in articles earn. */
export const publisher = {
  /**
   * 获取公众号分广告位数据: gets figures of the advertisements in each place, or in the one of
   * `ad_slot`.
   */
  getAdposGeneral: get<
    {
      base_resp: BaseResp;
      summary: AdFigures;
      list: (AdFigures & { date: string; slot_id: Id; ad_slot: string })[];
      total_num: number;
    },
    StatQuery & { ad_slot?: string | undefined }
  >('/publisher/stat', {
    query: ['ad_slot', 'start_date', 'end_date', 'page', 'page_size'],
    fixedQuery: { action: 'publisher_adpos_general' },
  }),
  /** 获取公众号返佣商品数据: gets figures of the goods sold for a commission. */
  getCpsGeneral: get<
    {
      base_resp: BaseResp;
      summary: CpsFigures;
      list: (CpsFigures & { date: string })[];
      total_num: number;
    },
    StatQuery
  >('/publisher/stat', {
    query: ['start_date', 'end_date', 'page', 'page_size'],
    fixedQuery: { action: 'publisher_cps_general' },
  }),
  /** 获取公众号结算收入数据及结算主体信息: tells what the account earned, and whom it is paid to. */
  getSettlement: get<
    {
      base_resp: BaseResp;
      /** The payee. */
      body: string;
      revenue_all: number;
      penalty_all: number;
      settled_revenue_all: number;
      settlement_list: Settlement[];
      total_num: number;
    },
    StatQuery
  >('/publisher/stat', {
    query: ['start_date', 'end_date', 'page', 'page_size'],
    fixedQuery: { action: 'publisher_settlement' },
  }),
};
