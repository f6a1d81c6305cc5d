import { upload } from '../endpoint.ts';
import type { Corners, Picture, PictureSize, PictureUrl } from './common.ts';

/** 图像处理: finding things in pictures. */
export const img = {
  /**
   * 二维码/条码识别: finds QR codes and bar codes in a picture, and reads them.
   * @see https://developers.weixin.qq.com/doc/service/api/openpoc/image/api_imgqrcode.html
   */
  scanQrcode: upload<
    Picture,
    { code_results: { type_name: string; data: string; pos?: Corners }[]; img_size: PictureSize },
    PictureUrl
  >('/cv/img/qrcode', { query: ['img_url'] }),
  /**
   * 图片智能裁剪: finds the part of a picture to keep when it is cut.
   * @see https://developers.weixin.qq.com/doc/service/api/openpoc/image/api_imgaicrop.html
   */
  aiCrop: upload<
    Picture,
    {
      results: { crop_left: number; crop_top: number; crop_right: number; crop_bottom: number }[];
      img_size: PictureSize;
    },
    PictureUrl
  >('/cv/img/aicrop', { query: ['img_url'] }),
};
