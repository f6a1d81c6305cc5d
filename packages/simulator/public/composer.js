/** The message box, and the panels below it. */
import { act, say } from './act.js';
import { $, icon } from './dom.js';
import { drawEmoji, drawMore } from './panel.js';
import { state } from './store.js';
import { find, keep } from './tab.js';

let opened;
/** Length of the text for which the box was last resized. */
let length = 0;

export function startComposer() {
  const box = $('write');
  box.value = find('draft');
  $('emoji').append(icon('smile'));
  $('more').append(icon('plus'));
  $('emoji').addEventListener('click', () => toggle('emoji'));
  $('more').addEventListener('click', () => toggle('more'));
  box.addEventListener('input', fit);
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    void submit();
  });
  $('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  $('composer').addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !opened) return;
    const opener = $(opened);
    closePanel();
    opener.focus();
  });
}

/** Whether a key ends the choice of a Chinese character; Safari says so by the code alone. */
const isComposing = (event) => event.isComposing || event.keyCode === 229;

export function drawComposer() {
  for (const id of ['write', 'emoji', 'more']) $(id).disabled = !state.selected;
  fit();
}

async function submit() {
  const box = $('write');
  const content = box.value;
  if (content.trim() === '' || !state.selected) return;
  box.value = '';
  fit();
  // What could not be sent is not lost.
  if ((await say(content)) === undefined && box.value === '') box.value = content;
  fit();
}

/** Resizes the box to its text, up to a few lines. */
function fit() {
  const box = $('write');
  keep('draft', box.value);
  const isShorter = box.value.length < length;
  length = box.value.length;
  // A new height needs a new layout of the conversation: most keys need none.
  if (isShorter || box.scrollHeight > box.clientHeight) {
    box.style.height = 'auto';
    box.style.height = `${Math.min(box.scrollHeight, 120)}px`;
  }
  const isEmpty = box.value.trim() === '';
  $('send').hidden = isEmpty;
  $('more').hidden = !isEmpty;
}

function toggle(name) {
  const isOpen = opened === name;
  closePanel();
  if (isOpen) return;
  opened = name;
  $(name).setAttribute('aria-expanded', 'true');
  $('panel').replaceChildren(name === 'emoji' ? drawEmoji(insert) : drawMore(actAndClose));
  $('panel').hidden = false;
  $('panel').querySelector('button')?.focus();
}

export function closePanel() {
  if (opened) $(opened).setAttribute('aria-expanded', 'false');
  opened = undefined;
  $('panel').hidden = true;
  $('panel').replaceChildren();
}

function insert(text) {
  const box = $('write');
  box.setRangeText(text, box.selectionStart, box.selectionEnd, 'end');
  fit();
}

function actAndClose(path, body) {
  closePanel();
  $('write').focus();
  return act(path, body);
}
