import { get } from '../endpoint.ts';
import type { AutoNews } from './common.ts';

/** An automatic reply: a text, a media_id and the like, by `type`. */
export interface AutoReply {
  type: string;
  content: string;
}

/** A rule of keywords, and what it answers. */
export interface AutoReplyRule {
  rule_name: string;
  create_time: number;
  /** reply_all or random_one. */
  reply_mode: string;
  keyword_list_info: { type: string; match_mode: string; content: string }[];
  reply_list_info: { type: string; content?: string; news_info?: { list: AutoNews[] } }[];
}

/** 自动回复: the automatic replies of the console. */
export const autoreply = {
  /**
   * 获取公众号的自动回复规则: gets the automatic replies that are set in the console.
   * @see https://developers.weixin.qq.com/doc/service/api/notify/autoreplies/api_getcurrentautoreplyinfo.html
   */
  getCurrent: get<{
    is_add_friend_reply_open: 0 | 1;
    is_autoreply_open: 0 | 1;
    add_friend_autoreply_info?: AutoReply;
    message_default_autoreply_info?: AutoReply;
    keyword_autoreply_info?: { list: AutoReplyRule[] };
  }>('/cgi-bin/get_current_autoreply_info'),
};
