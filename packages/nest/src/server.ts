import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BeforeApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type {
  DiscoveryService,
  ExternalContextCreator,
  HttpAdapterHost,
  MetadataScanner,
  ModuleRef,
} from '@nestjs/core';
import {
  type ContextStore,
  createWebhook,
  InvalidArgumentError,
  type Router,
  type Webhook,
} from '@wechat-mp/core';
import {
  createPathCheck,
  type Mounted,
  mount,
  nodeRequest,
  sendResponse,
} from '@wechat-mp/core/adapter';
import { createRouter } from './handlers.ts';
import type { WechatModuleOptions } from './options.ts';

type Next = () => void;
interface HijackableReply {
  readonly raw: ServerResponse;
  hijack(): unknown;
}
interface FastifyApp {
  addHook(
    name: 'onRequest',
    hook: (request: { readonly raw: IncomingMessage }, reply: HijackableReply, next: Next) => void,
  ): unknown;
}

/** Answers WeChat's deliveries on the HTTP server of the application. */
export class WechatServer implements OnModuleInit, BeforeApplicationShutdown {
  readonly webhook: Webhook;
  readonly #mounted: Mounted;
  readonly #isOnPath: (url: string) => boolean;
  readonly #host: HttpAdapterHost;
  readonly #createRouter: () => Router;
  #router: Router | undefined;
  #isMounted = false;

  constructor(
    options: WechatModuleOptions,
    contexts: ContextStore,
    host: HttpAdapterHost,
    discovery: DiscoveryService,
    scanner: MetadataScanner,
    modules: ModuleRef,
    external: ExternalContextCreator,
  ) {
    const { path = '/wechat' } = options;
    this.#isOnPath = createPathCheck(path);
    this.webhook = createWebhook(getAccount(options, contexts), (_message, exchange) =>
      this.#router?.run(exchange),
    );
    this.#mounted = mount(this.webhook);
    this.#createRouter = () => createRouter({ discovery, scanner, modules, external });
    this.#host = host;
    // A module of @nestjs/testing has no server yet.
    if (host.httpAdapter) this.#mount();
  }

  onModuleInit(): void {
    this.#router = this.#createRouter();
    if (!this.#isMounted) this.#mount();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.webhook.close();
  }

  #mount(): void {
    const { httpAdapter } = this.#host;
    this.#isMounted = true;
    if (!httpAdapter) return;
    const type = httpAdapter.getType();
    if (type === 'express') {
      httpAdapter.use((req: IncomingMessage, res: ServerResponse, next: Next) => {
        if (this.#accepts(req)) void this.#answer(req, res);
        else next();
      });
    } else if (type === 'fastify') {
      const app = httpAdapter.getInstance<FastifyApp>();
      app.addHook('onRequest', ({ raw }, reply, next) => {
        if (!this.#accepts(raw)) return next();
        reply.hijack();
        void this.#answer(raw, reply.raw);
      });
    } else {
      throw new InvalidArgumentError(
        `unsupported HTTP adapter ${type}: use platform-express or platform-fastify`,
      );
    }
  }

  #accepts(request: IncomingMessage): boolean {
    const { url = '' } = request;
    return this.#mounted.accepts(url, request) && this.#isOnPath(url);
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const request = nodeRequest(req, res, req, req);
    sendResponse(res, await this.#mounted.handle(request, [req]));
  }
}

function getAccount(options: WechatModuleOptions, contexts: ContextStore) {
  if (options.accounts) return options.accounts;
  const { path: _path, isGlobal: _isGlobal, accounts: _accounts, ...account } = options;
  return { ...account, contexts };
}
