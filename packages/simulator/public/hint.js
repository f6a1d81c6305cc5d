/** Messages to the user that disappear by themselves. */
import { $ } from './dom.js';

let hiding;

/** Shows a grey box over the chat for a time. */
export function hint(text, milliseconds = 3500) {
  const box = $('hint');
  box.textContent = text;
  box.classList.add('shown');
  clearTimeout(hiding);
  hiding = setTimeout(() => {
    box.classList.remove('shown');
    box.textContent = '';
  }, milliseconds);
}
