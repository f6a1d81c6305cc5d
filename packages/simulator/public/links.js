/** Links: those to this machine open at once, others after the user confirms. */

import { ask } from './dialog.js';
import { el } from './dom.js';
import { t } from './texts.js';

const LOCAL = /^(127(\.\d{1,3}){3}|localhost|\[::1\]|.+\.localhost)$/i;

export function isLocal(address) {
  try {
    return LOCAL.test(new URL(address).hostname);
  } catch {
    return false;
  }
}

/** Opens a web address in its own tab. */
export async function openAddress(url) {
  if (!isLocal(url)) {
    const words = el('p', { class: 'address' }, url);
    if (!(await ask(t('leaves'), [words], t('open')))) return;
  }
  window.open(url, '_blank', 'noopener,noreferrer');
}
