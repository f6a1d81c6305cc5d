/** The users, one of whom is selected. */
import { act } from './act.js';
import { ask, field } from './dialog.js';
import { $, avatar, el } from './dom.js';
import { state } from './store.js';
import { t } from './texts.js';

const unread = new Map();
let select = async () => {};

export function startPeople(onSelect) {
  select = onSelect;
  $('add-user').addEventListener('click', () => void addUser());
}

async function addUser() {
  const name = field('name', t('userName'), { maxlength: 40, required: true });
  const values = await ask(t('addUser'), [name], t('add'));
  const made = values && (await act('/users', { name: values.name }));
  if (!made) return;
  if (!state.users.some((user) => user.name === made.name)) state.users.push(made);
  await select(made.name);
  $('write').focus();
}

export function drawPeople() {
  unread.delete(state.selected);
  const focused = document.activeElement?.closest('#people button')?.dataset.name;
  $('people').replaceChildren(...state.users.map(drawPerson));
  if (focused === undefined) return;
  for (const button of $('people').querySelectorAll('button')) {
    if (button.dataset.name === focused) button.focus();
  }
}

export function countUnread(name) {
  unread.set(name, (unread.get(name) ?? 0) + 1);
  drawPeople();
}

function drawPerson({ name, openid, follows }) {
  const count = unread.get(name);
  const badge =
    count &&
    el('span', { class: 'badge' }, `${count}`, el('span', { class: 'hidden' }, ` ${t('unread')}`));
  const attributes = {
    type: 'button',
    title: openid,
    'data-name': name,
    'aria-current': name === state.selected ? 'true' : undefined,
    onclick: () => void select(name),
  };
  const words = el(
    'span',
    { class: 'who' },
    el('strong', {}, name),
    el('small', {}, t(follows ? 'follows' : 'stranger')),
  );
  return el('li', {}, el('button', attributes, avatar(name), words, badge || null));
}
