import { InvalidArgumentError, NeedParamError } from '../../errors.ts';
import type { MassContent, MassMessage, MassResult } from '../endpoints/index.ts';
import type { Api } from './api.ts';
import {
  type ArgumentFields,
  isFields,
  neededFields,
  neededNumber,
  neededText,
  neededTexts,
  optionalText,
  readOptions,
  wrong,
} from './argument.ts';

/** The receivers of a mass message: all followers, those with a tag, or 2 to 10000 openids. */
export type MassReceivers = 'all' | { readonly tagId: number } | readonly string[];

/** Options of a mass message. */
export interface MassOptions {
  /** Id by which a repeated message is refused for a day. */
  clientMsgId?: string | undefined;
}

/** Options of mass-sent articles. */
export interface MassNewsOptions extends MassOptions {
  /** Whether to send articles even when they are found to be reprints. Default: false. */
  sendIgnoreReprint?: boolean | undefined;
}

/** Options of mass-sent pictures. */
export interface MassImageOptions extends MassOptions {
  /** The text beside them. */
  recommend?: string | undefined;
  /** Whether they can be commented on. Default: false. */
  needOpenComment?: boolean | undefined;
  /** Whether only followers can. Default: false. */
  onlyFansCanComment?: boolean | undefined;
}

/** A video to mass-send, by the `media_id` of `message.mass.uploadVideo`. */
export interface MassVideo {
  mediaId: string;
  title?: string | undefined;
  description?: string | undefined;
}

/**
 * Messages to many followers at once. The result arrives as `event:masssendjobfinish`. Wrong
 * arguments throw before anything is sent, and nothing is sent twice.
 */
export interface MassMethods {
  /**
   * 群发文本消息: mass-sends a text.
   *
   * @example
   * await client.message.mass.sendText('all', 'Closed on Monday');
   * await client.message.mass.sendText({ tagId: 2 }, 'Closed on Monday');
   * await client.message.mass.sendText([openid, another], 'Closed on Monday');
   */
  sendText(receivers: MassReceivers, content: string, options?: MassOptions): Promise<MassResult>;

  /** 群发图片消息: mass-sends pictures of the account’s media, one or several. */
  sendImage(
    receivers: MassReceivers,
    mediaIds: string | readonly string[],
    options?: MassImageOptions,
  ): Promise<MassResult>;

  /** 群发语音消息: mass-sends a voice message of the account’s media. */
  sendVoice(receivers: MassReceivers, mediaId: string, options?: MassOptions): Promise<MassResult>;

  /** 群发视频消息: mass-sends a video. */
  sendVideo(receivers: MassReceivers, video: MassVideo, options?: MassOptions): Promise<MassResult>;

  /** 群发图文消息: mass-sends articles: a draft, or material. */
  sendMpNews(
    receivers: MassReceivers,
    mediaId: string,
    options?: MassNewsOptions,
  ): Promise<MassResult>;

  /** 群发卡券: mass-sends a coupon. */
  sendCard(receivers: MassReceivers, cardId: string, options?: MassOptions): Promise<MassResult>;
}

type Target =
  | { readonly touser: string[] }
  | { readonly filter: Parameters<Api['message']['mass']['sendAll']>[0]['filter'] };

const MIN_OPENIDS = 2;
const MAX_OPENIDS = 10_000;

/** Creates the methods that send to all, by a tag or by openids. */
export function createMassMethods({
  send,
  sendAll,
}: Pick<Api['message']['mass'], 'send' | 'sendAll'>): MassMethods {
  /** Creates a method that reads its second argument with `read`, and sends the result. */
  function createSender(
    name: string,
    read: (call: string, given: unknown, options: ArgumentFields) => MassContent & MassMessage,
  ) {
    const call = `message.mass.${name}`;
    return async (
      receivers: MassReceivers,
      given: unknown,
      options?: object,
    ): Promise<MassResult> => {
      const target = readReceivers(call, receivers);
      const fields = readOptions(call, options);
      const clientmsgid = optionalText(call, 'clientMsgId', fields['clientMsgId']);
      const message = { ...read(call, given, fields), clientmsgid };
      return 'touser' in target
        ? send({ ...message, ...target })
        : sendAll({ ...message, ...target });
    };
  }

  return {
    sendText: createSender('sendText', (call, content) => ({
      msgtype: 'text',
      text: { content: neededText(call, 'content', content) },
    })),
    sendImage: createSender('sendImage', (call, mediaIds, options) => ({
      msgtype: 'image',
      images: {
        media_ids: neededTexts(call, 'mediaIds', [mediaIds].flat()),
        recommend: optionalText(call, 'recommend', options['recommend']),
        need_open_comment: readFlag(call, 'needOpenComment', options),
        only_fans_can_comment: readFlag(call, 'onlyFansCanComment', options),
      },
    })),
    sendVoice: createSender('sendVoice', (call, mediaId) => ({
      msgtype: 'voice',
      voice: { media_id: neededText(call, 'mediaId', mediaId) },
    })),
    sendVideo: createSender('sendVideo', (call, video) => {
      const { mediaId, title, description } = neededFields(call, 'video', video);
      return {
        msgtype: 'mpvideo',
        mpvideo: {
          media_id: neededText(call, 'mediaId', mediaId),
          title: optionalText(call, 'title', title),
          description: optionalText(call, 'description', description),
        },
      };
    }),
    sendMpNews: createSender('sendMpNews', (call, mediaId, options) => ({
      msgtype: 'mpnews',
      mpnews: { media_id: neededText(call, 'mediaId', mediaId) },
      send_ignore_reprint: readFlag(call, 'sendIgnoreReprint', options),
    })),
    sendCard: createSender('sendCard', (call, cardId) => ({
      msgtype: 'wxcard',
      wxcard: { card_id: neededText(call, 'cardId', cardId) },
    })),
  };
}

/** Reads the receivers; missing ones never stand for all. */
function readReceivers(call: string, receivers: unknown): Target {
  if (receivers === 'all') return { filter: { is_to_all: true } };
  if (receivers === undefined || receivers === null) {
    throw new NeedParamError(`${call} needs receivers: 'all', { tagId } or openids`);
  }
  if (Array.isArray(receivers)) {
    const touser = neededTexts(call, 'receivers', receivers);
    if (touser.length >= MIN_OPENIDS && touser.length <= MAX_OPENIDS) return { touser };
    throw new InvalidArgumentError(
      `${call}: a mass message must have ${MIN_OPENIDS} to ${MAX_OPENIDS} openids, not ${touser.length}`,
    );
  }
  if (isFields(receivers) && 'tagId' in receivers) {
    const tag_id = neededNumber(call, 'tagId', receivers['tagId']);
    return { filter: { is_to_all: false, tag_id } };
  }
  throw wrong(call, 'receivers', "'all', { tagId } or an array of openids", receivers);
}

function readFlag(
  call: string,
  name: string,
  { [name]: value }: ArgumentFields,
): 0 | 1 | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value ? 1 : 0;
  throw wrong(call, name, 'true or false', value);
}
