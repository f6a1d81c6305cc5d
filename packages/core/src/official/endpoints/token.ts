import { get, post } from '../endpoint.ts';

const GRANT = { grant_type: 'client_credential', appid: '{appid}', secret: '{appsecret}' };

/** 接口调用凭据: access tokens, which the client gets by itself. */
export const token = {
  /**
   * 获取接口调用凭据: gets an access token; the one before it ends within minutes.
   * @see https://developers.weixin.qq.com/doc/service/api/base/api_getaccesstoken.html
   */
  get: get<
    { access_token: string; expires_in: number },
    {
      grant_type?: 'client_credential' | undefined;
      appid?: string | undefined;
      secret?: string | undefined;
    }
  >('/cgi-bin/token', { query: ['grant_type', 'appid', 'secret'], tokenless: true, filled: GRANT }),
  /**
   * 获取稳定版接口调用凭据: gets the access token in force, or a new one when `force_refresh` is
   * true.
   * @see https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html
   */
  getStable: post<
    {
      appid?: string | undefined;
      secret?: string | undefined;
      grant_type?: 'client_credential' | undefined;
      force_refresh?: boolean | undefined;
    },
    { access_token: string; expires_in: number }
  >('/cgi-bin/stable_token', { idempotent: true, tokenless: true, filled: GRANT }),
};
