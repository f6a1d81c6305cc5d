/** The default menu, and conditional menus. */
import { randomInt } from 'node:crypto';
import { getMenu } from '../menu.ts';
import type { Button } from '../state.ts';
import { checkButtons } from './buttons.ts';
import { asObject, type Endpoints, type JsonFields, lookUp, OK, type Platform } from './call.ts';
import { ApiRefusal, demand } from './refusal.ts';

/** The conditions that a rule may still have. */
const RULES = ['tag_id', 'client_platform_type'];

export function menuEndpoints({ world }: Platform): Endpoints {
  return {
    '/cgi-bin/menu/create': ({ given, request }) => {
      checkCharset(request.rawBody);
      world.state.menu = { button: checkButtons(given) };
      return OK;
    },
    '/cgi-bin/menu/get': () => {
      const { menu, conditionalMenus: others } = world.state;
      if (!menu) throw new ApiRefusal(46003);
      return { menu, ...(others.length > 0 && { conditionalmenu: others }) };
    },
    '/cgi-bin/menu/delete': () => {
      Object.assign(world.state, { menu: null, conditionalMenus: [] });
      return OK;
    },
    '/cgi-bin/get_current_selfmenu_info': () => {
      const { menu } = world.state;
      const button = (menu?.button ?? []).map(describe);
      return { is_menu_open: menu ? 1 : 0, selfmenu_info: { button } };
    },
    '/cgi-bin/menu/addconditional': ({ given, request }) => {
      checkCharset(request.rawBody);
      demand(world.state.menu, 65303);
      const button = checkButtons(given);
      const matchrule = readRule(given['matchrule']);
      const menuid = `${randomInt(200_000_000, 900_000_000)}`;
      world.state.conditionalMenus.push({ button, matchrule, menuid });
      return { menuid };
    },
    '/cgi-bin/menu/delconditional': ({ given }) => {
      const { conditionalMenus: menus } = world.state;
      const index = menus.findIndex(({ menuid }) => menuid === String(given['menuid']));
      demand(index >= 0, 65301);
      menus.splice(index, 1);
      return OK;
    },
    '/cgi-bin/menu/trymatch': ({ given: { user_id: id } }) => {
      const { people, menu } = world.state;
      const person = lookUp(people, id) ?? Object.values(people).find(({ name }) => name === id);
      if (!person) throw new ApiRefusal(65302);
      demand(person.follows, 65315);
      demand(menu, 46003);
      return { button: getMenu(world.state, person) };
    },
  };
}

/** Refuses escaped characters, which would show as they are written. */
function checkCharset(text: string): void {
  demand(!/\\u[0-9a-f]{4}/i.test(text), 40033);
}

function readRule(value: unknown): Record<string, string> {
  const rule: JsonFields = asObject(value);
  const given = RULES.map((name) => [name, rule[name]] as const).filter(
    ([, wish]) => (typeof wish === 'string' && wish !== '') || typeof wish === 'number',
  );
  demand(given.length > 0, 65304);
  return Object.fromEntries(given.map(([name, wish]) => [name, String(wish)]));
}

/** Describes a button as menu/get does. */
function describe({ sub_button: subs, ...button }: Button): object {
  return subs && subs.length > 0
    ? { name: button.name, sub_button: { list: subs.map(describe) } }
    : button;
}
