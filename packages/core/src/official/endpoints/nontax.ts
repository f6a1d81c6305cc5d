import { type Download, download, type None, post } from '../endpoint.ts';

/** One thing that is paid for; money is in hundredths of a yuan. */
export interface NontaxItem {
  no: number;
  item_id: string;
  item_name: string;
  overdue?: number | undefined;
  penalty?: number | undefined;
  fee: number;
}

/** A payment: amount, payee and notice. */
export interface NontaxPayment {
  appid: string;
  desc: string;
  /** In hundredths of a yuan. */
  fee: number;
  items: NontaxItem[];
  /** Needed unless there is a `payment_notice_no`. */
  order_no?: string | undefined;
  payment_notice_no?: string | undefined;
  /** 1 an ordinary notice, 2 a fine. */
  payment_notice_type?: number | undefined;
  payment_notice_create_time?: number | undefined;
  /** As `YYYYMMDD`. */
  payment_expire_date?: string | undefined;
  department_code?: string | undefined;
  department_name?: string | undefined;
  region_code?: string | undefined;
  user_name?: string | undefined;
  bank_id?: string | undefined;
  bank_account?: string | undefined;
  mch_id?: string | undefined;
}

/** A payment in WeChat. */
export interface NontaxOrderInput extends NontaxPayment {
  ip: string;
  service_id?: number | undefined;
  trade_type?: string | undefined;
  openid?: string | undefined;
  /** AppID of the paying app. */
  app_appid?: string | undefined;
  return_url?: string | undefined;
  scene?: string | undefined;
  auto_call_pay?: boolean | undefined;
}

/** A payment, and what became of it. */
export interface NontaxOrder {
  order_id: string;
  appid: string;
  openid: string;
  desc: string;
  fee_type: number;
  fee: number;
  status: number;
  trans_id: string;
  bank_id: string;
  bank_name: string;
  bank_account: string;
  refund_out_id?: string;
  refund_order_id?: string;
  refund_reason?: string;
  refund_finish_time?: number;
  partial_refund_info?: NontaxRefund[];
  order_no: string;
  department_code: string;
  department_name: string;
  payment_notice_type: number;
  payment_notice_no: string;
  payment_info_source: number;
  bill_type_code: string;
  bill_no: string;
  region_code: string;
  scene: string;
  items: NontaxItem[];
  notify_history: {
    appid: string;
    name: string;
    notify_detail: NontaxNotice[];
    notify_cnt: number;
  }[];
  pay_finish_time: number;
  create_time: number;
}

/** A part that was paid back. */
export interface NontaxRefund {
  refund_out_id: string;
  refund_order_id: string;
  refund_fee: number;
  refund_reason: string;
  refund_status: string;
  refund_finish_time: number;
}

/** A notice of the payment, and how the server answered. */
export interface NontaxNotice {
  errcode: number;
  errmsg: string;
  ret: number;
  ret_errmsg: string;
  url: string;
  wxnontaxstr: string;
  status: number;
  cost_time: number;
  notify_time: number;
  third_resp: string;
  third_resp_data: string;
}

/** An electronic receipt, and the file of it that was uploaded. */
export interface BillData {
  title: string;
  fee: number;
  billing_no: string;
  billing_code: string;
  billing_time: number;
  s_pdf_media_id: string;
}

/** 非税缴费: payments to public offices. */
export const nontax = {
  /**
   * 获取财政电子票据授权页链接: gives the address of the page where a user lets a receipt be put
   * among their cards.
   */
  getBillAuthUrl: post<
    {
      order_id: string;
      s_pappid: string;
      money: number;
      timestamp: number;
      source: string;
      redirect_url?: string | undefined;
      ticket: string;
    },
    { auth_url: string; expire_time: number }
  >('/nontax/getbillauthurl', { idempotent: true }),
  /** 创建财政电子票据模板: creates the template of a receipt. */
  createBillCard: post<
    { invoice_info: { base_info: { logo_url: string }; payee: string } },
    { card_id: string }
  >('/nontax/createbillcard'),
  /** 票据插入用户卡包: puts a receipt among a user’s cards. */
  insertBill: post<
    {
      order_id: string;
      appid: string;
      card_id: string;
      card_ext: { user_card: { invoice_user_data: BillData } };
    },
    { code: string; openid: string }
  >('/nontax/insertbill'),
  /**
   * 查询应收信息: asks what a notice says is to be paid.
   * @see https://developers.weixin.qq.com/doc/service/api/nontaxpay/api_nontaxqueryfee.html
   */
  queryFee: post<
    {
      appid: string;
      service_id: number;
      bank_id?: string | undefined;
      payment_notice_type?: number | undefined;
      payment_notice_no: string;
      department_code: string;
      region_code: string;
    },
    {
      fee: number;
      user_name: string;
      department_code: string;
      department_name: string;
      payment_notice_type: number;
      payment_notice_no: string;
      payment_notice_create_time: number;
      payment_expire_date: number | string;
      region_code: string;
      items: NontaxItem[];
    }
  >('/nontax/queryfee', { idempotent: true }),
  /**
   * 支付下单: starts a payment, and gives the page or mini program where the user pays.
   * @see https://developers.weixin.qq.com/doc/service/api/nontaxpay/api_nontaxunifiedorder.html
   */
  unifiedOrder: post<
    NontaxOrderInput,
    {
      order_id: string;
      pay_url?: string;
      miniprogram?: {
        appid: string;
        pagepath: string;
        query_string: string;
        business_type: string;
      };
    }
  >('/nontax/unifiedorder', { idempotent: false }),
  /**
   * 查询订单: gets a payment and what became of it.
   * @see https://developers.weixin.qq.com/doc/service/api/nontaxpay/api_nontaxgetorder.html
   */
  getOrder: post<{ appid: string; service_id?: number | undefined; order_id: string }, NontaxOrder>(
    '/nontax/getorder',
    { idempotent: true },
  ),
  /**
   * 退款: pays back all or, with `refund_fee`, a part.
   * @see https://developers.weixin.qq.com/doc/service/api/nontaxpay/api_nontaxrefund.html
   */
  refund: post<
    {
      appid: string;
      order_id: string;
      reason: string;
      refund_fee?: number | undefined;
      refund_out_id?: string | undefined;
    },
    { refund_order_id: string }
  >('/nontax/refund', { idempotent: false }),
  /**
   * 下载缴费对账单: downloads the statement of a day, from six in the morning of the next on: a
   * table of comma-separated text.
   * @see https://developers.weixin.qq.com/doc/service/api/nontaxpay/api_nontaxdownloadbill.html
   */
  downloadBill: download<
    Download,
    None,
    {
      appid: string;
      mch_id: string;
      /** As `YYYYMMDD`. */
      bill_date: string;
      bill_type?: 'ALL' | 'SUCCESS' | 'REFUND' | undefined;
    }
  >('/nontax/downloadbill', { body: true }),
  /**
   * 通知不一致订单: reports a payment whose state differs on both sides.
   * @see https://developers.weixin.qq.com/doc/service/api/nontaxpay/api_nontaxnotifyinconsistentorder.html
   */
  notifyInconsistentOrder: post<{ appid: string; order_id: string }>(
    '/nontax/notifyinconsistentorder',
  ),
  /**
   * 测试支付结果通知: sends a pretended notice of a payment to a server.
   * @see https://developers.weixin.qq.com/doc/service/api/nontaxpay/api_nontaxmocknotification.html
   */
  mockNotification: post<{ appid: string; url: string; version: number }>(
    '/nontax/mocknotification',
  ),
  /**
   * 测试查询应收信息: sends a server the question of what is to be paid.
   * @see https://developers.weixin.qq.com/doc/service/api/nontaxpay/api_nontaxmockqueryfee.html
   */
  mockQueryFee: post<{ appid: string; url: string; version: number }>('/nontax/mockqueryfee'),
  /**
   * 提交刷卡支付: takes a payment with the code that a user shows.
   * @see https://developers.weixin.qq.com/doc/service/api/nontaxpay/api_nontaxmicropay.html
   */
  microPay: post<NontaxPayment & { auth_code: string }, { order_id: string }>('/nontax/micropay', {
    idempotent: false,
  }),
  /**
   * 查询用户订单列表: lists a user’s payments for a notice or an order.
   * @see https://developers.weixin.qq.com/doc/service/api/nontaxpay/api_nontaxgetorderlist.html
   */
  listOrders: post<
    {
      appid: string;
      order_no?: string | undefined;
      payment_notice_no?: string | undefined;
      department_code?: string | undefined;
      region_code?: string | undefined;
    },
    { order_id_list: string[]; paid_order_id?: string }
  >('/nontax/getorderlist', { idempotent: true }),
  /** 获取实名信息: gets the name of a user who agreed to it, encrypted. */
  getRealName: post<
    { wx_realname_token: string },
    { key_encrypt_type: string; key: string; data_encrypt_type: string; data: string }
  >('/nontax/getrealname'),
  /** 获取实名授权链接: gives the address of the page where a user agrees to show their name. */
  getRealNameAuthUrl: post<
    { redirect_url: string },
    { auth_url: string; expires_in: number; appid: string }
  >('/intp/realname/getauthurl', { idempotent: true }),
};
