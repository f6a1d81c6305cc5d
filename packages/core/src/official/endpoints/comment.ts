import { type Id, post } from '../endpoint.ts';

/** The article that is commented on; `index` counts from 0, the default. */
export interface CommentedArticle {
  msg_data_id: Id;
  index?: number | undefined;
}

/** One comment on an article. */
export interface CommentRef extends CommentedArticle {
  user_comment_id: Id;
}

/** A comment, and what was replied. */
export interface Comment {
  user_comment_id: Id;
  openid: string;
  content: string;
  create_time: number;
  /** 1 when it is featured. */
  comment_type: 0 | 1;
  reply?: { content: string; create_time: number }[];
}

/** 评论: comments on articles. */
export const comment = {
  /** 打开已群发文章评论: opens the comments on an article. */
  open: post<CommentedArticle>('/cgi-bin/comment/open'),
  /** 关闭已群发文章评论: closes the comments on an article. */
  close: post<CommentedArticle>('/cgi-bin/comment/close'),
  /**
   * 查看指定文章的评论数据: lists the comments on an article, 50 at most: all, plain or featured
   * ones, by `type` 0, 1 or 2.
   */
  list: post<
    CommentedArticle & { begin: number; count: number; type: number },
    { total: number; comment: Comment[] }
  >('/cgi-bin/comment/list', {
    idempotent: true,
    // The documentation asks for less than 50 in one place, and for 50 at most in another.
    paging: {
      by: 'offset',
      at: 'begin',
      first: 0,
      count: 'count',
      size: 49,
      rows: 'comment',
      next: 'total',
    },
  }),
  /** 将评论标记精选: features a comment. */
  markElect: post<CommentRef>('/cgi-bin/comment/markelect'),
  /** 将评论取消精选: features a comment no longer. */
  unmarkElect: post<CommentRef>('/cgi-bin/comment/unmarkelect'),
  /** 删除评论: deletes a comment. */
  delete: post<CommentRef>('/cgi-bin/comment/delete'),
  /** 回复评论: replies to a comment. */
  addReply: post<CommentRef & { content: string }>('/cgi-bin/comment/reply/add'),
  /** 删除回复: deletes the reply to a comment. */
  deleteReply: post<CommentRef>('/cgi-bin/comment/reply/delete'),
};
