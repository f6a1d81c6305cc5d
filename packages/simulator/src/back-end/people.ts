/** The followers of the account, and their messages. */
import { OWN } from './own.ts';

export interface Follower {
  /** Digits, like the platform's own, or any text. */
  fakeid: string;
  nick_name: string;
  remark_name: string;
  group_id: number;
  openid: string;
  /** Unix seconds. */
  create_time: number;
}

export interface DialogMessage {
  id: number;
  /** 1 text, 2 picture, 3 voice, 4 video, 6 article. */
  type: number;
  /** The fakeid of the sender. */
  fakeid: string;
  nick_name: string;
  /** Unix seconds. */
  date_time: number;
  source: string;
  /** 2: the account sent it; 4: it came from the user. */
  msg_status: number;
  has_reply: number;
  refuse_reason: string;
  multi_item: unknown[];
  /** The id of the receiver. */
  to_uin: number | string;
  send_stat: { total: number; succ: number; fail: number };
  is_starred_msg: number;
  content?: string;
  [other: string]: unknown;
}

export interface Group {
  id: number;
  name: string;
}

export const GROUPS: readonly Group[] = [
  { id: 0, name: '未分组' },
  { id: 1, name: '黑名单' },
  { id: 2, name: '星标组' },
  { id: 100, name: '朋友 & "同事"' },
];

/** Creates 25 users without a group, 10 with a star, 10 friends. */
export function createUsers(): Follower[] {
  return Array.from({ length: 45 }, (_, index) => ({
    fakeid: String(2_400_000_001 + index),
    nick_name: index === 0 ? '小明 😀' : `用户${index + 1}`,
    remark_name: index % 7 === 0 ? `备注${index + 1}` : '',
    group_id: index < 25 ? 0 : index < 35 ? 2 : 100,
    openid: `oTest_fan-${String(index + 1).padStart(18, '0')}`,
    create_time: 1_760_000_000 - index * 3600,
  }));
}

/** Types of the received messages, newest first. */
const TYPES = [1, 2, 3, 4, 1, 6, 1, 2, 1, 1, 3, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1];
const MEDIA: ReadonlyMap<number, string> = new Map([
  [2, '\xff\xd8\xff\xe0'],
  [3, 'ID3\x03'],
  [4, '\0\0\0\x18ftypmp42'],
]);

/** Creates messages of the last four days, newest first; the first users send them in turn. */
export function createMessages(users: readonly Follower[], now: number): DialogMessage[] {
  const authors = users.slice(0, 5);
  return TYPES.flatMap((type, index) => {
    const user = authors[index % authors.length];
    if (!user) return [];
    const message = {
      id: 400_000_100 - index,
      type,
      fakeid: user.fakeid,
      date_time: now - 60 - index * 4 * 3600,
      is_starred_msg: index % 6 === 0 ? 1 : 0,
      ...(type === 1 && { content: `第${index + 1}条消息 <b>&amp;` }),
      ...(type === 6 && ARTICLE),
    };
    return completeMessage(message, users);
  });
}

const ARTICLE = {
  app_sub_type: 3,
  title: '一篇文章',
  content_url: 'http://mp.weixin.qq.com/s?__biz=MjM5&mid=1&idx=1',
  show_type: 1,
  content: '',
  file_id: 30_001,
  desc: '摘要',
};

function createMessage(id: number, type: number, date_time: number): DialogMessage {
  return {
    id,
    type,
    fakeid: '',
    nick_name: '',
    date_time,
    source: '',
    msg_status: 4,
    has_reply: 0,
    refuse_reason: '',
    multi_item: [],
    to_uin: 0,
    send_stat: { total: 0, succ: 0, fail: 0 },
    is_starred_msg: 0,
  };
}

/** A received message; the rest has defaults. */
export type GivenMessage = Pick<DialogMessage, 'id' | 'type' | 'fakeid' | 'date_time'> &
  Partial<DialogMessage>;

export function completeMessage(given: GivenMessage, users: readonly Follower[]): DialogMessage {
  const { nick_name = '' } = users.find(({ fakeid }) => fakeid === given.fakeid) ?? {};
  const { id, type, date_time } = given;
  return {
    ...createMessage(id, type, date_time),
    nick_name,
    to_uin: toWireId(OWN.fakeid),
    ...given,
  };
}

/** Returns an id as it is written outside messages. */
export function toWireId(fakeid: string): number | string {
  return /^\d+$/.test(fakeid) ? Number(fakeid) : fakeid;
}

/** Creates a message that the account has just sent. */
export function createSent(
  user: Follower,
  { id, type, date_time, ...fields }: Pick<DialogMessage, 'id' | 'type' | 'date_time' | 'content'>,
): DialogMessage {
  return {
    ...createMessage(id, type, date_time),
    fakeid: OWN.fakeid,
    nick_name: OWN.nickName,
    msg_status: 2,
    to_uin: toWireId(user.fakeid),
    send_stat: { total: 1, succ: 1, fail: 0 },
    ...fields,
  };
}

/** Creates bytes for each message that needs some. */
export function createMedia(messages: readonly DialogMessage[]): Map<string, Buffer> {
  return new Map(
    messages.flatMap(({ id, type }): [string, Buffer][] => {
      const head = MEDIA.get(type);
      if (head === undefined) return [];
      const bytes = Array.from({ length: 2000 }, (_, at) => (at * 7 + id) % 256);
      return [[String(id), Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(bytes)])]];
    }),
  );
}
