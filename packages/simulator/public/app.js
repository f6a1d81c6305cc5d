/** Starts the page: the server's events go to the chat, the people and the log. */

import { drawMenu, startMenu } from './account-menu.js';
import { act } from './act.js';
import { addToChat, belongsToChat, drawChat, startChat } from './chat.js';
import { closePanel, drawComposer, startComposer } from './composer.js';
import { startDialog } from './dialog.js';
import { $ } from './dom.js';
import { drawFaults, startFaults } from './faults.js';
import { addToLog, drawLog, startLog } from './log.js';
import { countUnread, drawPeople, startPeople } from './people.js';
import { listen, load, loadMenu, state } from './store.js';
import { keep } from './tab.js';
import { startTemplates } from './templates.js';
import { applyTexts, switchLanguage, t } from './texts.js';
import { drawTheme, startTheme } from './theme.js';

async function select(name) {
  state.selected = name;
  keep('user', name);
  closePanel();
  show('chat');
  drawTalk();
  await refreshMenu();
}

async function refreshMenu() {
  await loadMenu().catch(() => {});
  drawMenu();
}

function show(view) {
  document.documentElement.dataset.view = view;
  for (const button of document.querySelectorAll('[data-show]')) {
    button.setAttribute('aria-pressed', button.dataset.show === view);
  }
}

/** Draws everything about the selected user. */
function drawTalk() {
  const user = state.users.find(({ name }) => name === state.selected);
  $('talk').textContent = state.title;
  $('speaker').textContent = state.selected;
  $('follow').hidden = !user;
  $('follow').textContent = t(user?.follows ? 'unfollow' : 'follow');
  drawPeople();
  drawChat();
  drawComposer();
}

function drawAll() {
  applyTexts();
  drawTheme();
  $('target').textContent = state.target;
  document.title = `${state.title} · ${t('product')}`;
  drawTalk();
  drawMenu();
  drawFaults();
  drawLog();
}

const CHANGES_MENU = /^\/cgi-bin\/(menu|tags)\//;

function onEntry(entry) {
  state.entries.push(entry);
  if (state.entries.length > 3300) state.entries.splice(0, 300);
  if (entry.type === 'change') onChange(entry);
  addToLog(entry);
  if (entry.type === 'call' && CHANGES_MENU.test(entry.path)) void refreshMenu();
  if (!belongsToChat(entry)) return;
  if (entry.user === state.selected) addToChat(entry);
  else if (entry.type === 'received') countUnread(entry.user);
}

function onChange({ user: name, openid, follows, faults }) {
  if (faults) {
    state.faults = faults;
    return drawFaults();
  }
  const known = state.users.find((user) => user.name === name);
  if (known) known.follows = follows;
  else state.users.push({ name, openid, follows });
  if (!state.selected) return void select(name);
  drawPeople();
  if (name === state.selected) {
    $('follow').textContent = t(follows ? 'unfollow' : 'follow');
  }
}

/** Loads the state; also after the server was restarted. */
async function begin() {
  await load();
  drawAll();
  listen({ onEntry, onReset: begin, onConnection });
}

function onConnection(isThere) {
  $('connection').textContent = isThere ? '' : t('disconnected');
}

startDialog();
startTheme();
startChat();
startComposer();
startMenu();
startPeople(select);
startTemplates();
startFaults();
startLog();
show('chat');
for (const button of document.querySelectorAll('[data-show]')) {
  button.addEventListener('click', () => show(button.dataset.show));
}
$('language').addEventListener('click', () => {
  switchLanguage();
  drawAll();
});
$('follow').addEventListener('click', () => {
  const user = state.users.find(({ name }) => name === state.selected);
  void act('/follow', { follows: !user?.follows });
});
applyTexts();
await begin().catch(function again() {
  onConnection(false);
  setTimeout(() => void begin().then(() => onConnection(true), again), 1500);
});
document.documentElement.dataset.ready = '';
