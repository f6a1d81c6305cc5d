/** The log of the chat page, what can be made worse from there, and several tabs. */
import { describe, expect, it } from '@jest/globals';
import { servePage } from '../../../packages/simulator/src/page/server.ts';
import { openChat, openTab } from '../../support/page-chat.ts';
import { createPageWorld } from '../../support/page-world.ts';
import { until } from '../../support/until.ts';

const KEY = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';

describe('the log', () => {
  it('shows a delivery as it was sent, beside what it says', async () => {
    const { chat, tab } = await openChat({ text: () => 'fine' }, { key: KEY });
    await chat.ask('how are you?');
    const line = chat.lines('how are you?');
    expect(await line.innerText()).toMatch(/try 1\s+alice · text · how are you\?\s+200 · \d+ ms/);
    await line.locator('summary').click();
    await line.locator('pre').first().waitFor();
    const [address, sent, plain, answer, opened] = await line.locator('pre').allInnerTexts();
    expect(address).toMatch(/^POST \/\?signature=[0-9a-f]{40}&.*msg_signature=[0-9a-f]{40}/);
    expect(sent).toContain('<Encrypt>');
    expect(plain).toContain('<Content><![CDATA[how are you?]]></Content>');
    expect(answer).toContain('<MsgSignature>');
    expect(opened).toContain('<![CDATA[fine]]>');
    await tab.keyboard.press('Enter');
    await line.locator('pre').first().waitFor({ state: 'hidden' });
  });

  it.each(['json', 'xml'] as const)('names a delivery of 微信云托管 in %s', async (cloud) => {
    const { chat, simulator } = await openChat({ text: () => 'fine' }, { cloud });
    await chat.ask('say "hi"\\');
    await chat.lines('alice · text · say "hi"\\').waitFor();
    await simulator.user('alice').clickMenu('NEWS');
    await chat.lines('alice · event · CLICK · NEWS').waitFor();
  });

  it('shows the calls of the API, and only those when asked to', async () => {
    const { chat, tab, client, simulator } = await openChat({ text: () => 'fine' });
    await chat.ask('hi');
    const { openid } = simulator.user('bob');
    await expect(client.message.custom.send(openid, 'hello?')).rejects.toMatchObject({
      errcode: 45015,
    });
    const line = chat.lines('POST /cgi-bin/message/custom/send');
    await line.locator('summary').click();
    expect(await line.locator('summary').innerText()).toContain('200 · 45015');
    await line.locator('pre').first().waitFor();
    expect(await line.locator('pre').allInnerTexts()).toEqual([
      expect.stringMatching(/^access_token=./),
      expect.stringContaining(openid),
      expect.stringContaining('"errcode": 45015'),
    ]);
    const visible = () => tab.locator('.entry:visible').count();
    // The delivery, the token, and the message.
    expect(await visible()).toBe(3);
    await chat.button('API calls').click();
    expect(await visible()).toBe(2);
    await chat.button('All').click();
    await chat.button('Clear').click();
    expect(await tab.locator('.entry').count()).toBe(0);
    await tab.getByText('Nothing has happened yet.').waitFor();
  });

  it('sends again with the same MsgId: the last message, or any that is in the log', async () => {
    const { chat, tab, simulator } = await openChat(() => null);
    const sent: string[] = [];
    simulator.on((event) => {
      if (event.type === 'delivery') sent.push(event.delivery.request.plain);
    });
    expect(await chat.button('Send again').isDisabled()).toBe(true);
    await chat.say('one');
    await chat.lines('one').waitFor();
    await chat.say('two');
    await chat.lines('two').waitFor();
    await chat.button('Send again').click();
    await chat.lines('two').nth(1).waitFor();
    await chat.lines('one').locator('summary').click();
    await tab.locator('.entry .body').getByRole('button', { name: 'Send again' }).click();
    await chat.lines('one').nth(1).waitFor();
    const [one, two, ...again] = sent;
    expect(one).toContain('<Content><![CDATA[one]]>');
    expect(again).toEqual([two, one]);
  });

  it('breaks the signature, loses and slows deliveries, until it is switched off', async () => {
    const bot = { text: () => 'fine' };
    const { chat, tab, simulator } = await openChat(bot, { clock: 'virtual' });
    await tab.getByRole('switch', { name: 'Break the signature' }).click();
    await until(() => simulator.faults.breakSignature === true);
    await chat.say('one');
    await tab.locator('.fault').waitFor();
    await tab.getByRole('switch', { name: 'Break the signature' }).click();
    await tab.getByLabel('Lose next').selectOption('2');
    await until(() => simulator.faults.drop === 2);
    await chat.say('two');
    for (const lost of [1, 2]) {
      await chat
        .lines('two')
        .nth(lost - 1)
        .waitFor();
      await simulator.advance(5000);
    }
    await chat.theirs.first().waitFor();
    expect(await chat.lines('two').count()).toBe(3);
    await tab.getByLabel('Network').selectOption('1000');
    await until(() => simulator.faults.delay === 1000);
    await chat.say('three');
    await simulator.advance(1000);
    await chat.lines('three').getByText('200 · 1000 ms').waitFor();
    await chat.theirs.nth(1).waitFor();
  });

  it('is the same in two tabs', async () => {
    const { chat, url, simulator } = await openChat({ text: ({ content }) => `got ${content}` });
    const other = await openTab(url);
    await chat.ask('one');
    await other.getByText('got one').waitFor();
    await other.getByRole('switch', { name: 'Reorder' }).click();
    await chat.tab.locator('[role=switch][aria-checked=true]', { hasText: 'Reorder' }).waitFor();
    simulator.user('carol');
    for (const tab of [chat.tab, other])
      await tab.getByRole('button', { name: /^carol/ }).waitFor();
  });

  it('is the same in more tabs than a browser has connections', async () => {
    const { chat, tab, url, simulator } = await openChat({
      text: ({ content }) => `got ${content}`,
    });
    const others = [];
    while (others.length < 7) others.push(await openTab(url));
    await chat.ask('one');
    for (const other of others) await other.getByText('got one').waitFor();
    await others[6]?.getByRole('switch', { name: 'Reorder' }).click();
    await until(() => simulator.faults.reorder === true);
    for (const other of [tab, ...others]) {
      await other.locator('[role=switch][aria-checked=true]', { hasText: 'Reorder' }).waitFor();
      expect(await other.locator('#connection').textContent()).toBe('');
    }
  });

  it('in Chinese says in Chinese what is wrong with a name, and that nothing answers', async () => {
    const { simulator } = await createPageWorld({ text: () => 'fine' });
    simulator.user('小明');
    const page = await servePage({ simulator });
    const tab = await openTab(page.url, { locale: 'zh-CN' }, { mayLoseConnection: true });
    await tab.getByRole('button', { name: '添加用户' }).click();
    await tab.getByRole('dialog').getByLabel('名字').fill('  ');
    await tab.keyboard.press('Enter');
    await tab.getByText('操作失败: name 须为 1 到 40 个字').waitFor();
    await page.close();
    await tab.getByRole('textbox', { name: '消息', exact: true }).fill('你好');
    await tab.keyboard.press('Enter');
    await tab.getByText('操作失败: 模拟器无应答').waitFor();
    await tab.goto('about:blank');
    await simulator.close();
  });

  it('says that the simulator is down, and reconnects', async () => {
    const { simulator } = await createPageWorld({ text: () => 'fine' });
    simulator.user('alice');
    const first = await servePage({ simulator });
    const port = Number(new URL(first.url).port);
    const tab = await openTab(first.url, {}, { mayLoseConnection: true });
    await first.close();
    await tab.getByText('The simulator does not answer').waitFor();
    const second = await servePage({ simulator, port });
    await tab.locator('#connection:empty').waitFor({ state: 'attached' });
    await tab.getByRole('textbox', { name: 'Message', exact: true }).fill('hi');
    await tab.keyboard.press('Enter');
    await tab.getByText('fine').waitFor();
    await tab.goto('about:blank');
    await second.close();
    await simulator.close();
  });
});
