/**
 * The cost of the chat page by count: requests, bytes, nodes, layouts. bench/page.ts has the
 * milliseconds.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { enterPage, serveChat } from '../../support/page-chat.ts';
import { until } from '../../support/until.ts';

/** Messages, each of which is a line of the log and two of the conversation. */
const MESSAGES = 1100;
/** Lines that the page keeps in its log, and in its conversation. */
const KEPT = 1000;

const IS_AT_END = `(() => {
  const { scrollHeight, scrollTop, clientHeight } = document.getElementById('talks');
  return scrollHeight - scrollTop - clientHeight < 2;
})()`;

/** Resolves when what was asked for is drawn. */
async function draw(tab: Page): Promise<void> {
  await tab.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
  );
}

/** Elements of a list that are laid out: those out of sight are not. */
async function countDrawn(tab: Page, selector: string): Promise<number> {
  return await tab.evaluate<number>(
    `[...document.querySelectorAll('${selector}')].filter((one) => one.checkVisibility({ contentVisibilityAuto: true })).length`,
  );
}

describe('with a thousand lines in the log', () => {
  const asked: string[] = [];
  let bytes = 0;
  let served: Awaited<ReturnType<typeof serveChat>>;
  let tab: Page;

  beforeAll(async () => {
    served = await serveChat({ text: ({ content }) => `got ${content}` });
    const alice = served.simulator.user('alice');
    for (let n = 0; n < MESSAGES; n += 1) await alice.sendText(`message ${n}`);
    const prepare = (page: Page) => {
      page.on('request', (request) => void asked.push(new URL(request.url()).pathname));
      page.on('response', (response) => {
        bytes += Number(response.headers()['content-length'] ?? 0);
      });
    };
    tab = await enterPage(served.url, {}, { prepare });
    await draw(tab);
  });
  afterAll(async () => {
    await tab.close();
    await served.close();
  });

  it('the first screen asks for what index.html names, once, and for the state', async () => {
    const html = await (await fetch(served.url)).text();
    const named = [...html.matchAll(/(?:href|src)="([\w.-]+)"/g)].map(([, name]) => `/${name}`);
    // No module is found only when another has come.
    expect(asked.sort()).toEqual(['/', ...named, '/state', '/events'].sort());
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(200_000);
  });

  it('what is out of sight is not laid out, and no text of a delivery is there', async () => {
    expect(await tab.locator('.entry').count()).toBe(KEPT);
    expect(await tab.locator('.entry .body').count()).toBe(0);
    expect(await countDrawn(tab, '.entry summary')).toBeLessThan(100);
    expect(await countDrawn(tab, '.talks .what')).toBeLessThan(100);
  });

  it('a key is one layout, and so is a step through the log', async () => {
    const session = await tab.context().newCDPSession(tab);
    await session.send('Performance.enable');
    const count = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'LayoutCount')?.value ?? Number.NaN;
    };
    const start = await count();
    await tab.locator('#write').focus();
    await tab.keyboard.type('twenty letters a row');
    await draw(tab);
    const typed = await count();
    expect(typed - start).toBeLessThanOrEqual(30);
    await tab.evaluate(`(async () => {
      const list = document.getElementById('entries');
      for (let at = 0; at < 20; at += 1) {
        list.scrollTop = ((at * 7) % 20) * list.scrollHeight / 20;
        await new Promise(requestAnimationFrame);
      }
    })()`);
    expect((await count()) - typed).toBeLessThanOrEqual(30);
    expect(await countDrawn(tab, '.entry summary')).toBeLessThan(300);
    await session.detach();
  });

  it('a new line is one element more, for which the oldest goes', async () => {
    await tab.evaluate(`(() => {
      window.changes = { entries: [0, 0], talks: [0, 0] };
      for (const id of ['entries', 'talks']) {
        new MutationObserver((records) => {
          for (const { addedNodes, removedNodes } of records) {
            changes[id][0] += addedNodes.length;
            changes[id][1] += removedNodes.length;
          }
        }).observe(document.getElementById(id), { childList: true });
      }
    })()`);
    const alice = served.simulator.user('alice');
    for (let n = 0; n < 20; n += 1) await alice.sendText(`one more ${n}`);
    await tab.locator('.talks').getByText('got one more 19').waitFor();
    expect(await tab.evaluate('changes')).toEqual({ entries: [20, 20], talks: [40, 40] });
  });

  it('keeps a list at its end for messages of any height, and does not scroll a reader', async () => {
    const list = tab.locator('#talks');
    // As a key does that comes between a message and the next frame.
    await tab.evaluate(`new MutationObserver(() => void document.getElementById('talks').scrollHeight)
      .observe(document.getElementById('talks'), { childList: true })`);
    const alice = served.simulator.user('alice');
    const say = async (text: string) => {
      await alice.sendText(text);
      await list.getByText(`got ${text}`, { exact: true }).waitFor();
    };
    for (const words of [20, 300, 1]) {
      await say('high '.repeat(words).trim());
      await until(() => tab.evaluate<boolean>(IS_AT_END));
    }
    await tab.evaluate("document.getElementById('talks').scrollTop = 1000");
    await draw(tab);
    await served.client.message.custom.sendText(alice.openid, 'read on');
    await list.getByText('read on').waitFor();
    await draw(tab);
    expect(await tab.evaluate<boolean>(IS_AT_END)).toBe(false);
  });
});

it('a list whose oldest lines go in the frame in which a high one comes stays at its end', async () => {
  const served = await serveChat({ text: ({ content }) => content });
  const tab = await enterPage(served.url);
  const left = await tab.evaluate<number>(`(async () => {
    const { keepAtEnd } = await import('./dom.js');
    const frame = () => new Promise(requestAnimationFrame);
    const list = document.createElement('div');
    list.style.cssText = 'height: 300px; overflow: auto; position: fixed; inset: 0';
    const add = (height) => {
      const line = document.createElement('div');
      line.style.cssText = 'content-visibility: auto; contain-intrinsic-size: auto 20px';
      line.append(Object.assign(document.createElement('div'), { style: 'height: ' + height + 'px' }));
      list.append(line);
    };
    document.body.append(list);
    const { stay } = keepAtEnd(list);
    for (let n = 0; n < 30; n += 1) add(50);
    stay();
    for (let n = 0; n < 10; n += 1) await frame();
    for (let n = 0; n < 5; n += 1) list.firstChild.remove();
    add(2000);
    stay();
    // As a key does that comes before the next frame: the list is shorter now, and moves.
    void list.scrollHeight;
    for (let n = 0; n < 10; n += 1) await frame();
    return list.scrollHeight - list.scrollTop - list.clientHeight;
  })()`);
  await tab.close();
  expect(left).toBeLessThan(2);
});
