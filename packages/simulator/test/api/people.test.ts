/** Followers, tags, the blacklist, QR codes and lists of the simulator's API. */
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

describe('followers', () => {
  it('come by 10 000; after the last there is a page without data', async () => {
    const desk = await open(
      ...openids(20_500).map((openid) => createPerson(openid)),
      createPerson('oGone', { follows: false }),
    );
    const get = (next_openid: string) =>
      withToken(desk, '/cgi-bin/user/get', undefined, { next_openid });
    const counts = [];
    let page = await get('');
    for (; page['data']; page = await get(page['next_openid'] as string)) {
      counts.push([page['count'], page['next_openid']]);
    }
    expect(counts).toEqual([
      [10_000, 'o9999'],
      [10_000, 'o19999'],
      [500, 'o20499'],
    ]);
    expect(page).toEqual({ total: 20_500, count: 0, next_openid: '' });
    expect(await get('x')).toMatchObject({ errcode: 40003 });
  });

  it('are described, those who do not follow only as such', async () => {
    const { client } = await open(
      createPerson('o1', { scene: '42', tagIds: [100], remark: 'r', language: 'en' }),
      createPerson('o2', { scene: 'shop' }),
      createPerson('o3', { follows: false }),
    );
    expect(await client.user.get({ openid: 'o1' })).toMatchObject({
      subscribe: 1,
      openid: 'o1',
      nickname: '',
      language: 'en',
      remark: 'r',
      tagid_list: [100],
      subscribe_time: 1_700_000_000,
      subscribe_scene: 'ADD_SCENE_QR_CODE',
      qr_scene: 42,
      qr_scene_str: '',
    });
    const user_list = ['o2', 'o3'].map((openid) => ({ openid }));
    expect(await client.user.batchGet({ user_list })).toEqual({
      user_info_list: [
        expect.objectContaining({ openid: 'o2', qr_scene: 0, qr_scene_str: 'shop' }),
        { subscribe: 0, openid: 'o3' },
      ],
    });
    await expect(client.user.get({ openid: 'o4' })).rejects.toMatchObject({ errcode: 40003 });
  });

  it('are described 100 at once, and have remarks of less than 30 characters', async () => {
    const desk = await open(createPerson('o1'));
    const user_list = Array.from({ length: 101 }, () => ({ openid: 'o1' }));
    expect(await getErrcode(desk, '/cgi-bin/user/info/batchget', { user_list })).toBe(40032);
    const remark = (text: string) => desk.client.user.updateRemark({ openid: 'o1', remark: text });
    await remark('好'.repeat(29));
    expect(desk.world.state.people['o1']?.remark).toBe('好'.repeat(29));
    await expect(remark('好'.repeat(30))).rejects.toMatchObject({ errcode: 40097 });
  });

  it('are blocked and let back, 20 at once', async () => {
    const desk = await open(...openids(21).map((openid) => createPerson(openid)));
    const { blacklist } = desk.client;
    await blacklist.add({ openid_list: ['o0', 'o1', 'o2'] });
    expect(await blacklist.list({ begin_openid: 'o0' })).toEqual({
      total: 3,
      count: 2,
      data: { openid: ['o1', 'o2'] },
      next_openid: 'o2',
    });
    await blacklist.remove({ openid_list: ['o0', 'o1', 'o2'] });
    expect(await blacklist.list({})).toEqual({ total: 0, count: 0, next_openid: '' });
    const add = (openid_list: unknown) =>
      getErrcode(desk, '/cgi-bin/tags/members/batchblacklist', { openid_list });
    expect(await add(openids(21))).toBe(40032);
    expect(await add(['x'])).toBe(40003);
    expect(await add(['oElsewhere'])).toBe(49003);
    expect(desk.events).toContainEqual({ type: 'person', user: 'o2' });
  });
});

describe('tags', () => {
  it('are made, renamed, put on followers, listed and deleted', async () => {
    const desk = await open(createPerson('o1'), createPerson('o2'));
    const { tag } = desk.client;
    expect(await tag.create({ tag: { name: '广东' } })).toEqual({ tag: { id: 100, name: '广东' } });
    await tag.update({ tag: { id: 100, name: '深圳' } });
    await tag.batchTag({ openid_list: ['o1', 'o2'], tagid: 100 });
    expect(await tag.list()).toEqual({ tags: [{ id: 100, name: '深圳', count: 2 }] });
    expect(await tag.getUsers({ tagid: 100 })).toEqual({
      count: 2,
      data: { openid: ['o1', 'o2'] },
      next_openid: 'o2',
    });
    expect(await tag.getUserTags({ openid: 'o1' })).toEqual({ tagid_list: [100] });
    await tag.batchUntag({ openid_list: ['o1'], tagid: 100 });
    expect(await tag.getUserTags({ openid: 'o1' })).toEqual({ tagid_list: [] });
    await tag.delete({ tag: { id: 100 } });
    expect(desk.world.state).toMatchObject({ tags: {}, people: { o2: { tagIds: [] } } });
  });

  it.each([
    ['create', { tag: { name: '' } }, 45157],
    ['create', { tag: { name: 'taken' } }, 45157],
    ['create', { tag: { name: '好'.repeat(31) } }, 45158],
    ['update', { tag: { id: 2, name: 'a' } }, 45058],
    ['update', { tag: { id: 101, name: 'taken' } }, 45157],
    ['update', { tag: { id: 999, name: 'a' } }, 45159],
    ['delete', { tag: { id: 0 } }, 45058],
    ['delete', { tag: { id: 999 } }, 45159],
    ['members/batchtagging', { openid_list: ['o1'], tagid: 999 }, 45159],
    ['members/batchtagging', { openid_list: ['o3'], tagid: 100 }, 49003],
    ['members/batchtagging', { openid_list: ['x'], tagid: 100 }, 40003],
    ['members/batchtagging', { openid_list: openids(51), tagid: 100 }, 40032],
    ['members/batchtagging', { openid_list: [], tagid: 100 }, 40032],
    ['members/batchtagging', { openid_list: ['o1'], tagid: 100 }, 45059],
    ['members/batchuntagging', { openid_list: openids(51), tagid: 100 }, 40032],
    ['getidlist', { openid: 'x' }, 40003],
  ])('%s %j is refused', async (path, body, errcode) => {
    const tagIds = Array.from({ length: 20 }, (_, index) => 200 + index);
    const desk = await open(createPerson('o1', { tagIds }));
    desk.world.state.tags = { 100: { name: 'taken' }, 101: { name: 'b' } };
    expect(await getErrcode(desk, `/cgi-bin/tags/${path}`, body)).toBe(errcode);
  });

  it('are 100 at most', async () => {
    const { client, world } = await open();
    for (let id = 100; id < 199; id += 1) world.state.tags[id] = { name: `${id}` };
    await client.tag.create({ tag: { name: 'the last' } });
    const more = client.tag.create({ tag: { name: 'one more' } });
    await expect(more).rejects.toMatchObject({ errcode: 45056 });
  });
});
