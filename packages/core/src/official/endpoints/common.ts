/** Types of several tables. */
import type { Paging, Upload } from '../endpoint.ts';

/** Which of many: `count` of them, 20 at most, from `offset` on. */
export interface PageRequest {
  offset: number;
  count: number;
}

/** Some of many. */
export interface ItemPage<Item> {
  /** Number of all entries. */
  total_count: number;
  /** Number of entries in this answer. */
  item_count: number;
  item: Item[];
}

/** Some of many openids, 10000 at most. */
export interface OpenidPage {
  count: number;
  /** Missing past the end. */
  data?: { openid: string[] };
  /** The last one here, which the next call starts after. */
  next_openid?: string;
}

/** How an {@link ItemPage} leads to the next. */
export const ITEM_PAGING = {
  by: 'offset',
  at: 'offset',
  first: 0,
  count: 'count',
  size: 20,
  rows: 'item',
  next: 'total_count',
} as const satisfies Paging;

/** How an {@link OpenidPage} leads to the next; where the pages are smaller, the row says so. */
export const OPENID_PAGING = {
  by: 'cursor',
  at: 'next_openid',
  size: 10_000,
  rows: 'data.openid',
  next: 'next_openid',
} as const satisfies Paging;

/** An article to write, whatever for. */
export interface NewsArticle {
  title: string;
  /** HTML; scripts, and pictures from elsewhere, are taken out. */
  content: string;
  author?: string | undefined;
  digest?: string | undefined;
  /** The address of “read the original”. */
  content_source_url?: string | undefined;
  show_cover_pic?: 0 | 1 | undefined;
  need_open_comment?: 0 | 1 | undefined;
  only_fans_can_comment?: 0 | 1 | undefined;
}

/** An article as it is stored. */
export interface NewsItem {
  title: string;
  content: string;
  author: string;
  digest: string;
  content_source_url: string;
  thumb_media_id: string;
  url: string;
  show_cover_pic: 0 | 1;
  need_open_comment: 0 | 1;
  only_fans_can_comment: 0 | 1;
  /** Missing in older ones, which are news. */
  article_type?: 'news' | 'newspic';
  /** For a newspic. */
  image_info?: { image_list: { image_media_id: string }[] };
  product_info?: { footer_product_info: { product_key: string } };
}

/** An article that a menu or an automatic reply shows. */
export interface AutoNews {
  title: string;
  author: string;
  digest: string;
  show_cover: 0 | 1;
  cover_url: string;
  content_url: string;
  source_url: string;
}

/** A picture of less than 2 MB, unless the query has its address. */
export interface Picture {
  img?: Upload | undefined;
}

/** The address of a picture, unless the body holds it. */
export interface PictureUrl {
  img_url?: string | undefined;
}

/** In pixels. */
export interface PictureSize {
  w: number;
  h: number;
}

/** A point of a picture. */
export interface Point {
  x: number;
  y: number;
}

/** The corners of an area in a picture. */
export interface Corners {
  left_top: Point;
  right_top: Point;
  right_bottom: Point;
  left_bottom: Point;
}
