/** A chat page with a simulator behind it, in a tab of Chromium. */
import { expect, jest } from '@jest/globals';
import type { HandlersLike } from '@wechat-mp/core';
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
} from 'playwright-core';
import { servePage } from '../../packages/simulator/src/page/server.ts';
import { startChromium, watch } from './chromium.ts';
import { createPageWorld } from './page-world.ts';

/** One red pixel. */
export const PICTURE: string =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

// A machine that does much else is slow to draw.
jest.setTimeout(20_000);

const closing: (() => Promise<unknown>)[] = [];
const complaints: string[] = [];
let browser: Promise<Browser> | undefined;
/** One for all tabs of a kind: each server has a port, and so a storage, of its own. */
const contexts = new Map<string, Promise<BrowserContext>>();

/** Ends what a test opened; no page may have complained, or asked for anything elsewhere. */
export async function closeChats(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close();
  expect(complaints.splice(0)).toEqual([]);
}

export async function closeChromium(): Promise<void> {
  await (await browser)?.close();
  contexts.clear();
  browser = undefined;
}

function contextOf(options: BrowserContextOptions, script?: string): Promise<BrowserContext> {
  const key = JSON.stringify([options, script]);
  const context = contexts.get(key) ?? openContext(options, script);
  contexts.set(key, context);
  return context;
}

async function openContext(
  options: BrowserContextOptions,
  script?: string,
): Promise<BrowserContext> {
  browser ??= startChromium();
  const size = { width: 1440, height: 900 };
  const context = await (await browser).newContext({ viewport: size, locale: 'en-GB', ...options });
  context.setDefaultTimeout(8000);
  if (script) await context.addInitScript({ path: script });
  return context;
}

interface TabOptions {
  readonly mayLoseConnection?: boolean;
  /** The path of a script that every page has. */
  readonly script?: string;
}

/** Opens an address in a tab that shares nothing with others. */
export async function openTab(
  url: string,
  options: BrowserContextOptions = {},
  { mayLoseConnection = false, script }: TabOptions = {},
): Promise<Page> {
  const context = await contextOf(options, script);
  const tab = await context.newPage();
  closing.push(() => tab.close());
  const heard = watch(tab);
  const isLoss = (line: string) => mayLoseConnection && /net::ERR_|Failed to load/.test(line);
  closing.push(async () => void complaints.push(...heard.filter((line) => !isLoss(line))));
  await tab.goto(url, { waitUntil: 'commit' });
  await tab.locator('html[data-ready]').waitFor();
  return tab;
}

export interface ChatOptions {
  /** Default: plain mode. */
  readonly key?: string;
  /** Names of the users there are. Default: alice. */
  readonly users?: readonly string[];
  readonly browser?: BrowserContextOptions;
}

/** A bot, or the address of one, with its users and a tab that shows the first of them. */
export async function openChat(bot: HandlersLike | string, options: ChatOptions = {}) {
  const { key, users = ['alice'] } = options;
  const world = await createPageWorld(bot, key);
  closing.push(() => world.simulator.close());
  for (const name of users) world.simulator.user(name);
  const page = await servePage({ simulator: world.simulator });
  const { url } = page;
  closing.push(() => page.close());
  const tab = await openTab(url, options.browser);
  return { ...world, url, tab, chat: new Chat(tab) };
}

/** What is done and seen in the conversation. */
class Chat {
  readonly tab: Page;

  constructor(tab: Page) {
    this.tab = tab;
  }

  /** What the account sent: each with its bubble. */
  get theirs(): Locator {
    return this.tab.locator('.line:not(.mine) .what, .wide');
  }

  get mine(): Locator {
    return this.tab.locator('.mine .what');
  }

  get box(): Locator {
    return this.tab.getByRole('textbox', { name: 'Message', exact: true });
  }

  /** Types a text and sends it; resolves when it stands in the chat. */
  async say(text: string): Promise<void> {
    const before = await this.mine.count();
    await this.box.fill(text);
    await this.box.press('Enter');
    await this.mine.nth(before).waitFor();
  }

  /** Says something, and waits for the answer to it. */
  async ask(text: string): Promise<Locator> {
    const before = await this.theirs.count();
    await this.say(text);
    const answer = this.theirs.nth(before);
    await answer.waitFor();
    return answer;
  }

  /** Chooses from what is behind the plus. */
  async choose(name: string): Promise<Locator> {
    await this.button('More').click();
    await this.tab.locator('.tiles').getByRole('button', { name }).click();
    return this.tab.getByRole('dialog');
  }

  button(name: string): Locator {
    return this.tab.getByRole('button', { name, exact: true });
  }

  /** The lines of the log that say so. */
  lines(text: string): Locator {
    return this.tab.locator('.entry', { hasText: text });
  }
}

/** Waits until something is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 8000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`not within 8 s: ${String(isSo)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
