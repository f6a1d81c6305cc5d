/**
 * The types of pushes to a third-party platform. Nothing here runs: tsc checks it, with `npm run
 * types`. A line under `@ts-expect-error` must be an error for the one reason above it.
 */
import {
  createWebhook,
  type Exchange,
  type Message,
  type MessageMap,
  type MessageName,
  Router,
} from '@wechat-mp/core';
import type { ComponentClient } from '@wechat-mp/core/official';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** `same<A, B>(true)` compiles when A is exactly B; `any` is the same as nothing else. */
declare function same<A, B>(equal: Equal<A, B>): void;

createWebhook('TOKEN', {
  'component:component_verify_ticket': (message, exchange) => {
    same<typeof message, MessageMap['component:component_verify_ticket']>(true);
    same<typeof exchange, Exchange<'component:component_verify_ticket'>>(true);
    same<typeof message.componentVerifyTicket, string>(true);
    same<typeof message.id, undefined>(true);
    same<typeof message.source, string>(true);
  },
  'component:authorized': async (message) => {
    same<typeof message.authorizerAppid, string>(true);
    same<typeof message.authorizationCode, string>(true);
    same<typeof message.authorizationCodeExpiredTime, number>(true);
    same<typeof message.preAuthCode, string>(true);
  },
  'component:unauthorized': (message) => {
    same<typeof message.authorizerAppid, string>(true);
    // @ts-expect-error -- who takes the rights back gives no code
    void message.authorizationCode;
  },
  'component:notify_third_fasteregister': (message) => {
    same<typeof message.appid, string | undefined>(true);
    same<typeof message.status, number>(true);
    same<typeof message.info.componentPhone, string | undefined>(true);
  },
  'component:notify_3rd_wxa_auth': (message) => {
    same<typeof message.appid, string>(true);
    // @ts-expect-error -- the group is optional
    void message.dispatchInfo.provider;
  },
  'component:unknown': (message) => {
    same<typeof message.type, 'component:unknown'>(true);
    // @ts-expect-error -- what is not known is in `fields`
    void message.authorizerAppid;
  },
});
// @ts-expect-error -- the name is wrong
createWebhook('TOKEN', { 'component:authorised': () => null });
// @ts-expect-error -- a push is named with its prefix
createWebhook('TOKEN', { authorized: () => null });

declare const client: ComponentClient;
createWebhook('TOKEN', client.handlers);
createWebhook('TOKEN', { ...client.handlers, 'component:unknown': () => null });

const router = new Router();
router.on(['component:authorized', 'component:updateauthorized'], (message) => {
  same<typeof message.type, 'component:authorized' | 'component:updateauthorized'>(true);
  same<typeof message.authorizationCode, string>(true);
});
// @ts-expect-error -- a push has no key
router.event('component:authorized', 'A', () => null);

declare const message: Message;
if (message.type === 'component:component_verify_ticket') {
  same<typeof message, MessageMap['component:component_verify_ticket']>(true);
}
const name: MessageName = 'component:unknown';
void name;
