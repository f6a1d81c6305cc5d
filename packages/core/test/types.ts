/**
 * The types of the library. Nothing here runs: tsc checks it, with `npm run types`. A line under
 * `@ts-expect-error` must be an error for the one reason above it.
 */
import {
  type Answer,
  type Article,
  createWebhook,
  type Exchange,
  type Handler,
  type Handlers,
  type Message,
  type MessageMap,
  parseMessage,
  type Reply,
  type ReplyLike,
  Router,
  renderReply,
  reply,
  type Webhook,
  type WebhookOptions,
  type WebhookResponse,
} from '@wechat-mp/core';
import type { AdapterOptions } from '@wechat-mp/core/adapter';
import { wechat as forExpress } from '@wechat-mp/express';
import { wechat as forFastify } from '@wechat-mp/fastify';
import { wechat as forKoa } from '@wechat-mp/koa';
import express from 'express';
import { fastify } from 'fastify';
import Koa from 'koa';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** `same<A, B>(true)` compiles when A is exactly B; `any` is the same as nothing else. */
declare function same<A, B>(equal: Equal<A, B>): void;

const key = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';

// A handlers object: the message narrows by the handler's name, nobody writes a type.

createWebhook('TOKEN', {
  text: (message, exchange) => {
    same<typeof message, MessageMap['text']>(true);
    same<typeof exchange, Exchange<'text'>>(true);
    return message.content;
  },
  image: async (message) => message.picUrl,
  'event:click': (message) => {
    same<typeof message, MessageMap['event:click']>(true);
    same<typeof message.key, string>(true);
  },
  'device_event:bind': (message) => {
    same<typeof message.type, 'device_event:bind'>(true);
    return null;
  },
  'event:unknown': (message) => {
    same<typeof message.type, 'event:unknown'>(true);
    return undefined;
  },
  default: (message, exchange) => {
    same<typeof message, Message>(true);
    same<typeof exchange, Exchange>(true);
    return [{ title: 'news' }];
  },
});
createWebhook('TOKEN', {
  text: (message) => {
    // @ts-expect-error -- a text has no picture
    return message.picUrl;
  },
  'event:click': (message) => {
    // @ts-expect-error -- an event has no content
    return message.content;
  },
});
// @ts-expect-error -- the name is wrong
createWebhook('TOKEN', { txt: () => 'hi' });
// @ts-expect-error -- an event's name has its MsgType
createWebhook('TOKEN', { subscribe: () => 'hi' });
// @ts-expect-error -- a number is no reply
createWebhook('TOKEN', { text: () => 1 });
// @ts-expect-error -- nor is the promise of one
createWebhook('TOKEN', { text: async () => 1 });
// @ts-expect-error -- nor for `default`
createWebhook('TOKEN', { default: () => 1 });
// @ts-expect-error -- an object is a reply only when its type is known
createWebhook('TOKEN', { text: () => ({ type: 'txt', content: 'hi' }) });
// @ts-expect-error -- a handler is a function
createWebhook('TOKEN', { text: 'hi' });

const handlers: Handlers = { text: (message) => message.content };
createWebhook('TOKEN', handlers);

// One function takes every message.

createWebhook('TOKEN', (message, exchange) => {
  same<typeof message, Message>(true);
  same<typeof exchange, Exchange>(true);
  return message.type === 'text' ? message.content : undefined;
});
createWebhook('TOKEN', (message) => {
  // @ts-expect-error -- not every message has content
  return message.content;
});
// @ts-expect-error -- a number is no reply
createWebhook('TOKEN', () => 1);
const handler: Handler = (message) => message.source;
createWebhook('TOKEN', handler);
const textHandler: Handler<'text'> = (message) => message.content;
// @ts-expect-error -- a handler of texts cannot take every message
createWebhook('TOKEN', textHandler);

// The router.

const router = new Router();
router.on('image', (message, exchange) => {
  same<typeof message, MessageMap['image']>(true);
  same<typeof exchange, Exchange<'image'>>(true);
  return message.mediaId;
});
router.on(['image', 'video', 'event:click'], (message) => {
  same<typeof message.type, 'image' | 'video' | 'event:click'>(true);
  if (message.type === 'event:click') same<typeof message, MessageMap['event:click']>(true);
  else same<typeof message.mediaId, string>(true);
});
router.on(['image', 'voice'], (message) => {
  // @ts-expect-error -- a voice message has no picture
  return message.picUrl;
});
// @ts-expect-error -- the name is wrong
router.on('picture', () => 'hi');
// @ts-expect-error -- one of the names is wrong
router.on(['image', 'picture'], () => 'hi');
// @ts-expect-error -- a number is no reply
router.on('image', () => 1);

router.text('help', (message, exchange) => {
  same<typeof message, MessageMap['text']>(true);
  same<typeof exchange, Exchange<'text'>>(true);
  same<typeof exchange.match, RegExpMatchArray | undefined>(true);
});
router.text('help', (_message, { match }) => {
  // @ts-expect-error -- a string has no match
  return match[0];
});
router.text(/^order (\d+)$/, (message, { match, ...exchange }) => {
  same<typeof message, MessageMap['text']>(true);
  same<typeof match, RegExpMatchArray>(true);
  same<typeof exchange.state, Record<string, unknown>>(true);
  return `Order ${match[1]}`;
});
// @ts-expect-error -- a pattern is a string or a RegExp
router.text(1, () => 'hi');
// @ts-expect-error -- a number is no reply
router.text('help', () => 1);
// @ts-expect-error -- a number is no reply
router.text(/help/, () => 1);

router.event('click', 'ABOUT', (message, exchange) => {
  same<typeof message, MessageMap['event:click']>(true);
  same<typeof exchange, Exchange<'event:click'>>(true);
});
router.event('event:click', /^ABOUT/, (message) => {
  same<typeof message, MessageMap['event:click']>(true);
});
router.event('subscribe', 'poster', (message) => {
  same<typeof message, MessageMap['event:subscribe']>(true);
});
// @ts-expect-error -- an agent's session has no key
router.event('kf_create_session', 'A', () => 'hi');
// @ts-expect-error -- the same by its long name
router.event('event:kf_create_session', 'A', () => 'hi');
// @ts-expect-error -- a text is no event
router.event('text', 'A', () => 'hi');
// @ts-expect-error -- no event is called so
router.event('event:clik', 'A', () => 'hi');
// @ts-expect-error -- a number is no reply
router.event('click', 'A', () => 1);

router.default((message) => {
  same<typeof message, Message>(true);
});
// @ts-expect-error -- a number is no reply
router.default(() => 1);
router.error((error, exchange) => {
  same<typeof error, unknown>(true);
  same<typeof exchange, Exchange>(true);
});
router.use(async (exchange, next) => {
  same<typeof exchange, Exchange>(true);
  const answered = await next();
  same<typeof answered, Answer>(true);
  return answered;
}, new Router());
// @ts-expect-error -- a number is no reply
router.use(() => 1);
same<ReturnType<typeof router.on>, Router>(true);

// The three adapters take what createWebhook takes, or a webhook.

type Answering = Parameters<typeof createWebhook>[1];
type Arguments = [options: AdapterOptions, handlers?: Answering];
same<Parameters<typeof forExpress>, Arguments>(true);
same<Parameters<typeof forKoa>, Arguments>(true);
same<Parameters<typeof forFastify>, Arguments>(true);

forExpress('TOKEN', {
  text: (message) => {
    same<typeof message, MessageMap['text']>(true);
  },
  default: (message) => {
    same<typeof message, Message>(true);
  },
});
forKoa('TOKEN', {
  text: (message) => {
    same<typeof message, MessageMap['text']>(true);
  },
  default: (message) => {
    same<typeof message, Message>(true);
  },
});
forFastify('TOKEN', {
  text: (message) => {
    same<typeof message, MessageMap['text']>(true);
  },
  default: (message) => {
    same<typeof message, Message>(true);
  },
});
forExpress({ token: 'TOKEN', path: '/wechat' }, router);
forKoa({ token: 'TOKEN', path: '/wechat' }, router);
forFastify({ token: 'TOKEN', path: '/wechat' }, router);
forExpress(createWebhook('TOKEN', router));
forKoa(createWebhook('TOKEN', router));
forFastify(createWebhook('TOKEN', router));

// @ts-expect-error -- the field is wrong
forExpress('TOKEN', { text: (message) => message.picUrl });
// @ts-expect-error -- the field is wrong
forKoa('TOKEN', { text: (message) => message.picUrl });
// @ts-expect-error -- the field is wrong
forFastify('TOKEN', { text: (message) => message.picUrl });
// @ts-expect-error -- the name is wrong
forExpress('TOKEN', { txt: () => 'hi' });
// @ts-expect-error -- the name is wrong
forKoa('TOKEN', { txt: () => 'hi' });
// @ts-expect-error -- the name is wrong
forFastify('TOKEN', { txt: () => 'hi' });
// @ts-expect-error -- a number is no reply
forExpress('TOKEN', { text: () => 1 });
// @ts-expect-error -- a number is no reply
forKoa('TOKEN', { text: () => 1 });
// @ts-expect-error -- a number is no reply
forFastify('TOKEN', { text: () => 1 });
// @ts-expect-error -- a path is text
forExpress({ token: 'TOKEN', path: 1 });
// @ts-expect-error -- `path` is the adapters' own
createWebhook({ token: 'TOKEN', path: '/wechat' });

// Messages.

declare const message: Message;
same<ReturnType<typeof parseMessage>, Message>(true);
if (message.type === 'text') {
  same<typeof message, MessageMap['text']>(true);
  same<typeof message.content, string>(true);
  same<typeof message.id, string>(true);
  same<typeof message.bizmsgmenuid, string | undefined>(true);
  // @ts-expect-error -- messages are not changed
  message.content = 'other';
}
if (message.type === 'location') {
  same<typeof message.location, readonly [number, number]>(true);
  same<typeof message.label, string>(true);
}
if (message.type === 'voice') same<typeof message.recognition, string | undefined>(true);
if (message.type === 'event:subscribe') {
  same<typeof message.key, string | undefined>(true);
  same<typeof message.scene, string | undefined>(true);
  same<typeof message.ticket, string | undefined>(true);
}
if (message.type === 'event:scan') same<typeof message.scene, string>(true);
if (message.type === 'event:view') same<typeof message.menuId, string | undefined>(true);
if (message.type === 'event:location') same<typeof message.latitude, number>(true);
if (message.type === 'event:pic_weixin') {
  same<typeof message.sendPicsInfo.picList, readonly { readonly picMd5Sum: string }[]>(true);
}
if (message.type === 'event:publishjobfinish') {
  same<typeof message.publishEventInfo.failIdx, readonly number[]>(true);
}
if (message.type === 'event:shakearoundusershake') {
  const { aroundBeacons } = message;
  same<undefined extends typeof aroundBeacons ? true : false, true>(true);
  // @ts-expect-error -- the group is optional
  void aroundBeacons.aroundBeacon;
}
same<MessageMap['event:click']['id'], undefined>(true);
same<MessageMap['event:masssendjobfinish']['id'], undefined>(true);
same<MessageMap['unknown']['id'], undefined>(true);
same<Message['id'], string | undefined>(true);
same<Message['target'], string>(true);
same<Message['source'], string>(true);
same<Message['time'], number>(true);
same<Message['raw'], string>(true);
// @ts-expect-error -- no message is called so
if (message.type === 'event:follow') void message;
parseMessage(new Uint8Array());
// @ts-expect-error -- what was parsed already is no body
parseMessage({ xml: {} });

// Replies.

same<ReturnType<typeof reply.text>['content'], string>(true);
same<ReturnType<(typeof reply)[keyof typeof reply]>, Reply>(true);
reply.text('hi', { escape: true }) satisfies Reply;
reply.video('media', { title: 'A', description: 'B' }) satisfies Reply;
reply.music('https://example.com/a.mp3', { hqMusicUrl: 'https://example.com/b.mp3' });
reply.music('https://example.com/a.mp3', { thumbMediaId: 'media', title: 'A', description: 'B' });
const articles: readonly Article[] = [{ title: 'A', description: 'B', picUrl: 'C', url: 'D' }, {}];
reply.news(articles) satisfies Reply;
reply.transferToCustomerService() satisfies Reply;
reply.transferToCustomerService('agent@account') satisfies Reply;
reply.transferToAI() satisfies Reply;
reply.deviceStatus({ deviceType: 'A', deviceId: 'B', deviceStatus: 1 }) satisfies Reply;
same<ReturnType<typeof reply.none>['type'], 'none'>(true);
// @ts-expect-error -- a text needs its content
reply.text();
// @ts-expect-error -- a number is not a text
reply.text(1);
// @ts-expect-error -- the option is wrong
reply.text('hi', { escaped: true });
// @ts-expect-error -- a picture needs its media
reply.image();
// @ts-expect-error -- a voice has no title
reply.voice('media', { title: 'A' });
// @ts-expect-error -- the option is wrong
reply.video('media', { titel: 'A' });
// @ts-expect-error -- the option is wrong
reply.music('https://example.com/a.mp3', { hqUrl: 'B' });
// @ts-expect-error -- articles are several
reply.news({ title: 'A' });
reply.news([{ picurl: 'A' }]);
// @ts-expect-error -- the article's field is wrong
reply.news([{ picture: 'A' }]);
createWebhook('TOKEN', { text: (message) => message.content === 'hi' && 'hello' });
// @ts-expect-error -- true says nothing
createWebhook('TOKEN', { text: () => true });
// @ts-expect-error -- a device is on or off
reply.deviceStatus({ deviceType: 'A', deviceId: 'B', deviceStatus: 2 });
// @ts-expect-error -- the session is missing
reply.deviceText({ deviceType: 'A', deviceId: 'B', content: 'C' });
// @ts-expect-error -- a page needs its action
reply.hardware('myrank');
same<ReturnType<typeof renderReply>, string>(true);
// @ts-expect-error -- a reply needs its addressee
renderReply('hi');

// What the adapters put into the frameworks' own types.

const app = express();
app.post('/wechat', (req, res) => {
  same<typeof req.wechatMessage, Message>(true);
  same<typeof res.wechatReply, (reply: ReplyLike) => void>(true);
  res.wechatReply([{ title: 'A' }]);
  // @ts-expect-error -- a number is no reply
  res.wechatReply(1);
});
app.use('/wechat', forExpress('TOKEN', router));

const koa = new Koa();
koa.use((ctx) => {
  same<typeof ctx.wechatMessage, Message>(true);
  same<typeof ctx.req.wechatMessage, Message>(true);
  same<typeof ctx.wechatReply, (reply: ReplyLike) => void>(true);
  // @ts-expect-error -- a number is no reply
  ctx.wechatReply(1);
});
koa.use(forKoa('TOKEN', router));

const server = fastify();
server.post('/wechat', async (request, answer) => {
  same<typeof request.wechatMessage, Message>(true);
  same<Parameters<typeof answer.wechatReply>[0], ReplyLike>(true);
  same<ReturnType<typeof answer.wechatReply>, typeof answer>(true);
  // @ts-expect-error -- a number is no reply
  answer.wechatReply(1);
  return answer.wechatReply('hi');
});
server.register(forFastify('TOKEN', router), { prefix: '/wechat' });

// Options.

/** The shape of pino's loggers, whose methods take an object and a message, or a message alone. */
interface PinoMethod {
  <T>(details: T, message?: string, ...values: unknown[]): void;
  (details: unknown, message?: string, ...values: unknown[]): void;
  (message: string, ...values: unknown[]): void;
}
declare const pino: Record<'error' | 'warn' | 'info' | 'debug' | 'trace' | 'fatal', PinoMethod>;
createWebhook({ token: 'TOKEN', logger: pino });
createWebhook({ token: 'TOKEN', logger: server.log });
createWebhook({ token: 'TOKEN', logger: console });
// @ts-expect-error -- a logger has four levels
createWebhook({ token: 'TOKEN', logger: { error: () => {} } });

createWebhook({
  token: ['NEW', 'OLD'],
  appid: 'wx',
  encodingAESKey: [key, key],
  mode: 'compatible',
});
createWebhook({ token: 'TOKEN', mode: undefined, logger: undefined, onError: () => 'Sorry' });
createWebhook(
  (request) => (request.query['account'] ? { token: 'TOKEN', account: 'shop' } : undefined),
  router,
);
createWebhook(async (): Promise<WebhookOptions | undefined> => undefined);
// @ts-expect-error -- the mode is wrong
createWebhook({ token: 'TOKEN', mode: 'aes' });
// @ts-expect-error -- the token is missing
createWebhook({ mode: 'plain' });
// @ts-expect-error -- the name of the option is encodingAESKey
createWebhook({ token: 'TOKEN', appid: 'wx', encodingAesKey: key });
// @ts-expect-error -- milliseconds are a number
createWebhook({ token: 'TOKEN', replyWindow: '4500' });
// @ts-expect-error -- a number is no reply
createWebhook({ token: 'TOKEN', onError: () => 1 });
// @ts-expect-error -- a resolver gives options
createWebhook(() => 'TOKEN');

declare const webhook: Webhook;
same<ReturnType<Webhook['handle']>, Promise<WebhookResponse>>(true);
void webhook.handle({ method: 'POST', query: { nonce: ['1', '2'] }, body: new Uint8Array() });
// @ts-expect-error -- a parsed body cannot be verified
void webhook.handle({ method: 'POST', query: {}, body: { xml: {} } });
