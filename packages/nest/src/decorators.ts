import 'reflect-metadata';
import { Inject } from '@nestjs/common';
import type { Answer, Exchange, KeyedEventName, MessageMap, MessageName } from '@wechat-mp/core';
import { WECHAT_CLIENT, WECHAT_CONTEXTS, WECHAT_WEBHOOK } from './tokens.ts';

/** The messages that a provider's method handles, as declared by its decorator. */
export type Registration =
  | { readonly kind: 'text'; readonly pattern: string | RegExp }
  | { readonly kind: 'event'; readonly name: KeyedEventName; readonly key: string | RegExp }
  | { readonly kind: 'message'; readonly names: readonly MessageName[] }
  | { readonly kind: 'default' };

/** A decorator for methods that take a message of the kind `N` and its exchange. */
export type HandlerDecorator<N extends MessageName> = <
  M extends (message: MessageMap[N], exchange: Exchange<N>) => Answer | Promise<Answer>,
>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

type ShortName<N> = N extends `event:${infer Short}` ? Short : never;
type EventName = Extract<MessageName, `event:${string}`>;
type LongName<N> = N extends EventName ? N : `event:${N & string}` & EventName;

const HANDLES = 'wechat-mp:handles';

function createDecorator<N extends MessageName>(registration: Registration): HandlerDecorator<N> {
  return (_target, _key, { value }) => {
    if (typeof value !== 'function') return;
    Reflect.defineMetadata(HANDLES, [registration, ...getRegistrations(value)], value);
  };
}

/** Returns the registrations of a method, in the order of its decorators. */
export function getRegistrations(method: object): readonly Registration[] {
  return (Reflect.getMetadata(HANDLES, method) ?? []) as Registration[];
}

/**
 * Handles text messages: all of them, those equal to `pattern`, or those that match it. The match
 * of a regular expression is `exchange.match`.
 *
 * @example
 * @OnText(/^order (\d+)$/)
 * order(message: MessageMap['text'], { match }: Exchange<'text'>) { return `Order ${match?.[1]}`; }
 */
export function OnText(pattern?: string | RegExp): HandlerDecorator<'text'> {
  if (pattern === undefined) return OnMessage('text');
  return createDecorator({ kind: 'text', pattern });
}

/**
 * Handles events by name, with or without `event:`; `key` restricts it to a menu button's key or a
 * QR code's scene.
 *
 * @example
 * @OnEvent('subscribe') welcome() { return 'Welcome!'; }
 * @OnEvent('click', 'ABOUT') about() { return 'We make software.'; }
 */
export function OnEvent<N extends EventName | ShortName<EventName>>(
  name: N,
  key?: string | RegExp,
): HandlerDecorator<LongName<N>> {
  const long = (name.startsWith('event:') ? name : `event:${name}`) as EventName;
  if (key === undefined) return OnMessage(long) as HandlerDecorator<LongName<N>>;
  return createDecorator({ kind: 'event', name: long as KeyedEventName, key });
}

/**
 * Handles messages by name, as `message.type` has it.
 *
 * @example
 * @OnMessage('image', 'video') look() { return 'Nice!'; }
 */
export function OnMessage<N extends MessageName>(...names: readonly N[]): HandlerDecorator<N> {
  return createDecorator({ kind: 'message', names });
}

/** Handles messages that no other method handles. Only one method of the application can have it. */
export function OnDefault(): HandlerDecorator<MessageName> {
  return createDecorator({ kind: 'default' });
}

/** Injects the webhook, for example for `withContext(user, use)` outside a delivery. */
export function InjectWechatWebhook(): PropertyDecorator & ParameterDecorator {
  return Inject(WECHAT_WEBHOOK);
}

/** Injects the option `client`. */
export function InjectWechatClient(): PropertyDecorator & ParameterDecorator {
  return Inject(WECHAT_CLIENT);
}

/** Injects the context store: the option `contexts`, or the default store in memory. */
export function InjectWechatContexts(): PropertyDecorator & ParameterDecorator {
  return Inject(WECHAT_CONTEXTS);
}
