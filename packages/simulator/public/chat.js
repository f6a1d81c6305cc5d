/** The conversation of the selected user. */
import { say } from './act.js';
import { drawBubble } from './bubbles.js';
import { $, avatar, clock, el, keepAtEnd } from './dom.js';
import { state } from './store.js';
import { t } from './texts.js';

const SHOWN = new Set(['said', 'received', 'toast', 'problem', 'change']);
/** Milliseconds since the previous message after which a time is shown. */
const PAUSE = 5 * 60_000;
const LIMIT = 1000;
let lastAt = 0;
let end;

export function startChat() {
  end = keepAtEnd($('talks'));
}

export const belongsToChat = ({ type, user, isNew }) =>
  SHOWN.has(type) && user !== undefined && !isNew;

/** Draws the conversation. */
export function drawChat() {
  const list = $('talks');
  lastAt = 0;
  const mine = state.entries.filter(
    (entry) => belongsToChat(entry) && entry.user === state.selected,
  );
  list.replaceChildren(...mine.slice(-LIMIT).flatMap(draw).slice(-LIMIT));
  if (!state.selected) list.append(el('div', { class: 'note' }, t('nobody')));
  end.goToEnd();
}

/** Adds a new entry of the selected user. */
export function addToChat(entry) {
  const list = $('talks');
  list.append(...draw(entry));
  while (list.childElementCount > LIMIT) list.firstElementChild.remove();
  if (entry.type === 'said') end.goToEnd();
  else end.stay();
}

function draw(entry) {
  const nodes = [];
  if (entry.at - lastAt > PAUSE)
    nodes.push(el('div', { class: 'note' }, el('time', {}, clock(entry.at))));
  lastAt = entry.at;
  nodes.push(drawEntry(entry));
  return nodes;
}

function drawEntry(entry) {
  if (entry.type === 'toast') {
    return el('div', { class: 'note fault' }, el('span', {}, t('toast')));
  }
  if (entry.type === 'problem') {
    return el('div', { class: 'note fault' }, el('span', {}, `${t('failed')}: ${entry.text}`));
  }
  if (entry.type === 'change') {
    return el(
      'div',
      { class: 'note' },
      el('span', {}, t(entry.follows ? 'followed' : 'unfollowed')),
    );
  }
  const { bubble } = entry;
  if (bubble.kind === 'notice') return el('div', { class: 'note' }, drawBubble(bubble, say));
  const mine = entry.type === 'said';
  // A template message stands in the middle, as wide as the chat.
  if (bubble.kind === 'template') return el('div', { class: 'wide' }, drawBubble(bubble, say));
  const who = el('span', { class: 'hidden' }, `${mine ? t('you') : t('account')}: `);
  return el(
    'div',
    { class: mine ? 'line mine' : 'line' },
    mine ? avatar(state.selected) : avatar(state.title, 'account'),
    el('div', { class: 'what' }, who, drawBubble(bubble, say)),
  );
}
