/** The faults of the network, the same in every tab. */
import { act } from './act.js';
import { $ } from './dom.js';
import { state } from './store.js';

const controls = () => document.querySelectorAll('[data-fault]');

export function startFaults() {
  for (const control of controls()) {
    const name = control.dataset.fault;
    const change = (value) => void act('/faults', { [name]: value });
    if (control.tagName === 'SELECT') {
      control.addEventListener('change', () => change(Number(control.value)));
    } else {
      control.addEventListener('click', () => change(!state.faults[name]));
    }
  }
  $('again').addEventListener('click', () => {
    const last = state.entries.findLast(
      ({ type, user }) => type === 'delivery' && user === state.selected,
    );
    if (last) void act('/again', { delivery: last.id });
  });
}

export function drawFaults() {
  for (const control of controls()) {
    const value = state.faults[control.dataset.fault];
    if (control.tagName === 'SELECT') control.value = `${value}`;
    else control.setAttribute('aria-checked', `${value}`);
  }
}
