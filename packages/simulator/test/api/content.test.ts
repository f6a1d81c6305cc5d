/** QR codes, drafts and lists of the simulator's API. */
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  closeAll,
  createPerson,
  type Desk,
  open,
  openids,
  withToken,
} from '../../../../test/support/simulator-api.ts';

afterEach(closeAll);

const getErrcode = async (desk: Desk, path: string, body: unknown) =>
  (await withToken(desk, path, body))['errcode'];

describe('QR codes', () => {
  it('have a scene for a time or for good, and a picture', async () => {
    const desk = await open();
    const { qrcode } = desk.client;
    const scene = (scene_str: string) => ({ action_info: { scene: { scene_str } } });
    const { ticket, expire_seconds: seconds } = await qrcode.create({
      action_name: 'QR_STR_SCENE',
      expire_seconds: 9_999_999,
      ...scene('shop'),
    });
    expect(seconds).toBe(2_592_000);
    const forGood = await qrcode.create({ action_name: 'QR_LIMIT_STR_SCENE', ...scene('door') });
    expect(forGood).toEqual({ ticket: expect.any(String), url: expect.any(String) });
    expect(desk.world.state.qrCodes).toEqual({
      [ticket]: { scene: 'shop', until: desk.clock.now() + 2_592_000_000 },
      [forGood.ticket]: { scene: 'door', until: null },
    });
    const picture = await fetch(
      `${desk.api.url}/cgi-bin/showqrcode?ticket=${encodeURIComponent(ticket)}`,
    );
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/gif']);
    expect(Buffer.from(await picture.arrayBuffer()).toString('latin1', 0, 6)).toMatch(
      /^GIF8[79]a$/,
    );
    expect((await fetch(`${desk.api.url}/cgi-bin/showqrcode?ticket=x`)).status).toBe(404);
  });

  it.each([
    [{ action_name: 'QR' }, 40052],
    [{ action_name: 'QR_SCENE', action_info: { scene: { scene_id: 0 } } }, 40053],
    [{ action_name: 'QR_SCENE', action_info: { scene: { scene_id: 4_294_967_296 } } }, 40053],
    [{ action_name: 'QR_LIMIT_SCENE', action_info: { scene: { scene_id: 100_001 } } }, 40053],
    [{ action_name: 'QR_STR_SCENE', action_info: { scene: { scene_str: '' } } }, 40053],
    [{ action_name: 'QR_STR_SCENE', action_info: { scene: { scene_str: 'a'.repeat(65) } } }, 40053],
  ])('%j is refused', async (body, errcode) => {
    expect(await getErrcode(await open(), '/cgi-bin/qrcode/create', body)).toBe(errcode);
  });
});

describe('drafts', () => {
  const article = (title: string) => ({ title, content: '<p>text</p>', thumb_media_id: 't' });

  it('are saved, changed, listed and published', async () => {
    const desk = await open(createPerson('o1'));
    const { draft, freepublish } = desk.client;
    const { media_id } = await draft.add({ articles: [article('one'), article('two')] });
    await draft.update({ media_id, index: 1, articles: article('three') });
    expect((await draft.get({ media_id })).news_item.map(({ title }) => title)).toEqual([
      'one',
      'three',
    ]);
    expect(await draft.count()).toEqual({ total_count: 1 });
    const { publish_id } = await freepublish.submit({ media_id });
    expect(await draft.count()).toEqual({ total_count: 0 });
    const { article_id = '', ...job } = await freepublish.get({ publish_id });
    expect(job).toMatchObject({ publish_status: 0, article_detail: { count: 2 } });
    const { news_item: items } = await freepublish.getArticle({ article_id });
    expect(items).toMatchObject([{ title: 'one', is_deleted: false }, { title: 'three' }]);
    const [first] = items;
    const page = await fetch(first?.url ?? '');
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none';/);
    expect(await page.text()).toContain('<h1>one</h1>\n<p>text</p>');
    while (desk.notified.length === 0) await desk.clock.advance(0);
    expect(desk.notified).toMatchObject([
      { type: 'event:publishjobfinish', fields: { PublishEventInfo: { article_id } } },
    ]);
    await freepublish.delete({ article_id });
    expect(desk.world.state.publications).toEqual([]);
  });

  it.each([
    [{ articles: [] }, 44003],
    [{ articles: Array.from({ length: 9 }, () => article('a')) }, 45008],
    [{ articles: [article('好'.repeat(33))] }, 45003],
    [{ articles: [{ ...article('a'), author: 'a'.repeat(17) }] }, 45110],
    [{ articles: [{ ...article('a'), digest: 'a'.repeat(129) }] }, 45004],
    [{ articles: [{ ...article('a'), content: 'a'.repeat(20_000) }] }, 45002],
    ['{"articles":[{"title":"\\u4f60"}]}', 40033],
  ])('that are wrong are refused', async (body, errcode) => {
    expect(await getErrcode(await open(), '/cgi-bin/draft/add', body)).toBe(errcode);
  });
});

describe('lists', () => {
  const entries = Array.from({ length: 25 }, (_, index) => ({
    content: { news_item: [{ title: `${index}` }] },
    update_time: 0,
  }));

  it.each(['draft', 'freepublish'])('%s/batchget gives up to 20', async (group) => {
    const desk = await open();
    Object.assign(desk.world.state, { drafts: entries, publications: entries });
    const get = (offset: number, count: number) =>
      withToken(desk, `/cgi-bin/${group}/batchget`, { offset, count });
    const item = entries.slice(20);
    expect(await get(20, 20)).toEqual({ total_count: 25, item_count: 5, item });
    expect(await get(0, 21)).toMatchObject({ errcode: 40097 });
    expect(await get(0, 0)).toMatchObject({ errcode: 40097 });
  });

  it('customer-service records go on at the msgid of the page before', async () => {
    const desk = await open();
    const records = openids(5).map((openid) => ({ openid }));
    desk.world.state.records = records;
    const get = (msgid: number, endtime = 86_400) => {
      const body = { starttime: 0, endtime, msgid, number: 3 };
      return withToken(desk, '/customservice/msgrecord/getmsglist', body);
    };
    expect(await get(1)).toEqual({ recordlist: records.slice(0, 3), number: 3, msgid: 4 });
    expect(await get(4)).toEqual({ recordlist: records.slice(3), number: 2, msgid: 6 });
    expect(await get(1, 86_401)).toMatchObject({ errcode: 65417 });
  });

  it('comments come by 50 at most', async () => {
    const desk = await open();
    const comments = openids(60).map((openid) => ({ openid }));
    desk.world.state.comments = comments;
    const get = (begin: number, count: number) =>
      withToken(desk, '/cgi-bin/comment/list', { msg_data_id: 1, begin, count, type: 0 });
    const comment = comments.slice(50);
    expect(await get(50, 50)).toMatchObject({ errcode: 0, total: 60, comment });
    expect(await get(0, 51)).toMatchObject({ errcode: 88010 });
  });
});
