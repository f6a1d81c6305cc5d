/** The chat page in a real browser. One suite, so that there is one Chromium. */
import { afterAll, afterEach } from '@jest/globals';
import { closeChats, closeChromium, openChromium } from '../support/page-chat.ts';
import './page/bubbles.ts';
import './page/chat.ts';
import './page/cost.ts';
import './page/log.ts';
import './page/look.ts';
import './page/menu.ts';
import './page/templates.ts';

// Without a browser the suite fails once, rather than each of its tests.
await openChromium();
afterEach(closeChats);
afterAll(closeChromium);
