import { post } from '../endpoint.ts';

/** 短key: short keys for long texts. */
export const shorten = {
  /**
   * 生成短key: makes a short key for a long text or address.
   * @see https://developers.weixin.qq.com/doc/service/api/qrcode/shorten/api_genshortkey.html
   */
  gen: post<{ expire_seconds?: number | undefined; long_data: string }, { short_key: string }>(
    '/cgi-bin/shorten/gen',
  ),
  /**
   * 还原短key: gets what a short key stands for.
   * @see https://developers.weixin.qq.com/doc/service/api/qrcode/shorten/api_fetchshorten.html
   */
  fetch: post<
    { short_key: string },
    { expire_seconds: number; long_data: string; create_time: number }
  >('/cgi-bin/shorten/fetch', { idempotent: true }),
};
