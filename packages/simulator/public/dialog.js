/** One dialog for every question. */
import { $, el } from './dom.js';

let answer;

/** Shows a dialog; resolves to the fields' values by name, or to undefined when it was dismissed. */
export function ask(title, fields, ok) {
  const dialog = $('dialog');
  $('dialog-title').textContent = title;
  $('dialog-fields').replaceChildren(...fields);
  $('dialog-ok').textContent = ok;
  answer?.(undefined);
  if (!dialog.open) dialog.showModal();
  $('dialog-fields').querySelector('input, textarea')?.focus();
  return new Promise((resolve) => {
    answer = resolve;
  });
}

/** Creates a field with its label. */
export function field(name, label, attributes = {}) {
  return el('label', {}, el('span', {}, label), el('input', { name, ...attributes }));
}

/** Creates a field of several lines. */
export function area(name, label, text, attributes = {}) {
  const lines = el('textarea', { name, rows: 4, ...attributes }, text);
  return el('label', {}, el('span', {}, label), lines);
}

export function startDialog() {
  const dialog = $('dialog');
  const form = dialog.querySelector('form');
  let values;
  form.addEventListener('submit', () => {
    values = {};
    for (const input of form.querySelectorAll('input, textarea')) {
      values[input.name] = input.type === 'file' ? input.files[0] : input.value;
    }
  });
  $('dialog-cancel').addEventListener('click', () => dialog.close());
  // Only then is the rest of the page there again, to take the focus.
  dialog.addEventListener('close', () => {
    settle(values);
    values = undefined;
  });
}

function settle(value) {
  const resolve = answer;
  answer = undefined;
  resolve?.(value);
}
