/** The state of the account as plain JSON, which can be read, saved and loaded. */
export interface State {
  /** Everyone who has ever contacted the account, by openid. */
  people: Record<string, Person>;
  tags: Record<number, { name: string }>;
  /** The default menu, in the form of `menu/create`. */
  menu: Menu | null;
  conditionalMenus: ConditionalMenu[];
  /** By template_id. */
  templates: Record<string, Template>;
  /** By ticket. */
  qrCodes: Record<string, QRCode>;
  /** By media_id. */
  media: Record<string, Media>;
  /** Drafts (草稿) in the form of `draft/batchget`, oldest first. */
  drafts: NewsEntry[];
  /** Published articles (发布) in the form of `freepublish/batchget`, oldest first. */
  publications: NewsEntry[];
  /** Customer-service records (聊天记录); the first has msgid 1. */
  records: Record<string, unknown>[];
  /** Comments on articles (留言). */
  comments: Record<string, unknown>[];
}

/** Articles that were saved or published together. */
export interface NewsEntry {
  /** Present for a draft. */
  media_id?: string;
  /** Present for a published article. */
  article_id?: string;
  content: { news_item: Record<string, unknown>[] };
  /** Unix seconds. */
  update_time: number;
}

/** A user of WeChat. */
export interface Person {
  name: string;
  openid: string;
  follows: boolean;
  /** Unix seconds; 0 for someone who never followed. */
  followedAt: number;
  /** The scene of the QR code they followed by; empty without one. */
  scene: string;
  remark: string;
  /** The address of their picture, which web logins return. Default: none. */
  picture?: string;
  /** Whether they look at web pages in a snapshot (快照页), with an openid that is not theirs. */
  isSnapshotUser?: boolean;
  /** zh_CN, en, … */
  language: string;
  tagIds: number[];
  isBlocked: boolean;
  /** The messages that the account may still push to them, newest last. */
  allowances: Allowance[];
}

/** An action of a user that allows the account to send messages. */
export type Trigger = 'message' | 'click' | 'scan' | 'subscribe' | 'pay';

/** A number of customer-service messages until a time. */
export interface Allowance {
  trigger: Trigger;
  /** Unix milliseconds. */
  until: number;
  left: number;
}

export interface Menu {
  button: Button[];
}

export interface Button {
  name: string;
  type?: string;
  key?: string;
  url?: string;
  appid?: string;
  pagepath?: string;
  media_id?: string;
  article_id?: string;
  sub_button?: Button[];
}

export interface ConditionalMenu extends Menu {
  menuid: string;
  matchrule: Record<string, string>;
}

export interface Template {
  title: string;
  /** Lines with `{{key.DATA}}`. */
  content: string;
}

export interface QRCode {
  /** The number or the text of the scene. */
  scene: string;
  /** Unix milliseconds; null for a permanent one. */
  until: number | null;
}

export interface Media {
  type: 'image' | 'voice' | 'video' | 'thumb';
  contentType: string;
  filename: string;
  /** Base64. */
  bytes: string;
  /** Unix milliseconds. */
  at: number;
  /** Whether it is permanent (永久素材); other files are deleted after three days. */
  isPermanent: boolean;
  /** Whether it is a picture of an article, which has an address but is in no list. */
  isUnlisted?: boolean;
  /** The title of a permanent video. */
  title?: string;
  introduction?: string;
}

export function emptyState(): State {
  return {
    people: {},
    tags: {},
    menu: null,
    conditionalMenus: [],
    templates: {},
    qrCodes: {},
    media: {},
    drafts: [],
    publications: [],
    records: [],
    comments: [],
  };
}
