/** The account's menu in place of the message box, as in WeChat. */

import { act } from './act.js';
import { closePanel } from './composer.js';
import { ask, field } from './dialog.js';
import { $, el, icon } from './dom.js';
import { hint } from './hint.js';
import { openAddress } from './links.js';
import { askForFile, askForPlace } from './panel.js';
import { webAddress } from './rich.js';
import { state } from './store.js';
import { t } from './texts.js';

let isShown = false;

export function startMenu() {
  $('to-menu').addEventListener('click', () => {
    isShown = !isShown;
    closePanel();
    drawMenu();
    if (!isShown) $('write').focus();
  });
  $('account-menu').addEventListener('keydown', (event) => {
    if (event.key === 'Escape') closeAll(true);
  });
  document.addEventListener('click', (event) => {
    if (!event.target.closest('#account-menu')) closeAll();
  });
}

/** Draws the selected user's menu, or the message box alone when there is none. */
export function drawMenu() {
  const hasMenu = state.menu.length > 0 && Boolean(state.selected);
  const showsMenu = hasMenu && isShown;
  const label = t(showsMenu ? 'showKeyboard' : 'showMenu');
  $('to-menu').hidden = !hasMenu;
  $('to-menu').setAttribute('aria-label', label);
  $('to-menu').title = label;
  $('to-menu').replaceChildren(icon(showsMenu ? 'keyboard' : 'menu'));
  $('account-menu').hidden = !showsMenu;
  $('writing').hidden = showsMenu;
  $('account-menu').replaceChildren(...state.menu.map(drawButton));
}

function drawButton(button, index) {
  const lines = button.sub_button ?? [];
  if (lines.length === 0) {
    return el(
      'div',
      {},
      el('button', { type: 'button', onclick: () => void tap(button) }, button.name),
    );
  }
  const list = el(
    'ul',
    { id: `menu-${index}`, hidden: true },
    lines.map((line) =>
      el('li', {}, el('button', { type: 'button', onclick: () => choose(line) }, line.name)),
    ),
  );
  const opener = el(
    'button',
    { type: 'button', 'aria-expanded': 'false', 'aria-controls': list.id },
    icon('lines'),
    button.name,
  );
  opener.addEventListener('click', () => {
    const opens = list.hidden;
    closeAll();
    list.hidden = !opens;
    opener.setAttribute('aria-expanded', `${opens}`);
    if (opens) list.querySelector('button').focus();
  });
  const choose = (line) => {
    closeAll(true);
    void tap(line);
  };
  return el('div', {}, list, opener);
}

function closeAll(takeFocus = false) {
  for (const opener of $('account-menu').querySelectorAll('[aria-expanded=true]')) {
    opener.setAttribute('aria-expanded', 'false');
    $(opener.getAttribute('aria-controls')).hidden = true;
    if (takeFocus) opener.focus();
  }
}

/** Performs the action of a menu button. */
async function tap({ type = 'click', ...button }) {
  const more = await (ASK[type] ?? (() => ({})))(button);
  if (!more) return;
  const { key, url, media_id, pagepath } = button;
  const isDone = await act('/menu', { type, key, url, media_id, pagepath, ...more });
  if (isDone && type === 'view' && webAddress(url)) void openAddress(webAddress(url));
  if (isDone && type === 'miniprogram')
    hint(`${t('mini')}: ${button.appid ?? ''} ${pagepath ?? ''}`);
}

const picture = () => askForFile(t('image'), 'image', 'image/*');

/** The questions that a phone asks its user before it goes on. */
const ASK = {
  scancode_push: askForCode,
  scancode_waitmsg: askForCode,
  pic_sysphoto: picture,
  pic_photo_or_album: picture,
  pic_weixin: picture,
  location_select: askForPlace,
};

async function askForCode() {
  const result = field('result', t('scanned'), { required: true, maxlength: 2000 });
  const values = await ask(t('scan'), [result], t('send'));
  return values && { result: values.result };
}
