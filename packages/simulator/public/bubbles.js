/** Draws messages: one function for each kind of bubble. Every text of a bot becomes a text node. */
import { el, icon } from './dom.js';
import { isLocal, openAddress } from './links.js';
import { drawLink, richText, webAddress } from './rich.js';
import { t } from './texts.js';

/** Returns the node of a bubble; `say(text, menuId)` sends a text of the user. */
export function drawBubble(bubble, say) {
  return (DRAW[bubble.kind] ?? DRAW.other)(bubble, say);
}

const DRAW = {
  text: ({ text }, say) => el('div', { class: 'bubble text' }, richText(text, say)),

  image: ({ media }) => el('div', { class: 'picture' }, drawMedia(media, t('image'))),

  voice: ({ media }) => {
    const button = el(
      'button',
      { type: 'button', class: 'bubble voice', 'aria-label': t('voice') },
      icon('voice'),
    );
    if (media) button.addEventListener('click', () => play(button, createAddress(media)));
    return button;
  },

  video: ({ media, title, text }) => {
    const frame = el('div', { class: 'video' }, icon('play'));
    if (media) {
      const video = el('video', {
        src: createAddress(media),
        controls: true,
        preload: 'metadata',
        'aria-label': title || t('video'),
      });
      video.addEventListener('error', () => video.replaceWith(icon('play'), lost(media)));
      frame.replaceChildren(video);
    }
    return title || text ? el('div', { class: 'card' }, frame, words(title, text)) : frame;
  },

  music: ({ title, text, url, media }) =>
    el(
      'div',
      { class: 'card music' },
      el('div', { class: 'cover' }, media ? drawMedia(media, '') : icon('music')),
      el(
        'div',
        { class: 'words' },
        el('strong', {}, drawLink(url, title || t('open'))),
        el('p', {}, text),
      ),
    ),

  news: ({ articles }) => {
    if (articles.length === 1) return drawArticle(articles[0]);
    const [first, ...others] = articles;
    return el('div', { class: 'card news' }, first && drawHead(first), others.map(drawRow));
  },

  menu: ({ head, items, tail }, say) =>
    el(
      'div',
      { class: 'bubble text' },
      richText(head, say),
      items.map(({ id, text }) =>
        el(
          'div',
          {},
          el('button', { type: 'button', class: 'inline', onclick: () => say(text, id) }, text),
        ),
      ),
      richText(tail, say),
    ),

  template: ({ title, rows, url }) =>
    el(
      'div',
      { class: 'card template' },
      el('strong', {}, title || t('template')),
      el(
        'dl',
        {},
        rows.map(({ label, text }) =>
          el('div', {}, label && el('dt', {}, label), el('dd', {}, text)),
        ),
      ),
      webAddress(url) ? el('p', { class: 'details' }, drawLink(url, t('details'))) : null,
    ),

  location: ({ latitude, longitude, label }) =>
    el(
      'div',
      { class: 'card place' },
      words(label || t('location'), `${latitude}, ${longitude}`),
      el('div', { class: 'map' }, icon('location')),
    ),

  mini: ({ title }) => el('div', { class: 'card' }, words(title, t('mini'))),
  notice: ({ name, text }) => el('p', { class: 'notice' }, `${t(name)} ${text}`.trim()),
  other: ({ name = '', text = '' }) =>
    el('div', { class: 'bubble text' }, `${t('other')} ${name}`, el('pre', {}, text)),
};

function drawArticle({ title, text, picture, url }) {
  const card = el('div', { class: 'card news' });
  if (picture) card.append(el('div', { class: 'large' }, drawPicture(picture)));
  card.append(
    el(
      'div',
      { class: 'words' },
      el('strong', {}, drawLink(url, title)),
      text && el('p', {}, text),
    ),
  );
  return tappable(card, url);
}

function drawHead({ title, picture, url }) {
  const box = el(
    'div',
    { class: 'large head' },
    drawPicture(picture),
    el('strong', {}, drawLink(url, title)),
  );
  return tappable(box, url);
}

function drawRow({ title, picture, url }) {
  const row = el(
    'div',
    { class: 'row' },
    el('span', {}, drawLink(url, title)),
    drawPicture(picture),
  );
  return tappable(row, url);
}

/** Makes a card open its title's link; the keyboard uses the title. */
function tappable(node, url) {
  const address = webAddress(url);
  if (!address) return node;
  node.classList.add('tappable');
  node.addEventListener('click', (event) => {
    if (!event.target.closest('a')) void openAddress(address);
  });
  return node;
}

const words = (title, text) =>
  el('div', { class: 'words' }, el('strong', {}, title), text && el('p', {}, text));

/** Draws a picture by its address, loaded from this machine only. */
function drawPicture(address) {
  const url = webAddress(address);
  if (url && isLocal(url))
    return withFallback(el('img', { src: url, alt: '', loading: 'lazy' }), address);
  return el(
    'span',
    { class: 'outside', title: address },
    icon('image'),
    el('small', {}, address ? t('outsidePicture') : ''),
  );
}

function drawMedia(media, alt) {
  if (!media) return el('span', { class: 'outside' }, icon('image'));
  return withFallback(el('img', { src: createAddress(media), alt }), media);
}

function withFallback(image, name) {
  image.addEventListener('error', () =>
    image.replaceWith(el('span', { class: 'outside' }, icon('image'), lost(name))),
  );
  return image;
}

const lost = (name) => el('small', {}, `${name} ${t('lost')}`);

const createAddress = (media) => `/media/${encodeURIComponent(media)}`;

function play(button, address) {
  button.classList.add('playing');
  const audio = new Audio(address);
  const end = () => button.classList.remove('playing');
  audio.addEventListener('ended', end);
  audio.play().catch(() => {
    end();
    button.replaceChildren(icon('voice'), lost(''));
  });
}
