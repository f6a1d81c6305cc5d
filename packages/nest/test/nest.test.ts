/** Nest applications over sockets, on both platforms. */
import 'reflect-metadata';
import { afterEach, describe, expect, it, test } from '@jest/globals';
import {
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  type INestApplication,
  Inject,
  Injectable,
  Module,
  type ModuleMetadata,
  type NestInterceptor,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  type ContextStore,
  type Exchange,
  InjectWechatClient,
  InjectWechatContexts,
  InjectWechatWebhook,
  type MessageClient,
  type MessageMap,
  OnDefault,
  OnEvent,
  OnMessage,
  OnText,
  type Webhook,
  type WebhookOptions,
  WechatModule,
  type WechatModuleOptions,
} from '@wechat-mp/nest';
import { map } from 'rxjs';
import { recorder, send } from '../../../test/support/http.ts';
import * as platform from '../../../test/support/platform.ts';

const account = { token: 'NestToken' };
const platforms = {
  Express: () => new ExpressAdapter(),
  Fastify: () => new FastifyAdapter(),
};

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

const options = (given: Partial<WebhookOptions> & { path?: string } = {}) => ({
  ...account,
  logger: recorder().logger,
  ...given,
});

async function start(
  imports: ModuleMetadata['imports'],
  providers: ModuleMetadata['providers'],
  create = platforms.Express as () => ExpressAdapter | FastifyAdapter,
): Promise<string> {
  @Module({ imports: imports ?? [], providers: providers ?? [], controllers: [Pages] })
  class AppModule {}
  app = await NestFactory.create(AppModule, create() as ExpressAdapter, {
    logger: false,
    abortOnError: false,
  });
  app.setGlobalPrefix('api');
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

async function ask(origin: string, fields: platform.WireFields, path = '/wechat') {
  const delivery = platform.plain(account, fields);
  const answer = await send(`${origin}${path}`, delivery);
  if (answer.body === 'success') return 'success';
  return (platform.readAnswer(account, delivery, answer) as platform.Fields)['Content'];
}
const say = (origin: string, Content: string, path?: string) =>
  ask(origin, platform.userMessage('text', { Content }), path);

@Controller()
class Pages {
  @Get('hello')
  hello() {
    return 'a page';
  }
}

@Injectable()
class Menu {
  readonly dishes = ['noodles', 'rice'];
}

@Injectable()
class Bot {
  readonly #menu: Menu;

  constructor(@Inject(Menu) menu: Menu) {
    this.#menu = menu;
  }

  @OnDefault()
  other({ type }: MessageMap[keyof MessageMap]) {
    return `a ${type}`;
  }

  @OnMessage('image', 'video')
  look({ mediaId }: MessageMap['image'] | MessageMap['video']) {
    return `seen ${mediaId}`;
  }

  @OnText()
  async text({ content }: MessageMap['text'], { context }: Exchange<'text'>) {
    const count = context.get('count', 0) + 1;
    context.set('count', count);
    return `${count}: ${content}`;
  }

  @OnText(/^order (\d+)$/)
  order(_message: MessageMap['text'], { match }: Exchange<'text'>) {
    return `order ${match?.[1]}`;
  }

  @OnText('menu')
  @OnEvent('click', 'MENU')
  show() {
    return this.#menu.dishes.join(', ');
  }

  @OnEvent('subscribe')
  welcome({ scene }: MessageMap['event:subscribe']) {
    return `welcome from ${scene}`;
  }

  @OnText('stream')
  async *stream() {
    yield 'one, ';
    yield 'two';
  }
}

describe.each(Object.entries(platforms))('on %s', (_, create) => {
  it('answers with the methods of a provider, what is more exact first', async () => {
    const origin = await start([WechatModule.forRoot(options())], [Bot, Menu], create);
    expect(await say(origin, 'menu')).toBe('noodles, rice');
    expect(await say(origin, 'order 42')).toBe('order 42');
    expect(await say(origin, 'hello')).toBe('1: hello');
    expect(await say(origin, 'again')).toBe('2: again');
    expect(await say(origin, 'stream')).toBe('one, two');
    const image = platform.userMessage('image', { PicUrl: 'http://x', MediaId: 'm1' });
    expect(await ask(origin, image)).toBe('seen m1');
    expect(await ask(origin, platform.event('CLICK', { EventKey: 'MENU' }))).toBe('noodles, rice');
    expect(await ask(origin, platform.event('CLICK', { EventKey: 'X' }))).toBe('a event:click');
    const subscribe = platform.event('subscribe', { EventKey: 'qrscene_poster', Ticket: 't' });
    expect(await ask(origin, subscribe)).toBe('welcome from poster');
  });

  it('answers the check of the address, and refuses what is signed wrongly', async () => {
    const origin = await start([WechatModule.forRoot(options())], [Bot, Menu], create);
    const check = platform.verification(account, '5214');
    expect(await send(`${origin}/wechat`, check)).toMatchObject({ status: 200, body: '5214' });
    const forged = { ...check, query: { ...check.query, signature: '0'.repeat(40) } };
    expect(await send(`${origin}/wechat`, forged)).toMatchObject({ status: 401 });
    expect(await send(`${origin}/wechat/`, check)).toMatchObject({ status: 200 });
  });

  it('leaves the routes of the application alone', async () => {
    const origin = await start([WechatModule.forRoot(options())], [Bot, Menu], create);
    const page = { method: 'GET', query: {} };
    expect(await send(`${origin}/api/hello`, page)).toMatchObject({ status: 200, body: 'a page' });
    expect(await send(`${origin}/wechat`, page)).toMatchObject({ status: 404 });
    const { query } = platform.verification(account);
    expect(await send(`${origin}/api/hello`, { method: 'GET', query })).toMatchObject({
      body: 'a page',
    });
  });

  it('takes a message in JSON before the body parser does', async () => {
    const origin = await start([WechatModule.forRoot(options())], [Bot, Menu], create);
    const fields = platform.userMessage('text', { Content: 'menu' });
    const delivery = platform.plain(account, JSON.stringify(fields));
    const answer = await send(`${origin}/wechat`, { ...delivery, contentType: 'application/json' });
    expect(JSON.parse(answer.body)).toMatchObject({ Content: 'noodles, rice' });
  });

  it('answers in an application of @nestjs/testing', async () => {
    const fixture = await Test.createTestingModule({
      imports: [WechatModule.forRoot(options({ path: '/bot' }))],
      providers: [Bot, Menu],
    }).compile();
    app = fixture.createNestApplication<NestFastifyApplication>(create() as FastifyAdapter);
    await app.listen(0, '127.0.0.1');
    expect(await say(await app.getUrl(), 'menu', '/bot')).toBe('noodles, rice');
  });

  it('waits for work in progress when the application is closed', async () => {
    let finish = () => {};
    let started = () => {};
    const running = new Promise<void>((resolve) => {
      started = resolve;
    });
    @Injectable()
    class Slow {
      @OnText()
      async text() {
        started();
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return 'done';
      }
    }
    const origin = await start([WechatModule.forRoot(options())], [Slow], create);
    const answer = say(origin, 'slow');
    await running;
    const closed = app?.close();
    app = undefined;
    finish();
    expect(await answer).toBe('done');
    await closed;
  });
});

test('options come from a factory, with what it injects', async () => {
  @Injectable()
  class Config {
    readonly token = account.token;
  }
  @Module({ providers: [Config], exports: [Config] })
  class ConfigModule {}
  const asynchronous = WechatModule.forRootAsync({
    imports: [ConfigModule],
    inject: [Config],
    useFactory: async ({ token }: Config) => ({ ...options({ path: '/hook' }), token }),
  });
  const origin = await start([asynchronous], [Bot, Menu]);
  expect(await say(origin, 'menu', '/hook')).toBe('noodles, rice');
});

test('several accounts stand behind one address', async () => {
  const accounts = { ...options(), account: 'shop' } as never;
  const origin = await start(
    [WechatModule.forRoot({ accounts: ({ query }) => (query['account'] ? accounts : undefined) })],
    [Bot, Menu],
  );
  const delivery = platform.plain(account, platform.userMessage('text', { Content: 'menu' }));
  expect(await send(`${origin}/wechat`, delivery)).toMatchObject({ status: 404 });
  const named = { ...delivery, query: { ...delivery.query, account: 'shop' } };
  expect(await send(`${origin}/wechat`, named)).toMatchObject({ status: 200 });
});

test('the client, the conversations and the webhook can be injected', async () => {
  const client: MessageClient = { message: { custom: { send: async () => ({}) } } };
  const seen: unknown[] = [];
  @Injectable()
  class Curious {
    constructor(
      @InjectWechatClient() given: MessageClient,
      @InjectWechatContexts() contexts: ContextStore,
      @InjectWechatWebhook() webhook: Webhook,
    ) {
      seen.push(given, typeof contexts.load, typeof webhook.handle);
    }
  }
  await start([WechatModule.forRoot(options({ client }))], [Curious]);
  expect(seen).toEqual([client, 'function', 'function']);
});

test('a provider of the scope of a request is made for each message', async () => {
  let made = 0;
  @Injectable({ scope: Scope.REQUEST })
  class Fresh {
    constructor() {
      made += 1;
    }
    @OnText()
    text() {
      return `instance ${made}`;
    }
  }
  const origin = await start([WechatModule.forRoot(options())], [Fresh]);
  expect(await say(origin, 'a')).toBe('instance 1');
  expect(await say(origin, 'b')).toBe('instance 2');
});

test('guards, interceptors and filters of Nest run around a method', async () => {
  @Injectable()
  class Members implements CanActivate {
    canActivate(context: ExecutionContext) {
      expect(context.getType<string>()).toBe('wechat');
      return (context.getArgs()[0] as MessageMap['text']).content !== 'stranger';
    }
  }
  const shout: NestInterceptor = {
    intercept: (_context, next) => next.handle().pipe(map((answer) => `${answer}!`)),
  };
  @Catch()
  class Sorry implements ExceptionFilter {
    catch() {
      return 'sorry';
    }
  }
  @UseGuards(Members)
  @Injectable()
  class Guarded {
    @OnText()
    @UseInterceptors(shout)
    @UseFilters(Sorry)
    text({ content }: MessageMap['text']) {
      if (content === 'fail') throw new Error('failed');
      return content;
    }
  }
  const origin = await start([WechatModule.forRoot(options())], [Guarded, Members]);
  expect(await say(origin, 'hi')).toBe('hi!');
  expect(await say(origin, 'fail')).toBe('sorry');
  expect(await say(origin, 'stranger')).toBe('sorry');
});

test.each([
  ['no token', { token: '' }, 'token'],
  ['a path without a slash', { ...account, path: 'wechat' }, 'path must start with /'],
  ['a name that nothing has', { ...account, encodingAesKey: 'x' }, 'encodingAESKey'],
])('%s is refused when the application starts', async (_, given, told) => {
  const imports = [WechatModule.forRoot(given as WechatModuleOptions)];
  await expect(start(imports, [Bot, Menu])).rejects.toThrow(told);
});

test('two default methods are refused when the application starts', async () => {
  @Injectable()
  class Another {
    @OnDefault()
    other() {
      return '';
    }
  }
  const imports = [WechatModule.forRoot(options())];
  await expect(start(imports, [Bot, Menu, Another])).rejects.toThrow('default handler already');
});
