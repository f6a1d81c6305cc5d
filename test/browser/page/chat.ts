/** The chat page in a real browser: what users send from it, and what they see of a bot. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Message } from '@wechat-mp/core';
import { closeServers, listen } from '../../support/http.ts';
import { openChat, openRoom, PICTURE, type Room } from '../../support/page-chat.ts';

const KEY = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';

/** A bot that remembers what it got, and says its type. */
function listener() {
  const seen: Message[] = [];
  const bot = (message: Message) => {
    seen.push(message);
    return `got ${message.type}`;
  };
  return { seen, bot };
}

describe('a user sends', () => {
  const { seen, bot } = listener();
  let room: Room;
  let users = 0;

  beforeAll(async () => {
    room = await openRoom(bot);
  });
  afterAll(() => room.close());

  /** A user who has said nothing yet, and the bot has heard of nobody. */
  async function enter() {
    users += 1;
    const name = `user ${users}`;
    const user = room.simulator.user(name);
    await room.chat.become(name);
    seen.splice(0);
    return { ...room, user };
  }

  it('from a program what stands in their side of the chat', async () => {
    const { chat, user } = await enter();
    await user.sendText('by a program');
    await user.sendImage();
    await chat.mine.getByText('by a program').waitFor();
    await chat.mine.locator('img').waitFor();
    await chat.theirs.getByText('got image').waitFor();
  });

  it('a text with a face and a line break, in the safe mode', async () => {
    const safe = listener();
    const { chat } = await openChat(safe.bot, { key: KEY });
    await chat.box.fill('你好 <b>');
    await chat.box.press('Shift+Enter');
    await chat.button('Emoji').click();
    await chat.button('[微笑]').click();
    await chat.button('Send').click();
    await chat.theirs.getByText('got text').waitFor();
    // What is not in view has no inner text.
    expect(await chat.mine.locator('.bubble').textContent()).toBe('你好 <b>\n🙂');
    expect(safe.seen).toMatchObject([{ type: 'text', content: '你好 <b>\n[微笑]' }]);
  });

  it.each([
    ['other browsers', { isComposing: true, keyCode: 13 }],
    ['Safari, after the composition', { isComposing: false, keyCode: 229 }],
  ])('nothing by the Enter that ends the choice of a Chinese character: %s', async (_, ends) => {
    const { chat } = await enter();
    await chat.box.fill('你好');
    const key = { key: 'Enter', bubbles: true, cancelable: true, ...ends };
    const isLeft = await chat.tab.evaluate(
      `document.activeElement.dispatchEvent(new KeyboardEvent('keydown', ${JSON.stringify(key)}))`,
    );
    expect([isLeft, await chat.box.inputValue()]).toEqual([true, '你好']);
    await chat.box.press('Enter');
    await chat.theirs.getByText('got text').waitFor();
    expect(seen).toMatchObject([{ type: 'text', content: '你好' }]);
  });

  it('a picture, which the bot can fetch', async () => {
    const { chat, simulator } = await enter();
    const dialog = await chat.choose('Picture');
    const file = { name: 'a.png', mimeType: 'image/png', buffer: Buffer.from(PICTURE, 'base64') };
    await dialog.getByLabel('File').setInputFiles(file);
    await dialog.getByRole('button', { name: 'Send' }).click();
    await chat.theirs.getByText('got image').waitFor();
    await chat.mine.locator('img').waitFor();
    const [message] = seen;
    if (message?.type !== 'image') throw new Error('no picture arrived');
    const fetched = await fetch(message.picUrl ?? '');
    expect(Buffer.from(await fetched.arrayBuffer()).toString('base64')).toBe(PICTURE);
    expect(simulator.state.media[message.mediaId]).toMatchObject({
      type: 'image',
      contentType: 'image/png',
      bytes: PICTURE,
      isPermanent: false,
    });
  });

  it.each([
    ['Picture', 'image', 'img'],
    ['Voice', 'voice', 'button.voice'],
    ['Video', 'video', 'video'],
  ])('a sample when there is no file: %s', async (name, type, drawn) => {
    const { chat, simulator } = await enter();
    await (await chat.choose(name)).getByRole('button', { name: 'Send' }).click();
    await chat.theirs.getByText(`got ${type}`).waitFor();
    await chat.mine.locator(drawn).waitFor();
    const [message] = seen;
    expect(simulator.state.media[(message as { mediaId?: string })?.mediaId ?? '']?.type).toBe(
      type,
    );
  });

  it('a location and a link', async () => {
    const { chat } = await enter();
    const place = await chat.choose('Location');
    await place.getByLabel('Latitude').fill('39.9');
    await place.getByLabel('Longitude').fill('116.4');
    await place.getByLabel('Name of the place').fill('北京');
    await place.getByRole('button', { name: 'Send' }).click();
    await chat.theirs.getByText('got location').waitFor();
    const link = await chat.choose('Link');
    await link.getByLabel('Title').fill('A page');
    await link.getByLabel('Address').fill('https://example.com/');
    await link.getByRole('button', { name: 'Send' }).click();
    await chat.theirs.getByText('got link').waitFor();
    expect(await chat.mine.allInnerTexts()).toEqual([
      expect.stringContaining('北京'),
      expect.stringContaining('A page'),
    ]);
    expect(seen).toMatchObject([
      { type: 'location', location: [39.9, 116.4], label: '北京' },
      { type: 'link', title: 'A page', url: 'https://example.com/' },
    ]);
  });

  it('follows and unfollows, and scans', async () => {
    const { chat, tab } = await enter();
    await chat.button('Unfollow').click();
    await tab.locator('.note', { hasText: 'You no longer follow' }).waitFor();
    await chat.button('Follow').click();
    await chat.theirs.getByText('got event:subscribe').waitFor();
    const dialog = await chat.choose('Scan');
    await dialog.getByLabel("The QR code's scene").fill('desk 4');
    await dialog.getByRole('button', { name: 'Scan' }).click();
    await chat.theirs.getByText('got event:scan').waitFor();
    expect(seen.map(({ type }) => type)).toEqual([
      'event:unsubscribe',
      'event:subscribe',
      'event:scan',
    ]);
    expect(seen[2]).toMatchObject({ scene: 'desk 4' });
  });

  it('nothing after unfollowing: the text stays in the box until they follow again', async () => {
    const { chat, tab } = await enter();
    await chat.button('Unfollow').click();
    await chat.button('Follow').waitFor();
    await chat.box.fill('hello?');
    await chat.box.press('Enter');
    await tab.getByText('Only followers can do that').waitFor();
    expect([await chat.box.inputValue(), await chat.mine.count()]).toEqual(['hello?', 0]);
    await chat.button('Follow').click();
    await chat.theirs.getByText('got event:subscribe').waitFor();
    await chat.box.press('Enter');
    await chat.theirs.getByText('got text').waitFor();
    expect(await chat.theirs.getByText('got event:unsubscribe').count()).toBe(0);
  });

  it('after a reload as the same user, what was typed before', async () => {
    const { chat, tab, user } = await enter();
    await chat.box.fill('half a sen');
    await tab.reload();
    await chat.speaks(user.name);
    expect(await chat.box.inputValue()).toBe('half a sen');
    await chat.box.pressSequentially('tence');
    await chat.box.press('Enter');
    await chat.theirs.getByText('got text').waitFor();
    expect(seen).toMatchObject([{ source: user.openid, content: 'half a sentence' }]);
    await tab.reload();
    await chat.speaks(user.name);
    expect(await chat.box.inputValue()).toBe('');
  });

  it('as somebody new, whose conversation is their own', async () => {
    const { chat, tab, user } = await enter();
    await chat.ask('I am alice');
    await chat.button('Add a user').click();
    await tab.getByRole('dialog').getByLabel('Name').fill('bob');
    await tab.keyboard.press('Enter');
    await chat.speaks('bob');
    expect(await chat.mine.count()).toBe(0);
    await chat.ask('I am bob');
    expect(new Set(seen.map(({ source }) => source)).size).toBe(2);
    await chat.become(user.name);
    expect(await chat.mine.locator('.bubble').allInnerTexts()).toEqual(['I am alice']);
  });
});

describe('a bot', () => {
  afterEach(closeServers);

  it('sends by itself what arrives by itself, for others as a count', async () => {
    const { chat, client, simulator, tab } = await openChat(() => null, {
      users: ['alice', 'bob'],
    });
    const [alice, bob] = [simulator.user('alice'), simulator.user('bob')];
    await chat.say('hello');
    await chat.lines('hello').waitFor();
    await client.message.custom.send(alice.openid, 'are you there?');
    await chat.theirs.getByText('are you there?').waitFor();
    simulator.state.templates['t1'] = {
      title: 'Order sent',
      content: 'Order: {{number1.DATA}}\nGoods：{{thing2.DATA}}',
    };
    const url = 'https://example.com/';
    await client.message.template.send(
      alice.openid,
      't1',
      { number1: 123, thing2: '一本书' },
      { url },
    );
    await tab.locator('.template').waitFor();
    expect(await tab.locator('.template dt').allInnerTexts()).toEqual(['Order', 'Goods']);
    expect(await tab.locator('.template dd').allInnerTexts()).toEqual(['123', '一本书']);
    await client.message.custom.send({
      touser: alice.openid,
      msgtype: 'msgmenu',
      msgmenu: {
        head_content: 'Were you content?',
        list: [{ id: '101', content: 'Yes' }],
        tail_content: '',
      },
    });
    await chat.button('Yes').click();
    await chat.mine.getByText('Yes').waitFor();
    await bob.sendText('hello');
    await client.message.custom.send(bob.openid, 'hello bob');
    await tab.getByRole('button', { name: /^bob.*1 new messages/ }).click();
    await chat.theirs.getByText('hello bob').waitFor();
    expect(await tab.locator('.people .badge').count()).toBe(0);
  });

  it('that fails, disconnects or restarts: the toast, and then it continues', async () => {
    let answer = (): string | undefined => '<html>';
    const target = await listen((request, response) => {
      const text = answer();
      if (text === undefined) request.destroy();
      else request.resume().on('end', () => response.end(text));
    });
    const { chat, tab } = await openChat(target);
    const toasts = tab.locator('.fault');
    await chat.say('one');
    await toasts.first().waitFor();
    expect(await toasts.innerText()).toContain('该公众号提供的服务出现故障，请稍后再试');
    await chat.lines('web page (HTML)').first().waitFor();
    answer = () => undefined;
    await chat.say('two');
    await toasts.nth(1).waitFor();
    expect(await chat.lines('no answer').count()).toBe(3);
    answer = () => 'success';
    await chat.say('three');
    await chat.lines('three').first().waitFor();
    // What comes of three is known before four is sent.
    await chat.say('four');
    await chat.lines('four').first().waitFor();
    expect(await toasts.count()).toBe(2);
  });
});
