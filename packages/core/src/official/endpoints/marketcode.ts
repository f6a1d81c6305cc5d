import { post } from '../endpoint.ts';

/** The product a code was activated with. */
export interface MarketcodeActivation {
  application_id: number;
  activity_name: string;
  product_brand: string;
  product_title: string;
  product_code: string;
  /** The mini program that opens on a scan. */
  wxa_appid: string;
  wxa_path: string;
  /** Which version of it: 0 the released one, 1 the one under development, 2 the one on trial. */
  wxa_type?: number | undefined;
  /** The first and the last code that this is for. */
  code_start: number;
  code_end: number;
}

/** A code, and what it was activated with. */
export interface Marketcode extends MarketcodeActivation {
  code: string;
  isv_application_id: string;
}

/** An application for codes; with either of its two numbers it is found. */
export interface MarketcodeApplication {
  application_id?: number | undefined;
  isv_application_id?: string | undefined;
}

/** 一物一码: QR codes for single products. */
export const marketcode = {
  /**
   * 申请二维码: applies for QR codes, 10000 to 20000000 in steps of 10000; the same
   * `isv_application_id` again is the same application.
   * @see https://developers.weixin.qq.com/doc/service/api/onecode/api_intp_marketcode_applycode.html
   */
  apply: post<{ code_count: number; isv_application_id: string }, { application_id: number }>(
    '/intp/marketcode/applycode',
  ),
  /**
   * 查询二维码申请单: tells how far an application is, and which codes it made.
   * @see https://developers.weixin.qq.com/doc/service/api/onecode/api_intp_marketcode_applycodequery.html
   */
  queryApply: post<
    MarketcodeApplication,
    {
      application_id: number;
      isv_application_id: string;
      /** `FINISH` when the codes are there. */
      status: string;
      code_generate_list: { code_start: number; code_end: number }[];
      update_time: number;
      create_time: number;
    }
  >('/intp/marketcode/applycodequery', { idempotent: true }),
  /**
   * 下载二维码包: gets codes of an application as base64 of an encrypted file.
   * @see https://developers.weixin.qq.com/doc/service/api/onecode/api_intp_marketcode_applycodedownload.html
   */
  download: post<
    { application_id: number; code_start: number; code_end: number },
    { buffer: string }
  >('/intp/marketcode/applycodedownload', { idempotent: true }),
  /**
   * 激活二维码: activates codes of an application for a product.
   * @see https://developers.weixin.qq.com/doc/service/api/onecode/api_intp_marketcode_codeactive.html
   */
  activate: post<MarketcodeActivation>('/intp/marketcode/codeactive'),
  /**
   * 查询二维码激活状态: tells what a code was activated with; by its place, itself or its address.
   * @see https://developers.weixin.qq.com/doc/service/api/onecode/api_intp_marketcode_codeactivequery.html
   */
  queryActive: post<
    {
      application_id?: number | undefined;
      code_index?: number | undefined;
      code?: string | undefined;
      code_url?: string | undefined;
    },
    Marketcode
  >('/intp/marketcode/codeactivequery', { idempotent: true }),
  /**
   * code_ticket换code: tells which code a user has scanned.
   * @see https://developers.weixin.qq.com/doc/service/api/onecode/api_intp_marketcode_tickettocode.html
   */
  ticketToCode: post<{ openid: string; code_ticket: string }, Marketcode>(
    '/intp/marketcode/tickettocode',
  ),
};
