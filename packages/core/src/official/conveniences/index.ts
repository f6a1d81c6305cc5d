/** What the client offers over the methods of the tables: arguments in place of bodies, and checks. */
import type { BaseUrl } from '../origin.ts';
import type { Api } from './api.ts';
import { type CustomMethods, customOf } from './custom.ts';
import { type GroupMethods, groupOf } from './group.ts';
import { createMassMethods, type MassMethods } from './mass.ts';
import { type MediaMethods, mediaOf } from './media.ts';
import { type Oauth2Methods, oauth2Of } from './oauth2.ts';
import { type QrcodeMethods, qrcodeOf } from './qrcode.ts';
import { type TemplateMethods, templateOf } from './template.ts';
import { type UserMethods, userOf } from './user.ts';

export type { Api } from './api.ts';
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
export type { MediaMethods } from './media.ts';
export type { AuthorizeOptions, Oauth2Methods } from './oauth2.ts';
export type { QrcodeMethods } from './qrcode.ts';
export type { TemplateMethods, TemplateOptions, TemplateValues } from './template.ts';
export type { UserMethods } from './user.ts';

/** The methods that take the place of generated ones, or stand beside them. */
export interface Conveniences {
  readonly message: {
    readonly custom: CustomMethods;
    readonly template: TemplateMethods;
    readonly mass: MassMethods;
  };
  readonly media: MediaMethods;
  readonly group: GroupMethods;
  readonly user: UserMethods;
  readonly qrcode: QrcodeMethods;
  readonly oauth2: Oauth2Methods;
}

/** Makes the conveniences, which call the methods that they are given. */
export function conveniencesOf(
  api: Pick<Api, 'message' | 'media' | 'group' | 'user' | 'qrcode' | 'oauth2'>,
  pageBaseUrl?: BaseUrl,
): Conveniences {
  return {
    message: {
      custom: customOf(api.message.custom),
      template: templateOf(api.message.template),
      mass: createMassMethods(api.message.mass),
    },
    media: mediaOf(api.media),
    group: groupOf(api.group),
    user: userOf(api.user),
    qrcode: qrcodeOf(api.qrcode, pageBaseUrl),
    oauth2: oauth2Of(api.oauth2),
  };
}
