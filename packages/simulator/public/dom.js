/** Creates elements. A child is a node or a text, never markup. */

/** Creates an element: el('a', { class: 'x', onclick: f, 'aria-label': 'y' }, 'text', node). */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Returns the element with an id. */
export const $ = (id) => document.getElementById(id);

const SVG = 'http://www.w3.org/2000/svg';

/** Outlines of the icons, 24 by 24. */
const PATHS = {
  menu: 'M4 7h16M4 12h16M4 17h16',
  keyboard: 'M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8M18 10h.01',
  smile:
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.500 14.500a4.500 4.500 0 0 0 7 0M9 9.500h.01M15 9.500h.01',
  plus: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 8v8M8 12h8',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9h.01',
  voice: 'M8 9.500a4 4 0 0 1 0 5M11.500 7a8 8 0 0 1 0 10M15 4.500a12 12 0 0 1 0 15',
  video: 'M4 7h11v10H4zM15 11l5-3v8l-5-3',
  location:
    'M12 21s7-6.200 7-11.500A7 7 0 0 0 5 9.500C5 14.800 12 21 12 21zM12 12a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
  link: 'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700l-1 1M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700l1-1',
  play: 'M8 5l11 7-11 7z',
  music:
    'M9 18V6l10-2v12M9 18a2.500 2.500 0 1 1-2.500-2.500H9M19 16a2.500 2.500 0 1 1-2.500-2.500H19',
  lines: 'M6 9h12M6 15h12',
  scan: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M4 12h16',
  theme: 'M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18',
};

/** Creates an icon beside or in place of words, hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** Creates a square with the first letter of a name, in its own colour. */
export function avatar(name, kind = '') {
  const colour = [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;
  return el(
    'span',
    { class: `avatar colour-${kind || colour}`, 'aria-hidden': 'true' },
    [...name][0] ?? '',
  );
}

/** Number of frames without growth after which a list has settled. */
const SETTLING = 3;

/** Keeps a list scrolled to its end until its reader scrolls up, and again once they return. */
export function keepAtEnd(list) {
  let stays;
  let last = 0;
  let height = 0;
  let frame;
  let framesLeft = 0;
  let hasChanged = false;
  const setStays = (value) => {
    stays = value;
    // The browser keeps the place of who reads further up; here it would look as if they scrolled.
    list.style.overflowAnchor = value ? 'none' : 'auto';
  };
  setStays(true);
  // Once for all that comes within a frame.
  const stay = () => {
    hasChanged = true;
    framesLeft = SETTLING;
    frame ??= requestAnimationFrame(goDown);
  };
  const goDown = () => {
    frame = undefined;
    hasChanged = false;
    if (!stays) return;
    const { scrollHeight } = list;
    list.scrollTop = scrollHeight;
    // What has come into sight may be higher than it was taken for.
    framesLeft = scrollHeight === height ? framesLeft - 1 : SETTLING;
    height = scrollHeight;
    if (framesLeft > 0) frame = requestAnimationFrame(goDown);
  };
  list.addEventListener('scroll', () => {
    const { scrollTop, scrollHeight, clientHeight } = list;
    if (scrollHeight - scrollTop - clientHeight < 60) setStays(true);
    // What has just come or gone moves the list as well.
    else if (scrollTop < last - 2 && !hasChanged) setStays(false);
    last = scrollTop;
  });
  // A picture that has come, or what opens below, does not hide what is newest.
  list.addEventListener('load', stay, true);
  list.addEventListener('loadedmetadata', stay, true);
  new ResizeObserver(stay).observe(list);
  // Who opens something is reading it.
  list.addEventListener('toggle', () => setStays(false), true);
  return {
    stay,
    goToEnd() {
      setStays(true);
      stay();
    },
  };
}

/** Formats a time: 12:03, or 12:03:04.567 when exact. */
export function clock(at, exact = false) {
  const date = new Date(at);
  const two = (number) => String(number).padStart(2, '0');
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (!exact) return minutes;
  return `${minutes}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
