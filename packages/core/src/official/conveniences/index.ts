/** Conveniences over the methods of the tables: arguments in place of bodies, and checks. */
import type { BaseUrl } from '../origin.ts';
import type { Api } from './api.ts';
import { type BlacklistMethods, createBlacklistMethods } from './blacklist.ts';
import { type CustomMethods, createCustomMethods } from './custom.ts';
import { createGroupMethods, type GroupMethods } from './group.ts';
import { createMassMethods, type MassMethods } from './mass.ts';
import { createMaterialMethods, type MaterialMethods } from './material.ts';
import { createMediaMethods, type MediaMethods } from './media.ts';
import { createMenuMethods, type MenuMethods } from './menu.ts';
import { createOAuth2Methods, type Oauth2Methods } from './oauth2.ts';
import { createQrcodeMethods, type QrcodeMethods } from './qrcode.ts';
import { createTagMethods, type TagMethods } from './tag.ts';
import { createTemplateMethods, type TemplateMethods } from './template.ts';
import { createUserMethods, type UserMethods } from './user.ts';

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

/** The methods that replace generated ones, or stand beside them. */
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

/** Creates the conveniences, which call the given methods. */
export function createConveniences(
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
      custom: createCustomMethods(api.message.custom),
      template: createTemplateMethods(api.message.template),
      mass: createMassMethods(api.message.mass),
    },
    menu: createMenuMethods(api.menu),
    media: createMediaMethods(api.media),
    material: createMaterialMethods(api.material),
    tag: createTagMethods(api.tag),
    blacklist: createBlacklistMethods(api.blacklist),
    group: createGroupMethods(api.group),
    user: createUserMethods(api.user),
    qrcode: createQrcodeMethods(api.qrcode, pageBaseUrl),
    oauth2: createOAuth2Methods(api.oauth2),
  };
}
