/** The types of the conversation; checked by tsc, with `npm run types`. */
import { createWebhook, type Exchange, type Json, type WechatContext } from '@wechat-mp/core';
import type { Request } from 'express';
import type { FastifyRequest } from 'fastify';
import type { Context } from 'koa';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function same<A, B>(equal: Equal<A, B>): void;

same<Exchange['context'], WechatContext>(true);
same<Request['wechatContext'], WechatContext>(true);
same<Context['wechatContext'], WechatContext>(true);
same<Context['req']['wechatContext'], WechatContext>(true);
same<FastifyRequest['wechatContext'], WechatContext>(true);

createWebhook('TOKEN', {
  text: async (_message, { context }) => {
    const step = context.get('step', 1);
    same<typeof step, number>(true);
    const other = context.get('other');
    same<typeof other, Json | undefined>(true);
    context.set('step', step + 1).set('list', [1, { a: null }]);
    // @ts-expect-error -- JSON has no dates
    context.set('when', new Date());
    // @ts-expect-error -- nor undefined
    context.set('nothing', undefined);
    context.setExpiry(null);
    // @ts-expect-error -- an expiry is seconds, a Date or null
    context.setExpiry('60');
    await context.flush();
    return String(step);
  },
});

declare const typed: WechatContext<{ step: number; name: string; cart: readonly string[] }>;
const step = typed.get('step');
same<typeof step, number | undefined>(true);
const name = typed.get('name', 'you');
same<typeof name, string>(true);
const popped = typed.pop('cart');
same<typeof popped, readonly string[] | undefined>(true);
same<ReturnType<(typeof typed)['keys']>, ('step' | 'name' | 'cart')[]>(true);
typed.set('cart', ['a']).update({ step: 1, name: 'x' });
// @ts-expect-error -- no such key
typed.get('stpe');
// @ts-expect-error -- a step is a number
typed.set('step', '1');
// @ts-expect-error -- the default has the type of the value
typed.get('step', 'one');
// @ts-expect-error -- no such key
typed.update({ stpe: 1 });
