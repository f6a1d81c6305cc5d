/** What the client offers over the methods of the tables: arguments in place of bodies, and checks. */
import type { BaseUrl } from '../origin.ts';
import type { Api } from './api.ts';
import { type BlacklistMethods, createBlacklistMethods } from './blacklist.ts';
import { type CustomMethods, customOf } from './custom.ts';
import { type GroupMethods, groupOf } from './group.ts';
import { createMassMethods, type MassMethods } from './mass.ts';
import { createMaterialMethods, type MaterialMethods } from './material.ts';
import { type MediaMethods, mediaOf } from './media.ts';
import { createMenuMethods, type MenuMethods } from './menu.ts';
import { type Oauth2Methods, oauth2Of } from './oauth2.ts';
import { type QrcodeMethods, qrcodeOf } from './qrcode.ts';
import { createTagMethods, type TagMethods } from './tag.ts';
import { type TemplateMethods, templateOf } from './template.ts';
import { type UserMethods, userOf } from './user.ts';

export type { Api } from './api.ts';
export type { BlacklistMethods } from './blacklist.ts';
export type {
  CustomMethods,
  CustomMiniProgramPage,
  CustomMsgMenu,
  CustomMusic,
  CustomOptions,
  CustomVideo,
} from './custom.ts';
export type { GroupMethods } from './group.ts';
export type {
  MassImageOptions,
  MassMethods,
  MassNewsOptions,
  MassOptions,
  MassReceivers,
  MassVideo,
} from './mass.ts';
export type { MaterialMethods, MaterialOptions } from './material.ts';
export type { MediaMethods } from './media.ts';
export type { MenuMethods } from './menu.ts';
export type { AuthorizeOptions, Oauth2Methods } from './oauth2.ts';
export type { QrcodeMethods } from './qrcode.ts';
export type { TagMethods } from './tag.ts';
export type { TemplateMethods, TemplateOptions, TemplateValues } from './template.ts';
export type { UserMethods } from './user.ts';

/** The methods that take the place of generated ones, or stand beside them. */
export interface Conveniences {
  readonly message: {
    readonly custom: CustomMethods;
    readonly template: TemplateMethods;
    readonly mass: MassMethods;
  };
  readonly menu: MenuMethods;
  readonly media: MediaMethods;
  readonly material: MaterialMethods;
  readonly tag: TagMethods;
  readonly blacklist: BlacklistMethods;
  readonly group: GroupMethods;
  readonly user: UserMethods;
  readonly qrcode: QrcodeMethods;
  readonly oauth2: Oauth2Methods;
}

/** Makes the conveniences, which call the methods that they are given. */
export function conveniencesOf(
  api: Pick<
    Api,
    | 'message'
    | 'menu'
    | 'media'
    | 'material'
    | 'tag'
    | 'blacklist'
    | 'group'
    | 'user'
    | 'qrcode'
    | 'oauth2'
  >,
  pageBaseUrl?: BaseUrl,
): Conveniences {
  return {
    message: {
      custom: customOf(api.message.custom),
      template: templateOf(api.message.template),
      mass: createMassMethods(api.message.mass),
    },
    menu: createMenuMethods(api.menu),
    media: mediaOf(api.media),
    material: createMaterialMethods(api.material),
    tag: createTagMethods(api.tag),
    blacklist: createBlacklistMethods(api.blacklist),
    group: groupOf(api.group),
    user: userOf(api.user),
    qrcode: qrcodeOf(api.qrcode, pageBaseUrl),
    oauth2: oauth2Of(api.oauth2),
  };
}
