/** The panels below the message box: emoji, and everything else that can be sent. */

import { ask, field } from './dialog.js';
import { el, icon } from './dom.js';
import { FACES } from './emoji.js';
import { readFile, SAMPLES } from './files.js';
import { hint } from './hint.js';
import { state } from './store.js';
import { t } from './texts.js';

/** Draws the faces; `insert(text)` puts one into the message. */
export function drawEmoji(insert) {
  const faces = [...FACES].map(([name, face]) =>
    el(
      'button',
      { type: 'button', 'aria-label': name, title: name, onclick: () => insert(name) },
      face,
    ),
  );
  return el('div', { class: 'faces' }, faces);
}

/** Draws the grid behind the plus; `act(path, body)` performs the chosen action. */
export function drawMore(act) {
  const items = Object.entries(ITEMS).map(([name, { picture, choose }]) =>
    el(
      'button',
      { type: 'button', onclick: () => void choose(act) },
      el('span', { class: 'tile' }, icon(picture)),
      el('span', {}, t(name)),
    ),
  );
  return el('div', { class: 'tiles' }, items);
}

const ITEMS = {
  image: { picture: 'image', choose: (act) => sendMedia(act, 'image', 'image/*') },
  voice: { picture: 'voice', choose: (act) => sendMedia(act, 'voice', 'audio/*') },
  video: { picture: 'video', choose: (act) => sendMedia(act, 'video', 'video/*') },
  location: { picture: 'location', choose: (act) => sendPlace(act) },
  shareLink: { picture: 'link', choose: (act) => sendLink(act) },
  scan: { picture: 'scan', choose: (act) => scan(act) },
};

async function sendMedia(act, type, accept) {
  const picked = await askForFile(t(type), type, accept);
  if (picked) await act('/send', { type, ...picked });
}

/** Asks for a file; resolves to the fields to send, or to undefined when it was dismissed. */
export async function askForFile(title, type, accept) {
  const fields = [field('file', t('file'), { type: 'file', accept }), el('p', {}, t('sample'))];
  if (type === 'voice') fields.push(field('recognition', t('recognition'), { maxlength: 200 }));
  const values = await ask(title, fields, t('send'));
  if (!values) return undefined;
  const { file, recognition } = values;
  try {
    const data = file?.size > 0 ? await readFile(file) : await SAMPLES[type]();
    return { data, ...(recognition && { recognition }) };
  } catch (error) {
    hint(t(error.message));
    return undefined;
  }
}

/** Asks for a position: two numbers and a name. */
export async function askForPlace() {
  const number = { type: 'number', step: 'any', required: true };
  const fields = [
    field('latitude', t('latitude'), { ...number, min: -90, max: 90, value: '23.137466' }),
    field('longitude', t('longitude'), { ...number, min: -180, max: 180, value: '113.352425' }),
    field('label', t('label'), { maxlength: 200, value: '广州市海珠区' }),
  ];
  const values = await ask(t('location'), fields, t('send'));
  if (!values) return undefined;
  return {
    latitude: Number(values.latitude),
    longitude: Number(values.longitude),
    label: values.label,
  };
}

async function sendPlace(act) {
  const place = await askForPlace();
  if (place) await act('/send', { type: 'location', ...place });
}

async function sendLink(act) {
  const fields = [
    field('title', t('linkTitle'), { required: true, maxlength: 200 }),
    field('description', t('linkText'), { maxlength: 500 }),
    field('url', t('linkUrl'), { type: 'url', required: true, value: 'https://' }),
  ];
  const values = await ask(t('shareLink'), fields, t('send'));
  if (values) await act('/send', { type: 'link', ...values });
}

/** Asks for the scene of a QR code, and scans it. */
async function scan(act) {
  const codes = el(
    'datalist',
    { id: 'scenes' },
    state.scenes.map((scene) => el('option', { value: scene })),
  );
  const code = field('code', t('scene'), { required: true, maxlength: 128, list: 'scenes' });
  const values = await ask(t('scan'), [code, codes], t('scan'));
  if (values) await act('/scan', { code: values.code });
}
