import { type None, post, type Upload, upload } from '../endpoint.ts';

/** An invoice to issue; the field names are pinyin initials. */
export interface InvoiceInput {
  /** openid of the buyer. */
  wxopenid: string;
  /** Order number. */
  ddh: string;
  /** Serial number of the request, with which the invoice is asked for later. */
  fpqqlsh: string;
  /** Seller: tax number, name, address, telephone, bank, account. */
  nsrsbh: string;
  nsrmc: string;
  nsrdz: string;
  nsrdh: string;
  nsrbank: string;
  nsrbankid: string;
  /** Buyer: name, tax number, address, telephone, bank, account. */
  ghfmc: string;
  ghfnsrsbh?: string | undefined;
  ghfdz?: string | undefined;
  ghfdh?: string | undefined;
  ghfbank?: string | undefined;
  ghfbankid?: string | undefined;
  /** The names of the issuer, the payee and the reviewer. */
  kpr: string;
  skr?: string | undefined;
  fhr?: string | undefined;
  /** Total with tax, total without, tax. */
  jshj: number;
  hjje: number;
  hjse: number;
  /** Remark. */
  bz?: string | undefined;
  /** Trade: 0 commerce, 1 other. */
  hylx?: number | undefined;
  invoicedetail_list: InvoiceLine[];
}

/** A line of an invoice. */
export interface InvoiceLine {
  /** 0 ordinary, 1 a discount, 2 discounted. */
  fphxz: number;
  /** Tax code of the goods. */
  spbm: string;
  /** Name, unit, model. */
  xmmc: string;
  dw?: string | undefined;
  ggxh?: string | undefined;
  /** Number, price of one, amount without tax, rate of tax, tax. */
  xmsl: number;
  xmdj: number;
  xmje: number;
  sl: number;
  se: number;
}

/** A line of an invoice among a user’s cards. */
export interface InvoiceItem {
  name: string;
  num?: number | undefined;
  unit?: string | undefined;
  price: number;
}

/** Buyer, seller and amounts of an invoice; money is in hundredths of a yuan. */
export interface InvoiceFace {
  title: string;
  fee: number;
  fee_without_tax: number;
  tax: number;
  billing_time: number;
  billing_no: string;
  billing_code: string;
  info?: InvoiceItem[] | undefined;
  check_code: string;
  buyer_number?: string | undefined;
  buyer_address_and_phone?: string | undefined;
  buyer_bank_account?: string | undefined;
  seller_number?: string | undefined;
  seller_address_and_phone?: string | undefined;
  seller_bank_account?: string | undefined;
  remarks?: string | undefined;
  cashier?: string | undefined;
  maker?: string | undefined;
}

/** An invoice to put among a user’s cards, and its files. */
export interface InvoiceUserData extends InvoiceFace {
  s_pdf_media_id: string;
  s_trip_pdf_media_id?: string | undefined;
}

/** An invoice among a user’s cards, for those who pay it back. */
export interface ReimburseInfo {
  card_id: string;
  openid: string;
  type: string;
  payee: string;
  detail: string;
  begin_time: number;
  end_time: number;
  user_card_status?: string;
  user_info: InvoiceFace & {
    reimburse_status: string;
    order_id?: string;
    pdf_url: string;
    trip_pdf_url?: string;
  };
}

/** An invoice, as a page gets it from a user. */
export interface InvoiceRef {
  card_id: string;
  encrypt_code: string;
}

/** The state of an invoice during reimbursement. */
export type ReimburseStatus =
  | 'INVOICE_REIMBURSE_INIT'
  | 'INVOICE_REIMBURSE_LOCK'
  | 'INVOICE_REIMBURSE_CLOSURE';

/** The merchant, and the platform that issues its invoices. */
export interface PayMchInfo {
  mchid: string;
  s_pappid: string;
}

/** How a merchant is reached, and after how many seconds it is too late to issue. */
export interface InvoiceContact {
  phone: string;
  time_out: number;
}

/** Which fields a user fills in, for themselves and for a business. */
export interface AuthField {
  user_field: {
    show_title: 0 | 1;
    show_phone: 0 | 1;
    show_email: 0 | 1;
    custom_field?: { key: string }[] | undefined;
  };
  biz_field: {
    show_title: 0 | 1;
    show_tax_no: 0 | 1;
    show_addr: 0 | 1;
    show_phone: 0 | 1;
    show_bank_type: 0 | 1;
    show_bank_no: 0 | 1;
    custom_field?: { key: string }[] | undefined;
  };
}

/** The details a user filled in, for themselves or for a business. */
export interface AuthInfo {
  user_field?: {
    title: string;
    phone: string;
    email: string;
    custom_field: { key: string; value: string }[];
  };
  biz_field?: {
    title: string;
    tax_no: string;
    addr: string;
    phone: string;
    bank_type: string;
    bank_no: string;
    custom_field: { key: string; value: string }[];
  };
}

/** 电子发票: electronic invoices. */
export const invoice = {
  /**
   * 获取授权页链接: gives the address of the page where a user asks for an invoice.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/auth/api_invoicebizgetauthurl.html
   */
  getAuthUrl: post<
    {
      order_id: string;
      s_pappid: string;
      money: number;
      timestamp: number;
      source: 'app' | 'web' | 'wxa' | 'wap';
      redirect_url?: string | undefined;
      ticket: string;
      type: number;
    },
    { auth_url: string; appid?: string }
  >('/card/invoice/getauthurl', { idempotent: true }),
  /**
   * 查询授权完成状态: tells whether a user asked for an invoice, and what they filled in.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/FiscalReceipt/api_invoicebizgetauthdata.html
   */
  getAuthData: post<
    { order_id: string; s_pappid: string },
    { invoice_status: string; auth_time: number; user_auth_info: AuthInfo }
  >('/card/invoice/getauthdata', { idempotent: true }),
  /**
   * 拒绝开票: refuses to issue an invoice.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/FiscalReceipt/api_invoicebizrejectinsert.html
   */
  reject: post<{ order_id: string; s_pappid: string; reason: string; url?: string | undefined }>(
    '/card/invoice/rejectinsert',
  ),
  /** 开具蓝票: issues an invoice. */
  makeOut: post<{ invoiceinfo: InvoiceInput }>('/card/invoice/makeoutinvoice'),
  /** 发票冲红: cancels an invoice with one of the opposite sign. */
  clearOut: post<{
    invoiceinfo: {
      wxopenid: string;
      fpqqlsh: string;
      nsrsbh: string;
      nsrmc: string;
      yfpdm: string;
      yfphm: string;
    };
  }>('/card/invoice/clearoutinvoice'),
  /** 查询已开发票: gets an invoice that was issued. */
  query: post<
    { fpqqlsh: string; nsrsbh: string },
    {
      invoicedetail: {
        fpqqlsh: string;
        fpdm: string;
        fphm: string;
        kprq: string;
        jym: string;
        pdfurl: string;
      };
    }
  >('/card/invoice/queryinvoceinfo', { idempotent: true }),
  /**
   * 获取开票平台识别码: gets the address that holds the code of the issuing platform, `s_pappid`.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/FiscalReceipt/api_setinvoiceurl.html
   */
  setUrl: post<None, { invoice_url: string }>('/card/invoice/seturl', { body: false }),
  /**
   * 将电子发票卡券插入用户卡包: puts an invoice among a user’s cards.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/platform/api_insertinvoice.html
   */
  insert: post<
    {
      order_id: string;
      card_id: string;
      appid: string;
      card_ext: { nonce_str: string; user_card: { invoice_user_data: InvoiceUserData } };
    },
    { code: string; openid: string; unionid?: string }
  >('/card/invoice/insert'),
  /**
   * 关联商户号与开票平台: sets which platform issues a merchant’s invoices.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/auth/api_invoicebizsetattr.html
   */
  setPayMch: post<{ paymch_info: PayMchInfo }>('/card/invoice/setbizattr', {
    fixedQuery: { action: 'set_pay_mch' },
  }),
  /**
   * 查询商户号与开票平台关联情况: tells which platform issues a merchant’s invoices.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/auth/api_invoicebizsetattr.html
   */
  getPayMch: post<None, { paymch_info: PayMchInfo }>('/card/invoice/setbizattr', {
    idempotent: true,
    body: false,
    fixedQuery: { action: 'get_pay_mch' },
  }),
  /**
   * 设置商户联系方式: sets how the merchant is reached about invoices.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/auth/api_invoicebizsetattr.html
   */
  setContact: post<{ contact: InvoiceContact }>('/card/invoice/setbizattr', {
    fixedQuery: { action: 'set_contact' },
  }),
  /**
   * 查询商户联系方式: tells how the merchant is reached about invoices.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/auth/api_invoicebizsetattr.html
   */
  getContact: post<None, { contact: InvoiceContact }>('/card/invoice/setbizattr', {
    idempotent: true,
    body: false,
    fixedQuery: { action: 'get_contact' },
  }),
  /**
   * 设置授权页字段信息: sets the fields that a user fills in to get an invoice.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/auth/api_invoicebizsetattr.html
   */
  setAuthField: post<{ auth_field: AuthField }>('/card/invoice/setbizattr', {
    fixedQuery: { action: 'set_auth_field' },
  }),
  /**
   * 查询授权页字段信息: gets the fields that a user fills in to get an invoice.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/auth/api_invoicebizsetattr.html
   */
  getAuthField: post<None, { auth_field: AuthField }>('/card/invoice/setbizattr', {
    idempotent: true,
    body: false,
    fixedQuery: { action: 'get_auth_field' },
  }),
  /**
   * 创建发票卡券模板: creates the template of an invoice.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/platform/api_invoiceplatformcreatecard.html
   */
  createCard: post<
    {
      invoice_info: {
        base_info: {
          logo_url: string;
          title: string;
          custom_url_name?: string | undefined;
          custom_url_sub_title?: string | undefined;
          custom_url?: string | undefined;
          promotion_url_name?: string | undefined;
          promotion_url_sub_title?: string | undefined;
          promotion_url?: string | undefined;
        };
        type: string;
        payee: string;
      };
    },
    { card_id: string }
  >('/card/invoice/platform/createcard'),
  /**
   * 上传发票PDF: uploads the file of an invoice, kept for three days until it is used.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/FiscalReceipt/api_invoiceplatformsetpdf.html
   */
  uploadPdf: upload<{ pdf: Upload }, { s_media_id: string }>('/card/invoice/platform/setpdf'),
  /**
   * 查询已上传的PDF文件: gives the address of an invoice’s file.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/FiscalReceipt/api_invoiceplatformgetpdf.html
   */
  getPdf: post<
    { action: 'get_url'; s_media_id: string },
    { pdf_url: string; pdf_url_expire_time: number }
  >('/card/invoice/platform/getpdf', { idempotent: true }),
  /**
   * 更新发票卡券状态: changes the state of an invoice among a user’s cards.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/FiscalReceipt/api_invoicekpupdatainvoicestatus.html
   */
  updateStatus: post<{ card_id: string; code: string; reimburse_status: string }>(
    '/card/invoice/platform/updatestatus',
  ),
  /**
   * 查询报销发票信息: gets an invoice that a user handed in.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/reimbursement/api_invoicebxgetinvoice.html
   */
  getReimburseInfo: post<InvoiceRef, ReimburseInfo>('/card/invoice/reimburse/getinvoiceinfo', {
    idempotent: true,
  }),
  /**
   * 批量查询报销发票信息: gets several invoices that a user handed in.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/reimbursement/api_invoicereimbursegetinvoicebatch.html
   */
  batchGetReimburseInfo: post<{ item_list: InvoiceRef[] }, { item_list: ReimburseInfo[] }>(
    '/card/invoice/reimburse/getinvoicebatch',
    { idempotent: true },
  ),
  /**
   * 批量更新报销发票状态: locks, releases or closes several invoices that a user handed in.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/reimbursement/api_invoicereimburseupdatestatusbatch.html
   */
  batchUpdateReimburseStatus: post<{
    openid: string;
    reimburse_status: ReimburseStatus;
    invoice_list: InvoiceRef[];
  }>('/card/invoice/reimburse/updatestatusbatch'),
  /**
   * 更新报销发票状态: locks, releases or closes an invoice that a user handed in.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/reimbursement/api_invoicebxupdatainvoicestatus.html
   */
  updateReimburseStatus: post<InvoiceRef & { reimburse_status: ReimburseStatus }>(
    '/card/invoice/reimburse/updateinvoicestatus',
  ),
  /**
   * 将发票抬头信息录入到用户微信中: gives the address where a user keeps the name that invoices
   * are made out to.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/name/api_invoicebizgetusertitleurl.html
   */
  getUserTitleUrl: post<
    {
      title?: string | undefined;
      tax_no?: string | undefined;
      phone?: string | undefined;
      addr?: string | undefined;
      bank_type?: string | undefined;
      bank_no?: string | undefined;
      user_fill?: 0 | 1 | undefined;
      out_title_id?: string | undefined;
    },
    { url: string }
  >('/card/invoice/biz/getusertitleurl', { idempotent: true }),
  /**
   * 获取商户专属开票链接: gives the address, as for a QR code, where a user picks the name for an
   * invoice.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/name/api_invoicebizgetselecttitleurl.html
   */
  getSelectTitleUrl: post<{ attach?: string | undefined; biz_name: string }, { url: string }>(
    '/card/invoice/biz/getselecttitleurl',
    { idempotent: true },
  ),
  /**
   * 扫描用户的发票抬头二维码: reads the QR code of the name that a user’s invoices are made out
   * to.
   * @see https://developers.weixin.qq.com/doc/service/api/invoice/name/api_invoicescantitle.html
   */
  scanTitle: post<
    { scan_text: string },
    {
      title_type: number;
      title: string;
      tax_no: string;
      phone: string;
      addr: string;
      bank_type: string;
      bank_no: string;
    }
  >('/card/invoice/scantitle', { idempotent: true }),
};
