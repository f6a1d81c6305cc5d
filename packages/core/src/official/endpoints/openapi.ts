import { post, type Success } from '../endpoint.ts';

/** 调用额度: quotas of calls, and the requests behind errors. */
export const openapi = {
  /**
   * 重置API调用次数: sets the day’s counts of all calls back to zero; ten times a month.
   * @see https://developers.weixin.qq.com/doc/service/api/apimanage/api_clearquota.html
   */
  clearQuota: post<{ appid?: string | undefined }>('/cgi-bin/clear_quota', {
    filled: { appid: '{appid}' },
  }),
  /**
   * 使用AppSecret重置API调用次数: does the same with the appsecret, for when there is no token.
   * @see https://developers.weixin.qq.com/doc/service/api/apimanage/api_clearquotabyappsecret.html
   */
  clearQuotaByAppSecret: post<
    { appid?: string | undefined; appsecret?: string | undefined },
    Success,
    { appid?: string | undefined; appsecret?: string | undefined }
  >('/cgi-bin/clear_quota/v2', {
    query: ['appid', 'appsecret'],
    tokenless: true,
    filled: { appid: '{appid}', appsecret: '{appsecret}' },
  }),
  /**
   * 查询API调用额度: tells how often a path may be called today, and how often it was.
   * @see https://developers.weixin.qq.com/doc/service/api/apimanage/api_getapiquota.html
   */
  getApiQuota: post<
    { cgi_path: string },
    {
      quota: { daily_limit: number; used: number; remain: number };
      /** The number of calls allowed within a number of seconds. */
      rate_limit?: { call_count: number; refresh_second: number };
      /** The same for those that a third-party platform makes. */
      component_rate_limit?: { call_count: number; refresh_second: number };
    }
  >('/cgi-bin/openapi/quota/get', { idempotent: true }),
  /**
   * 重置指定API调用次数: sets the day’s count of one path back to zero.
   * @see https://developers.weixin.qq.com/doc/service/api/apimanage/api_clearapiquota.html
   */
  clearApiQuota: post<{ cgi_path: string }>('/cgi-bin/openapi/quota/clear'),
  /**
   * 查询rid信息: shows the failed request that a rid of the last seven days stands for.
   * @see https://developers.weixin.qq.com/doc/service/api/apimanage/api_getridinfo.html
   */
  getRidInfo: post<
    { rid: string },
    {
      request: {
        request_url: string;
        request_body: string;
        response_body: string;
        invoke_time: number;
        cost_in_ms: number;
      };
    }
  >('/cgi-bin/openapi/rid/get', { idempotent: true }),
};
