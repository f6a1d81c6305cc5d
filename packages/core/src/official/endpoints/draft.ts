import { get, type None, post } from '../endpoint.ts';
import {
  ITEM_PAGING,
  type ItemPage,
  type NewsArticle,
  type NewsItem,
  type PageRequest,
} from './common.ts';

/** An article to draft. */
export interface DraftArticle extends NewsArticle {
  /** Default: news. */
  article_type?: 'news' | 'newspic' | undefined;
  /** The cover; news cannot do without. */
  thumb_media_id?: string | undefined;
  /** The crop of the cover for 2.35:1, as `X1_Y1_X2_Y2` between 0 and 1. */
  pic_crop_235_1?: string | undefined;
  /** The same for 1:1. */
  pic_crop_1_1?: string | undefined;
  /** The pictures of a newspic, 20 at most. */
  image_info?: { image_list: { image_media_id: string }[] } | undefined;
  /** How the cover of a newspic is cut. */
  cover_info?:
    | {
        crop_percent_list: { ratio: string; x1: string; y1: string; x2: string; y2: string }[];
      }
    | undefined;
  product_info?: { footer_product_info: { product_key: string } } | undefined;
}

/** 草稿箱: articles that are not published yet. */
export const draft = {
  /**
   * 新增草稿: adds articles to the draft box.
   * @see https://developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_draft_add.html
   */
  add: post<{ articles: DraftArticle[] }, { media_id: string }>('/cgi-bin/draft/add'),
  /**
   * 获取草稿详情: gets a draft.
   * @see https://developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_getdraft.html
   */
  get: post<{ media_id: string }, { news_item: NewsItem[] }>('/cgi-bin/draft/get', {
    idempotent: true,
  }),
  /**
   * 删除草稿: deletes a draft.
   * @see https://developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_draft_delete.html
   */
  delete: post<{ media_id: string }>('/cgi-bin/draft/delete'),
  /**
   * 更新草稿: changes one article of a draft; `index` counts from 0.
   * @see https://developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_draft_update.html
   */
  update: post<{ media_id: string; index: number; articles: DraftArticle }>(
    '/cgi-bin/draft/update',
  ),
  /**
   * 获取草稿的总数: counts the drafts.
   * @see https://developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_draft_count.html
   */
  count: get<{ total_count: number }>('/cgi-bin/draft/count'),
  /**
   * 获取草稿列表: lists drafts, 20 at most; `no_content: 1` leaves the text out.
   * @see https://developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_draft_batchget.html
   */
  batchGet: post<
    PageRequest & { no_content?: 0 | 1 | undefined },
    ItemPage<{ media_id: string; content: { news_item: NewsItem[] }; update_time: number }>
  >('/cgi-bin/draft/batchget', { idempotent: true, paging: ITEM_PAGING }),
  /**
   * 草稿箱开关设置: turns the draft box on, which cannot be undone, or only asks when `checkonly`
   * is 1.
   * @deprecated Accounts have the draft box by now.
   */
  switch: post<None, { is_open: 0 | 1 }, { checkonly?: 1 | undefined }>('/cgi-bin/draft/switch', {
    body: false,
    query: ['checkonly'],
  }),
  /** 获取商品卡片的DOM结构: gets what shows a product in an article. */
  getProductCardInfo: post<
    { product_id: string; article_type: 'news' | 'newspic'; card_type: 0 | 1 | 2 | 3 },
    { product_key: string; DOM: string }
  >('/channels/ec/service/product/getcardinfo', { idempotent: true }),
};
