import type { ARTICLE, MemberValues, REPLIES, ReplyType } from './members.ts';

/** One article of a news reply. */
export interface Article extends MemberValues<typeof ARTICLE> {
  /** `picUrl` under its wire name, as in older SDKs. */
  picurl?: string | undefined;
}

type ReplyOf<T extends Exclude<ReplyType, 'news'>> = { type: T } & MemberValues<
  (typeof REPLIES)[T]
>;

export interface TextReply extends ReplyOf<'text'> {}
export interface ImageReply extends ReplyOf<'image'> {}
export interface VoiceReply extends ReplyOf<'voice'> {}
export interface VideoReply extends ReplyOf<'video'> {}
export interface MusicReply extends ReplyOf<'music'> {}
export interface NewsReply {
  type: 'news';
  articles: readonly Article[];
}
export interface TransferReply extends ReplyOf<'transfer_customer_service'> {}
export interface TransferToAIReply extends ReplyOf<'transfer_biz_ai_ivr'> {}
export interface DeviceTextReply extends ReplyOf<'device_text'> {}
export interface DeviceEventReply extends ReplyOf<'device_event'> {}
export interface DeviceStatusReply extends ReplyOf<'device_status'> {}
export interface HardwareReply extends ReplyOf<'hardware'> {}
export interface NoReply extends ReplyOf<'none'> {}

/** A reply as plain data: it can be compared, stored and sent to another process. */
export type Reply =
  | TextReply
  | ImageReply
  | VoiceReply
  | VideoReply
  | MusicReply
  | NewsReply
  | TransferReply
  | TransferToAIReply
  | DeviceTextReply
  | DeviceEventReply
  | DeviceStatusReply
  | HardwareReply
  | NoReply;

/**
 * The return value of a handler: a string is a text reply, an array of articles a news reply, and
 * nothing (also `''`, `[]` and `false`) answers `success`, which shows the user nothing. So does
 * the word `success` itself; `reply.text('success')` shows it.
 */
export type ReplyLike = string | Reply | readonly Article[] | null | undefined | void | false;

/**
 * Creates replies.
 *
 * @example
 * reply.news([{ title: 'Hello', url: 'https://example.com' }])
 * @see https://developers.weixin.qq.com/doc/service/guide/product/message/Passive_user_reply_message.html
 */
export const reply = {
  /** 文本: a text. `escape` turns `&`, `<` and `>` into entities, so that they show as typed. */
  text: (content: string, options: { escape?: boolean } = {}): TextReply => ({
    type: 'text',
    content: options.escape ? escapeHtml(content) : content,
  }),

  /** 图片: a picture from the account's media. */
  image: (mediaId: string): ImageReply => ({ type: 'image', mediaId }),

  /** 语音: a voice message from the account's media. */
  voice: (mediaId: string): VoiceReply => ({ type: 'voice', mediaId }),

  /** 视频: a video from the account's media. */
  video: (mediaId: string, options: Omit<VideoReply, 'type' | 'mediaId'> = {}): VideoReply => ({
    type: 'video',
    mediaId,
    ...options,
  }),

  /** 音乐: a song. `hqMusicUrl`, used on Wi-Fi, is `musicUrl` when not given. */
  music: (musicUrl: string, options: Omit<MusicReply, 'type' | 'musicUrl'> = {}): MusicReply => ({
    type: 'music',
    musicUrl,
    ...options,
  }),

  /**
   * 图文: articles. The platform shows one in answer to what a user sends, and up to eight in
   * answer to an event; more are cut, with a warning in the log.
   */
  news: (articles: readonly Article[]): NewsReply => ({ type: 'news', articles }),

  /** 转发到客服: hands the conversation to an agent, or to the agent `kfAccount`. */
  transferToCustomerService: (kfAccount?: string): TransferReply => ({
    type: 'transfer_customer_service',
    ...(kfAccount === undefined ? {} : { kfAccount }),
  }),

  /**
   * 转接AI回复: lets the platform's own AI answer what a user sent. It has to be switched on in the
   * console, and to have learned the account's articles.
   */
  transferToAI: (): TransferToAIReply => ({ type: 'transfer_biz_ai_ivr' }),

  /** 设备文本: answers a `device_text` message. */
  deviceText: (options: Omit<DeviceTextReply, 'type'>): DeviceTextReply => ({
    type: 'device_text',
    ...options,
  }),

  /** 设备事件: answers `device_event:bind` and `device_event:unbind`. */
  deviceEvent: (options: Omit<DeviceEventReply, 'type'>): DeviceEventReply => ({
    type: 'device_event',
    ...options,
  }),

  /** 设备状态: answers `device_event:subscribe_status` and `device_event:unsubscribe_status`. */
  deviceStatus: (options: Omit<DeviceStatusReply, 'type'>): DeviceStatusReply => ({
    type: 'device_status',
    ...options,
  }),

  /** 硬件消息: a page of the old hardware platform. */
  hardware: (messageView: string, messageAction: string): HardwareReply => ({
    type: 'hardware',
    messageView,
    messageAction,
  }),

  /** 空回复: nothing; the answer is `success`. */
  none: (): NoReply => ({ type: 'none' }),
};

const HTML_ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>]/g, (character) => HTML_ENTITIES[character] as string);
}
