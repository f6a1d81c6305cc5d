import { type Download, download, post } from '../endpoint.ts';

/** A QR code to create: with a number or a text, for a time or for good. */
export interface QrcodeInput {
  action_name: 'QR_SCENE' | 'QR_STR_SCENE' | 'QR_LIMIT_SCENE' | 'QR_LIMIT_STR_SCENE';
  action_info: { scene: { scene_id?: number | undefined; scene_str?: string | undefined } };
  /** For temporary codes; 30 days at most. Default: 60. */
  expire_seconds?: number | undefined;
}

/** A rule by which QR codes open a mini program. */
export interface JumpRule {
  prefix: string;
  permit_sub_rule: number;
  /** 1 not published, 2 published. */
  state: number;
  path: string;
  open_version: number;
  debug_url: string[];
}

/** 二维码: QR codes that tell what was scanned, or open a mini program. */
export const qrcode = {
  /**
   * 生成带参数的二维码: creates a QR code that tells what was scanned.
   * @see https://developers.weixin.qq.com/doc/service/api/qrcode/qrcodes/api_createqrcode.html
   */
  create: post<
    QrcodeInput,
    {
      ticket: string;
      /** Present for temporary codes. */
      expire_seconds?: number;
      url: string;
    }
  >('/cgi-bin/qrcode/create'),
  /**
   * 获取已设置的二维码规则: lists the rules by which QR codes open a mini program.
   * @see https://developers.weixin.qq.com/doc/service/api/qrcode/qrcodejump/api_qrcodejumpget.html
   */
  getJumpRules: post<
    {
      appid: string;
      get_type?: number | undefined;
      prefix_list?: string[] | undefined;
      page_num?: number | undefined;
      page_size?: number | undefined;
    },
    {
      rule_list: JumpRule[];
      list_size: number;
      qrcodejump_open: 0 | 1;
      qrcodejump_pub_quota: number;
    }
  >('/cgi-bin/wxopen/qrcodejumpget', {
    idempotent: true,
    paging: {
      by: 'number',
      at: 'page_num',
      first: 1,
      count: 'page_size',
      size: 200,
      rows: 'rule_list',
    },
  }),
  /**
   * 增加或修改二维码规则: adds a rule by which QR codes open a mini program, or changes it when
   * `is_edit` is 1.
   * @see https://developers.weixin.qq.com/doc/service/api/qrcode/qrcodejump/api_qrcodejumpadd.html
   */
  addJumpRule: post<{
    prefix: string;
    permit_sub_rule?: number | undefined;
    state?: number | undefined;
    appid: string;
    path: string;
    open_version?: number | undefined;
    debug_url?: string[] | undefined;
    is_edit: 0 | 1;
  }>('/cgi-bin/wxopen/qrcodejumpadd'),
  /**
   * 发布已设置的二维码规则: publishes a rule, from when on it holds for everyone.
   * @see https://developers.weixin.qq.com/doc/service/api/qrcode/qrcodejump/api_qrcodejumppublish.html
   */
  publishJumpRule: post<{ prefix: string }>('/cgi-bin/wxopen/qrcodejumppublish'),
  /**
   * 删除已设置的二维码规则: deletes a rule.
   * @see https://developers.weixin.qq.com/doc/service/api/qrcode/qrcodejump/api_qrcodejumpdelete.html
   */
  deleteJumpRule: post<{ prefix: string; appid: string }>('/cgi-bin/wxopen/qrcodejumpdelete'),
  /** 通过ticket换取二维码图片: downloads the picture of a QR code. */
  show: download<Download, { ticket: string }>('/cgi-bin/showqrcode', {
    query: ['ticket'],
    host: 'mp.weixin.qq.com',
    tokenless: true,
  }),
};
