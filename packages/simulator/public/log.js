/** The log of all requests. The body of a line is drawn when it is opened. */
import { act } from './act.js';
import { $, clock, el, keepAtEnd } from './dom.js';
import { state } from './store.js';
import { t } from './texts.js';

const SHOWN = new Set(['delivery', 'call', 'toast', 'remark', 'problem']);
const LIMIT = 1000;
let end;
/** The number of the latest entry that was cleared. */
let cleared = 0;

export function startLog() {
  end = keepAtEnd($('entries'));
  $('clear').addEventListener('click', () => {
    cleared = state.entries.at(-1)?.id ?? cleared;
    drawLog();
  });
  for (const button of document.querySelectorAll('[data-filter]')) {
    button.addEventListener('click', () => filter(button.dataset.filter));
  }
}

function filter(name) {
  $('entries').dataset.shown = name;
  for (const button of document.querySelectorAll('[data-filter]')) {
    button.setAttribute('aria-pressed', `${button.dataset.filter === name}`);
  }
  end.goToEnd();
}

/** Draws the log. */
export function drawLog() {
  const shown = state.entries.filter(({ type, id }) => SHOWN.has(type) && id > cleared);
  $('entries').replaceChildren(...shown.slice(-LIMIT).map(draw));
  if (shown.length === 0) $('entries').append(el('li', { class: 'empty' }, t('empty')));
  drawAgain();
  end.goToEnd();
}

export function addToLog(entry) {
  if (!SHOWN.has(entry.type)) return;
  const list = $('entries');
  list.querySelector('.empty')?.remove();
  list.append(draw(entry));
  while (list.childElementCount > LIMIT) list.firstElementChild.remove();
  drawAgain();
  end.stay();
}

function drawAgain() {
  $('again').title = t('againHint');
  $('again').disabled = !state.entries.some(
    ({ type, user }) => type === 'delivery' && user === state.selected,
  );
}

function draw(entry) {
  const { head, body } = DRAW[entry.type](entry);
  const line = el('li', { class: `entry ${entry.type}`, 'data-type': entry.type });
  const details = el('details', {}, el('summary', {}, el('time', {}, clock(entry.at, true)), head));
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1)
      details.append(el('div', { class: 'body' }, body()));
  });
  line.append(details);
  return line;
}

const DRAW = {
  delivery: (entry) => ({ head: headOfDelivery(entry), body: () => bodyOfDelivery(entry) }),
  call: (entry) => ({
    head: [
      el('span', { class: 'tag api' }, 'API'),
      el('span', { class: 'what' }, `${entry.method} ${entry.path}`),
      el('span', { class: hasFailed(entry) ? 'state bad' : 'state' }, stateOfCall(entry)),
    ],
    body: () => [
      Object.keys(entry.query ?? {}).length > 0
        ? block(t('query'), new URLSearchParams(entry.query).toString())
        : null,
      pair(block(t('request'), entry.body), block(t('response'), entry.answer)),
    ],
  }),
  toast: (entry) => note(entry, 'bad', t('toast'), entry.problems),
  remark: (entry) => note(entry, 'warn', t('remark'), entry.problems),
  problem: (entry) => note(entry, 'bad', t('failed'), [entry.text]),
};

function note({ user }, kind, title, problems) {
  return {
    head: [
      el('span', { class: `tag ${kind}` }, '!'),
      el('span', { class: 'what' }, `${user}: ${problems[0] ?? title}`),
    ],
    body: () => [
      el('p', {}, title),
      el(
        'ul',
        {},
        problems.map((problem) => el('li', {}, problem)),
      ),
    ],
  };
}

function headOfDelivery({ user, attempt, milliseconds, problem, request, response }) {
  const state = response ? `${response.status}` : t('noAnswer');
  return [
    el(
      'span',
      { class: attempt > 1 ? 'tag warn' : 'tag' },
      `${t('attempt')} ${attempt}${t('attemptEnd')}`,
    ),
    el('span', { class: 'what' }, `${user} · ${readName(request.plain)}`),
    el('span', { class: problem ? 'state bad' : 'state' }, `${state} · ${milliseconds} ms`),
  ];
}

function bodyOfDelivery({ id, user, problem, request, response }) {
  return [
    problem ? el('p', { class: 'why' }, `${t('problem')}: ${problem}`) : null,
    el(
      'button',
      { type: 'button', class: 'small', onclick: () => void act('/again', { user, delivery: id }) },
      t('again'),
    ),
    block(t('request'), `${request.method} ${request.url}`),
    bothForms(request),
    response ? [el('p', {}, `${t('response')}: ${response.status}`), bothForms(response)] : null,
  ].flat();
}

/** Shows the encrypted and the decrypted form, or one when they are the same. */
function bothForms({ body, plain }) {
  if (plain === null || plain === body) return block(t('body'), body);
  return pair(block(t('body'), body), block(t('plain'), plain));
}

const pair = (...blocks) => el('div', { class: 'pair' }, blocks);

function block(title, text) {
  const attributes = { tabindex: '0', role: 'group', 'aria-label': title };
  return el(
    'div',
    { class: 'block' },
    el('h3', {}, title),
    el('pre', attributes, text || t('nothing')),
  );
}

/** Returns the name of a message, such as `text` or `event click`, and the beginning of its content. */
function readName(plain) {
  const tag = (name) => (plain.startsWith('{') ? readMember : readTag)(plain, name);
  const words = tag('Content') || tag('EventKey');
  return [tag('MsgType'), tag('Event'), words.slice(0, 60)].filter(Boolean).join(' · ');
}

const readTag = (xml, name) =>
  new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^\\]<]*)`).exec(xml)?.[1] ?? '';

/** Reads a text of a JSON object, which may have been cut. */
const readMember = (json, name) =>
  JSON.parse(new RegExp(`"${name}":\\s*("(?:[^"\\\\]|\\\\.)*")`).exec(json)?.[1] ?? '""');

const findErrcode = ({ answer }) => /"errcode":\s*(-?[1-9]\d*)/.exec(answer)?.[1];
const hasFailed = (entry) => entry.status >= 400 || findErrcode(entry) !== undefined;
const stateOfCall = (entry) =>
  [entry.status, findErrcode(entry), `${entry.milliseconds} ms`].filter(Boolean).join(' · ');
