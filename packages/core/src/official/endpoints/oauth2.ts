import { get, page, type Success } from '../endpoint.ts';

/** A user’s token, and for whom and what it is. */
export interface OauthToken {
  access_token: string;
  expires_in: number;
  refresh_token: string;
  openid: string;
  scope: string;
}

/** A token for a code. */
export interface NewOauthToken extends OauthToken {
  /** Present when the account belongs to an Open Platform account. */
  unionid?: string;
  /** 1 when the page was shown to a snapshot of a user, who is nobody. */
  is_snapshotuser?: 0 | 1;
}

/** 网页授权: who the user of a web page is. */
export const oauth2 = {
  /**
   * 通过code换取网页授权access_token: gets a user’s token for the code that the page came back
   * with.
   * @see https://developers.weixin.qq.com/doc/service/api/webdev/access/api_snsaccesstoken.html
   */
  getAccessToken: get<
    NewOauthToken,
    {
      grant_type?: 'authorization_code' | undefined;
      appid?: string | undefined;
      secret?: string | undefined;
      code: string;
    }
  >('/sns/oauth2/access_token', {
    idempotent: false,
    query: ['grant_type', 'appid', 'secret', 'code'],
    tokenless: true,
    filled: { grant_type: 'authorization_code', appid: '{appid}', secret: '{appsecret}' },
  }),
  /**
   * 刷新网页授权access_token: gets a user’s token for the refresh token.
   * @see https://developers.weixin.qq.com/doc/service/api/webdev/access/api_snsrefreshtoken.html
   */
  refreshToken: get<
    OauthToken,
    { grant_type?: 'refresh_token' | undefined; appid?: string | undefined; refresh_token: string }
  >('/sns/oauth2/refresh_token', {
    query: ['grant_type', 'appid', 'refresh_token'],
    tokenless: true,
    filled: { grant_type: 'refresh_token', appid: '{appid}' },
  }),
  /**
   * 拉取用户信息: gets what a user agreed to show.
   * @see https://developers.weixin.qq.com/doc/service/api/webdev/access/api_snsuserinfo.html
   */
  getUserInfo: get<
    {
      openid: string;
      unionid?: string;
      nickname: string;
      sex: number;
      country: string;
      province: string;
      city: string;
      headimgurl: string;
      privilege: string[];
    },
    { access_token: string; openid: string; lang?: 'zh_CN' | 'zh_TW' | 'en' | undefined }
  >('/sns/userinfo', { query: ['access_token', 'openid', 'lang'], tokenless: true, auth: 'user' }),
  /**
   * 检验授权凭证是否有效: checks that a user’s token still holds.
   * @see https://developers.weixin.qq.com/doc/service/api/webdev/access/api_snsauth.html
   */
  checkToken: get<Success, { access_token: string; openid: string }>('/sns/auth', {
    query: ['access_token', 'openid'],
    tokenless: true,
    auth: 'user',
  }),
  /**
   * 网页授权链接: makes the address of the page where a user lets the account know who they are.
   * @see https://developers.weixin.qq.com/doc/service/guide/h5/auth.html
   */
  buildAuthorizeUrl: page<{
    appid?: string | undefined;
    redirect_uri: string;
    response_type?: 'code' | undefined;
    scope: 'snsapi_base' | 'snsapi_userinfo';
    state?: string | undefined;
    forcePopup?: boolean | undefined;
  }>('/connect/oauth2/authorize', {
    query: ['appid', 'redirect_uri', 'response_type', 'scope', 'state', 'forcePopup'],
    host: 'open.weixin.qq.com',
    tokenless: true,
    filled: { appid: '{appid}', response_type: 'code' },
    hash: 'wechat_redirect',
  }),
  /**
   * 网站应用扫码登录链接: makes the address of the page where the user of a website logs in by
   * scanning a QR code.
   */
  buildQrConnectUrl: page<{
    appid: string;
    redirect_uri: string;
    response_type?: 'code' | undefined;
    scope: 'snsapi_login';
    state?: string | undefined;
    lang?: 'cn' | 'en' | undefined;
  }>('/connect/qrconnect', {
    query: ['appid', 'redirect_uri', 'response_type', 'scope', 'state', 'lang'],
    host: 'open.weixin.qq.com',
    tokenless: true,
    filled: { response_type: 'code' },
    hash: 'wechat_redirect',
  }),
};
