/** The lists and files of the simulated back end. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type BackEnd, startBackEnd } from '@wechat-mp/simulator';
import {
  ask,
  askJson,
  messageList,
  messagePage,
  readRet,
} from '../../../../test/support/back-end.ts';

let backEnd: BackEnd;
beforeEach(async () => {
  backEnd = await startBackEnd();
});
afterEach(() => backEnd.close());

const at = (path: string) => `${backEnd.url}${path}`;

describe('a list', () => {
  it.each(['string', 'object'] as const)('of messages comes as %s', async (as) => {
    backEnd.writeListsAs(as);
    const session = backEnd.session();
    const referer = messagePage(session);
    const { msg_items } = await askJson(at(messageList(session)), { session, referer });
    expect(typeof msg_items).toBe(as);
    const list = as === 'string' ? JSON.parse(msg_items as string) : msg_items;
    expect((list as { msg_item: object[] }).msg_item).toHaveLength(20);
  });

  it('of followers goes from one page to the next by the last of them', async () => {
    const session = backEnd.session();
    const seen: string[] = [];
    let last = { user_openid: '-1', user_create_time: -1 };
    for (;;) {
      const path = `/cgi-bin/user_tag?action=get_user_list&groupid=-2&begin_openid=${last.user_openid}&begin_create_time=${last.user_create_time}&limit=20&offset=0&backfoward=1&token=${session.token}&lang=zh_CN&f=json&ajax=1`;
      const answer = await askJson(at(path), { session });
      const { user_info_list } = answer['user_list'] as {
        user_info_list: (typeof last)[];
      };
      seen.push(...user_info_list.map(({ user_openid }) => user_openid));
      if (user_info_list.length < 20) break;
      last = user_info_list.at(-1) as typeof last;
    }
    expect(new Set(seen).size).toBe(45);
    expect(backEnd.problems).toEqual([]);
  });

  it('of what was published is JSON in strings in a string, until there were too many', async () => {
    const session = backEnd.session();
    const path = `/cgi-bin/appmsgpublish?sub=list&begin=20&count=10&token=${session.token}&lang=zh_CN&f=json&ajax=1`;
    backEnd.throttleAfter(1);
    const { publish_page } = await askJson(at(path), { session });
    const page = JSON.parse(publish_page as string);
    expect(page.publish_list).toHaveLength(3);
    expect(JSON.parse(page.publish_list[0].publish_info).appmsgex[0].title).toBe('发表 21');
    expect(readRet(await askJson(at(path), { session }))).toBe(200_013);
  });

  it('of drafts has their number', async () => {
    const session = backEnd.session();
    const path = `/cgi-bin/appmsg?begin=0&count=10&type=77&action=list&token=${session.token}&lang=zh_CN&f=json&ajax=1`;
    const answer = await askJson(at(path), { session });
    expect(answer).toMatchObject({ app_msg_info: { file_cnt: { draft_count: 14 } } });
    expect(backEnd.problems).toEqual([]);
  });
});

describe('a file', () => {
  it.each([
    ['getimgdata', 2, 'mode=large&source=&fileId=0'],
    ['getvoicedata', 3, 'fileid=&lang=zh_CN'],
    ['getvideodata', 4, 'fileid='],
  ])('of a message comes as it is, from %s', async (name, type, more) => {
    const session = backEnd.session();
    const { token } = session;
    const referer = `/cgi-bin/message?t=message/list&token=${token}&count=20&day=7`;
    const get = async (msgid: number | string) => {
      const path = `/cgi-bin/${name}?msgid=${msgid}&token=${token}&${more}`;
      return Buffer.from(await (await ask(at(path), { session, referer })).arrayBuffer());
    };
    const id = String(backEnd.data.messages.find((message) => message.type === type)?.id);
    const bytes = await get(id);
    expect(bytes.length).toBeGreaterThan(2000);
    expect(bytes.equals(backEnd.data.media.get(id) as Buffer)).toBe(true);
    expect(await get('1')).toHaveLength(0);
    expect(backEnd.problems).toEqual([]);
  });

  it('of 10 MB is taken, and told by its digest', async () => {
    const session = backEnd.session();
    const bytes = Buffer.alloc(10 * 1024 * 1024, 'file');
    const form = new FormData();
    form.append('Filename', '大图.jpg');
    form.append('folder', '/cgi-bin/uploads');
    form.append('Upload', 'Submit Query');
    form.append('file', new Blob([bytes]), '大图.jpg');
    const ticket = encodeURIComponent('ticket+of/the=account');
    const path = `/cgi-bin/filetransfer?action=upload_material&f=json&ticket_id=gh_0123456789ab&ticket=${ticket}&token=${session.token}&lang=zh_CN`;
    const response = await fetch(`${backEnd.url}${path}`, {
      method: 'POST',
      body: form,
      headers: {
        cookie: session.cookies,
        referer:
          'http://mp.weixin.qq.com/cgi-bin/indexpage?t=wxm-upload&lang=zh_CN&type=2&formId=1',
      },
    });
    expect(await response.json()).toMatchObject({ base_resp: { ret: 0 }, content: '30026' });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const file = { name: 'file', filename: '大图.jpg', bytes: bytes.length, sha256 };
    expect(backEnd.requests[0]?.parts.at(-1)).toMatchObject(file);
  });
});

describe('the statistics', () => {
  const get = (page: number, headers: Record<string, string> = {}) => {
    const path = `/mta/wechat/ctr_article_detail/get_list?sort=RefDate%20desc&keyword=&page=${page}&appid=wx0123456789abcdef&pluginid=luopan&token=the-plugin-token_1&from=&src=false&devtype=3&time_type=day&start_date=2026-01-01&end_date=2026-01-30&need_compare=0&app_id=&rnd=1760000000&ajax=1`;
    const url = `${backEnd.url}${path}`;
    const script = { 'x-requested-with': 'XMLHttpRequest', accept: 'application/json' };
    return fetch(url, { headers: { ...script, referer: url, ...headers } });
  };

  it('come three in a page', async () => {
    backEnd.session();
    const last = (await (await get(3)).json()) as { hasMore: boolean; data: unknown[] };
    expect(last).toMatchObject({ hasMore: false, data: [{ title: '文章 7' }] });
    expect(await (await get(1)).json()).toMatchObject({ hasMore: true });
    backEnd.loseSession();
    expect(await (await get(1)).json()).toEqual({ is_session_expire: true });
    expect(backEnd.problems).toEqual([]);
  });

  it('refuse a cookie of the back end', async () => {
    expect((await get(1, { cookie: 'wechat_token=1' })).status).toBe(200);
    expect((await get(1, { cookie: 'wechat_token=1; slave_sid=SECRET' })).status).toBe(400);
    expect(backEnd.problems[0]).toContain('slave_sid');
    expect(backEnd.problems[0]).not.toContain('SECRET');
  });
});
