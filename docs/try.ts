// Reads the built site in Chromium; whatever it asks of another server is a fault.

import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { startChromium, watch } from '../test/support/chromium.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** Search terms, and a page that each must find. */
const SEARCHES = [
  { page: '/', query: 'replyWindow', found: '/reply-window.html' },
  { page: '/', query: 'WECHAT_API_IP', found: '/errors.html' },
  { page: '/zh/', query: '客服消息', found: '/zh/reply-window.html' },
  { page: '/zh/', query: '明文模式', found: '/zh/encryption.html' },
  { page: '/zh/', query: '迁移', found: '/zh/migrating-from-wechat-api.html' },
] as const;

/** Gives what went wrong, one line each. */
export async function tryReading(folder: string): Promise<string[]> {
  const server = await serve(folder);
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser = await startChromium();
  const faults: string[] = [];
  try {
    const page = await browser.newPage();
    watch(page, (line) => faults.push(`${page.url()}: ${line}`));
    for (const { page: path, query, found } of SEARCHES) {
      await page.goto(`${origin}${path}`);
      const hits = await search(page, query);
      if (!hits.some((hit) => hit.startsWith(found))) {
        faults.push(`${path}: “${query}” finds ${hits.join(' ') || 'nothing'}, not ${found}`);
      }
    }
    await switchLanguage(page, origin);
    await openApi(page, origin);
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
  return faults;
}

/** Searches as a reader does, and gives the paths of what is listed. */
async function search(page: Page, query: string): Promise<string[]> {
  await page.locator('.DocSearch-Button').first().click();
  await page.locator('.VPLocalSearchBox input').fill(query);
  const results = page.locator('.VPLocalSearchBox a.result');
  await results.or(page.locator('.VPLocalSearchBox .no-results')).first().waitFor();
  return results.evaluateAll((links) =>
    links.map((link) => {
      const { pathname, hash } = new URL((link as unknown as { href: string }).href);
      return pathname + hash;
    }),
  );
}

async function switchLanguage(page: Page, origin: string): Promise<void> {
  await page.setViewportSize({ width: 1400, height: 900 });
  await page.goto(`${origin}/context.html`);
  await page.locator('.VPNavBarTranslations button').hover();
  await page.locator('.VPNavBarTranslations a', { hasText: '简体中文' }).click();
  await page.waitForURL(`${origin}/zh/context.html`);
  await page.locator('h1', { hasText: /\p{Script=Han}/u }).waitFor();
}

/** Goes to the API reference by the bar at the top, and to an entry point in it. */
async function openApi(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/`);
  await page.locator('.VPNavBarMenu a', { hasText: 'API' }).click();
  await page.locator('a', { hasText: '@wechat-mp/core/official' }).first().click();
  await page.locator('h1', { hasText: '@wechat-mp/core/official' }).waitFor();
}

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = decodeURIComponent(pathname).replace(/\/$/, '/index.html');
    readFile(join(folder, path)).then(
      (bytes) => {
        response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
        response.end(bytes);
      },
      () => {
        response.statusCode = 404;
        response.end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
