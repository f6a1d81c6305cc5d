import { type Download, download, get, type None, post, type Upload, upload } from '../endpoint.ts';
import { ITEM_PAGING, type ItemPage, type NewsItem, type PageRequest } from './common.ts';

/** An entry of a list of material; articles have `content`, others `name` and `url`. */
export interface MaterialItem {
  media_id: string;
  update_time: number;
  name?: string;
  url?: string;
  content?: { news_item: MaterialArticle[]; create_time: number; update_time: number };
}

/** An article of the material. */
export interface MaterialArticle extends NewsItem {
  thumb_url: string;
}

/** 永久素材: files that are kept for good. */
export const material = {
  /**
   * 新增其他类型永久素材: uploads a file that is kept for good.
   * @see https://developers.weixin.qq.com/doc/service/api/material/permanent/api_addmaterial.html
   */
  add: upload<
    {
      media: Upload;
      /** For a video: `title` and `introduction`, as JSON. */
      description?: string | undefined;
    },
    {
      media_id: string;
      /** For a picture. */
      url?: string;
    },
    { type: 'image' | 'voice' | 'video' | 'thumb' }
  >('/cgi-bin/material/add_material', { query: ['type'] }),
  /**
   * 获取永久素材: downloads a file of the material; of a video and of articles it gives what
   * describes them.
   * @see https://developers.weixin.qq.com/doc/service/api/material/permanent/api_getmaterial.html
   */
  get: download<
    Download | { title: string; description: string; down_url: string } | { news_item: NewsItem[] },
    None,
    { media_id: string }
  >('/cgi-bin/material/get_material', { body: true }),
  /**
   * 删除永久素材: deletes something of the material.
   * @see https://developers.weixin.qq.com/doc/service/api/material/permanent/api_delmaterial.html
   */
  delete: post<{ media_id: string }>('/cgi-bin/material/del_material'),
  /**
   * 获取永久素材总数: counts the material of each type.
   * @see https://developers.weixin.qq.com/doc/service/api/material/permanent/api_getmaterialcount.html
   */
  count: get<{ voice_count: number; video_count: number; image_count: number; news_count: number }>(
    '/cgi-bin/material/get_materialcount',
  ),
  /**
   * 获取永久素材列表: lists the material of a type, 20 entries at most.
   * @see https://developers.weixin.qq.com/doc/service/api/material/permanent/api_batchgetmaterial.html
   */
  batchGet: post<
    PageRequest & { type: 'image' | 'voice' | 'video' | 'news' },
    ItemPage<MaterialItem>
  >('/cgi-bin/material/batchget_material', { idempotent: true, paging: ITEM_PAGING }),
};
