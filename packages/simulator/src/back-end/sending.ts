/** Messages to one user. */
import { readSeconds } from '../clock.ts';
import { type BackEndCall, mergeValues } from './call.ts';
import type { Follower } from './data.ts';
import { type BackEndResponse, type Endpoint, verdict } from './endpoint.ts';
import { createSent } from './people.ts';
import { type Delivered, findUser, nextId, type World } from './world.ts';

/** Users who cannot receive messages, by fakeid, with the reason. */
const UNREACHABLE: ReadonlyMap<string, readonly [ret: number, message: string]> = new Map([
  ['gone', [10_700, 'not follower']],
  ['blacklisted', [10_701, 'black list']],
  ['closed', [10_703, 'receive off']],
  ['deleted', [10_704, 'material deleted']],
  ['missing', [10_705, 'material not exist']],
  ['late', [10_706, 'customer block']],
  ['risky', [62_752, 'risky link']],
  ['captcha', [200_008, 'need verify code']],
  ['broken', [-1, 'system error']],
]);

/** The message type of each file type: a video is an article of its own. */
const FILE_TYPES: Readonly<Record<string, number>> = { 2: 2, 3: 3, 15: 4 };

/** The types that differ in conversations: articles and videos. */
const SHOWN_TYPES: Readonly<Record<number, number>> = { 10: 6, 15: 4 };

type Check = (call: BackEndCall, world: World) => BackEndResponse | undefined;

function checkNews({ form }: BackEndCall, { data }: World): BackEndResponse | undefined {
  if (form['appmsgid'] !== form['app_id']) return verdict(-1, 'system error');
  const isKnown = data.news.some(({ app_id }) => String(app_id) === form['appmsgid']);
  return isKnown ? undefined : verdict(10_705, 'material not exist');
}

function checkFile({ form }: BackEndCall, { data }: World): BackEndResponse | undefined {
  const [id, other] = [form['fileid'] ?? form['appmsgid'], form['file_id'] ?? form['app_id']];
  if (id !== other) return verdict(-1, 'system error');
  const file = data.files.find(({ file_id }) => String(file_id) === id);
  if (!file) return verdict(10_704, 'file not exist');
  if (file.type === FILE_TYPES[form['type'] ?? '']) return undefined;
  return verdict(-2, 'can not send this type of msg');
}

function send(check: Check): Endpoint['handle'] {
  return (call, world) => {
    const { tofakeid = '' } = call.form;
    const why = UNREACHABLE.get(tofakeid);
    if (why) return verdict(...why);
    const user = findUser(world, tofakeid);
    if (!user) return verdict(-21, 'user not exist');
    const refusal = check(call, world);
    if (refusal) return refusal;
    deliver(call, world, user);
    return verdict(0);
  };
}

function deliver(call: BackEndCall, world: World, user: Follower): void {
  const { type, content, appmsgid, fileid } = mergeValues(call);
  const media = appmsgid ?? fileid;
  const delivered: Delivered = {
    to: user.fakeid,
    type: Number(type),
    ...(content !== undefined && { content }),
    ...(media !== undefined && { id: media }),
  };
  world.sent.push(delivered);
  const { messages } = world.data;
  const head = { id: nextId(messages.map(({ id }) => id)), date_time: readSeconds(world.clock) };
  const fields = content === undefined ? {} : { content };
  const shown = SHOWN_TYPES[delivered.type] ?? delivered.type;
  messages.unshift(createSent(user, { ...head, type: shown, ...fields }));
}

const PAGE =
  '/cgi-bin/singlesendpage?t=message/send&action=index&tofakeid={tofakeid}&token={token}&lang=zh_CN';
const FILE_PAGE =
  '/cgi-bin/singlesendpage?tofakeid={tofakeid}&t=message/send&action=index&token={token}&lang=zh_CN';
const FILE_QUERY = 't=ajax-response f=json token=<token> lang=zh_CN';
const FILE_FORM =
  'token=<token> lang=zh_CN f=json ajax=1 random=<random> tofakeid=<text> imgcode=<any>';

export const sendingEndpoints: readonly Endpoint[] = [
  {
    method: 'POST',
    path: '/cgi-bin/singlesend',
    query: 't=ajax-response',
    form: 'tofakeid=<text> type=1 token=<token> content=<text> ajax=1',
    referer: PAGE,
    handle: send(() => undefined),
  },
  {
    method: 'POST',
    path: '/cgi-bin/singlesend',
    query: 't=ajax-response',
    form: 'lang=zh_CN f=json tofakeid=<text> type=10 token=<token> appmsgid=<text> app_id=<text> error=false ajax=1 random=<random>',
    referer:
      '/cgi-bin/singlemsgpage?fromfakeid={tofakeid}&msgid=&source=&count=20&t=wxm-singlechat&lang=zh_CN',
    handle: send(checkNews),
  },
  {
    method: 'POST',
    path: '/cgi-bin/singlesend',
    query: FILE_QUERY,
    form: `${FILE_FORM} type=2|3 file_id=<text> fileid=<text>`,
    referer: FILE_PAGE,
    handle: send(checkFile),
  },
  {
    method: 'POST',
    path: '/cgi-bin/singlesend',
    query: FILE_QUERY,
    form: `${FILE_FORM} type=15 app_id=<text> appmsgid=<text>`,
    referer: FILE_PAGE,
    handle: send(checkFile),
  },
];
