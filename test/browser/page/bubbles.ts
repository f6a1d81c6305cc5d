/** How the chat page draws what a bot answers. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Article, type Reply, reply } from '@wechat-mp/core';
import { closeServers, listen } from '../../support/http.ts';
import { openRoom, PICTURE, type Room } from '../../support/page-chat.ts';
import { until } from '../../support/until.ts';

type Answer = Reply | string | Article[];

describe('a bubble', () => {
  let room: Room;
  let next: Answer = '';

  beforeAll(async () => {
    room = await openRoom(() => next);
    room.simulator.state.media['m1'] = {
      type: 'image',
      contentType: 'image/png',
      filename: 'a.png',
      bytes: PICTURE,
      at: 0,
      isPermanent: true,
    };
  });
  afterAll(async () => {
    await room.close();
    await closeServers();
  });

  /** Asks the bot, which answers that; gives what the chat shows of it. */
  async function draw(answer: Answer) {
    next = answer;
    return await room.chat.ask('hi');
  }

  it('draws a text with line breaks, entities, links and faces', async () => {
    const answer = await draw(
      'one\ntwo &amp; 3 < 4\n<a href="https://example.com/a">here</a> http://127.0.0.1:1/b [玫瑰]',
    );
    expect(await answer.locator('.bubble').innerText()).toBe(
      'one\ntwo & 3 < 4\nhere http://127.0.0.1:1/b 🌹',
    );
    const links = answer.getByRole('link');
    expect(await links.first().getAttribute('href')).toBe('https://example.com/a');
    expect(await links.last().getAttribute('href')).toBe('http://127.0.0.1:1/b');
  });

  it('opens a link out of this machine only after it has asked', async () => {
    const answer = await draw('<a href="https://example.com/a">here</a>');
    await answer.getByRole('link').click();
    await room.tab.getByRole('dialog').getByText('https://example.com/a').waitFor();
    await room.tab.getByRole('button', { name: 'Cancel' }).click();
    expect(room.tab.context().pages()).toHaveLength(1);
  });

  it('draws hostile markup as the text that it is', async () => {
    const hostile =
      '<script>window.hacked=1</script><img src=x onerror="window.hacked=1"><a href="javascript:window.hacked=1">click</a><svg onload="window.hacked=1">';
    const answer = await draw(hostile);
    const text = await answer.locator('.bubble').innerText();
    expect(text).toContain('<script>window.hacked=1</script><img src=x onerror="window.hacked=1">');
    expect(await answer.locator('script, img, a, svg').count()).toBe(0);
    expect(await room.tab.evaluate('window.hacked')).toBeUndefined();
  });

  it('draws hostile addresses as nothing that could be opened', async () => {
    const answer = await draw([
      {
        title: '<b>T</b>',
        description: '<i>',
        url: 'javascript:alert(1)',
        picUrl: 'data:text/html,x',
      },
    ]);
    expect(await answer.locator('a, img, b, i').count()).toBe(0);
    expect(await answer.innerText()).toContain('<b>T</b>');
  });

  it('draws an article as a card, with a picture of this machine', async () => {
    const picUrl = `${await listen((_, response) => response.setHeader('content-type', 'image/png').end(Buffer.from(PICTURE, 'base64')))}/a.png`;
    const answer = await draw([
      { title: 'One', description: 'about it', picUrl, url: 'https://example.com/' },
    ]);
    await answer.locator('img').waitFor();
    expect(await answer.locator('.card').innerText()).toMatch(/One\s+about it/);
  });

  it('draws a picture and a voice of the account', async () => {
    const answer = await draw(reply.image('m1'));
    await until(() =>
      answer
        .locator('img')
        .evaluate((one) => (one as unknown as { naturalWidth: number }).naturalWidth === 1),
    );
    const voice = await draw(reply.voice('m1'));
    expect(await voice.getByRole('button', { name: 'Voice' }).isVisible()).toBe(true);
  });

  it('draws a video with its words, and says when it has no such video', async () => {
    const answer = await draw(reply.video('m1', { title: 'A film', description: 'of rain' }));
    await answer.getByText('m1 cannot be shown here').waitFor();
    expect(await answer.innerText()).toMatch(/A film\s+of rain/);
  });

  it('draws music', async () => {
    const music = reply.music('https://example.com/a.mp3', { title: '夜曲', description: 'slow' });
    const answer = await draw(music);
    expect(await answer.getByRole('link', { name: '夜曲' }).getAttribute('href')).toBe(
      'https://example.com/a.mp3',
    );
    expect(await answer.innerText()).toContain('slow');
  });

  it('draws several articles in answer to an event', async () => {
    const articles = ['One', 'Two', 'Three'].map((title) => ({
      title,
      url: 'https://example.com/',
    }));
    const before = await room.chat.theirs.count();
    next = articles;
    await room.chat.button('Unfollow').click();
    await room.chat.button('Follow').click();
    const answer = room.chat.theirs.nth(before);
    await answer.waitFor();
    expect(await answer.getByRole('link').allInnerTexts()).toEqual(['One', 'Two', 'Three']);
  });

  it.each([
    ['customer service', reply.transferToCustomerService()],
    ['the platform’s AI', reply.transferToAI()],
  ])('shows that the conversation was handed to %s', async (whom, answer) => {
    next = answer;
    await room.chat.say('help');
    await room.tab.getByText(`Transferred to ${whom}`).waitFor();
  });
});
