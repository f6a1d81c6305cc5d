import type { Type } from '@nestjs/common';
import {
  ContextIdFactory,
  type DiscoveryService,
  type ExternalContextCreator,
  type MetadataScanner,
  type ModuleRef,
} from '@nestjs/core';
import { type Answer, type Exchange, type Handler, Router } from '@wechat-mp/core';
import { getRegistrations, type Registration } from './decorators.ts';

type Method = (...given: unknown[]) => unknown;
type Provider = ReturnType<DiscoveryService['getProviders']>[number];

/** The parts of Nest that find providers and call their methods. */
export interface Nest {
  readonly discovery: DiscoveryService;
  readonly scanner: MetadataScanner;
  readonly modules: ModuleRef;
  readonly external: ExternalContextCreator;
}

/** The order of registrations: specific ones first. */
const RANKS: Record<Registration['kind'], number> = { text: 0, event: 0, message: 1, default: 2 };

/** Creates a router of all decorated methods, in the order of modules and methods. */
export function createRouter(nest: Nest): Router {
  const { discovery, scanner } = nest;
  const providers = [...discovery.getProviders(), ...discovery.getControllers()];
  const found = providers.flatMap((provider) => {
    const prototype = getPrototype(provider);
    if (!prototype) return [];
    return scanner.getAllMethodNames(prototype).flatMap((name) =>
      getRegistrations(prototype[name] as object).map((registration) => ({
        registration,
        handler: createHandler(nest, provider, name),
      })),
    );
  });
  const router = new Router();
  found.sort((a, b) => rank(a.registration) - rank(b.registration));
  for (const { registration, handler } of found) register(router, registration, handler);
  return router;
}

function rank(registration: Registration): number {
  const { kind } = registration;
  const given = kind === 'text' ? registration.pattern : kind === 'event' ? registration.key : '';
  // What is exactly so goes before what matches.
  return RANKS[kind] + (given instanceof RegExp ? 0.5 : 0);
}

function register(router: Router, registration: Registration, handler: Handler): void {
  switch (registration.kind) {
    case 'text':
      router.text(registration.pattern as string, handler as Handler<'text'>);
      break;
    case 'event':
      router.event(registration.name, registration.key as string, handler);
      break;
    case 'message':
      router.on(registration.names, handler);
      break;
    case 'default':
      router.default(handler);
  }
}

function getPrototype({ metatype, isNotMetatype }: Provider): Record<string, unknown> | undefined {
  if (!metatype || isNotMetatype) return undefined;
  return (metatype as Type).prototype as Record<string, unknown> | undefined;
}

/** Creates a handler that calls a method through its guards, interceptors and pipes. */
function createHandler(nest: Nest, provider: Provider, name: string): Handler {
  const bind = (instance: Record<string, Method>) =>
    nest.external.create(
      instance,
      instance[name] as Method,
      name,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      'wechat',
    ) as (message: unknown, exchange: Exchange) => Promise<Answer>;
  if (provider.isDependencyTreeStatic()) {
    // The instance of a lazy or late provider may not be there before the first message.
    let bound: ReturnType<typeof bind> | undefined;
    return (message, exchange) => {
      bound ??= bind(provider.instance as Record<string, Method>);
      return bound(message, exchange);
    };
  }
  return async (message, exchange) => {
    const id = ContextIdFactory.create();
    const instance = await nest.modules.resolve<Record<string, Method>>(provider.token, id, {
      strict: false,
    });
    return bind(instance)(message, exchange);
  };
}
