import { type Download, download, type Upload, upload } from '../endpoint.ts';

/** The types of uploads; a thumb is the preview of a video or a piece of music. */
export type MediaType = 'image' | 'voice' | 'video' | 'thumb';

/** 临时素材: files that are kept for three days. */
export const media = {
  /**
   * 新增临时素材: uploads a file that is kept for three days.
   * @see https://developers.weixin.qq.com/doc/service/api/material/temporary/api_uploadtempmedia.html
   */
  upload: upload<
    { media: Upload },
    { type: MediaType; media_id: string; thumb_media_id?: string; created_at: number },
    { type: MediaType }
  >('/cgi-bin/media/upload', { query: ['type'] }),
  /**
   * 获取临时素材: downloads a file by its media_id; of a video it gives the address.
   * @see https://developers.weixin.qq.com/doc/service/api/material/temporary/api_getmedia.html
   */
  get: download<Download | { video_url: string }, { media_id: string }>('/cgi-bin/media/get', {
    query: ['media_id'],
  }),
  /**
   * 上传图文消息内的图片获取URL: uploads a picture to show inside an article; jpg or png of less
   * than 1 MB.
   * @see https://developers.weixin.qq.com/doc/service/api/material/permanent/api_uploadimage.html
   */
  uploadImage: upload<{ media: Upload }, { url: string }>('/cgi-bin/media/uploadimg'),
  /**
   * 获取高清语音素材（JSSDK上传）: downloads a voice that came through the JS-SDK, in speex.
   * @see https://developers.weixin.qq.com/doc/service/api/material/temporary/api_gethdvoice.html
   */
  getHdVoice: download<Download, { media_id: string }>('/cgi-bin/media/get/jssdk', {
    query: ['media_id'],
  }),
};
