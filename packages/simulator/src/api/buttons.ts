/** Checks the buttons of a menu against the platform's limits. */
import type { Button } from '../state.ts';
import { asObject, type JsonFields } from './call.ts';
import { demand } from './refusal.ts';

const TOP = 3;
const SUBS = 5;
const KEY = 128;
const URL = 1024;

/** The error codes of a button; they differ between the top level and the level below. */
interface Codes {
  readonly type: number;
  readonly name: number;
  readonly key: number;
  readonly url: number;
  readonly media: number;
}

const TOP_CODES: Codes = { type: 40017, name: 40018, key: 40019, url: 40020, media: 40117 };
const SUB_CODES: Codes = { type: 40024, name: 40025, key: 40026, url: 40027, media: 40118 };
/** In bytes of UTF-8. */
const TOP_NAME = 16;
const SUB_NAME = 60;

const BY_KEY = [
  'click',
  'scancode_push',
  'scancode_waitmsg',
  'pic_sysphoto',
  'pic_photo_or_album',
  'pic_weixin',
  'location_select',
];

/** The required fields of each type of button. */
const NEEDS: ReadonlyMap<unknown, (button: JsonFields, codes: Codes) => void> = new Map([
  ...BY_KEY.map((type) => [type, checkKey] as const),
  ['view', checkUrl] as const,
  ['miniprogram', checkMiniProgram] as const,
  ['media_id', checkMediaId] as const,
  ['view_limited', checkMediaId] as const,
  ['article_id', checkArticleId] as const,
  ['article_view_limited', checkArticleId] as const,
]);

/** Returns the buttons of a body, or throws the refusal. */
export function checkButtons({ button: buttons }: JsonFields): Button[] {
  demand(Array.isArray(buttons) && buttons.length >= 1 && buttons.length <= TOP, 40016);
  for (const button of buttons.map(asObject)) {
    const subs = listSubButtons(button);
    checkName(button, TOP_NAME, TOP_CODES);
    if (subs.length === 0) checkType(button, TOP_CODES);
    demand(subs.length <= SUBS, 40023);
    for (const sub of subs.map(asObject)) {
      demand(listSubButtons(sub).length === 0, 40022);
      checkName(sub, SUB_NAME, SUB_CODES);
      checkType(sub, SUB_CODES);
    }
  }
  return structuredClone(buttons) as Button[];
}

function listSubButtons({ sub_button: subs }: JsonFields): readonly unknown[] {
  return Array.isArray(subs) ? subs : [];
}

function checkName({ name }: JsonFields, most: number, codes: Codes): void {
  demand(isSized(name, most), codes.name);
}

function checkType(button: JsonFields, codes: Codes): void {
  const check = NEEDS.get(button['type']);
  demand(check, codes.type);
  check(button, codes);
}

function checkKey({ key }: JsonFields, codes: Codes): void {
  demand(isSized(key, KEY), codes.key);
}

function checkUrl({ url }: JsonFields, codes: Codes): void {
  demand(isSized(url, URL), codes.url);
}

function checkMiniProgram(button: JsonFields, codes: Codes): void {
  checkUrl(button, codes);
  demand(isSized(button['appid'], KEY), 40166);
  demand(isSized(button['pagepath'], URL), 40165);
}

function checkMediaId({ media_id: id }: JsonFields, codes: Codes): void {
  demand(isSized(id, KEY), codes.media);
}

function checkArticleId({ article_id: id }: JsonFields): void {
  demand(isSized(id, KEY), 53600);
}

function isSized(text: unknown, most: number): boolean {
  return typeof text === 'string' && text !== '' && Buffer.byteLength(text) <= most;
}
