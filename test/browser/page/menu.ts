/** The account's menu at the bottom of the chat page. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Message } from '@wechat-mp/core';
import type { Person, State } from '@wechat-mp/simulator';
import { closeServers, listen } from '../../support/http.ts';
import { openChat, openRoom, PICTURE, type Room } from '../../support/page-chat.ts';
import { until } from '../../support/until.ts';

type Button = {
  name: string;
  type?: string;
  key?: string;
  url?: string;
  media_id?: string;
  appid?: string;
  pagepath?: string;
  sub_button?: Button[];
};

describe('the menu', () => {
  const seen: Message[] = [];
  let room: Room;
  let users = 0;

  beforeAll(async () => {
    room = await openRoom((message: Message) => {
      seen.push(message);
      return `got ${message.type}`;
    });
  });
  afterEach(closeServers);
  afterAll(() => room.close());

  /** Gives the account a menu, and shows it to a new user: those that are for them. */
  async function openMenu(
    button: Button[],
    furnish?: (state: State, person: Person) => void,
    names = button.map(({ name }) => name),
  ) {
    const { simulator, chat, tab } = room;
    users += 1;
    const user = simulator.user(`user ${users}`);
    simulator.state.menu = { button };
    furnish?.(simulator.state, simulator.state.people[user.openid] as Person);
    await chat.become(user.name);
    const shown = tab.locator('#account-menu > div > button');
    await until(async () => String(await shown.allTextContents()) === String(names));
    // Whoever looked last may have left it open.
    if (await chat.button('Show the menu').isVisible()) await chat.button('Show the menu').click();
    seen.splice(0);
    return room;
  }

  it('takes the place of the message box, and gives it back', async () => {
    const { chat } = await openMenu([{ name: 'News', type: 'click', key: 'NEWS' }]);
    expect(await chat.box.isVisible()).toBe(false);
    await chat.button('Write a message').click();
    expect(await chat.box.isVisible()).toBe(true);
    expect(await chat.button('News').count()).toBe(0);
  });

  it('is not there without buttons, and appears when the bot makes one', async () => {
    const { chat, client } = await openChat(() => null);
    expect(await chat.button('Show the menu').count()).toBe(0);
    await client.menu.create({ button: [{ name: 'News', type: 'click', key: 'NEWS' }] });
    await chat.button('Show the menu').click();
    await chat.button('News').waitFor();
  });

  it('is another one for people whom a conditional menu is for', async () => {
    const { chat, simulator } = await openMenu(
      [{ name: 'For all', type: 'click', key: 'A' }],
      (state, person) => {
        person.tagIds.push(100);
        const button = [{ name: 'For VIPs', type: 'click', key: 'B' }];
        state.conditionalMenus = [{ menuid: '1', matchrule: { tag_id: '100' }, button }];
      },
      ['For VIPs'],
    );
    await chat.button('For VIPs').waitFor();
    expect(await chat.button('For all').count()).toBe(0);
    simulator.user('bob');
    await chat.become('bob');
    await chat.button('For all').waitFor();
    expect(await chat.button('For VIPs').count()).toBe(0);
  });

  it('sends clicks, also of buttons below buttons, and is closed by Escape', async () => {
    const { chat, tab } = await openMenu([
      { name: 'News', type: 'click', key: 'NEWS' },
      { name: 'More', sub_button: [{ name: 'Orders', type: 'click', key: 'ORDERS' }] },
    ]);
    await chat.button('News').click();
    await chat.theirs.first().waitFor();
    await tab.locator('#account-menu').getByRole('button', { name: 'More' }).click();
    await tab.keyboard.press('Escape');
    expect(await chat.button('Orders').isVisible()).toBe(false);
    await tab.keyboard.press('Enter');
    await tab.keyboard.press('Enter');
    await chat.theirs.nth(1).waitFor();
    expect(seen).toMatchObject([
      { type: 'event:click', key: 'NEWS' },
      { type: 'event:click', key: 'ORDERS' },
    ]);
  });

  it('opens a page and sends the bot an event', async () => {
    const url = `${await listen((_, response) => response.setHeader('content-type', 'text/html').end('<link rel=icon href=data:,>here'))}/`;
    const { chat, tab } = await openMenu([{ name: 'Site', type: 'view', url }]);
    const opens = tab.context().waitForEvent('page');
    await chat.button('Site').click();
    const page = await opens;
    await page.getByText('here').waitFor();
    await page.close();
    await until(() => seen.length === 1);
    expect(seen).toMatchObject([{ type: 'event:view', raw: expect.stringContaining(url) }]);
  });

  it('asks for what a phone would ask for: a code, a picture, a place', async () => {
    const { chat, tab } = await openMenu([
      { name: 'Code', type: 'scancode_waitmsg', key: 'C' },
      { name: 'Photo', type: 'pic_photo_or_album', key: 'P' },
      { name: 'Place', type: 'location_select', key: 'L' },
    ]);
    const dialog = tab.getByRole('dialog');
    await chat.button('Code').click();
    await dialog.getByLabel('What the code says').fill('ticket 7');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await until(() => seen.length === 1);
    await chat.button('Photo').click();
    await dialog.getByRole('button', { name: 'Send' }).click();
    await until(() => seen.length === 3);
    await chat.button('Place').click();
    await dialog.getByRole('button', { name: 'Send' }).click();
    await until(() => seen.length === 5);
    expect(seen.map(({ type }) => type)).toEqual([
      'event:scancode_waitmsg',
      'event:pic_photo_or_album',
      'image',
      'event:location_select',
      'location',
    ]);
    expect(seen[0]).toMatchObject({ key: 'C', raw: expect.stringContaining('ticket 7') });
    // The bot may have them before the page has drawn them.
    await chat.mine.locator('img').waitFor();
    await chat.mine.locator('.map').waitFor();
    expect(await chat.mine.count()).toBe(2);
  });

  it('shows material and goes to Mini Programs without asking the bot for an answer', async () => {
    const { chat, tab } = await openMenu(
      [
        { name: 'Picture', type: 'media_id', media_id: 'm1' },
        {
          name: 'Shop',
          type: 'miniprogram',
          appid: 'wx1',
          pagepath: 'pages/a',
          url: 'https://a.example',
        },
      ],
      (state) => {
        state.media['m1'] = {
          type: 'image',
          contentType: 'image/png',
          filename: 'a.png',
          bytes: PICTURE,
          at: 0,
          isPermanent: true,
        };
      },
    );
    await chat.button('Picture').click();
    await chat.theirs.locator('img').waitFor();
    expect(seen).toEqual([]);
    // It goes by itself, so it is waited for before it comes.
    const hint = tab.locator('#hint', { hasText: 'pages/a' }).waitFor();
    await chat.button('Shop').click();
    await hint;
    await until(() => seen.length === 1);
    expect(seen).toMatchObject([{ type: 'event:view_miniprogram' }]);
  });
});
