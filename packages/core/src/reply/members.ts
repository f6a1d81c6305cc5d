/** The members of every reply, in the platform's order of tags. Types, parser, XML, customer-service messages and docs come from here. */

/** One member of a reply. */
interface Member<T, IsNeeded extends boolean> {
  readonly isNeeded: IsNeeded;
  /** An `id` must not be empty: the platform would show the failure notice. */
  readonly kind: 'text' | 'id' | 'flag';
  /** Its tag in a passive reply; undefined where there is none. */
  readonly tag: string | undefined;
  /** Its name in a customer-service message; undefined where there is none. */
  readonly customName: string | undefined;
  /** Another name that is accepted: the one of the wire and of older SDKs. */
  readonly alias?: string | undefined;
  /** Has no value: carries the type. */
  readonly type?: T;
}

export type Members = Readonly<Record<string, Member<unknown, boolean>>>;

type NeededNames<M extends Members> = {
  [N in keyof M]: M[N]['isNeeded'] extends true ? N : never;
}[keyof M];
type Value<F> = F extends Member<infer T, boolean> ? T : never;
type Flat<T> = { [N in keyof T]: T[N] };

/** The object that a table of members describes. */
export type MemberValues<M extends Members> = Flat<
  { -readonly [N in keyof M as Extract<N, NeededNames<M>>]: Value<M[N]> } & {
    -readonly [N in keyof M as Exclude<N, NeededNames<M>>]?: Value<M[N]> | undefined;
  }
>;

function text(tag: string, customName?: string): Member<string, true> {
  return { isNeeded: true, kind: 'text', tag, customName };
}

function optionalText(
  tag: string | undefined,
  customName?: string,
  alias?: string,
): Member<string, false> {
  return { isNeeded: false, kind: 'text', tag, customName, alias };
}

const mediaId: Member<string, true> = { ...text('MediaId', 'media_id'), kind: 'id' };

function optionalId(tag: string | undefined, customName: string): Member<string, false> {
  return { ...optionalText(tag, customName), kind: 'id' };
}

/** The members of one article of a news reply. */
export const ARTICLE = {
  title: optionalText('Title', 'title'),
  description: optionalText('Description', 'description'),
  /** JPG or PNG, best 360×200 for the first article and 200×200 for the others. */
  picUrl: optionalText('PicUrl', 'picurl', 'picurl'),
  /** The page that opens on a tap. */
  url: optionalText('Url', 'url'),
} satisfies Members;

const device = { deviceType: text('DeviceType'), deviceId: text('DeviceID') } satisfies Members;

const deviceContent = {
  ...device,
  sessionId: text('SessionID'),
  /** Base64. */
  content: text('Content'),
} satisfies Members;

/** The members of each reply except its `type`; those of news are articles. */
export const REPLIES = {
  text: { content: text('Content', 'content') },
  image: { mediaId },
  voice: { mediaId },
  video: {
    mediaId,
    title: optionalText('Title', 'title'),
    description: optionalText('Description', 'description'),
    /** The picture shown before it plays, in customer-service messages only. */
    thumbMediaId: optionalId(undefined, 'thumb_media_id'),
  },
  music: {
    title: optionalText('Title', 'title'),
    description: optionalText('Description', 'description'),
    musicUrl: text('MusicUrl', 'musicurl'),
    /** Played on Wi-Fi. Default: `musicUrl`. */
    hqMusicUrl: optionalText('HQMusicUrl', 'hqmusicurl'),
    /** The picture beside it, required in a customer-service message. */
    thumbMediaId: optionalId('ThumbMediaId', 'thumb_media_id'),
  },
  news: {},
  transfer_customer_service: { kfAccount: optionalText('KfAccount') },
  transfer_biz_ai_ivr: {},
  device_text: deviceContent,
  device_event: {
    /** `bind` or `unbind`, as in the event that is answered. */
    event: text('Event'),
    ...deviceContent,
  },
  device_status: {
    ...device,
    /** 0: not connected, 1: connected. */
    deviceStatus: {
      isNeeded: true,
      kind: 'flag',
      tag: 'DeviceStatus',
      customName: undefined,
    } as Member<0 | 1, true>,
  },
  hardware: {
    /** For example `myrank`. */
    messageView: text('MessageView'),
    /** For example `ranklist`. */
    messageAction: text('MessageAction'),
  },
  none: {},
} satisfies Record<string, Members>;

export type ReplyType = keyof typeof REPLIES;
