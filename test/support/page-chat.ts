/** A chat page with a simulator behind it, in a tab of Chromium. */
import { expect } from '@jest/globals';
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
import { createPageWorld, type PageWorld, type PageWorldOptions } from './page-world.ts';

/** One red pixel. */
export const PICTURE: string =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
/** Ends what never happens, and says what that was, before the test's own limit does. */
const HANGING = 100_000;

const closing: (() => Promise<unknown>)[] = [];
const complaints: string[] = [];
let browser: Browser | undefined;
/** One for all tabs of a kind: each server has a port, and so a storage, of its own. */
const contexts = new Map<string, Promise<BrowserContext>>();

/** Ends what a test opened; no page may have complained, or asked for anything elsewhere. */
export async function closeChats(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close();
  expect(complaints.splice(0)).toEqual([]);
}

/** Starts the browser of all tabs; rejects with one line that says what to do when there is none. */
export async function openChromium(): Promise<void> {
  browser = await startChromium();
}

export async function closeChromium(): Promise<void> {
  await browser?.close();
}

function findContext(options: BrowserContextOptions, script?: string): Promise<BrowserContext> {
  const key = JSON.stringify([options, script]);
  const context = contexts.get(key) ?? openContext(options, script);
  contexts.set(key, context);
  return context;
}

async function openContext(
  options: BrowserContextOptions,
  script?: string,
): Promise<BrowserContext> {
  if (!browser) throw new Error('openChromium comes first');
  const size = { width: 1440, height: 900 };
  const context = await browser.newContext({ viewport: size, locale: 'en-GB', ...options });
  context.setDefaultTimeout(HANGING);
  if (script) await context.addInitScript({ path: script });
  return context;
}

interface TabOptions {
  readonly mayLoseConnection?: boolean;
  /** The path of a script that every page has. */
  readonly script?: string;
  /** Sees the tab before it opens anything. */
  readonly prepare?: (tab: Page) => void;
}

/** Opens an address in a tab that shares nothing with others, and that the caller closes. */
export async function enterPage(
  url: string,
  options: BrowserContextOptions = {},
  { mayLoseConnection = false, script, prepare }: TabOptions = {},
): Promise<Page> {
  const context = await findContext(options, script);
  const tab = await context.newPage();
  watch(tab, (line) => {
    if (!mayLoseConnection || !/net::ERR_|Failed to load/.test(line)) complaints.push(line);
  });
  prepare?.(tab);
  await tab.goto(url, { waitUntil: 'commit' });
  await tab.locator('html[data-ready]').waitFor();
  return tab;
}

/** Likewise, in a tab that is closed when the test ends. */
export async function openTab(
  url: string,
  options: BrowserContextOptions = {},
  more: TabOptions = {},
): Promise<Page> {
  const tab = await enterPage(url, options, more);
  closing.push(() => tab.close());
  return tab;
}

export interface ChatOptions extends PageWorldOptions {
  /** Names of the users there are. Default: alice. */
  readonly users?: readonly string[];
}

export interface Room extends PageWorld {
  readonly url: string;
  readonly tab: Page;
  readonly chat: Chat;
  close(): Promise<void>;
}

/** Serves the page for a bot, or the address of one; `close` is the caller's. */
export async function serveChat(bot: HandlersLike | string, options: ChatOptions = {}) {
  const { users = ['alice'] } = options;
  const world = await createPageWorld(bot, options);
  for (const name of users) world.simulator.user(name);
  const page = await servePage({ simulator: world.simulator });
  const close = async () => {
    await page.close();
    await world.simulator.close();
  };
  return { ...world, url: page.url, close };
}

/** Serves the page, and opens a tab that shows its first user; for several tests. */
export async function openRoom(bot: HandlersLike | string, options?: ChatOptions): Promise<Room> {
  const served = await serveChat(bot, options);
  const tab = await enterPage(served.url);
  const close = async () => {
    await tab.close();
    await served.close();
  };
  return { ...served, tab, chat: new Chat(tab), close };
}

/** Likewise for one test, which it ends with. */
export async function openChat(bot: HandlersLike | string, options?: ChatOptions): Promise<Room> {
  const room = await openRoom(bot, options);
  closing.push(() => room.close());
  return room;
}

/** The conversation: actions, and what is shown. */
class Chat {
  readonly tab: Page;

  constructor(tab: Page) {
    this.tab = tab;
  }

  /** The account's messages, each with its bubble. */
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

  /** Goes on as another user, whose conversation is their own. */
  async become(name: string): Promise<void> {
    await this.tab.locator(`#people [data-name=${JSON.stringify(name)}]`).click();
    await this.speaks(name);
  }

  /** Waits until it is that user whose conversation is shown. */
  async speaks(name: string): Promise<void> {
    const shown = this.tab.locator(`#people [aria-current][data-name=${JSON.stringify(name)}]`);
    await shown.waitFor();
  }

  button(name: string): Locator {
    return this.tab.getByRole('button', { name, exact: true });
  }

  /** The lines of the log that say so. */
  lines(text: string): Locator {
    return this.tab.locator('.entry', { hasText: text });
  }
}
