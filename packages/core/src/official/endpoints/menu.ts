import { get, type Id, post, type Success } from '../endpoint.ts';
import type { AutoNews } from './common.ts';

/** The action of a button. */
export type ButtonType =
  | 'click'
  | 'view'
  | 'scancode_push'
  | 'scancode_waitmsg'
  | 'pic_sysphoto'
  | 'pic_photo_or_album'
  | 'pic_weixin'
  | 'location_select'
  | 'media_id'
  | 'view_limited'
  | 'article_id'
  | 'article_view_limited'
  | 'miniprogram';

/** A button, or a heading over those in `sub_button`: three across, five below each. */
export interface Button {
  name: string;
  type?: ButtonType | undefined;
  /** Comes back in the event; for click and the like. */
  key?: string | undefined;
  /** For view, and for clients that cannot open a mini program. */
  url?: string | undefined;
  media_id?: string | undefined;
  article_id?: string | undefined;
  /** AppID of the mini program. */
  appid?: string | undefined;
  pagepath?: string | undefined;
  sub_button?: Button[] | undefined;
}

/** The users of a conditional menu; all given conditions must hold. */
export interface MatchRule {
  tag_id?: number | undefined;
  /** 1 iOS, 2 Android, 3 others. */
  client_platform_type?: number | undefined;
  language?: string | undefined;
}

/** A rule as it is stored, with what rules could once ask for. */
export interface StoredMatchRule extends MatchRule {
  group_id?: number;
  sex?: number;
  country?: string;
  province?: string;
  city?: string;
}

/** A menu as it is stored. */
export interface Menu {
  button: Button[];
  /** Present when there are conditional menus. */
  menuid?: Id;
}

/** A menu that only some followers see. */
export interface ConditionalMenu extends Menu {
  matchrule: StoredMatchRule;
}

/** A button of the menu that is shown, made here or in the console. */
export interface CurrentButton {
  name: string;
  type?: string;
  key?: string;
  /** A text, a media_id or an address, by `type`. */
  value?: string;
  url?: string;
  news_info?: { list: AutoNews[] };
  sub_button?: { list: CurrentButton[] };
}

/** 自定义菜单: the menu below a chat. */
export const menu = {
  /**
   * 创建自定义菜单: sets the menu that everyone sees, in place of the one before.
   * @see https://developers.weixin.qq.com/doc/service/api/custommenu/api_createcustommenu.html
   */
  create: post<{ button: Button[] }>('/cgi-bin/menu/create'),
  /**
   * 获取自定义菜单配置: gets the menus that were made with this API.
   * @see https://developers.weixin.qq.com/doc/service/api/custommenu/api_getmenu.html
   */
  get: get<{ menu: Menu; conditionalmenu?: ConditionalMenu[] }>('/cgi-bin/menu/get'),
  /**
   * 删除自定义菜单: deletes the menu, and all conditional ones with it.
   * @see https://developers.weixin.qq.com/doc/service/api/custommenu/api_deletemenu.html
   */
  delete: get<Success>('/cgi-bin/menu/delete', { idempotent: false }),
  /**
   * 查询自定义菜单信息: gets the menu that is shown, also when it was made in the console.
   * @see https://developers.weixin.qq.com/doc/service/api/custommenu/api_getcurrentselfmenuinfo.html
   */
  getCurrentSelfMenu: get<{ is_menu_open: 0 | 1; selfmenu_info: { button: CurrentButton[] } }>(
    '/cgi-bin/get_current_selfmenu_info',
  ),
  /**
   * 创建个性化菜单: adds a menu that only those see who match a rule.
   * @see https://developers.weixin.qq.com/doc/service/api/custommenu/api_addconditionalmenu.html
   */
  addConditional: post<{ button: Button[]; matchrule: MatchRule }, { menuid: Id }>(
    '/cgi-bin/menu/addconditional',
  ),
  /**
   * 删除个性化菜单: deletes one conditional menu.
   * @see https://developers.weixin.qq.com/doc/service/api/custommenu/api_deleteconditionalmenu.html
   */
  deleteConditional: post<{ menuid: Id }>('/cgi-bin/menu/delconditional'),
  /**
   * 测试个性化菜单匹配结果: shows the menu that a follower sees.
   * @see https://developers.weixin.qq.com/doc/service/api/custommenu/api_trymatchmenu.html
   */
  tryMatch: post<{ user_id: string }, { button: Button[] }>('/cgi-bin/menu/trymatch', {
    idempotent: true,
  }),
};
