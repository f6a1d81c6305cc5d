import { get, type Id, type None, post } from '../endpoint.ts';
import { ITEM_PAGING } from './common.ts';

/** When a card is valid: between two times, or for days from when it is received. */
export interface CardDateInfo {
  type: string;
  begin_timestamp?: number | undefined;
  end_timestamp?: number | undefined;
  /** In days. */
  fixed_term?: number | undefined;
  /** Days until it begins. */
  fixed_begin_term?: number | undefined;
}

/** The look and the validity of a card. */
export interface CardFace {
  logo_url: string;
  code_type: string;
  brand_name: string;
  title: string;
  color: string;
  notice: string;
  description: string;
  date_info: CardDateInfo;
}

/** The use of a card: where, its links, and how many anyone may have. */
export interface CardUse {
  service_phone?: string | undefined;
  location_id_list?: number[] | undefined;
  use_all_locations?: boolean | undefined;
  center_title?: string | undefined;
  center_sub_title?: string | undefined;
  center_url?: string | undefined;
  custom_url_name?: string | undefined;
  custom_url_sub_title?: string | undefined;
  custom_url?: string | undefined;
  promotion_url_name?: string | undefined;
  promotion_url_sub_title?: string | undefined;
  promotion_url?: string | undefined;
  get_limit?: number | undefined;
  use_limit?: number | undefined;
  can_share?: boolean | undefined;
  can_give_friend?: boolean | undefined;
  source?: string | undefined;
  /** For member cards and gift cards. */
  need_push_on_view?: boolean | undefined;
}

/** The mini programs that a card’s links open. */
export interface CardMiniPrograms {
  center_app_brand_user_name?: string | undefined;
  center_app_brand_pass?: string | undefined;
  custom_app_brand_user_name?: string | undefined;
  custom_app_brand_pass?: string | undefined;
  promotion_app_brand_user_name?: string | undefined;
  promotion_app_brand_pass?: string | undefined;
  /** For member cards. */
  pay_info?: { swipe_card: { is_swipe_card: boolean } } | undefined;
}

/** Whether codes are the account’s own. */
export interface CardCodes {
  use_custom_code?: boolean | undefined;
  get_custom_code_mode?: string | undefined;
  bind_openid?: boolean | undefined;
}

/** The fields of every card on creation. */
export interface CardBaseInfo extends CardFace, CardUse, CardMiniPrograms, CardCodes {
  sku: { quantity: number };
  sub_merchant_info?: { merchant_id: string } | undefined;
  /** For gift cards. */
  giftcard_info?: { price: number } | undefined;
  /** For gift cards. */
  max_give_friend_times?: number | undefined;
}

/** The fields of every stored card. */
export interface StoredCardBaseInfo extends CardFace, CardUse, CardCodes {
  id: string;
  status: string;
  sku: { quantity: number; total_quantity: number };
  create_time: number;
  update_time: number;
}

/** Further content of a card's page. */
export interface CardAdvancedInfo {
  use_condition?:
    | {
        accept_category?: string | undefined;
        reject_category?: string | undefined;
        least_cost?: number | undefined;
        object_use_for?: string | undefined;
        can_use_with_other_discount?: boolean | undefined;
      }
    | undefined;
  abstract?: { abstract?: string | undefined; icon_url_list?: string[] | undefined } | undefined;
  text_image_list?: { image_url: string; text: string }[] | undefined;
  business_service?: string[] | undefined;
  time_limit?:
    | {
        type: string;
        begin_hour?: number | undefined;
        begin_minute?: number | undefined;
        end_hour?: number | undefined;
        end_minute?: number | undefined;
      }[]
    | undefined;
}

/** A line of a card that the account fills. */
export interface CardCustomField {
  name_type?: string | undefined;
  name?: string | undefined;
  url?: string | undefined;
}

/** A line of a card that opens an address. */
export interface CardCustomCell {
  name?: string | undefined;
  tips?: string | undefined;
  url?: string | undefined;
}

/** How many points a payment gives, and how much points pay. */
export interface BonusRule {
  cost_money_unit?: number | undefined;
  increase_bonus?: number | undefined;
  max_increase_bonus?: number | undefined;
  init_increase_bonus?: number | undefined;
  cost_bonus_unit?: number | undefined;
  reduce_money?: number | undefined;
  least_money_to_use_bonus?: number | undefined;
  max_reduce_bonus?: number | undefined;
}

/** The additional fields of a gift card. */
export interface GeneralCard {
  sub_card_type?: string | undefined;
  background_pic_url?: string | undefined;
  prerogative?: string | undefined;
  auto_activate?: boolean | undefined;
  supply_bonus?: boolean | undefined;
  init_bonus?: number | undefined;
  supply_balance?: boolean | undefined;
  init_balance?: number | undefined;
  custom_field1?: CardCustomField | undefined;
  custom_field2?: CardCustomField | undefined;
  custom_field3?: CardCustomField | undefined;
}

/** The additional fields of a member card. */
export interface MemberCard {
  prerogative: string;
  supply_bonus: boolean;
  supply_balance: boolean;
  background_pic_url?: string | undefined;
  auto_activate?: boolean | undefined;
  wx_activate?: boolean | undefined;
  wx_activate_after_submit?: boolean | undefined;
  wx_activate_after_submit_url?: string | undefined;
  activate_url?: string | undefined;
  activate_app_brand_user_name?: string | undefined;
  activate_app_brand_pass?: string | undefined;
  bind_old_card_url?: string | undefined;
  bonus_url?: string | undefined;
  bonus_cleared?: string | undefined;
  bonus_rules?: string | undefined;
  bonus_rule?: BonusRule | undefined;
  balance_url?: string | undefined;
  balance_rules?: string | undefined;
  custom_field1?: CardCustomField | undefined;
  custom_field2?: CardCustomField | undefined;
  custom_field3?: CardCustomField | undefined;
  custom_cell1?: CardCustomCell | undefined;
  custom_cell2?: CardCustomCell | undefined;
  custom_cell3?: CardCustomCell | undefined;
  /** In percent that is taken off. */
  discount?: number | undefined;
}

/** The message to members when a card changes or is activated. */
export interface CardMessage {
  url_cell: {
    card_id_list?: string[] | undefined;
    end_time: number;
    text: string;
    url: string;
    app_brand_id?: string | undefined;
    app_brand_pass?: string | undefined;
  };
}

/** The additional fields of each type of card, by the type in lower case. */
export interface CardDetails {
  groupon: { deal_detail: string };
  cash: { least_cost?: number | undefined; reduce_cost: number };
  discount: { discount: number };
  gift: { gift: string };
  general_coupon: { default_detail: string };
  general_card: GeneralCard;
  member_card: MemberCard;
  meeting_ticket: { meeting_detail: string; map_url?: string | undefined };
  scenic_ticket: { ticket_class?: string | undefined; guide_url?: string | undefined };
  movie_ticket: { detail?: string | undefined };
  boarding_pass: {
    from: string;
    to: string;
    flight: string;
    gate?: string | undefined;
    check_in_url?: string | undefined;
    air_model?: string | undefined;
    departure_time?: number | undefined;
    landing_time?: number | undefined;
  };
}

/** A card’s type. */
export type CardType = Uppercase<keyof CardDetails>;

/** A card to create: its type, and the field of that name in lower case. */
export type NewCard = { card_type: CardType } & {
  [K in keyof CardDetails]?:
    | (CardDetails[K] & {
        base_info: CardBaseInfo;
        advanced_info?: CardAdvancedInfo | undefined;
      })
    | undefined;
};

/** A card as it is stored. */
export type StoredCard = { card_type: CardType } & {
  [K in keyof CardDetails]?: CardDetails[K] & {
    base_info: StoredCardBaseInfo;
    advanced_info?: CardAdvancedInfo;
  };
};

type Change<T> = { [K in keyof T]?: T[K] | undefined };

/** The changes of a card, in the field of its type in lower case. */
export type CardChange = { card_id: string } & {
  [K in keyof CardDetails]?:
    | (Change<CardDetails[K]> & {
        base_info?: (Change<CardFace> & CardUse & CardMiniPrograms) | undefined;
        /** For member cards. */
        modify_msg_operation?: CardMessage | undefined;
        /** For member cards. */
        activate_msg_operation?: CardMessage | undefined;
      })
    | undefined;
};

/** A card as a QR code gives it out. */
export interface QrcodeCard {
  card_id: string;
  code?: string | undefined;
  openid?: string | undefined;
  is_unique_code?: boolean | undefined;
  outer_id?: number | undefined;
  outer_str?: string | undefined;
}

/** The details a member filled in. */
export interface MemberInfo {
  common_field_list: { name: string; value: string }[];
  custom_field_list: { name: string; value: string }[];
}

/** Fields of the form that activates a card. */
export interface ActivateForm {
  can_modify?: boolean | undefined;
  rich_field_list?: { type: string; name: string; values: string[] }[] | undefined;
  common_field_id_list?: string[] | undefined;
  custom_field_list?: string[] | undefined;
}

/** A text with an address behind it. */
export interface CardLink {
  name: string;
  url: string;
}

/** A theme of a shelf of gift cards. */
export interface GiftCardTheme {
  theme_pic_url: string;
  title: string;
  title_color?: string | undefined;
  item_list: {
    card_id: string;
    title?: string | undefined;
    pic_url?: string | undefined;
    desc?: string | undefined;
  }[];
  pic_item_list: {
    background_pic_url: string;
    outer_img_id?: string | undefined;
    default_gifting_msg: string;
  }[];
  category_index?: number | undefined;
  show_sku_title_first?: boolean | undefined;
  is_banner?: boolean | undefined;
}

/** A shelf of gift cards. */
export interface GiftCardPage {
  page_title: string;
  banner_pic_url: string;
  theme_list: GiftCardTheme[];
  category_list?: { title: string }[] | undefined;
  support_multi?: boolean | undefined;
  support_buy_for_self?: boolean | undefined;
  address: string;
  service_phone: string;
  biz_description: string;
  need_receipt?: boolean | undefined;
  cell_1: { title: string; url: string };
  cell_2: { title: string; url: string };
}

/** An order of gift cards. */
export interface GiftCardOrder {
  order_id: string;
  page_id: string;
  trans_id: string;
  open_id: string;
  accepter_openid?: string;
  total_price: number;
  IsChatRoom: boolean;
  card_list: {
    card_id: string;
    code: string;
    price: number;
    background_pic_url: string;
    outer_img_id?: string;
    default_gifting_msg: string;
    accepter_openid?: string;
  }[];
  create_time: number;
  pay_finish_time: number;
  outer_str: string;
}

/** The current balance and bonus of members. */
export interface MemberResult {
  openid: string;
  result_bonus: number;
  result_balance: number;
}

/** Which payments give a member card. */
export interface MemberRule {
  card_id: string;
  least_cost: number;
  max_cost: number;
  jump_url?: string | undefined;
  app_brand_id?: string | undefined;
  app_brand_pass?: string | undefined;
}

/** A rule by which a payment gives a card. */
export interface PayGiftRule {
  type: string;
  base_info: { mchid_list: string[]; begin_time: number; end_time: number };
  member_rule: MemberRule;
}

/** A rule as it is stored. */
export interface StoredPayGiftRule extends PayGiftRule {
  base_info: PayGiftRule['base_info'] & {
    status: string;
    create_time: number;
    update_time: number;
  };
}

/** A merchant to register below the account. */
export interface SubMerchantInput {
  brand_name: string;
  logo_url: string;
  protocol: string;
  end_time: number;
  primary_category_id: number;
  secondary_category_id: number;
  app_id?: string | undefined;
  agreement_media_id?: string | undefined;
  operator_media_id?: string | undefined;
}

/** A merchant below the account. */
export interface SubMerchant {
  merchant_id: string;
  app_id: string;
  brand_name: string;
  logo_url: string;
  status: string;
  begin_time: number;
  end_time: number;
  primary_category_id: number;
  secondary_category_id: number;
  create_time: number;
  update_time: number;
}

/** 卡券: coupons, member cards, gift cards and tickets. */
export const card = {
  /** 创建卡券（含会员卡、礼品卡、票证）: creates a card of any type. */
  create: post<{ card: NewCard }, { card_id: string }>('/card/create'),
  /** 查看卡券详情: gets a card and its state. */
  get: post<{ card_id: string }, { card: StoredCard }>('/card/get', { idempotent: true }),
  /** 批量查询卡券列表: lists the cards, 50 at most. */
  list: post<
    { offset: number; count: number; status_list?: string[] | undefined },
    { card_id_list: string[]; total_num: number }
  >('/card/batchget', {
    idempotent: true,
    paging: { ...ITEM_PAGING, size: 50, rows: 'card_id_list', next: 'total_num' },
  }),
  /** 更改卡券信息: changes a card; `send_check` tells whether it has to be reviewed. */
  update: post<CardChange, { send_check: boolean }>('/card/update'),
  /** 修改库存: adds to or takes from what is left of a card. */
  modifyStock: post<{
    card_id: string;
    increase_stock_value?: number | undefined;
    reduce_stock_value?: number | undefined;
  }>('/card/modifystock'),
  /** 删除卡券: deletes a card; those given out stay valid. */
  delete: post<{ card_id: string }>('/card/delete'),
  /** 设置买单: lets a card be used while paying in WeChat. */
  setPayCell: post<{ card_id: string; is_open: boolean }>('/card/paycell/set'),
  /** 设置自助核销: lets users redeem a card themselves. */
  setSelfConsumeCell: post<{
    card_id: string;
    is_open: boolean;
    need_verify_cod?: boolean | undefined;
    need_remark_amount?: boolean | undefined;
  }>('/card/selfconsumecell/set'),
  /** 创建卡券二维码: creates a QR code that gives out a card, or up to five. */
  createQrcode: post<
    {
      action_name: 'QR_CARD' | 'QR_MULTIPLE_CARD';
      action_info: {
        card?: QrcodeCard | undefined;
        multiple_card?: { card_list: QrcodeCard[] } | undefined;
      };
      expire_seconds?: number | undefined;
    },
    { expire_seconds?: number; ticket: string; url: string; show_qrcode_url: string }
  >('/card/qrcode/create'),
  /** 创建卡券货架: creates a page that gives out cards. */
  createLandingPage: post<
    {
      banner: string;
      page_title: string;
      can_share: boolean;
      scene: string;
      card_list: { card_id: string; thumb_url: string }[];
    },
    { page_id: string; url: string }
  >('/card/landingpage/create'),
  /** 设置测试白名单: sets who may try cards before they are reviewed. */
  setTestWhitelist: post<{ openid?: string[] | undefined; username?: string[] | undefined }>(
    '/card/testwhitelist/set',
  ),
  /** 导入自定义code: brings in codes of the account’s own, 100 at most. */
  depositCode: post<{ card_id: string; code: string[] }>('/card/code/deposit'),
  /** 查询导入code数目: counts the codes that were brought in. */
  getDepositCount: post<{ card_id: string }, { count: number }>('/card/code/getdepositcount', {
    idempotent: true,
  }),
  /** 核查code: tells which codes were brought in. */
  checkCode: post<
    { card_id: string; code: string[] },
    { exist_code: string[]; not_exist_code: string[] }
  >('/card/code/checkcode', { idempotent: true }),
  /** 查询Code: gets what is known of a code. */
  getCode: post<
    { card_id?: string | undefined; code: string; check_consume?: boolean | undefined },
    {
      openid: string;
      card: {
        card_id: string;
        begin_time: number;
        end_time: number;
        code?: string;
        card_number?: string;
        bonus?: number;
        balance?: number;
      };
      can_consume: boolean;
      user_card_status: string;
      outer_str?: string;
      order_id?: string;
      background_pic_url?: string;
      nickname?: string;
      membership_number?: string;
      bonus?: number;
      balance?: number;
      user_info?: MemberInfo;
    }
  >('/card/code/get', { idempotent: true }),
  /** 核销Code: redeems a code. */
  consumeCode: post<
    { card_id?: string | undefined; code: string },
    { card: { card_id: string }; openid: string }
  >('/card/code/consume'),
  /** Code解码: decrypts a code that a page got. */
  decryptCode: post<{ encrypt_code: string }, { code: string }>('/card/code/decrypt', {
    idempotent: true,
  }),
  /** 更改Code: changes the code of a card given out. */
  updateCode: post<{ card_id?: string | undefined; code: string; new_code: string }>(
    '/card/code/update',
  ),
  /** 设置卡券失效: makes a card given out invalid. */
  disableCode: post<{ card_id?: string | undefined; code: string; reason?: string | undefined }>(
    '/card/code/unavailable',
  ),
  /** 获取用户已领取卡券: lists the cards that a user has. */
  getUserCards: post<
    { openid: string; card_id?: string | undefined },
    { card_list: { card_id: string; code: string }[]; has_share_card: boolean }
  >('/card/user/getcardlist', { idempotent: true }),
  /** 获取开卡插件参数: gives the address where a member card is activated. */
  getActivateUrl: post<{ card_id: string; outer_str?: string | undefined }, { url: string }>(
    '/card/membercard/activate/geturl',
    { idempotent: true },
  ),
  /**
   * 获取用户开卡时提交的信息（跳转型）: gets what a user filled in to activate a card, for the
   * page they came to.
   */
  getActivateTempInfo: post<{ activate_ticket: string }, { info: MemberInfo }>(
    '/card/membercard/activatetempinfo/get',
    { idempotent: true },
  ),
  /** 激活会员卡: activates a member card. */
  activateMemberCard: post<{
    card_id?: string | undefined;
    code: string;
    membership_number: string;
    background_pic_url?: string | undefined;
    activate_begin_time?: number | undefined;
    activate_end_time?: number | undefined;
    init_bonus?: number | undefined;
    init_bonus_record?: string | undefined;
    init_balance?: number | undefined;
    init_custom_field_value1?: string | undefined;
    init_custom_field_value2?: string | undefined;
    init_custom_field_value3?: string | undefined;
  }>('/card/membercard/activate'),
  /** 设置开卡字段: sets the fields of the form that activates a card. */
  setActivateForm: post<{
    card_id: string;
    service_statement?: CardLink | undefined;
    bind_old_card?: CardLink | undefined;
    required_form?: ActivateForm | undefined;
    optional_form?: ActivateForm | undefined;
  }>('/card/membercard/activateuserform/set'),
  /** 更新会员信息: changes a member’s points, balance and fields. */
  updateMember: post<
    {
      card_id: string;
      code: string;
      background_pic_url?: string | undefined;
      bonus?: number | undefined;
      add_bonus?: number | undefined;
      record_bonus?: string | undefined;
      balance?: number | undefined;
      add_balance?: number | undefined;
      record_balance?: string | undefined;
      custom_field_value1?: string | undefined;
      custom_field_value2?: string | undefined;
      custom_field_value3?: string | undefined;
      notify_optional?:
        | {
            is_notify_bonus?: boolean | undefined;
            is_notify_balance?: boolean | undefined;
            is_notify_custom_field1?: boolean | undefined;
            is_notify_custom_field2?: boolean | undefined;
            is_notify_custom_field3?: boolean | undefined;
          }
        | undefined;
    },
    MemberResult
  >('/card/membercard/updateuser'),
  /** 拉取会员信息: gets what is known of a member. */
  getMember: post<
    { card_id: string; code: string },
    {
      openid: string;
      nickname: string;
      sex: string;
      membership_number: string;
      bonus: number;
      balance: number;
      user_card_status: string;
      user_info: MemberInfo;
    }
  >('/card/membercard/userinfo/get', { idempotent: true }),
  /** 更新会议门票: sets the place and time of a ticket to a meeting. */
  updateMeetingTicket: post<{
    card_id?: string | undefined;
    code: string;
    begin_time?: number | undefined;
    end_time?: number | undefined;
    zone?: string | undefined;
    entrance?: string | undefined;
    seat_number?: string | undefined;
  }>('/card/meetingticket/updateuser'),
  /** 更新电影票: sets the seats and time of a cinema ticket. */
  updateMovieTicket: post<{
    card_id?: string | undefined;
    code: string;
    ticket_class: string;
    screening_room?: string | undefined;
    show_time: number;
    duration: number;
    seat_number?: string[] | undefined;
  }>('/card/movieticket/updateuser'),
  /**
   * 更新飞机票信息（在线值机）: checks a boarding pass in, or takes that back when `is_cancel` is
   * true.
   */
  checkinBoardingPass: post<{
    card_id?: string | undefined;
    code: string;
    etkt_bnr?: string | undefined;
    class?: string | undefined;
    passenger_name?: string | undefined;
    seat?: string | undefined;
    qrcode_data?: string | undefined;
    is_cancel?: boolean | undefined;
  }>('/card/boardingpass/checkin'),
  /** 创建礼品卡货架: creates a shelf of gift cards. */
  addGiftCardPage: post<{ page: GiftCardPage }, { page_id: string }>('/card/giftcard/page/add'),
  /** 查询礼品卡货架信息: gets a shelf of gift cards. */
  getGiftCardPage: post<{ page_id: string }, { page: GiftCardPage }>('/card/giftcard/page/get', {
    idempotent: true,
  }),
  /** 修改礼品卡货架信息: changes a shelf of gift cards. */
  updateGiftCardPage: post<{ page: GiftCardPage & { page_id: string } }>(
    '/card/giftcard/page/update',
  ),
  /** 查询礼品卡货架列表: lists the shelves of gift cards. */
  listGiftCardPages: post<None, { page_id_list: string[] }>('/card/giftcard/page/batchget', {
    idempotent: true,
    body: false,
  }),
  /** 下架礼品卡货架: takes a shelf of gift cards down, or all, or puts them up again. */
  maintainGiftCardPage: post<
    { page_id?: string | undefined; all?: boolean | undefined; maintain: boolean },
    {
      control_info: {
        biz_control_type: string;
        system_biz_control_type: string;
        list: { page_id: string; page_control_type: string; system_page_control_type: string }[];
      };
    }
  >('/card/giftcard/maintain/set'),
  /** 申请微信支付礼品卡权限: asks for gift cards to be paid in WeChat. */
  applyGiftCardPay: post<{ sub_mch_id: string }, { url: string }>(
    '/card/giftcard/pay/whitelist/add',
  ),
  /** 绑定商户号到礼品卡小程序: binds the merchant to the mini program of gift cards. */
  bindGiftCardMch: post<{ sub_mch_id: string; wxa_appid: string }>(
    '/card/giftcard/pay/submch/bind',
  ),
  /** 上传小程序代码（礼品卡）: puts a shelf into the mini program of gift cards. */
  setGiftCardMiniProgram: post<{ wxa_appid: string; page_id: string }>('/card/giftcard/wxa/set'),
  /** 更新用户礼品卡信息: changes a gift card’s points, balance and fields. */
  updateGeneralCard: post<
    {
      card_id: string;
      code: string;
      background_pic_url?: string | undefined;
      bonus?: number | undefined;
      record_bonus?: string | undefined;
      balance?: number | undefined;
      record_balance?: string | undefined;
      custom_field_value1?: string | undefined;
      custom_field_value2?: string | undefined;
      custom_field_value3?: string | undefined;
      can_give_friend?: boolean | undefined;
    },
    MemberResult
  >('/card/generalcard/updateuser'),
  /** 查询单个礼品卡订单信息: gets an order of gift cards. */
  getGiftCardOrder: post<{ order_id: string }, { order: GiftCardOrder }>(
    '/card/giftcard/order/get',
    { idempotent: true },
  ),
  /** 批量查询礼品卡订单信息: lists the orders of gift cards in a time. */
  listGiftCardOrders: post<
    {
      begin_time: number;
      end_time: number;
      sort_type?: 'ASC' | 'DESC' | undefined;
      offset: number;
      count: number;
    },
    { order_list: GiftCardOrder[]; total_count: number }
  >('/card/giftcard/order/batchget', { idempotent: true }),
  /** 礼品卡订单退款: pays an order of gift cards back. */
  refundGiftCardOrder: post<{ order_id: string }>('/card/giftcard/order/refund', {
    idempotent: false,
  }),
  /** 设置支付后投放卡券: adds a rule by which a payment gives a card. */
  addPayGiftCard: post<
    { rule_info: PayGiftRule },
    {
      rule_id: Id;
      fail_mchid_list: {
        mchid: string;
        errcode: number;
        errmsg: string;
        occupy_rule_id?: Id;
        occupy_appid?: string;
      }[];
      succ_mchid_list: string[];
    }
  >('/card/paygiftcard/add'),
  /** 删除支付后投放卡券规则: deletes a rule by which payments give a card. */
  deletePayGiftCard: post<{ rule_id: Id }>('/card/paygiftcard/delete'),
  /** 查询支付后投放卡券规则详情: gets a rule by which payments give a card. */
  getPayGiftCard: post<{ rule_id: Id }, { rule_info: StoredPayGiftRule }>(
    '/card/paygiftcard/getbyid',
    { idempotent: true },
  ),
  /** 批量查询支付后投放卡券规则: lists the rules by which payments give cards. */
  listPayGiftCards: post<
    { type: string; effective: boolean; offset: number; count: number },
    { rule_list: StoredPayGiftRule[]; total_count: number }
  >('/card/paygiftcard/batchget', { idempotent: true }),
  /** 创建子商户: registers a merchant below the account. */
  addSubMerchant: post<{ info: SubMerchantInput }, { info: SubMerchant }>(
    '/card/submerchant/submit',
  ),
  /** 更新子商户: changes a merchant below the account. */
  updateSubMerchant: post<
    { info: SubMerchantInput & { merchant_id: string } },
    { info: SubMerchant }
  >('/card/submerchant/update'),
  /** 卡券开放类目查询: lists the categories that cards may belong to. */
  getApplyProtocol: get<{
    category: {
      primary_category_id: number;
      category_name: string;
      secondary_category: {
        secondary_category_id: number;
        category_name: string;
        need_qualification_stuffs: string[];
      }[];
    }[];
  }>('/card/getapplyprotocol'),
  /** 拉取单个子商户信息: gets a merchant below the account. */
  getSubMerchant: post<{ merchant_id: string }, { info: SubMerchant }>('/card/submerchant/get', {
    idempotent: true,
  }),
  /** 批量拉取子商户信息: lists the merchants below the account. */
  listSubMerchants: post<
    { begin_id: string; limit: number; status: string },
    { info_list: SubMerchant[]; next_begin_id: string }
  >('/card/submerchant/batchget', { idempotent: true }),
};
