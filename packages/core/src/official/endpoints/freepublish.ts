import { type Id, post } from '../endpoint.ts';
import { ITEM_PAGING, type ItemPage, type NewsItem, type PageRequest } from './common.ts';

/** A published article. */
export interface PublishedArticle extends NewsItem {
  is_deleted: boolean;
}

/** 发布: published articles. */
export const freepublish = {
  /**
   * 发布草稿: publishes a draft; how it went arrives as an event.
   * @see https://developers.weixin.qq.com/doc/service/api/public/api_freepublish_submit.html
   */
  submit: post<{ media_id: string }, { publish_id: Id; msg_data_id: Id }>(
    '/cgi-bin/freepublish/submit',
    { idempotent: false },
  ),
  /**
   * 发布状态查询: tells how far publishing is.
   * @see https://developers.weixin.qq.com/doc/service/api/public/api_freepublish_get.html
   */
  get: post<
    { publish_id: Id },
    {
      publish_id: Id;
      /** 0 done, 1 under way, 2 no original, 3 failed, 4 refused, 5 deleted, 6 banned. */
      publish_status: number;
      article_id?: string;
      article_detail?: { count: number; item: { idx: number; article_url: string }[] };
      fail_idx: number[];
    }
  >('/cgi-bin/freepublish/get', { idempotent: true }),
  /**
   * 删除发布文章: deletes a published article; `index` counts from 1, without it all of them go.
   * @see https://developers.weixin.qq.com/doc/service/api/public/api_freepublishdelete.html
   */
  delete: post<{ article_id: string; index?: number | undefined }>('/cgi-bin/freepublish/delete'),
  /**
   * 获取已发布图文信息: gets published articles.
   * @see https://developers.weixin.qq.com/doc/service/api/public/api_freepublishgetarticle.html
   */
  getArticle: post<{ article_id: string }, { news_item: PublishedArticle[] }>(
    '/cgi-bin/freepublish/getarticle',
    { idempotent: true },
  ),
  /**
   * 获取已发布的消息列表: lists what is published, 20 at most; `no_content: 1` leaves the text
   * out.
   * @see https://developers.weixin.qq.com/doc/service/api/public/api_freepublish_batchget.html
   */
  batchGet: post<
    PageRequest & { no_content?: 0 | 1 | undefined },
    ItemPage<{
      article_id: string;
      content: { news_item: PublishedArticle[] };
      update_time: number;
    }>
  >('/cgi-bin/freepublish/batchget', { idempotent: true, paging: ITEM_PAGING }),
};
