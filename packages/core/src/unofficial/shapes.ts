/** An id, as received from the back end: a number, the digits of one beyond 2^53, or an openid. */
export type Id = number | string;

/** A follower, as described by the back end. */
export interface Contact {
  readonly id: number | string;
  readonly nick_name: string;
  readonly remark_name: string;
  readonly group_id: number;
}

/** A follower in a modern session, whose id is an openid. */
export interface Fan {
  readonly user_openid: string;
  readonly user_name: string;
  readonly user_remark: string;
  readonly user_group_id: readonly number[];
  readonly user_create_time: number;
  readonly user_head_img?: string;
}

export interface Group {
  readonly id: number;
  readonly name: string;
  readonly cnt: number;
}

/** All details of a follower. */
export interface ContactInfo {
  readonly fake_id: number | string;
  readonly nick_name: string;
  readonly remark_name: string;
  readonly user_name: string;
  readonly signature: string;
  readonly country: string;
  readonly province: string;
  readonly city: string;
  readonly gender: number;
  readonly group_id: number;
}

/** An article of the material. */
export interface NewsItem {
  readonly seq: number;
  readonly title: string;
  readonly author: string;
  readonly digest: string;
  readonly content_url: string;
  readonly source_url: string;
  readonly cover: string;
  readonly show_cover_pic: number;
  readonly file_id: number;
}

/** Articles of the material that are sent together. */
export interface News {
  readonly app_id: number;
  readonly seq: number;
  readonly title: string;
  readonly author: string;
  readonly digest: string;
  readonly content_url: string;
  /** Unix seconds, as text. */
  readonly create_time: string;
  readonly file_id: number;
  readonly img_url: string;
  readonly show_cover_pic: number;
  readonly multi_item: readonly NewsItem[];
}

/** A message of a conversation; its further fields depend on its type. */
export interface DialogMessage {
  readonly id: number;
  /** 1 text, 2 picture, 3 voice, 4 video, 6 article. */
  readonly type: number;
  readonly fakeid: string;
  readonly nick_name: string;
  /** Unix seconds. */
  readonly date_time: number;
  readonly content?: string;
  readonly source: string;
  /** 2: the account sent it; 4: it came from the user. */
  readonly msg_status: number;
  readonly has_reply: number;
  readonly to_uin: number;
  readonly [other: string]: unknown;
}

export interface MessageList {
  readonly msg_item: readonly DialogMessage[];
}

export interface Dialog {
  readonly to_nick_name: string;
  readonly msg_items: MessageList;
}

export interface MaterialFile {
  readonly file_id: number;
  readonly name: string;
  readonly type: number;
  /** For example `53.7 K`. */
  readonly size: string;
  readonly play_length: number;
  /** Unix seconds. */
  readonly update_time: number;
}

export interface FileList {
  readonly type: number;
  readonly file_item: readonly MaterialFile[];
  readonly file_cnt: Readonly<Record<string, number>>;
}

/** An article to add; title and content, text or HTML, are required. */
export interface NewArticle {
  title: string;
  content: string;
  author?: string | undefined;
  summary?: string | undefined;
  /** The id of an uploaded picture, as returned by `uploadFile`. */
  picture_id?: string | number | undefined;
  from_url?: string | undefined;
}

/** Statistics of articles, three in a page. */
export interface ArticleStatistics {
  readonly hasMore: boolean;
  readonly data: readonly {
    readonly id: string;
    readonly title: string;
    /** YYYY-MM-DD. */
    readonly time: string;
    readonly index: readonly string[];
    readonly table_data: string;
  }[];
}

/** Any account, as found by a search. */
export interface FoundAccount {
  readonly fakeid: string;
  readonly nickname: string;
  readonly alias: string;
  readonly round_head_img: string;
  readonly service_type: number;
  readonly signature: string;
}

/** Articles that were published together. */
export interface Publication {
  readonly publish_type: number;
  readonly publish_info: {
    readonly type: number;
    readonly msgid: number;
    readonly sent_info?: { readonly time: number };
    readonly appmsgex: readonly {
      readonly title: string;
      readonly link: string;
      readonly [other: string]: unknown;
    }[];
    readonly [other: string]: unknown;
  };
}
