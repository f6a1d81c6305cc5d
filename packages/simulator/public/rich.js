/**
 * A bot's text as nodes. WeChat renders line breaks, addresses, its faces and one element, `<a>`;
 * everything else stays text.
 */
import { el } from './dom.js';
import { FACES } from './emoji.js';
import { openAddress } from './links.js';

const PARTS =
  /<a\s([^<>]*)>([\s\S]*?)<\/a\s*>|(https?:\/\/[^\s<>"'，。；！？、）】》]+)|(\[[^[\]\s]{1,4}\])/gi;
const HREF = /(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i;

/** Returns the nodes of a text; `say(text, menuId)` sends the tapped line of a menu. */
export function richText(text, say) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(PARTS)) {
    const [whole, attributes, inner, address, face] = match;
    nodes.push(decode(text.slice(end, match.index)));
    end = match.index + whole.length;
    if (face !== undefined) nodes.push(drawFace(face));
    else if (address !== undefined) nodes.push(drawLink(address, address));
    else nodes.push(drawAnchor(attributes, decode(inner), say));
  }
  nodes.push(decode(text.slice(end)));
  return nodes.filter((node) => node !== '');
}

function drawFace(name) {
  const face = FACES.get(name);
  return face ? el('span', { role: 'img', 'aria-label': name, title: name }, face) : name;
}

function drawAnchor(attributes, words, say) {
  const [, double, single, bare] = HREF.exec(attributes) ?? [];
  const href = decode(double ?? single ?? bare ?? '').trim();
  const menu = readMenuLine(href);
  if (menu) {
    const tap = () => say(menu.content || words, menu.id);
    return el('button', { type: 'button', class: 'inline', onclick: tap }, words);
  }
  return drawLink(href, words);
}

/** Reads weixin://bizmsgmenu?msgmenucontent=…&msgmenuid=… */
function readMenuLine(href) {
  const query = /^weixin:\/\/bizmsgmenu\/?\?(.*)$/is.exec(href)?.[1];
  if (query === undefined) return undefined;
  const values = new URLSearchParams(query);
  return { content: values.get('msgmenucontent') ?? '', id: values.get('msgmenuid') ?? '' };
}

/** Draws a link when the address is a web address, otherwise its words alone. */
export function drawLink(address, words) {
  const url = webAddress(address);
  if (!url) return document.createTextNode(words);
  const open = (event) => {
    event.preventDefault();
    void openAddress(url);
  };
  return el('a', { href: url, rel: 'noopener noreferrer', target: '_blank', onclick: open }, words);
}

/** Returns the absolute address when it is a web address; never `javascript:` or similar. */
export function webAddress(address) {
  try {
    const url = new URL(address);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
  } catch {
    return undefined;
  }
}

const ENTITIES = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: '\u00a0' };

function decode(text) {
  return text.replaceAll(/&(lt|gt|amp|quot|apos|nbsp|#\d{1,7});/g, (whole, name) => {
    if (!name.startsWith('#')) return ENTITIES[name];
    const code = Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
