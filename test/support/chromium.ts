/** A Chromium without a window, and what a page in it complains of. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../scripts/chromium.ts';

// Playwright's types name what a browser has, and these tests never touch.
declare global {
  interface Node {}
  interface HTMLElement {}
  interface SVGElement {}
  interface HTMLElementTagNameMap {}
}

/** Starts the browser that the tests have; throws one line that says what to do when there is none. */
export async function startChromium(): Promise<Browser> {
  // Chromium's own sandbox does not start for root, nor within most containers.
  const isConfined = process.getuid?.() === 0 || existsSync('/.dockerenv');
  return await chromium.launch({
    executablePath: findChromium(),
    // On a machine that does much else it takes its time.
    timeout: 100_000,
    args: ['--disable-gpu', '--mute-audio', ...(isConfined ? ['--no-sandbox'] : [])],
  });
}

const HERE = /^(?:https?:\/\/(?:127\.0\.0\.1|localhost)[:/]|data:|blob:|about:)/;

/** Reports errors of the console, of scripts, and requests that leave this machine. */
export function watch(page: Page, complain: (line: string) => void): void {
  page.on('console', (line) => {
    if (['error', 'warning'].includes(line.type())) complain(line.text());
  });
  page.on('pageerror', (error) => complain(String(error)));
  page.on('request', (request) => {
    if (!HERE.test(request.url())) complain(`asked for ${request.url()}`);
  });
}
