import { type None, post, type Success, type Upload, upload } from '../endpoint.ts';

/** 语音与翻译: speech recognition and translation. */
export const ai = {
  /**
   * 提交语音: hands in a voice to recognise: mp3, 16 kHz, mono, 1 MB at most.
   * @see https://developers.weixin.qq.com/doc/service/api/openpoc/ai/api_addvoicetorecofortext.html
   */
  addVoice: upload<
    { media: Upload },
    Success,
    { format: 'mp3'; voice_id: string; lang?: 'zh_CN' | 'en_US' | undefined }
  >('/cgi-bin/media/voice/addvoicetorecofortext', { query: ['format', 'voice_id', 'lang'] }),
  /**
   * 获取语音识别结果: gets the text of a voice that was handed in.
   * @see https://developers.weixin.qq.com/doc/service/api/openpoc/ai/api_queryrecoresultfortext.html
   */
  queryVoiceResult: post<
    None,
    { result: string },
    { voice_id: string; lang?: 'zh_CN' | 'en_US' | undefined }
  >('/cgi-bin/media/voice/queryrecoresultfortext', {
    idempotent: true,
    body: false,
    query: ['voice_id', 'lang'],
  }),
  /**
   * 微信翻译: translates a text of 600 bytes at most.
   * @see https://developers.weixin.qq.com/doc/service/api/openpoc/ai/api_translatecontent.html
   */
  translate: post<
    string,
    { from_content: string; to_content: string },
    { lfrom: 'zh_CN' | 'en_US'; lto: 'zh_CN' | 'en_US' }
  >('/cgi-bin/media/voice/translatecontent', {
    query: ['lfrom', 'lto'],
    contentType: 'text/plain',
  }),
};
