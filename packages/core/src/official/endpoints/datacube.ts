import { post } from '../endpoint.ts';

/** The first and the last day, as `YYYY-MM-DD`; the last is yesterday at most. */
export interface DateRange {
  begin_date: string;
  end_date: string;
}

/** Figures, a row a day, an hour or whatever the endpoint says. */
export interface Figures<Row> {
  list: Row[];
}

/** Figures of what was published. */
export interface PublishFigures<Row> extends Figures<Row> {
  /** True when the figures are not all in yet. */
  is_delay: boolean;
}

/** How an article was read, shared and kept; `int` is the page in WeChat, `ori` the original. */
export interface ReadFigures {
  int_page_read_user: number;
  int_page_read_count: number;
  ori_page_read_user: number;
  ori_page_read_count: number;
  share_user: number;
  share_count: number;
  add_to_fav_user: number;
  add_to_fav_count: number;
}

/** Figures of one mass-sent article on one day. */
export interface ArticleFigures extends ReadFigures {
  ref_date: string;
  /** The message’s msg_data_id, an underscore and the article’s place. */
  msgid: string;
  title: string;
}

/** The figures of an article for one day, by source of readers. */
export interface ArticleDay extends ReadFigures {
  stat_date: string;
  target_user: number;
  int_page_from_session_read_user: number;
  int_page_from_session_read_count: number;
  int_page_from_hist_msg_read_user: number;
  int_page_from_hist_msg_read_count: number;
  int_page_from_feed_read_user: number;
  int_page_from_feed_read_count: number;
  int_page_from_friends_read_user: number;
  int_page_from_friends_read_count: number;
  int_page_from_other_read_user: number;
  int_page_from_other_read_count: number;
  feed_share_from_session_user: number;
  feed_share_from_session_cnt: number;
  feed_share_from_feed_user: number;
  feed_share_from_feed_cnt: number;
  feed_share_from_other_user: number;
  feed_share_from_other_cnt: number;
}

/** How articles were read on one day, by where readers came from. */
export interface UserReadFigures extends ReadFigures {
  ref_date: string;
  user_source: number;
}

/** How articles were shared on one day, by where to. */
export interface ShareFigures {
  ref_date: string;
  share_scene: number;
  share_user: number;
  share_count: number;
}

/** Messages of one type that users sent. */
export interface MessageFigures {
  ref_date: string;
  msg_type: number;
  msg_user: number;
  msg_count: number;
}

/** How many users sent so and so many messages. */
export interface MessageDistribution {
  ref_date: string;
  /** 0 none, 1 for 1–5, 2 for 6–10, 3 for more. */
  count_interval: number;
  msg_user: number;
}

/** How the account’s server answered pushes; times are in milliseconds. */
export interface CallbackFigures {
  ref_date: string;
  callback_count: number;
  fail_count: number;
  total_time_cost: number;
  max_time_cost: number;
}

/** Added to figures by the hour: 0 to 2300. */
export interface Hourly {
  ref_hour: number;
}

/** How coupons were seen, received and redeemed. */
export interface CardFigures {
  ref_date: string;
  view_cnt: number;
  view_user: number;
  receive_cnt: number;
  receive_user: number;
  verify_cnt: number;
  verify_user: number;
}

/** Figures of coupons. */
export interface CouponFigures extends CardFigures {
  given_cnt: number;
  given_user: number;
  expire_cnt: number;
  expire_user: number;
}

/** Figures of member cards. */
export interface MemberCardFigures extends CardFigures {
  active_cnt: number;
  active_user: number;
  total_user: number;
  total_receive_user: number;
}

/** Readers by where they came from. */
export interface ReadSource {
  user_count: number;
  scene_desc: string;
}

/** How published articles were read and liked. */
export interface PublishDetail {
  read_user: number;
  read_user_source: ReadSource[];
  share_user: number;
  zaikan_user: number;
  like_user: number;
  comment_count: number;
  collection_user: number;
  redirect_ori_page_user: number;
  send_page_count: number;
}

/** The figures of a published article for one day. */
export interface PublishDay extends PublishDetail {
  stat_date: string;
  praise_money: number;
  read_subscribe_user: number;
  read_delivery_rate: number;
  read_finish_rate: number;
  read_avg_activetime: number;
  read_jump_position: { position: number; rate: number }[];
}

/** 数据统计: statistics; the figures of a day are there on the next. */
export const datacube = {
  /**
   * 获取用户增减数据: counts who came and who left each day, by where from; 7 days at most.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/user/api_getusersummary.html
   */
  getUserSummary: post<
    DateRange,
    Figures<{ ref_date: string; user_source: number; new_user: number; cancel_user: number }>
  >('/datacube/getusersummary', { idempotent: true }),
  /**
   * 获取累计用户数据: counts the followers on each day; 7 days at most.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/user/api_getusercumulate.html
   */
  getUserCumulate: post<DateRange, Figures<{ ref_date: string; cumulate_user: number }>>(
    '/datacube/getusercumulate',
    { idempotent: true },
  ),
  /**
   * 获取图文群发每日数据: gets figures of the articles that were read on one day.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/news/api_getarticlesummary.html
   * @deprecated Use `datacube.getArticleRead`.
   */
  getArticleSummary: post<DateRange, Figures<ArticleFigures>>('/datacube/getarticlesummary', {
    idempotent: true,
  }),
  /**
   * 获取图文群发总数据: gets figures of the articles that were sent on one day, for each day
   * since.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/news/api_getarticletotal.html
   * @deprecated Use `datacube.getArticleTotalDetail`.
   */
  getArticleTotal: post<
    DateRange,
    Figures<{ ref_date: string; msgid: string; title: string; details: ArticleDay[] }>
  >('/datacube/getarticletotal', { idempotent: true }),
  /**
   * 获取图文阅读概况数据: counts how articles were read each day; 3 days at most.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/news/api_getuserread.html
   * @deprecated Use `datacube.getBizSummary`.
   */
  getUserRead: post<DateRange, Figures<UserReadFigures>>('/datacube/getuserread', {
    idempotent: true,
  }),
  /**
   * 获取图文阅读分时数据: counts how articles were read each hour of one day.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/news/api_getuserreadhour.html
   * @deprecated Use `datacube.getBizSummary`.
   */
  getUserReadHour: post<DateRange, Figures<UserReadFigures & Hourly>>('/datacube/getuserreadhour', {
    idempotent: true,
  }),
  /**
   * 获取图文转发概况数据: counts how articles were shared each day; 7 days at most.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/news/api_getusershare.html
   * @deprecated Use `datacube.getBizSummary`.
   */
  getUserShare: post<DateRange, Figures<ShareFigures>>('/datacube/getusershare', {
    idempotent: true,
  }),
  /**
   * 获取图文转发分时数据: counts how articles were shared each hour of one day.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/news/api_getusersharehour.html
   * @deprecated Use `datacube.getBizSummary`.
   */
  getUserShareHour: post<DateRange, Figures<ShareFigures & Hourly>>('/datacube/getusersharehour', {
    idempotent: true,
  }),
  /**
   * 获取消息发送概况数据: counts the messages of users each day; 7 days at most.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/mess/api_getupstreammsg.html
   */
  getUpstreamMsg: post<DateRange, Figures<MessageFigures>>('/datacube/getupstreammsg', {
    idempotent: true,
  }),
  /**
   * 获取消息发送分时数据: counts the messages of users each hour of one day.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/mess/api_getupstreammsghour.html
   */
  getUpstreamMsgHour: post<DateRange, Figures<MessageFigures & Hourly>>(
    '/datacube/getupstreammsghour',
    { idempotent: true },
  ),
  /**
   * 获取消息发送周数据: counts the messages of users each week; 30 days at most.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/mess/api_getupstreammsgweek.html
   */
  getUpstreamMsgWeek: post<DateRange, Figures<MessageFigures>>('/datacube/getupstreammsgweek', {
    idempotent: true,
  }),
  /**
   * 获取消息发送月数据: counts the messages of users each month; 30 days at most.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/mess/api_getupstreammsgmonth.html
   */
  getUpstreamMsgMonth: post<DateRange, Figures<MessageFigures>>('/datacube/getupstreammsgmonth', {
    idempotent: true,
  }),
  /**
   * 获取消息发送分布数据: counts users by how many messages they sent each day; 15 days at most.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/mess/api_getupstreammsgdist.html
   */
  getUpstreamMsgDist: post<DateRange, Figures<MessageDistribution>>(
    '/datacube/getupstreammsgdist',
    { idempotent: true },
  ),
  /**
   * 获取消息发送分布周数据: counts users by how many messages they sent each week; 30 days at
   * most.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/mess/api_getupstreammsgdistweek.html
   */
  getUpstreamMsgDistWeek: post<DateRange, Figures<MessageDistribution>>(
    '/datacube/getupstreammsgdistweek',
    { idempotent: true },
  ),
  /**
   * 获取消息发送分布月数据: counts users by how many messages they sent each month; 30 days at
   * most.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/mess/api_getupstreammsgdistmonth.html
   */
  getUpstreamMsgDistMonth: post<DateRange, Figures<MessageDistribution>>(
    '/datacube/getupstreammsgdistmonth',
    { idempotent: true },
  ),
  /**
   * 获取被动回复概要数据: counts the pushes that the account’s server answered each day, and how
   * fast; 30 days at most.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/api/api_getinterfacesummary.html
   */
  getInterfaceSummary: post<DateRange, Figures<CallbackFigures>>('/datacube/getinterfacesummary', {
    idempotent: true,
  }),
  /**
   * 获取被动回复分时数据: counts the pushes that the account’s server answered each hour of one
   * day, and how fast.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/api/api_getinterfacesummaryhour.html
   */
  getInterfaceSummaryHour: post<DateRange, Figures<CallbackFigures & Hourly>>(
    '/datacube/getinterfacesummaryhour',
    { idempotent: true },
  ),
  /** 拉取卡券概况数据: gets figures of all coupons for each day. */
  getCardBizuinInfo: post<DateRange & { cond_source: number }, Figures<CouponFigures>>(
    '/datacube/getcardbizuininfo',
    { idempotent: true },
  ),
  /**
   * 获取免费券数据: gets figures of the free coupons for each day, all of them or the one of
   * `card_id`.
   */
  getCardInfo: post<
    DateRange & { cond_source: number; card_id?: string | undefined },
    Figures<CouponFigures & { card_id: string; card_type: number }>
  >('/datacube/getcardcardinfo', { idempotent: true }),
  /** 拉取会员卡概况数据: gets figures of all member cards for each day. */
  getMemberCardInfo: post<DateRange & { cond_source: number }, Figures<MemberCardFigures>>(
    '/datacube/getcardmembercardinfo',
    { idempotent: true },
  ),
  /** 拉取单张会员卡数据: gets figures of one member card for each day. */
  getMemberCardDetail: post<
    DateRange & { card_id: string },
    Figures<
      MemberCardFigures & {
        cardid: string;
        merchanttype: number;
        submerchantid: string;
        new_user: number;
        payOriginalFee: number;
        fee: number;
      }
    >
  >('/datacube/getcardmembercarddetail', { idempotent: true }),
  /**
   * 获取发表内容每日阅读数据: counts the readers of each published article on a day.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/news/api_getarticleread.html
   */
  getArticleRead: post<
    DateRange,
    PublishFigures<{
      ref_date: string;
      msgid: string;
      detail: { read_user: number; read_user_source: ReadSource[] };
    }>
  >('/datacube/getarticleread', { idempotent: true }),
  /**
   * 获取发表内容每日分享数据: counts who shared each published article on a day.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/news/api_getarticleshare.html
   */
  getArticleShare: post<
    DateRange,
    PublishFigures<{ ref_date: string; msgid: string; detail: { share_user: number } }>
  >('/datacube/getarticleshare', { idempotent: true }),
  /**
   * 获取发表内容概况总数据: gets figures of all that is published, for each day.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/news/api_getbizsummary.html
   */
  getBizSummary: post<DateRange, PublishFigures<{ ref_date: string; detail: PublishDetail }>>(
    '/datacube/getbizsummary',
    { idempotent: true },
  ),
  /**
   * 获取发表内容发表详细数据: gets figures of the articles that were published on a day, for each
   * day since.
   * @see https://developers.weixin.qq.com/doc/service/api/wedata/news/api_getarticletotaldetail.html
   */
  getArticleTotalDetail: post<
    DateRange,
    PublishFigures<{
      ref_date: string;
      msgid: string;
      publish_type: 0 | 1;
      title: string;
      content_url: string;
      detail_list: PublishDay[];
    }>
  >('/datacube/getarticletotaldetail', { idempotent: true }),
};
