/**
 * The types of the API’s methods. Nothing here runs: tsc checks it, with `npm run types`. A line
 * under `@ts-expect-error` must be an error for the one reason above it.
 */
import { Readable } from 'node:stream';
import { type MessageClient, type OAuthClient, reply } from '@wechat-mp/core';
import { OfficialClient } from '@wechat-mp/core/official';
import { createConveniences } from '../../src/official/conveniences/index.ts';
import {
  bind,
  type Download,
  type Endpoint,
  get,
  type Id,
  type Methods,
  type None,
  page,
  post,
  type Success,
  type Tables,
} from '../../src/official/endpoint.ts';
import {
  type Button,
  type DateRange,
  endpoints,
  type MassResult,
  type TemplateMessage,
  type User,
} from '../../src/official/endpoints/index.ts';
import { createPages } from '../../src/official/pages.ts';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** `same<A, B>(true)` compiles when A is exactly B; `any` is the same as nothing else. */
declare function same<A, B>(equal: Equal<A, B>): void;

const client = bind(endpoints, () => undefined);
same<typeof client, Methods<typeof endpoints>>(true);

// A method takes what its row has: a body, a query, a body and a query, or nothing.

same<typeof client.menu.create, (body: { button: Button[] }) => Promise<Success>>(true);
same<typeof client.message.template.send, (body: TemplateMessage) => Promise<{ msgid: Id }>>(true);
same<Parameters<typeof client.menu.get>, []>(true);
same<Awaited<ReturnType<typeof client.user.get>>, User>(true);
same<Awaited<ReturnType<typeof client.message.mass.sendAll>>, MassResult>(true);
same<Parameters<typeof client.datacube.getUserSummary>, [body: DateRange]>(true);
same<Parameters<typeof client.user.list>, [query?: { next_openid?: string | undefined }]>(true);
same<Parameters<typeof client.component.hasOpenAccount>, []>(true);
same<
  Parameters<typeof client.ai.queryVoiceResult>,
  [query: { voice_id: string; lang?: 'zh_CN' | 'en_US' | undefined }]
>(true);
same<Awaited<ReturnType<typeof client.media.get>>, Download | { video_url: string }>(true);
same<ReturnType<typeof client.oauth2.buildAuthorizeUrl>, string>(true);

void client.menu.create({
  button: [
    { name: 'Today', type: 'click', key: 'TODAY' },
    { name: 'More', sub_button: [{ name: 'Site', type: 'view', url: 'https://example.com' }] },
  ],
});
void client.menu.get();
void client.user.get({ openid: 'o1' });
void client.user.get({ openid: 'o1', lang: undefined });
void client.user.list();
void client.user.list({ next_openid: 'o1' });
void client.kf.uploadAvatar({ media: new Uint8Array() }, { kf_account: 'a@b' });
void client.media.upload({ media: Readable.from([]) }, { type: 'image' });
void client.media.upload({ media: new Blob([]) }, { type: 'image' });
void client.ocr.idCard(undefined, { img_url: 'https://example.com/card.png' });
void client.ocr.idCard({ img: 'card.png' });
void client.ai.translate('你好', { lfrom: 'zh_CN', lto: 'en_US' });
void client.message.mass.get({ msg_id: '9007199254740993' });
void client.message.template.send({
  touser: 'o1',
  template_id: 't1',
  data: { first: { value: 'hello', color: '#173177' } },
});
const address: string = client.oauth2.buildAuthorizeUrl({
  appid: 'wx',
  redirect_uri: 'https://example.com/',
  response_type: 'code',
  scope: 'snsapi_base',
});
void address;

// @ts-expect-error -- a menu has buttons
void client.menu.create({});
// @ts-expect-error -- a button has a name
void client.menu.create({ button: [{ type: 'click', key: 'TODAY' }] });
// @ts-expect-error -- a button cannot do that
void client.menu.create({ button: [{ name: 'Today', type: 'press' }] });
// @ts-expect-error -- wire names are kept
void client.menu.create({ button: [{ name: 'More', subButton: [] }] });
// @ts-expect-error -- the menu takes nothing
void client.menu.get({});
// @ts-expect-error -- the openid is missing
void client.user.get();
// @ts-expect-error -- there is no such language
void client.user.get({ openid: 'o1', lang: 'de' });
// @ts-expect-error -- the query is missing
void client.media.upload({ media: 'photo.png' });
// @ts-expect-error -- a number is not a file
void client.media.upload({ media: 1 }, { type: 'image' });
const redirect = { appid: 'wx', redirect_uri: '', response_type: 'code' } as const;
client.oauth2.buildAuthorizeUrl({ ...redirect, scope: 'snsapi_base' });
// @ts-expect-error -- the scope is wrong
client.oauth2.buildAuthorizeUrl({ ...redirect, scope: 'base' });
// @ts-expect-error -- a page's address is there at once
void client.oauth2.buildQrConnectUrl({} as never).then();
// @ts-expect-error -- there is no such endpoint
void client.menu.remove();
// @ts-expect-error -- methods are not replaced
client.menu.get = () => Promise.reject(new Error());
// @ts-expect-error -- an id may be a string
const id: number = (await client.message.template.send({} as TemplateMessage)).msgid;
void id;

// A row says what the compiler knows it has.

same<typeof endpoints.menu.get.path, string>(true);
get<Success>('/a', { tokenless: true });
get<Success, { openid: string }>('/a', { query: ['openid'], host: 'example.com' });
post<None, Success, { openid: string }>('/a', { body: false, query: ['openid'] });
const tables = { a: { b: get<Success>('/b') }, c: page<{ id: string }>('/c', { query: ['id'] }) };
tables satisfies Tables;
same<
  Methods<typeof tables>,
  {
    readonly a: { readonly b: () => Promise<Success> };
    readonly c: (query: { id: string }) => string;
  }
>(true);
bind(tables, (endpoint, { body, query }) => {
  same<typeof endpoint, Endpoint>(true);
  same<typeof body, unknown>(true);
  same<typeof query, unknown>(true);
});
// @ts-expect-error -- the names of the query are missing
get<Success, { openid: string }>('/a');
// @ts-expect-error -- the query has no such name
get<Success, { openid: string }>('/a', { query: ['id'] });
// @ts-expect-error -- there is no query
get<Success>('/a', { query: ['openid'] });
// @ts-expect-error -- a row without a body says so
post<None>('/a');
// @ts-expect-error -- a row with a body has one
post<{ openid: string }>('/a', { body: false });
// @ts-expect-error -- tables hold endpoints
bind({ a: 1 }, () => undefined);

// Conveniences take arguments, and the form of the wire as well.

const easy = createConveniences(client);
easy satisfies MessageClient;
void easy.message.custom.send('o1', 'hello', { kfAccount: 'a@b' });
void easy.message.custom.send('o1', reply.news([{ title: 'Hi' }]));
void easy.message.custom.send('o1', [{ title: 'Hi' }]);
void easy.message.custom.send({ touser: 'o1', msgtype: 'text', text: { content: 'hello' } });
void easy.message.custom.sendVideo('o1', { mediaId: 'm1', title: undefined });
void easy.message.template.send('o1', 't1', { a: 'b', c: 1, d: { value: 2, color: '#173177' } });
void easy.message.template.send({ touser: 'o1', template_id: 't1', data: { a: { value: 'b' } } });
void easy.media.upload('image', new Blob([]), { filename: 'a.png' });
void easy.media.upload({ media: 'a.png' }, { type: 'image' });
void easy.user.get({ openid: 'o1', lang: 'en' });
void easy.user.list({ nextOpenid: 'o1' });
void easy.user.list({ next_openid: 'o1' });
const user: User = await easy.user.get('o1', { lang: 'en' });
void user;
same<Awaited<ReturnType<typeof easy.qrcode.showUrl>>, string>(true);
const picture: Readable = await easy.qrcode.show('t');
const described: Download = await easy.qrcode.show({ ticket: 't' });
const file: Download | { videoUrl: string } = await easy.media.get('m1');
const wireFile: Download | { video_url: string } = await easy.media.get({ media_id: 'm1' });
void [picture, described, file, wireFile];

// @ts-expect-error -- there is nothing to say
void easy.message.custom.send('o1');
// @ts-expect-error -- the platform insists on a picture
void easy.message.custom.sendMusic('o1', { musicUrl: 'm' });
// @ts-expect-error -- null is no value
void easy.message.template.send('o1', 't1', { a: null });
// @ts-expect-error -- there is no such type of media
void easy.media.upload('news', 'a.png');
// @ts-expect-error -- the file is missing
void easy.media.upload('image');
// @ts-expect-error -- there is no such language
void easy.user.get('o1', { lang: 'de' });
// @ts-expect-error -- an openid is not an option
void easy.user.list('o1');
// @ts-expect-error -- a video has no stream
void (await easy.media.get('m1')).stream;

const pages = createPages(client);
for await (const openid of pages.user.iterate()) same<typeof openid, string>(true);
for await (const { content } of pages.draft.iterate({ noContent: true })) void content.news_item;
for await (const { url } of pages.material.iterate('image')) void url;
for await (const { time } of pages.kf.iterateRecords({ starttime: 1, endtime: 2 })) void time;
void pages.comment.iterate({ msg_data_id: '1' });
// @ts-expect-error -- the iterator says which page
void pages.comment.iterate({ msg_data_id: '1', begin: 50 });
// @ts-expect-error -- a thumb is no kind of list
void pages.material.iterate('thumb');
// @ts-expect-error -- the tag is missing
void pages.tag.iterateUsers();

// A client has the methods of all endpoints, the conveniences over them, and fits where one is taken.

declare const official: OfficialClient;
same<typeof official.menu.get, typeof client.menu.get>(true);
same<
  Awaited<ReturnType<typeof official.media.upload>>,
  Awaited<ReturnType<typeof client.media.upload>>
>(true);
const forWebhook: MessageClient = official;
const forLogin: OAuthClient = official;
void [forWebhook, forLogin];
void official.message.custom.sendText('o1', 'hello');
void official.message.custom.send('o1', reply.text('hello'));
void official.message.custom.send({ touser: 'o1', msgtype: 'text', text: { content: 'hello' } });
void official.media.upload('image', 'cat.png', {
  onProgress: ({ sent, total }) => sent + (total ?? 0),
});
void official.material.add({ media: 'cat.png' }, { type: 'image' }, { filename: 'dog.png' });
void official.oauth2.getAccessToken({ code: 'c' });
void official.token.getStable({ force_refresh: false });
for await (const openid of official.user.iterate()) openid.slice();
// @ts-expect-error no such method
void official.menu.replace({ button: [] });
// @ts-expect-error the button is missing
void official.menu.create({});
// @ts-expect-error a type that the platform does not have
void official.media.upload('picture', 'cat.png');
// @ts-expect-error the AppID is missing
void new OfficialClient({ appsecret: 's' });
// @ts-expect-error an option that there is not
void new OfficialClient({ appid: 'wx', appsecret: 's', secret: 's' });
// @ts-expect-error two functions are missing
void new OfficialClient({ appid: 'wx', appsecret: 's', tokens: { get: async () => undefined } });
// @ts-expect-error the methods cannot be replaced
official.menu = client.menu;

// What drafts and articles answer.

const [item] = (await client.draft.get({ media_id: 'm1' })).news_item;
void (item?.article_type satisfies 'news' | 'newspic' | undefined);
void (item?.image_info?.image_list[0]?.image_media_id satisfies string | undefined);
const [published] = (await client.freepublish.getArticle({ article_id: 'a1' })).news_item;
void (published?.product_info?.footer_product_info.product_key satisfies string | undefined);
// @ts-expect-error -- the platform has no such version
void client.message.subscribe.send({ touser: '', template_id: '', data: {}, lang: 'de' });
