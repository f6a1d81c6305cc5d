/** The account's material, and articles published by it and others. */
import { OWN } from './own.ts';

export interface MaterialFile {
  file_id: number;
  name: string;
  /** 2 picture, 3 voice, 4 video. */
  type: number;
  size: string;
  play_length: number;
  update_time: number;
  cdn_url: string;
}

export interface Article {
  seq: number;
  title: string;
  show_cover_pic: number;
  author: string;
  cover: string;
  content_url: string;
  source_url: string;
  file_id: number;
  digest: string;
}

export interface News {
  app_id: number;
  seq: number;
  title: string;
  show_cover_pic: number;
  author: string;
  content_url: string;
  /** Unix seconds, as text. */
  create_time: string;
  file_id: number;
  img_url: string;
  digest: string;
  multi_item: Article[];
}

export interface Publication {
  /** The fakeid of the publisher. */
  fakeid: string;
  msgid: number;
  /** Unix seconds. */
  time: number;
  titles: string[];
}

export interface OtherAccount {
  fakeid: string;
  nickname: string;
  alias: string;
  round_head_img: string;
  service_type: number;
  signature: string;
}

const START = 1_750_000_000;
const count = <Row>(length: number, create: (index: number) => Row): Row[] =>
  Array.from({ length }, (_, index) => create(index));

export function createFile(id: number, type: number, name: string): MaterialFile {
  return {
    file_id: id,
    name,
    type,
    size: '53.7 K',
    play_length: type === 2 ? 0 : 12,
    update_time: START + id,
    cdn_url: type === 2 ? `https://mmbiz.qpic.cn/mmbiz_jpg/${id}/0?wx_fmt=jpeg` : '',
  };
}

/** Creates the files: 30001 is a picture, 30002 a voice, 30003 a video, followed by more pictures. */
export function createFiles(): MaterialFile[] {
  const first = [
    createFile(30_001, 2, '图片1.jpg'),
    createFile(30_002, 3, '语音.mp3'),
    createFile(30_003, 4, '视频.mp4'),
  ];
  return [...first, ...count(22, (at) => createFile(30_004 + at, 2, `图片${at + 2}.jpg`))];
}

export function createNews(id: number, articles: readonly Partial<Article>[]): News {
  const items = articles.map((article, at) => createArticle(id, at, article));
  const { seq: _, cover, source_url: __, ...first } = items[0] ?? createArticle(id, 0, {});
  return {
    ...first,
    app_id: id,
    seq: id - 20_000,
    create_time: String(START + id),
    img_url: cover,
    multi_item: items,
  };
}

function createArticle(id: number, at: number, given: Partial<Article>): Article {
  return {
    seq: at,
    title: `标题 ${id}-${at}`,
    show_cover_pic: at === 0 ? 1 : 0,
    author: '作者',
    cover: `https://mmbiz.qpic.cn/mmbiz_jpg/${id}${at}/0`,
    content_url: `http://mp.weixin.qq.com/s?__biz=${OWN.biz}&mid=${id}&idx=${at + 1}`,
    source_url: '',
    file_id: 30_001,
    digest: '摘要 & "引号"',
    ...given,
  };
}

/** Creates twelve entries, every third with several articles. */
export function createLibrary(firstId: number, length: number): News[] {
  return count(length, (at) => createNews(firstId + at, at % 3 === 2 ? [{}, {}, {}] : [{}]));
}

export function createAccounts(): OtherAccount[] {
  return count(12, (at) => ({
    fakeid: Buffer.from(String(3_200_000_001 + at)).toString('base64'),
    nickname: `新闻早报${at + 1}`,
    alias: `morning${at + 1}`,
    round_head_img: 'http://mmbiz.qpic.cn/mmbiz_png/1/0',
    service_type: 1,
    signature: '每天早上',
  }));
}

/** Creates 23 articles of the account and 12 of the first other account, newest first. */
export function createPublished(accounts: readonly OtherAccount[]): Publication[] {
  const of = (fakeid: string, firstId: number, length: number) =>
    count(length, (at) => ({
      fakeid,
      msgid: firstId - at,
      time: START - at * 86_400,
      titles: at % 4 === 3 ? [`发表 ${at + 1}`, `发表 ${at + 1} 第二篇`] : [`发表 ${at + 1}`],
    }));
  return [...of(OWN.biz, 2_650_000_100, 23), ...of(accounts[0]?.fakeid ?? '', 2_660_000_100, 12)];
}
