/**
 * What the account has, as plain JSON: it can be looked at, saved and started from.
 */
export interface State {
  /** Everyone who ever met the account, by openid. */
  people: Record<string, Person>;
  tags: Record<number, { name: string }>;
  /** The default menu, as `menu/create` takes it. */
  menu: Menu | null;
  conditionalMenus: ConditionalMenu[];
  /** By template_id. */
  templates: Record<string, Template>;
  /** By ticket. */
  qrCodes: Record<string, QRCode>;
  /** By media_id. */
  media: Record<string, Media>;
  /** Drafts (草稿), as `draft/batchget` lists them, the oldest first. */
  drafts: NewsEntry[];
  /** Published articles (发布), as `freepublish/batchget` lists them, the oldest first. */
  publications: NewsEntry[];
  /** Customer-service records (聊天记录); the first has msgid 1. */
  records: Record<string, unknown>[];
  /** Comments on articles (留言). */
  comments: Record<string, unknown>[];
}

/** Articles that were saved or published together. */
export interface NewsEntry {
  /** Of a draft. */
  media_id?: string;
  /** Of what is published. */
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
  /** Unix seconds; 0 for who never followed. */
  followedAt: number;
  /** The scene of the QR code by which they came; empty without one. */
  scene: string;
  remark: string;
  /** zh_CN, en, … */
  language: string;
  tagIds: number[];
  isBlocked: boolean;
  /** What the account may still send to them by itself, newest last. */
  allowances: Allowance[];
}

/** What a user did that lets the account write to them. */
export type Trigger = 'message' | 'click' | 'scan' | 'subscribe' | 'pay';

/** So many customer-service messages until then. */
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
  /** The number or the text that was asked for. */
  scene: string;
  /** Unix milliseconds; null for one that does not end. */
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
  /** Whether it is material (永久素材): what is not is gone after three days. */
  isPermanent: boolean;
  /** A picture of an article: it has an address, but is in no list. */
  isUnlisted?: boolean;
  /** Of a video that is material. */
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
