import { get } from '../endpoint.ts';

/** 票据: tickets that sign pages. */
export const ticket = {
  /**
   * 获取JS-SDK或卡券的临时票据: gets the ticket that signs pages of the JS-SDK, or that of
   * coupons.
   * @see https://developers.weixin.qq.com/doc/service/api/webdev/jssdk/api_getticket.html
   */
  get: get<{ ticket: string; expires_in: number }, { type: 'jsapi' | 'wx_card' }>(
    '/cgi-bin/ticket/getticket',
    { query: ['type'] },
  ),
};
