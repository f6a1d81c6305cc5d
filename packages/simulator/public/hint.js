/** A word to the user that goes by itself. */
import { $ } from './dom.js';

let hiding;

/** The grey box over the chat that goes by itself. */
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
