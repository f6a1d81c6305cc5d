/** What the fake back end holds. */
export interface ConsoleData {
  readonly users: readonly {
    readonly fakeid: string;
    readonly nick_name: string;
    readonly remark_name: string;
    readonly group_id: number;
    readonly create_time: number;
  }[];
  readonly groups: readonly { readonly id: number; readonly name: string; readonly cnt: number }[];
  readonly messages: readonly Readonly<Record<string, unknown>>[];
  /** By the id of a message. */
  readonly media: ReadonlyMap<string, Buffer>;
  readonly news: readonly Readonly<Record<string, unknown>>[];
  readonly files: readonly Readonly<Record<string, unknown>>[];
  readonly publications: readonly Readonly<Record<string, unknown>>[];
  readonly accounts: readonly Readonly<Record<string, unknown>>[];
}

const count = (length: number) => Array.from({ length }, (_, index) => index);

export function createData(): ConsoleData {
  const users = count(45).map((index) => ({
    fakeid: `o-fan-${index}`,
    nick_name: `用户 ${index}`,
    remark_name: index % 2 === 0 ? '' : `备注 ${index}`,
    group_id: index % 3,
    create_time: 1_700_000_000 - index,
  }));
  return {
    users,
    groups: ['未分组', '黑名单', '星标组'].map((name, id) => ({ id, name, cnt: 15 })),
    messages: count(30).map((index) => ({
      id: 200_000_030 - index,
      type: 1,
      fakeid: `o-fan-${index % 5}`,
      nick_name: `用户 ${index % 5}`,
      date_time: 1_700_000_000 - index * 60,
      content: `消息 ${index}`,
      source: '',
      msg_status: 4,
      has_reply: 0,
      refuse_reason: '',
      multi_item: [],
      to_uin: 3_086_174_502,
      send_stat: { total: 0, succ: 0, fail: 0 },
    })),
    media: new Map([
      ['1', Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(5000, 1)])],
      ['2', Buffer.alloc(70_000, 2)],
      ['3', Buffer.alloc(300_000, 3)],
    ]),
    news: count(12).map((index) => ({
      app_id: 100 + index,
      seq: index,
      title: `图文 ${index}`,
      create_time: '1700000000',
      multi_item: [],
    })),
    files: count(12).map((index) => ({
      file_id: 300 + index,
      name: `f${index}.jpg`,
      type: 2,
      size: '53.7 K',
      play_length: 0,
      update_time: 1_700_000_000,
    })),
    publications: count(25).map((index) => ({
      publish_type: 101,
      publish_info: JSON.stringify({
        type: 9,
        msgid: index,
        appmsgex: [{ title: `文章 ${index}`, link: `http://mp.weixin.qq.com/s/${index}` }],
      }),
    })),
    accounts: count(7).map((index) => ({
      fakeid: `Mzg${index}==`,
      nickname: `公众号 ${index}`,
      alias: '',
      round_head_img: '',
      service_type: 1,
      signature: '',
    })),
  };
}
