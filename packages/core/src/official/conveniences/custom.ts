import type { Article, Reply } from '../../reply/reply.ts';
import { splitText } from '../../reply/split.ts';
import type { Success } from '../endpoint.ts';
import type { CustomArticle, CustomMessage } from '../endpoints/index.ts';
import { tellPartlySent } from '../errors.ts';
import type { Api } from './api.ts';
import {
  isWire,
  neededFields,
  neededName,
  neededText,
  optionalText,
  readOptions,
} from './argument.ts';
import { CONTENTS, type Content, readContents } from './content.ts';
import { type Positional, takeArguments } from './positional.ts';

/** Options of a customer-service message. */
export interface CustomOptions {
  /** The customer-service account shown as the sender, as `name@account`. Default: none. */
  kfAccount?: string | undefined;
}

/** A video of a customer-service message. */
export interface CustomVideo {
  mediaId: string;
  title?: string | undefined;
  description?: string | undefined;
  /** The picture shown before it plays. */
  thumbMediaId?: string | undefined;
}

/** A song of a customer-service message. */
export interface CustomMusic {
  musicUrl: string;
  /** Played on Wi-Fi. Default: `musicUrl`. */
  hqMusicUrl?: string | undefined;
  /** The picture beside it; required by the platform. */
  thumbMediaId: string;
  title?: string | undefined;
  description?: string | undefined;
}

/** A menu of answers; the user's choice is received as a text with `bizMsgMenuId`. */
export interface CustomMsgMenu {
  headContent?: string | undefined;
  list: readonly { id: string | number; content: string }[];
  tailContent?: string | undefined;
}

/** A page of a mini program linked with the account. */
export interface CustomMiniProgramPage {
  title?: string | undefined;
  appid: string;
  pagepath: string;
  /** The picture of the card, 520 × 416 pixels. */
  thumbMediaId: string;
}

/**
 * Customer-service messages, by openid. A user can be written to after writing to the account (5
 * messages within 48 hours), or after following it, scanning its code or pressing a button of its
 * menu (3 messages within a minute). Each method throws NeedParamError or InvalidArgumentError for
 * wrong arguments before anything is sent, WindowClosedError when the time is over, and
 * MessageCountError when there were too many. When a later one of several messages fails,
 * `partlySent` of the error has those that are missing.
 */
export interface CustomMethods {
  /**
   * 发送文本消息: sends a text. The platform takes 2048 bytes of UTF-8; a longer one is sent in parts,
   * one after another, each of which counts. The answer is that to the last.
   */
  sendText(openid: string, content: string, options?: CustomOptions): Promise<Success>;

  /** 发送图片消息: sends a picture of the account's media. */
  sendImage(openid: string, mediaId: string, options?: CustomOptions): Promise<Success>;

  /** 发送语音消息: sends a voice message of the account's media. */
  sendVoice(openid: string, mediaId: string, options?: CustomOptions): Promise<Success>;

  /** 发送视频消息: sends a video of the account's media. */
  sendVideo(openid: string, video: CustomVideo, options?: CustomOptions): Promise<Success>;

  /** 发送音乐消息: sends a song. */
  sendMusic(openid: string, music: CustomMusic, options?: CustomOptions): Promise<Success>;

  /**
   * 发送图文消息: sends articles that open a page. The platform takes one article in a message, so
   * each goes in its own, one after another; every one counts against the user's number of messages.
   * The answer is that to the last.
   */
  sendNews(
    openid: string,
    articles: readonly (Article | CustomArticle)[],
    options?: CustomOptions,
  ): Promise<Success>;

  /**
   * 发送图文消息（素材）: sends an article of the material, by the older kind of id. For a published
   * article send `{ touser, msgtype: 'mpnewsarticle', mpnewsarticle: { article_id } }`.
   */
  sendMpNews(openid: string, mediaId: string, options?: CustomOptions): Promise<Success>;

  /** 客服输入状态: shows that somebody is typing, for 15 seconds at most, or with `CancelTyping` no longer. */
  typing: Positional<
    Api['message']['custom']['typing'],
    [openid: string, command?: 'Typing' | 'CancelTyping']
  >;

  /** 发送卡券: sends a coupon. */
  sendCard(openid: string, cardId: string, options?: CustomOptions): Promise<Success>;

  /**
   * 发送菜单消息: sends answers to choose from.
   *
   * @example
   * await client.message.custom.sendMsgMenu(openid, {
   *   headContent: 'Did that help?',
   *   list: [{ id: 'yes', content: 'Yes' }, { id: 'no', content: 'No' }],
   * });
   */
  sendMsgMenu(openid: string, menu: CustomMsgMenu, options?: CustomOptions): Promise<Success>;

  /** 发送小程序卡片: sends a page of a mini program. */
  sendMiniProgramPage(
    openid: string,
    page: CustomMiniProgramPage,
    options?: CustomOptions,
  ): Promise<Success>;

  /**
   * 发送客服消息: sends a reply, made as for a webhook. A string is a text, an array of articles is
   * news. What only a webhook can answer, such as `reply.transferToCustomerService()`, is an
   * InvalidArgumentError; a song needs `thumbMediaId` here.
   *
   * @example
   * await client.message.custom.send(openid, reply.image(mediaId), { kfAccount: 'anna@shop' });
   */
  send(
    openid: string,
    reply: string | Reply | readonly Article[],
    options?: CustomOptions,
  ): Promise<Success>;

  /** 发送客服消息: sends a message in the form that it has on the wire. */
  send(message: CustomMessage): Promise<Success>;
}

/** Creates the methods that send customer-service messages by openid. */
export function createCustomMethods(
  custom: Pick<Api['message']['custom'], 'send' | 'typing'>,
): CustomMethods {
  /** Creates a method that reads its second argument with `read`, and sends the result. */
  function sending(name: string, read: (call: string, given: unknown) => Content[]) {
    const call = `message.custom.${name}`;
    return async (openid: string, given: unknown, options?: CustomOptions): Promise<Success> => {
      const touser = neededText(call, 'openid', openid);
      const contents = read(call, given);
      const sender = readSender(call, options);
      return sendEach(contents.map((content) => ({ touser, ...content, ...sender })));
    };
  }

  async function sendEach(messages: readonly CustomMessage[]): Promise<Success> {
    let answer: Success = {};
    for (const [sent, message] of messages.entries()) {
      try {
        answer = await custom.send(message);
      } catch (error) {
        throw tellPartlySent(error, { sent, missing: messages.slice(sent) });
      }
    }
    return answer;
  }

  const sendReply = sending('send', readContents);
  return {
    sendText: sending('sendText', (call, content) => {
      const whole = CONTENTS.text(call, { content });
      return typeof content === 'string' && whole.length > 0
        ? splitText(content).flatMap((part) => CONTENTS.text(call, { content: part }))
        : whole;
    }),
    sendImage: sending('sendImage', (call, mediaId) => CONTENTS.image(call, { mediaId })),
    sendVoice: sending('sendVoice', (call, mediaId) => CONTENTS.voice(call, { mediaId })),
    sendVideo: sending('sendVideo', (call, video) =>
      CONTENTS.video(call, neededFields(call, 'video', video)),
    ),
    sendMusic: sending('sendMusic', (call, music) =>
      CONTENTS.music(call, neededFields(call, 'music', music)),
    ),
    sendNews: sending('sendNews', (call, articles) => CONTENTS.news(call, { articles })),
    sendMpNews: sending('sendMpNews', (call, mediaId) => CONTENTS.mpnews(call, { mediaId })),
    typing: takeArguments('message.custom.typing', custom.typing, (call, openid, command) => ({
      touser: neededText(call, 'openid', openid),
      command: neededName(call, 'command', command ?? 'Typing', ['Typing', 'CancelTyping']),
    })),
    sendCard: sending('sendCard', (call, cardId) => CONTENTS.wxcard(call, { cardId })),
    sendMsgMenu: sending('sendMsgMenu', (call, menu) =>
      CONTENTS.msgmenu(call, neededFields(call, 'menu', menu)),
    ),
    sendMiniProgramPage: sending('sendMiniProgramPage', (call, page) =>
      CONTENTS.miniprogrampage(call, neededFields(call, 'page', page)),
    ),
    send: (first: string | CustomMessage, reply?: unknown, options?: CustomOptions) =>
      isWire(first) ? custom.send(first) : sendReply(first, reply, options),
  };
}

function readSender(call: string, options: unknown): Pick<CustomMessage, 'customservice'> {
  const account = optionalText(call, 'kfAccount', readOptions(call, options)['kfAccount']);
  return account ? { customservice: { kf_account: account } } : {};
}
