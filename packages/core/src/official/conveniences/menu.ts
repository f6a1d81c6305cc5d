import type { Api } from './api.ts';
import { neededText } from './argument.ts';
import { type Positional, takeArguments } from './positional.ts';

type Menu = Api['menu'];

/** Menus for some users; wrong arguments throw before anything is sent. */
export interface MenuMethods {
  /** 测试个性化菜单匹配结果: tells which menu a user sees, by openid or by WeChat id. */
  tryMatch: Positional<Menu['tryMatch'], [userId: string]>;
  /** 删除个性化菜单: deletes a menu for some users. */
  deleteConditional: Positional<Menu['deleteConditional'], [menuId: string | number]>;
}

/** Creates the methods of menus with arguments. */
export function createMenuMethods({
  tryMatch,
  deleteConditional,
}: Pick<Menu, 'tryMatch' | 'deleteConditional'>): MenuMethods {
  return {
    tryMatch: takeArguments('menu.tryMatch', tryMatch, (call, userId) => ({
      user_id: neededText(call, 'userId', userId),
    })),
    deleteConditional: takeArguments(
      'menu.deleteConditional',
      deleteConditional,
      (call, menuId) => ({
        menuid: neededText(call, 'menuId', typeof menuId === 'number' ? String(menuId) : menuId),
      }),
    ),
  };
}
