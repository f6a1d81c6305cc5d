/** The menu of the simulator's API: its limits, and those that only some see. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { closeAll, createPerson, open, withToken } from '../../../../test/support/simulator-api.ts';

afterEach(closeAll);

const click = (name = 'a', key = 'k') => ({ name, type: 'click' as const, key });
const over = (...subs: object[]) => ({ button: [{ name: 'a', sub_button: subs }] });
const top = (...buttons: object[]) => ({ button: buttons });

it.each([
  [
    0,
    'three of five',
    top(
      ...Array.from(
        { length: 3 },
        () => over(...Array.from({ length: 5 }, () => click())).button[0] ?? {},
      ),
    ),
  ],
  [0, 'a name of 16 bytes', top(click('好'.repeat(5) + 'a'))],
  [0, 'no buttons below, but a list of them', top({ ...click(), sub_button: [] })],
  [
    0,
    'a mini program',
    top({ name: 'a', type: 'miniprogram', url: 'http://u', appid: 'wx1', pagepath: 'p' }),
  ],
  [40016, 'no buttons', {}],
  [40016, 'no button', top()],
  [40016, 'four buttons', top(click(), click(), click(), click())],
  [40016, 'buttons inside of menu', { menu: top(click()) }],
  [40017, 'an unknown type', top({ name: 'a', type: 'x' })],
  [40017, 'neither a type nor buttons below', top({ name: 'a' })],
  [40018, 'no name', top(click(''))],
  [40018, 'a name of 17 bytes', top(click('好'.repeat(5) + 'ab'))],
  [40019, 'no key', top({ name: 'a', type: 'click' })],
  [40019, 'a key of 129 bytes', top(click('a', 'k'.repeat(129)))],
  [40020, 'no url', top({ name: 'a', type: 'view' })],
  [40020, 'a url of 1025 bytes', top({ name: 'a', type: 'view', url: 'u'.repeat(1025) })],
  [40022, 'a third level', over({ name: 'a', sub_button: [click()] })],
  [40023, 'six below', over(...Array.from({ length: 6 }, () => click()))],
  [40024, 'an unknown type below', over({ name: 'a', type: 'x' })],
  [40025, 'a name of 61 bytes below', over(click('a'.repeat(61)))],
  [40026, 'no key below', over({ name: 'a', type: 'scancode_push' })],
  [40027, 'no url below', over({ name: 'a', type: 'view' })],
  [40117, 'no media_id', top({ name: 'a', type: 'media_id' })],
  [40118, 'no media_id below', over({ name: 'a', type: 'media_id' })],
  [40165, 'no pagepath', top({ name: 'a', type: 'miniprogram', url: 'u', appid: 'wx1' })],
  [40166, 'no appid', top({ name: 'a', type: 'miniprogram', url: 'u', pagepath: 'p' })],
  [40033, 'escaped characters', '{"button":[{"name":"\\u83dc","type":"click","key":"k"}]}'],
])('%i for a menu with %s', async (errcode, _, menu) => {
  const desk = await open();
  expect(await withToken(desk, '/cgi-bin/menu/create', menu)).toMatchObject({ errcode });
  expect(desk.world.state.menu === null).toBe(errcode !== 0);
});

it('a menu is shown as it was made, until it is deleted', async () => {
  const { client, world } = await open();
  const { menu } = client;
  const button = [{ name: '菜单', sub_button: [click()] }, click('b')];
  await expect(menu.get()).rejects.toMatchObject({ errcode: 46003 });
  await menu.create({ button });
  expect(world.state.menu).toEqual({ button });
  expect(await menu.get()).toEqual({ menu: { button } });
  expect(await menu.getCurrentSelfMenu()).toEqual({
    is_menu_open: 1,
    selfmenu_info: { button: [{ name: '菜单', sub_button: { list: [click()] } }, click('b')] },
  });
  await menu.delete();
  expect(world.state.menu).toBeNull();
});

describe('a conditional menu', () => {
  it('needs a menu for all, and is seen by those whom it matches, the newest first', async () => {
    const { client, world } = await open(
      createPerson('o1', { tagIds: [100] }),
      createPerson('o2', { name: 'bob' }),
      createPerson('o3', { follows: false }),
    );
    const { menu } = client;
    const add = (name: string, tag_id: number) =>
      menu.addConditional({ button: [click(name)], matchrule: { tag_id } });
    const seen = async (user_id: string) => (await menu.tryMatch({ user_id })).button[0]?.name;
    await expect(add('x', 100)).rejects.toMatchObject({ errcode: 65303 });
    await menu.create({ button: [click('all')] });
    await add('old', 100);
    const { menuid } = await add('new', 100);
    await add('others', 101);
    expect([await seen('o1'), await seen('bob')]).toEqual(['new', 'all']);
    expect((await menu.get()).conditionalmenu).toMatchObject([
      { button: [click('old')], matchrule: { tag_id: '100' } },
      { menuid, button: [click('new')] },
      { button: [click('others')] },
    ]);
    await menu.deleteConditional({ menuid });
    expect(await seen('o1')).toBe('old');
    await expect(menu.deleteConditional({ menuid })).rejects.toMatchObject({ errcode: 65301 });
    await expect(seen('nobody')).rejects.toMatchObject({ errcode: 65302 });
    await expect(seen('o3')).rejects.toMatchObject({ errcode: 65315 });
    await menu.delete();
    expect(world.state.conditionalMenus).toEqual([]);
  });

  it('has a rule', async () => {
    const { client } = await open();
    await client.menu.create({ button: [click()] });
    const ruleless = client.menu.addConditional({ button: [click()], matchrule: {} });
    await expect(ruleless).rejects.toMatchObject({ errcode: 65304 });
  });
});
