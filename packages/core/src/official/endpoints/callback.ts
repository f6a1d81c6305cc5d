import { get, post } from '../endpoint.ts';

/** 网络: the addresses on both sides of a push. */
export const callback = {
  /**
   * 获取微信推送服务器IP: lists the addresses that pushes come from.
   * @see https://developers.weixin.qq.com/doc/service/api/base/api_getcallbackip.html
   */
  getCallbackIp: get<{ ip_list: string[] }>('/cgi-bin/getcallbackip'),
  /**
   * 获取微信API服务器IP: lists the addresses of the API’s servers.
   * @see https://developers.weixin.qq.com/doc/service/api/base/api_getapidomainip.html
   */
  getApiDomainIp: get<{ ip_list: string[] }>('/cgi-bin/get_api_domain_ip'),
  /**
   * 网络通信检测: has the platform resolve and ping the address that pushes go to.
   * @see https://developers.weixin.qq.com/doc/service/api/base/api_callbackcheck.html
   */
  check: post<
    { action: 'dns' | 'ping' | 'all'; check_operator: 'CHINANET' | 'UNICOM' | 'CAP' | 'DEFAULT' },
    {
      dns?: { ip: string; real_operator: string }[];
      ping?: { ip: string; from_operator: string; package_loss: string; time: string }[];
    }
  >('/cgi-bin/callback/check', { idempotent: true }),
};
