/** The state of the page, and its connection to the server. */
import { find } from './tab.js';

export const state = {
  title: '',
  target: '',
  users: [],
  selected: find('user'),
  faults: {},
  menu: [],
  scenes: [],
  entries: [],
};

let after = '';

/** Reads all state again. */
export async function load() {
  const query = state.selected ? `?user=${encodeURIComponent(state.selected)}` : '';
  const response = await fetch(`/state${query}`);
  if (!response.ok) throw new Error(`${response.status}`);
  const { after: last, ...all } = await response.json();
  after = last;
  Object.assign(state, all);
  if (!state.users.some((user) => user.name === state.selected)) {
    state.selected = state.users[0]?.name ?? '';
  }
}

/** Reads the selected user's menu and the QR codes, which the bot may have changed. */
export async function loadMenu() {
  const response = await fetch(`/state?user=${encodeURIComponent(state.selected)}`);
  if (!response.ok) return;
  const { menu, scenes } = await response.json();
  Object.assign(state, { menu, scenes });
}

/** Sends an action; throws the server's error. */
export async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? `${response.status}`);
  return answer;
}

/** Calls back with every new entry. A browser that lost the connection asks for what it missed. */
export function listen({ onEntry, onReset, onConnection }) {
  const events = new EventSource(`/events?after=${after}`);
  // Where many tabs listen they take turns, and this one will be back by itself.
  let givesWay = false;
  events.addEventListener('turn', () => {
    givesWay = true;
  });
  events.addEventListener('open', () => {
    givesWay = false;
    onConnection(true);
  });
  events.addEventListener('error', () => {
    if (!givesWay) onConnection(false);
    givesWay = false;
    // A refusal is final for an EventSource; the server may be back later.
    if (events.readyState === EventSource.CLOSED) again(1500);
  });
  events.addEventListener('message', (event) => onEntry(JSON.parse(event.data)));
  events.addEventListener('reset', () => again(0));

  function again(wait) {
    events.close();
    setTimeout(() => onReset().catch(() => again(1500)), wait);
  }
}
