import { get, type None, page, post } from '../endpoint.ts';
import { ITEM_PAGING } from './common.ts';

/** A right that an account gave to the platform. */
export interface FuncInfo {
  funcscope_category: { id: number; type?: number; name?: string; desc?: string };
}

/** The rights of an account, and its tokens. An account without rights to the API has no tokens. */
export interface AuthorizationInfo {
  authorizer_appid: string;
  authorizer_access_token?: string;
  expires_in?: number;
  authorizer_refresh_token?: string;
  func_info: FuncInfo[];
}

/** An account that gave rights to the platform. */
export interface AuthorizerInfo {
  nick_name: string;
  head_img?: string;
  service_type_info: { id: number; name?: string };
  /** -1 not verified, 0 verified by WeChat. */
  verify_type_info: { id: number; name?: string };
  /** The id that messages come to. */
  user_name: string;
  principal_name: string;
  alias: string;
  signature: string;
  qrcode_url: string;
  business_info: {
    open_store: 0 | 1;
    open_scan: 0 | 1;
    open_pay: 0 | 1;
    open_card: 0 | 1;
    open_shake: 0 | 1;
  };
  /** Only of a mini program. */
  MiniProgramInfo?: {
    network: {
      RequestDomain: string[];
      WsRequestDomain: string[];
      UploadDomain: string[];
      DownloadDomain: string[];
      UDPDomain: string[];
      BizDomain: string[];
    };
    categories: { first: string; second: string }[];
    visit_status: number;
  };
  register_type?: number;
  account_status?: number;
  basic_config?: { is_phone_configured: boolean; is_email_configured: boolean };
}

/** A user’s token that the platform holds for an account. */
export interface ComponentOauthToken {
  access_token: string;
  expires_in: number;
  refresh_token: string;
  openid: string;
  scope: string;
}

/** A mini program that is linked to the account. */
export interface LinkedMiniProgram {
  appid: string;
  username: string;
  nickname: string;
  headimg_url: string;
  email: string;
  source: string;
  status: number;
  selected: 0 | 1;
  nearby_display_status: 0 | 1;
  released: 0 | 1;
  func_infos: { id: number; name: string; status: number }[];
}

/**
 * Parameters of the authorization page; `biz_appid` and `auth_type` restrict which accounts can
 * authorize.
 */
export interface BindQuery {
  component_appid?: string | undefined;
  pre_auth_code: string;
  redirect_uri: string;
  /** 1 service accounts, 2 mini programs, 3 both. */
  auth_type?: number | undefined;
  biz_appid?: string | undefined;
}

/** 第三方平台: what a third-party platform does for accounts. */
export const component = {
  /**
   * 启动票据推送服务: starts the pushes of the verify ticket.
   * @see https://developers.weixin.qq.com/doc/oplatform/openApi/ticket-token/api_startpushticket.html
   */
  startPushTicket: post<{
    component_appid?: string | undefined;
    component_secret?: string | undefined;
  }>('/cgi-bin/component/api_start_push_ticket', {
    tokenless: true,
    filled: { component_appid: '{component_appid}', component_secret: '{component_appsecret}' },
  }),
  /**
   * 获取第三方平台接口调用凭据: gets the platform’s own token for the ticket pushed last.
   * @see https://developers.weixin.qq.com/doc/oplatform/openApi/ticket-token/api_getcomponentaccesstoken.html
   */
  getToken: post<
    {
      component_appid?: string | undefined;
      component_appsecret?: string | undefined;
      component_verify_ticket: string;
    },
    { component_access_token: string; expires_in: number }
  >('/cgi-bin/component/api_component_token', {
    idempotent: true,
    tokenless: true,
    filled: { component_appid: '{component_appid}', component_appsecret: '{component_appsecret}' },
  }),
  /**
   * 获取预授权码: gets the code that a login page starts with.
   * @see https://developers.weixin.qq.com/doc/oplatform/openApi/ticket-token/api_getpreauthcode.html
   */
  createPreAuthCode: post<
    { component_appid?: string | undefined },
    { pre_auth_code: string; expires_in: number }
  >('/cgi-bin/component/api_create_preauthcode', {
    tokenless: true,
    filled: { component_appid: '{component_appid}' },
    auth: 'component',
  }),
  /**
   * 获取授权信息: gets an account’s tokens for the code that the login page came back with.
   * @see https://developers.weixin.qq.com/doc/oplatform/openApi/ticket-token/api_getauthorizerrefreshtoken.html
   */
  queryAuth: post<
    { component_appid?: string | undefined; authorization_code: string },
    { authorization_info: AuthorizationInfo }
  >('/cgi-bin/component/api_query_auth', {
    idempotent: false,
    tokenless: true,
    filled: { component_appid: '{component_appid}' },
    auth: 'component',
  }),
  /**
   * 获取授权账号调用令牌: gets an account’s token for its refresh token.
   * @see https://developers.weixin.qq.com/doc/oplatform/openApi/ticket-token/api_getauthorizeraccesstoken.html
   */
  refreshAuthorizerToken: post<
    {
      component_appid?: string | undefined;
      authorizer_appid: string;
      authorizer_refresh_token: string;
    },
    { authorizer_access_token: string; authorizer_refresh_token: string; expires_in: number }
  >('/cgi-bin/component/api_authorizer_token', {
    tokenless: true,
    filled: { component_appid: '{component_appid}' },
    auth: 'component',
  }),
  /**
   * 获取授权账号详情: gets what is known of an account and its rights.
   * @see https://developers.weixin.qq.com/doc/oplatform/openApi/authorization-management/api_getauthorizerinfo.html
   */
  getAuthorizerInfo: post<
    { component_appid?: string | undefined; authorizer_appid: string },
    { authorizer_info: AuthorizerInfo; authorization_info: AuthorizationInfo }
  >('/cgi-bin/component/api_get_authorizer_info', {
    idempotent: true,
    tokenless: true,
    filled: { component_appid: '{component_appid}' },
    auth: 'component',
  }),
  /**
   * 拉取已授权的账号信息: lists the accounts that gave rights, 500 at most.
   * @see https://developers.weixin.qq.com/doc/oplatform/openApi/authorization-management/api_getauthorizerlist.html
   */
  listAuthorizers: post<
    { component_appid?: string | undefined; offset: number; count: number },
    {
      total_count: number;
      list: { authorizer_appid: string; refresh_token: string; auth_time: number }[];
    }
  >('/cgi-bin/component/api_get_authorizer_list', {
    idempotent: true,
    paging: { ...ITEM_PAGING, size: 500, rows: 'list' },
    tokenless: true,
    filled: { component_appid: '{component_appid}' },
    auth: 'component',
  }),
  /**
   * 获取授权方选项信息: gets a setting of an account.
   * @see https://developers.weixin.qq.com/doc/oplatform/openApi/authorization-management/api_getauthorizeroptioninfo.html
   */
  getAuthorizerOption: post<
    { option_name: string },
    { authorizer_appid: string; option_name: string; option_value: string }
  >('/cgi-bin/component/api_get_authorizer_option', {
    idempotent: true,
    tokenless: true,
    auth: 'component',
  }),
  /**
   * 设置授权方选项信息: changes a setting of an account.
   * @see https://developers.weixin.qq.com/doc/oplatform/openApi/authorization-management/api_setauthorizeroptioninfo.html
   */
  setAuthorizerOption: post<{ option_name: string; option_value: string }>(
    '/cgi-bin/component/api_set_authorizer_option',
    { tokenless: true, auth: 'component' },
  ),
  /**
   * 重置第三方平台API调用次数: sets the day’s counts of the platform, or of an account, back to
   * zero with the appsecret.
   */
  clearQuota: post<{
    appid?: string | undefined;
    component_appid?: string | undefined;
    appsecret?: string | undefined;
  }>('/cgi-bin/component/clear_quota/v2', {
    tokenless: true,
    filled: { component_appid: '{component_appid}', appsecret: '{component_appsecret}' },
  }),
  /**
   * 代公众号换取网页授权access_token: gets a user’s token, for an account, for the code that the
   * page came back with.
   */
  getOauthAccessToken: get<
    ComponentOauthToken & { unionid?: string; is_snapshotuser?: 0 | 1 },
    {
      grant_type?: 'authorization_code' | undefined;
      code: string;
      appid?: string | undefined;
      component_appid?: string | undefined;
    }
  >('/sns/oauth2/component/access_token', {
    idempotent: false,
    query: ['grant_type', 'code', 'appid', 'component_appid'],
    tokenless: true,
    filled: {
      grant_type: 'authorization_code',
      appid: '{appid}',
      component_appid: '{component_appid}',
    },
    auth: 'component',
  }),
  /** 代公众号刷新网页授权access_token: gets a user’s token, for an account, for the refresh token. */
  refreshOauthToken: get<
    ComponentOauthToken,
    {
      grant_type?: 'refresh_token' | undefined;
      refresh_token: string;
      appid?: string | undefined;
      component_appid?: string | undefined;
    }
  >('/sns/oauth2/component/refresh_token', {
    query: ['grant_type', 'refresh_token', 'appid', 'component_appid'],
    tokenless: true,
    filled: { grant_type: 'refresh_token', appid: '{appid}', component_appid: '{component_appid}' },
    auth: 'component',
  }),
  /** 创建开放平台账号并绑定公众号: creates an Open Platform account and binds the account to it. */
  createOpenAccount: post<{ appid: string }, { open_appid: string }>('/cgi-bin/open/create', {
    auth: 'authorizer',
  }),
  /** 将公众号绑定到开放平台账号: binds the account to an Open Platform account. */
  bindOpenAccount: post<{ appid: string; open_appid: string }>('/cgi-bin/open/bind', {
    auth: 'authorizer',
  }),
  /** 将公众号从开放平台账号解绑: takes the account off its Open Platform account. */
  unbindOpenAccount: post<{ appid: string; open_appid: string }>('/cgi-bin/open/unbind', {
    auth: 'authorizer',
  }),
  /** 获取公众号绑定的开放平台账号: tells which Open Platform account the account is bound to. */
  getOpenAccount: post<{ appid: string }, { open_appid: string }>('/cgi-bin/open/get', {
    idempotent: true,
    auth: 'authorizer',
  }),
  /** 查询是否绑定开放平台账号: tells whether the account is bound to an Open Platform account. */
  hasOpenAccount: post<None, { have_open: boolean }>('/cgi-bin/open/have', {
    idempotent: true,
    body: false,
    auth: 'authorizer',
  }),
  /** 获取公众号关联的小程序: lists the mini programs that are linked to the account. */
  getLinkedMiniPrograms: post<None, { wxopens: { items: LinkedMiniProgram[] } }>(
    '/cgi-bin/wxopen/wxamplinkget',
    { idempotent: true, body: false, auth: 'authorizer' },
  ),
  /** 公众号关联小程序: asks a mini program to be linked to the account. */
  linkMiniProgram: post<{ appid: string; notify_users: 0 | 1; show_profile: 0 | 1 }>(
    '/cgi-bin/wxopen/wxamplink',
    { auth: 'authorizer' },
  ),
  /** 公众号解除关联小程序: takes a mini program off the account. */
  unlinkMiniProgram: post<{ appid: string }>('/cgi-bin/wxopen/wxampunlink', { auth: 'authorizer' }),
  /**
   * 第三方平台授权页链接: makes the address of the page where an account gives the platform its
   * rights, on a computer.
   */
  buildLoginUrl: page<BindQuery>('/cgi-bin/componentloginpage', {
    query: ['component_appid', 'pre_auth_code', 'redirect_uri', 'auth_type', 'biz_appid'],
    host: 'mp.weixin.qq.com',
    tokenless: true,
    filled: { component_appid: '{component_appid}' },
  }),
  /**
   * 第三方平台移动端授权链接: makes the address of the page where an account gives the platform
   * its rights, in WeChat.
   */
  buildMobileBindUrl: page<BindQuery & { no_scan?: 0 | 1 | undefined }>('/safe/bindcomponent', {
    query: [
      'component_appid',
      'pre_auth_code',
      'redirect_uri',
      'auth_type',
      'biz_appid',
      'no_scan',
    ],
    fixedQuery: { action: 'bindcomponent' },
    host: 'mp.weixin.qq.com',
    tokenless: true,
    filled: { component_appid: '{component_appid}' },
    hash: 'wechat_redirect',
  }),
};
