import { get, type Id, type None, page, post } from '../endpoint.ts';
import type { NewsArticle } from './common.ts';

/** The values of a template’s keywords. */
export type TemplateData = Record<string, { value: string; color?: string | undefined }>;

/** The mini program that a message opens. */
export interface MiniProgram {
  appid: string;
  pagepath?: string | undefined;
}

/** A message after a template; when it has both, the mini program goes before the `url`. */
export interface TemplateMessage {
  touser: string;
  template_id: string;
  data: TemplateData;
  url?: string | undefined;
  miniprogram?: MiniProgram | undefined;
  /** The same one to the same user within ten minutes is sent once. */
  client_msg_id?: string | undefined;
}

/** An industry, in two steps. */
export interface Industry {
  first_class: string;
  second_class: string;
}

/** A message of customer service: `msgtype`, and the field of that name. */
export interface CustomMessage {
  touser: string;
  msgtype:
    | 'text'
    | 'image'
    | 'voice'
    | 'video'
    | 'music'
    | 'news'
    | 'mpnews'
    | 'mpnewsarticle'
    | 'msgmenu'
    | 'wxcard'
    | 'miniprogrampage'
    | 'link';
  text?: { content: string } | undefined;
  image?: { media_id: string } | undefined;
  voice?: { media_id: string } | undefined;
  video?:
    | {
        media_id: string;
        thumb_media_id?: string | undefined;
        title?: string | undefined;
        description?: string | undefined;
      }
    | undefined;
  music?:
    | {
        musicurl: string;
        hqmusicurl: string;
        thumb_media_id: string;
        title?: string | undefined;
        description?: string | undefined;
      }
    | undefined;
  /** One article that opens an address. */
  news?: { articles: CustomArticle[] } | undefined;
  /** An article of the material, by the older kind of id. */
  mpnews?: { media_id: string } | undefined;
  /** A published article. */
  mpnewsarticle?: { article_id: string } | undefined;
  /** Answers to choose from; the one chosen comes back as a text with `bizmsgmenuid`. */
  msgmenu?:
    | {
        head_content?: string | undefined;
        list: { id: string; content: string }[];
        tail_content?: string | undefined;
      }
    | undefined;
  wxcard?: { card_id: string } | undefined;
  miniprogrampage?:
    | {
        title?: string | undefined;
        appid: string;
        pagepath: string;
        thumb_media_id: string;
      }
    | undefined;
  link?:
    | {
        title: string;
        description?: string | undefined;
        url: string;
        thumb_url?: string | undefined;
      }
    | undefined;
  /** The customer-service account shown as the sender. */
  customservice?: { kf_account: string } | undefined;
}

/** An article of a news message. */
export interface CustomArticle {
  title: string;
  description?: string | undefined;
  url?: string | undefined;
  picurl?: string | undefined;
}

/** The content of a mass message: `msgtype`, and the field that belongs to it. */
export interface MassContent {
  msgtype: 'text' | 'mpnews' | 'image' | 'voice' | 'mpvideo' | 'wxcard';
  text?: { content: string } | undefined;
  mpnews?: { media_id: string } | undefined;
  /** For the msgtype image. */
  images?:
    | {
        media_ids: string[];
        recommend?: string | undefined;
        need_open_comment?: 0 | 1 | undefined;
        only_fans_can_comment?: 0 | 1 | undefined;
      }
    | undefined;
  voice?: { media_id: string } | undefined;
  mpvideo?:
    | { media_id: string; title?: string | undefined; description?: string | undefined }
    | undefined;
  wxcard?: { card_id: string; card_ext?: string | undefined } | undefined;
}

/** A mass message, and how it is sent. */
export interface MassMessage extends MassContent {
  /** 1 sends it also when it is found to be a reprint. Default: 0. */
  send_ignore_reprint?: 0 | 1 | undefined;
  /** The same one within a day is not sent again. */
  clientmsgid?: string | undefined;
}

/** The result of starting a mass message. */
export interface MassResult {
  msg_id: Id;
  /** Present for articles: the id used by statistics and comments. */
  msg_data_id?: Id;
}

/** An uploaded thing to mass-send. */
export interface MassMedia {
  type: string;
  media_id: string;
  created_at: number;
}

/** An article to mass-send. */
export interface MassArticle extends NewsArticle {
  thumb_media_id: string;
}

/** 客服消息: messages of customer service, for two days after a user wrote. */
const custom = {
  /**
   * 发送客服消息: sends a message to someone who was active of late.
   * @see https://developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage.html
   */
  send: post<CustomMessage>('/cgi-bin/message/custom/send'),
  /**
   * 客服输入状态: shows or hides that somebody is typing.
   * @see https://developers.weixin.qq.com/doc/service/api/customer/message/api_typing.html
   */
  typing: post<{ touser: string; command: 'Typing' | 'CancelTyping' }>(
    '/cgi-bin/message/custom/typing',
  ),
};

/** 模板消息: messages after a template, and the account’s templates. */
const template = {
  /**
   * 发送模板消息: sends a template message to a follower; how it went arrives as an event.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage.html
   */
  send: post<TemplateMessage, { msgid: Id }>('/cgi-bin/message/template/send'),
  /**
   * 设置所属行业: sets the two industries whose templates may be used; once a month.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/template/api_setindustry.html
   */
  setIndustry: post<{ industry_id1: string; industry_id2: string }>(
    '/cgi-bin/template/api_set_industry',
  ),
  /**
   * 获取行业信息: gets the two industries.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/template/api_getindustry.html
   */
  getIndustry: get<{ primary_industry: Industry; secondary_industry: Industry }>(
    '/cgi-bin/template/get_industry',
  ),
  /**
   * 选用模板（获得模板ID）: adds a template of the library to the account’s own; one of a
   * category needs `keyword_name_list`.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/template/api_addtemplate.html
   */
  add: post<
    { template_id_short: string; keyword_name_list?: string[] | undefined },
    { template_id: string }
  >('/cgi-bin/template/api_add_template'),
  /**
   * 获取已选用模板列表: lists the account’s templates.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/template/api_getalltemplates.html
   */
  list: get<{
    template_list: {
      template_id: string;
      title: string;
      primary_industry: string;
      deputy_industry: string;
      content: string;
      example: string;
    }[];
  }>('/cgi-bin/template/get_all_private_template'),
  /**
   * 删除模板: deletes one of the account’s templates.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/template/api_deletetemplate.html
   */
  delete: post<{ template_id: string }>('/cgi-bin/template/del_private_template'),
  /**
   * 查询拦截的模板消息: lists messages after a template that were held back.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/template/api_queryblocktmplmsg.html
   */
  queryBlocked: post<
    { tmpl_msg_id: string; largest_id: Id; limit: number },
    {
      msginfo: {
        id: Id;
        tmpl_msg_id: string;
        title: string;
        content: string;
        send_timestamp: number;
        openid: string;
      }[];
    }
  >('/wxa/sec/queryblocktmplmsg', {
    idempotent: true,
    paging: {
      by: 'lastId',
      at: 'largest_id',
      first: 0,
      count: 'limit',
      size: 100,
      rows: 'msginfo',
      next: 'id',
    },
  }),
};

/** 订阅消息: messages that users subscribed to, once or for good. */
const subscribe = {
  /**
   * 发送一次性订阅消息: sends the one message that a user agreed to on the page of
   * `buildAuthorizeUrl`.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/subscribe/api_templatesubscribe.html
   */
  sendOnce: post<{
    touser: string;
    template_id: string;
    url?: string | undefined;
    miniprogram?: MiniProgram | undefined;
    scene: string;
    title: string;
    data: TemplateData;
  }>('/cgi-bin/message/template/subscribe'),
  /**
   * 发送订阅通知: sends a notice that the user subscribed to.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/notify/api_sendnewsubscribemsg.html
   */
  send: post<{
    touser: string;
    template_id: string;
    page?: string | undefined;
    miniprogram?: MiniProgram | undefined;
    /** Which version of the mini program opens. Default: formal. */
    miniprogram_state?: 'developer' | 'trial' | 'formal' | undefined;
    /** Default: zh_CN. */
    lang?: 'zh_CN' | 'en_US' | 'zh_HK' | 'zh_TW' | undefined;
    data: Record<string, { value: string }>;
  }>('/cgi-bin/message/subscribe/bizsend'),
  /**
   * 选用订阅通知模板: adds a template of the library to the account’s own.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/notify/api_addwxanewtemplate.html
   */
  addTemplate: post<
    { tid: string; kidList: number[]; sceneDesc?: string | undefined },
    { priTmplId: string }
  >('/wxaapi/newtmpl/addtemplate'),
  /**
   * 删除订阅通知模板: deletes one of the account’s templates.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/notify/api_delwxanewtemplate.html
   */
  deleteTemplate: post<{ priTmplId: string }>('/wxaapi/newtmpl/deltemplate'),
  /**
   * 获取账号类目: lists the account’s categories.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/notify/api_getcategory.html
   */
  getCategory: get<{ data: { id: number; name: string }[] }>('/wxaapi/newtmpl/getcategory'),
  /**
   * 获取模板中的关键词: lists the keywords of a template of the library.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/notify/api_getpubnewtemplatekeywords.html
   */
  getPubTemplateKeywords: get<
    { data: { kid: number; name: string; example: string; rule: string }[] },
    { tid: string }
  >('/wxaapi/newtmpl/getpubtemplatekeywords', { query: ['tid'] }),
  /**
   * 获取类目下的公共模板: lists the library’s templates in some categories.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/notify/api_getpubnewtemplatetitles.html
   */
  getPubTemplateTitles: get<
    { data: { tid: number; title: string; type: number; categoryId: number }[]; count: number },
    { ids: string; start: number; limit: number }
  >('/wxaapi/newtmpl/getpubtemplatetitles', {
    query: ['ids', 'start', 'limit'],
    paging: {
      by: 'offset',
      at: 'start',
      first: 0,
      count: 'limit',
      size: 30,
      rows: 'data',
      next: 'count',
    },
  }),
  /**
   * 获取私有模板列表: lists the account’s templates.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/notify/api_getwxapubnewtemplate.html
   */
  listTemplates: get<{
    data: {
      priTmplId: string;
      title: string;
      content: string;
      type: number;
      example: string;
      keywordEnumValueList?: { keywordCode: string; enumValueList: string[] }[];
    }[];
  }>('/wxaapi/newtmpl/gettemplate'),
  /** 一次性订阅消息授权链接: makes the address of the page where a user agrees to one message. */
  buildAuthorizeUrl: page<{
    appid?: string | undefined;
    scene: number;
    template_id: string;
    redirect_url: string;
    reserved?: string | undefined;
  }>('/mp/subscribemsg', {
    query: ['appid', 'scene', 'template_id', 'redirect_url', 'reserved'],
    fixedQuery: { action: 'get_confirm' },
    host: 'mp.weixin.qq.com',
    tokenless: true,
    filled: { appid: '{appid}' },
    hash: 'wechat_redirect',
  }),
};

/** 群发: messages to many followers at once. */
const mass = {
  /**
   * 上传图文消息素材（群发）: uploads articles to mass-send.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/message/api_uploadnewsmsg.html
   */
  uploadNews: post<{ articles: MassArticle[] }, MassMedia>('/cgi-bin/media/uploadnews'),
  /**
   * 上传群发视频（换取群发用media_id）: gives a video the title and description that it is
   * mass-sent with.
   */
  uploadVideo: post<
    { media_id: string; title?: string | undefined; description?: string | undefined },
    MassMedia
  >('/cgi-bin/media/uploadvideo'),
  /**
   * 根据标签群发消息: sends to the followers with a tag, or to all.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/message/api_sendall.html
   */
  sendAll: post<
    MassMessage & { filter: { is_to_all?: boolean | undefined; tag_id?: number | undefined } },
    MassResult
  >('/cgi-bin/message/mass/sendall', { idempotent: false }),
  /**
   * 根据OpenID群发消息: sends to 2 to 10000 followers by openid.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/message/api_masssend.html
   */
  send: post<MassMessage & { touser: string[] }, MassResult>('/cgi-bin/message/mass/send', {
    idempotent: false,
  }),
  /**
   * 预览消息: sends to one person, by openid or by WeChat id, to see what it looks like.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/message/api_preview.html
   */
  preview: post<
    MassContent & {
      image?: { media_id: string } | undefined;
      touser?: string | undefined;
      towxname?: string | undefined;
    }
  >('/cgi-bin/message/mass/preview'),
  /**
   * 删除群发消息: takes articles or a video back; `article_idx` counts from 1, without it all go.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/message/api_deletemassmsg.html
   */
  delete: post<{ msg_id: Id; article_idx?: number | undefined }>('/cgi-bin/message/mass/delete'),
  /**
   * 查询群发消息发送状态: tells whether a mass message has been sent.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/message/api_massmsgget.html
   */
  get: post<{ msg_id: Id }, { msg_id: Id; msg_status: string }>('/cgi-bin/message/mass/get', {
    idempotent: true,
  }),
  /**
   * 获取群发速度: tells how fast mass messages go out.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/message/api_getspeed.html
   */
  getSpeed: post<None, { speed: number; realspeed: number }>('/cgi-bin/message/mass/speed/get', {
    body: false,
    idempotent: true,
  }),
  /**
   * 设置群发速度: sets how fast mass messages go out, from 0, the fastest, to 4.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/message/api_setspeed.html
   */
  setSpeed: post<{ speed: number }>('/cgi-bin/message/mass/speed/set'),
};

/** 消息: messages to users. */
export const message = { custom, template, subscribe, mass };
