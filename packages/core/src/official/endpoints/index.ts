/** The endpoints of the official API, and the types of what goes in and comes out. */
import { ai } from './ai.ts';
import { autoreply } from './autoreply.ts';
import { blacklist } from './blacklist.ts';
import { callback } from './callback.ts';
import { card } from './card.ts';
import { comment } from './comment.ts';
import { component } from './component.ts';
import { datacube } from './datacube.ts';
import { draft } from './draft.ts';
import { freepublish } from './freepublish.ts';
import { group } from './group.ts';
import { img } from './img.ts';
import { invoice } from './invoice.ts';
import { kf } from './kf.ts';
import { marketcode } from './marketcode.ts';
import { material } from './material.ts';
import { media } from './media.ts';
import { medical } from './medical.ts';
import { menu } from './menu.ts';
import { message } from './message.ts';
import { nontax } from './nontax.ts';
import { oauth2 } from './oauth2.ts';
import { ocr } from './ocr.ts';
import { openapi } from './openapi.ts';
import { publisher } from './publisher.ts';
import { qrcode } from './qrcode.ts';
import { shorten } from './shorten.ts';
import { store } from './store.ts';
import { tag } from './tag.ts';
import { ticket } from './ticket.ts';
import { token } from './token.ts';
import { user } from './user.ts';

export type * from './autoreply.ts';
export type * from './card.ts';
export type * from './comment.ts';
export type * from './common.ts';
export type * from './component.ts';
export type * from './datacube.ts';
export type * from './draft.ts';
export type * from './freepublish.ts';
export type * from './invoice.ts';
export type * from './kf.ts';
export type * from './marketcode.ts';
export type * from './material.ts';
export type * from './media.ts';
export type * from './menu.ts';
export type * from './message.ts';
export type * from './nontax.ts';
export type * from './oauth2.ts';
export type * from './ocr.ts';
export type * from './publisher.ts';
export type * from './qrcode.ts';
export type * from './store.ts';
export type * from './user.ts';

/** All endpoints, by the names of their methods. */
export const endpoints = {
  token,
  callback,
  openapi,
  menu,
  message,
  autoreply,
  media,
  material,
  draft,
  freepublish,
  comment,
  user,
  tag,
  blacklist,
  group,
  kf,
  datacube,
  qrcode,
  shorten,
  ticket,
  oauth2,
  publisher,
  ai,
  ocr,
  img,
  medical,
  nontax,
  component,
  card,
  invoice,
  store,
  marketcode,
};
