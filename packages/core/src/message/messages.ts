import {
  type Field,
  number,
  optionalGroup,
  optionalNumber,
  optionalText,
  type Shape,
  text,
} from './field.ts';

/** The members of every message that a user sends. */
const userMessage = {
  id: text('MsgId'),
  msgDataId: optionalText('MsgDataId'),
  idx: optionalNumber('Idx'),
  businessId: optionalText('BusinessId'),
} satisfies Shape;

const film = {
  mediaId: text('MediaId'),
  thumbMediaId: text('ThumbMediaId'),
} satisfies Shape;

/** The messages, by their `type`: MsgType in lower case. Adding one is adding a row. */
export const MESSAGES = {
  /** 文本消息: a user’s text. */
  text: {
    ...userMessage,
    content: text('Content'),
    bizmsgmenuid: optionalText('bizmsgmenuid'),
  },
  /** 图片消息: a picture. */
  image: {
    ...userMessage,
    picUrl: text('PicUrl'),
    mediaId: text('MediaId'),
  },
  /** 语音消息: a voice message; `recognition` is its text when the account has speech recognition. */
  voice: {
    ...userMessage,
    mediaId: text('MediaId'),
    format: text('Format'),
    mediaId16K: optionalText('MediaId16K'),
    recognition: optionalText('Recognition'),
  },
  /** 视频消息: a video. */
  video: {
    ...userMessage,
    ...film,
  },
  /** 小视频消息: a short video, filmed in the chat. */
  shortvideo: {
    ...userMessage,
    ...film,
  },
  /** 地理位置消息: a place: `[latitude, longitude]`. */
  location: {
    ...userMessage,
    location: coordinates('Location_X', 'Location_Y'),
    scale: number('Scale'),
    label: text('Label'),
  },
  /** 链接消息: a shared link or article. */
  link: {
    ...userMessage,
    title: text('Title'),
    description: text('Description'),
    url: text('Url'),
  },
  /** 文件消息: a file; not in the platform’s documentation. */
  file: {
    ...userMessage,
    title: text('Title'),
    description: optionalText('Description'),
    fileKey: optionalText('FileKey'),
    fileMd5: optionalText('FileMd5'),
    fileTotalLen: optionalText('FileTotalLen'),
  },
  /** 小程序卡片消息: a page of a mini program. */
  miniprogrampage: {
    ...userMessage,
    title: text('Title'),
    appId: text('AppId'),
    pagePath: text('PagePath'),
    thumbUrl: text('ThumbUrl'),
    thumbMediaId: text('ThumbMediaId'),
  },
  /** 硬件平台消息（旧）: the old hardware platform. */
  hardware: {
    ...userMessage,
    hardWare: optionalGroup('HardWare', {
      messageView: text('MessageView'),
      messageAction: text('MessageAction'),
    }),
  },
  /** 设备发消息给公众号: a device’s message to the account; `content` is base64. */
  device_text: {
    deviceType: text('DeviceType'),
    deviceId: text('DeviceID'),
    content: text('Content'),
    sessionId: text('SessionID'),
    id: text('MsgId'),
    openId: text('OpenID'),
  },
} as const satisfies Record<string, Shape>;

function coordinates(latitude: string, longitude: string): Field<readonly [number, number]> {
  const [x, y] = [number(latitude), number(longitude)];
  return {
    tag: `${latitude}, ${longitude}`,
    kind: 'coordinates',
    read: (fields) => [x.read(fields), y.read(fields)],
  };
}
