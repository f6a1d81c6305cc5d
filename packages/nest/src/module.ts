import {
  ConfigurableModuleBuilder,
  type ConfigurableModuleCls,
  type Provider,
} from '@nestjs/common';
import {
  DiscoveryModule,
  DiscoveryService,
  ExternalContextCreator,
  HttpAdapterHost,
  MetadataScanner,
  ModuleRef,
} from '@nestjs/core';
import { MemoryContextStore } from '@wechat-mp/core';
import type { WechatModuleOptions } from './options.ts';
import { WechatServer } from './server.ts';
import { WECHAT_CLIENT, WECHAT_CONTEXTS, WECHAT_WEBHOOK } from './tokens.ts';

type Extras = Pick<WechatModuleOptions, 'isGlobal'>;

const builder = new ConfigurableModuleBuilder<WechatModuleOptions>()
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createWechatOptions')
  .setExtras<Extras>({ isGlobal: true }, (definition, { isGlobal }) => ({
    ...definition,
    global: isGlobal ?? true,
    imports: [...(definition.imports ?? []), DiscoveryModule],
    providers: [...(definition.providers ?? []), ...PROVIDERS],
    exports: [WECHAT_WEBHOOK, WECHAT_CLIENT, WECHAT_CONTEXTS],
  }))
  .build();
const OPTIONS = builder.MODULE_OPTIONS_TOKEN;

const PROVIDERS: readonly Provider[] = [
  {
    provide: WECHAT_CONTEXTS,
    useFactory: (options: WechatModuleOptions) =>
      ('contexts' in options ? options.contexts : undefined) ?? new MemoryContextStore(),
    inject: [OPTIONS],
  },
  {
    provide: WECHAT_CLIENT,
    useFactory: (options: WechatModuleOptions) =>
      'client' in options ? options.client : undefined,
    inject: [OPTIONS],
  },
  {
    provide: WechatServer,
    useFactory: (...given: ConstructorParameters<typeof WechatServer>) =>
      new WechatServer(...given),
    inject: [
      OPTIONS,
      WECHAT_CONTEXTS,
      HttpAdapterHost,
      DiscoveryService,
      MetadataScanner,
      ModuleRef,
      ExternalContextCreator,
    ],
  },
  {
    provide: WECHAT_WEBHOOK,
    useFactory: ({ webhook }: WechatServer) => webhook,
    inject: [WechatServer],
  },
];

const Configurable: ConfigurableModuleCls<
  WechatModuleOptions,
  'forRoot',
  'createWechatOptions',
  Extras
> = builder.ConfigurableModuleClass;

/**
 * WeChat for NestJS: the methods of providers answer an Official Account's messages, on Express and
 * on Fastify.
 *
 * Deliveries are taken before Nest's body parsers, routes and global prefix. `app.close()`, and a
 * signal after `app.enableShutdownHooks()`, wait for what goes on.
 *
 * @example
 * @Module({
 *   imports: [WechatModule.forRoot({ token: process.env.WECHAT_TOKEN, path: '/wechat' })],
 *   providers: [Bot],
 * })
 * class AppModule {}
 * @throws {NeedParamError} when an option is missing
 * @throws {InvalidArgumentError} when an option is wrong, or two methods are the default
 */
export class WechatModule extends Configurable {}
