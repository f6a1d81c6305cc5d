/** Answers of a broken server, or of another server, in place of the back end. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import {
  InvalidArgumentError,
  NeedLoginError,
  NeedParamError,
  NetworkError,
  UnofficialAPIError,
  UnofficialClient,
  type UnofficialClientOptions,
} from '@wechat-mp/core/unofficial';
import { startBackEnd } from '@wechat-mp/simulator';
import { catchError } from '../support/official-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'wechat-mp-faults-'));
const PICTURE = join(folder, 'a.jpg');
writeFileSync(PICTURE, Buffer.from([0xff, 0xd8, 0xff, 0xe0]));
const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const SESSION = { token: 1_234_567_890, cookies: 'slave_sid=COOKIE-VALUE-1;data_ticket=COOKIE2;' };

/** A client of a server that answers so; a home page comes first where a method asks for one. */
async function createClient(
  answer: RequestListener | string,
  options: UnofficialClientOptions = {},
) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const isHome = request.url?.startsWith('/cgi-bin/home') && typeof answer === 'string';
      if (isHome) return response.end('user_name : "u", ticket : "t", uin : "1"');
      return typeof answer === 'string' ? response.end(answer) : answer(request, response);
    });
  }).listen(0, '127.0.0.1');
  open.push(server);
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new UnofficialClient({ ...SESSION, baseUrl, ...options });
}

const METHODS: [string, (client: UnofficialClient) => Promise<unknown>][] = [
  ['sendMessage', (client) => client.sendMessage(1, '你好')],
  ['sendNews', (client) => client.sendNews(1, 2)],
  ['sendImage', (client) => client.sendImage(1, 2)],
  ['getUserList', (client) => client.getUserList()],
  ['getGroupList', (client) => client.getGroupList()],
  ['getUserInfo', (client) => client.getUserInfo(1)],
  ['getAvatar', (client) => client.getAvatar(1)],
  ['getNewsList', (client) => client.getNewsList(0)],
  ['addNews', (client) => client.addNews([{ title: '标题', content: '<p>内容</p>' }])],
  ['uploadFile', (client) => client.uploadFile(PICTURE)],
  ['getFileList', (client) => client.getFileList(2, 0)],
  ['getDialogMessage', (client) => client.getDialogMessage(1)],
  ['getNewMessageNum', (client) => client.getNewMessageNum()],
  ['getMessageList', (client) => client.getMessageList()],
  ['getMessageImage', (client) => client.getMessageImage(1)],
  ['getPluginTokenAppid', (client) => client.getPluginTokenAppid()],
  ['getPublishedList', (client) => client.getPublishedList()],
  ['getDraftList', (client) => client.getDraftList()],
  ['searchAccounts', (client) => client.searchAccounts('a')],
];
const refusal = (ret: number, said = 'no') =>
  JSON.stringify({ base_resp: { ret, err_msg: said }, ret });

describe('a server that fails', () => {
  const answers: [string, RequestListener][] = [
    [
      'a page of a gateway, 502',
      (_, response) => {
        const headers = { 'content-type': 'text/html', 'set-cookie': 'slave_sid=; Path=/' };
        response.writeHead(502, headers).end('<html>Bad Gateway</html>');
      },
    ],
    ['a text, 504', (_, response) => response.writeHead(504).end('upstream timed out')],
    ['nothing, 503', (_, response) => response.writeHead(503).end()],
    ['a page, 404', (_, response) => response.writeHead(404).end('<!doctype html>')],
  ];
  it.each(
    answers.flatMap(([what, answer]) =>
      METHODS.map(([name, call]) => [name, what, call, answer] as const),
    ),
  )('does not cost %s the session: %s', async (_name, _what, call, answer) => {
    let logins = 0;
    const client = await createClient(answer, { onNeedLogin: () => void (logins += 1) });
    const error = await catchError(call(client));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ code: 'WECHAT_NETWORK', wasSent: true });
    expect((error as NetworkError).status).toBeGreaterThanOrEqual(404);
    expect(logins).toBe(0);
    expect((await client.getTokenCookies()).cookies).toBe(SESSION.cookies);
  });

  it.each([
    ['breaks off', '{"base_resp":{"ret":0},"contact_li'],
    ['breaks off in a list', '[{"a":'],
  ])('is distinguished from a lost session when its JSON %s', async (_, text) => {
    const error = await catchError((await createClient(text)).getUserList());
    expect(error).toBeInstanceOf(NetworkError);
  });

  it('is distinguished from a wrong password and from an unconfirmed QR code', async () => {
    const client = await createClient((_, response) => response.writeHead(502).end('<html>'), {
      username: 'me',
      password: 'secret',
    });
    expect(await catchError(client.login())).toBeInstanceOf(NetworkError);
    const scanning = client.loginWithQrCode({ onQrCode: () => {} });
    expect(await catchError(scanning)).toBeInstanceOf(NetworkError);
  });

  it('is reported when it does not answer at all', async () => {
    const client = await createClient((request) => request.socket.destroy());
    const error = await catchError(client.getUserList());
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ status: undefined, wasSent: true });
    const nobody = new UnofficialClient({ ...SESSION, baseUrl: 'http://127.0.0.1:1' });
    const refused = await catchError(nobody.getUserList());
    expect(refused).toMatchObject({ code: 'WECHAT_NETWORK', wasSent: false });
  });
});

describe('a session is lost', () => {
  it.each(
    METHODS.filter(([name]) => !/Avatar|Image|Plugin/.test(name)).flatMap(([name, call]) =>
      [200_040, 200_003, -3].map((ret) => [name, ret, call] as const),
    ),
  )('for %s when the back end says ret %i', async (_, ret, call) => {
    const client = await createClient(refusal(ret, 'invalid csrf token'));
    const error = await catchError(call(client));
    expect(error).toBeInstanceOf(NeedLoginError);
    expect(error).toMatchObject({ ret, errMsg: 'invalid csrf token' });
  });
});

describe('messages of the back end', () => {
  it.each([
    ['freq control', 'freq control'],
    ['x'.repeat(5000), `${'x'.repeat(0)}[hidden]`],
    ['token=1234567890 is wrong', 'token=[hidden] is wrong'],
    ['cookie COOKIE-VALUE-1 is wrong', 'cookie [redacted] is wrong'],
    ['session 1234567890', 'session [redacted]'],
    ['line\nfeed', 'line\\u{a}feed'],
  ])('is in the error and its message: %#', async (said, shown) => {
    const client = await createClient(refusal(200_013, said));
    const error = await catchError(client.sendMessage(1, 'hello, my friend'));
    expect(error).toMatchObject({ ret: 200_013, errMsg: shown });
    expect(error.message).toBe(
      `/cgi-bin/singlesend: ret 200013: too many calls: pause for some hours, and call less often (${shown})`,
    );
  });

  it('never repeats what a user was to read', async () => {
    const client = await createClient(refusal(200_002, 'bad content: hello, my friend'));
    const error = await catchError(client.sendMessage(1, 'hello, my friend'));
    expect(error.message).not.toContain('my friend');
  });

  it.each([undefined, null, 7, ''])('may be nothing: %p', async (said) => {
    const client = await createClient(
      JSON.stringify({ base_resp: { ret: 12_345, err_msg: said } }),
    );
    const error = await catchError(client.getUserList());
    expect(error).toMatchObject({ ret: 12_345, errMsg: undefined });
    expect(error.message).toBe('/cgi-bin/contactmanage: ret 12345: refused');
  });
});

describe('one verdict is one class', () => {
  const sends = METHODS.filter(([name]) =>
    ['sendMessage', 'sendNews', 'sendImage', 'uploadFile', 'addNews', 'getUserList'].includes(name),
  );
  it.each(
    sends.flatMap(([name, call]) =>
      [200_013, 200_007, -1, 200_008].map((ret) => [ret, name, call] as const),
    ),
  )('ret %i to %s is an UnofficialAPIError with its ret', async (ret, _, call) => {
    const error = await catchError(call(await createClient(refusal(ret))));
    expect(error).toBeInstanceOf(UnofficialAPIError);
    expect(error).not.toBeInstanceOf(NeedLoginError);
    expect(error).toMatchObject({ code: 'WECHAT_UNOFFICIAL', ret, errMsg: 'no' });
  });

  it.each(['uploadFile', 'addNews', 'sendImage'])(
    'what is wrong with a file or an article stays an InvalidArgumentError of %s',
    async (name) => {
      const [, call] = METHODS.find(([method]) => method === name) as (typeof METHODS)[number];
      const error = await catchError(call(await createClient(refusal(10_009, 'audio too long'))));
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect(error.message).toBe('audio too long');
    },
  );
});

describe('a list of nothing', () => {
  const NOTHING = { total: 0, publications: [] };
  it.each<[string, unknown, (client: UnofficialClient) => Promise<unknown>, unknown]>([
    ['publish_page', '', (client) => client.getPublishedList(), NOTHING],
    ['publish_page', null, (client) => client.getPublishedList(), NOTHING],
    ['publish_page', '{}', (client) => client.getPublishedList(), NOTHING],
    [
      'publish_page',
      { total_count: 0, publish_list: '' },
      (client) => client.listAccountArticles('x'),
      NOTHING,
    ],
    ['publish_page', { publish_list: null }, (client) => client.listAccountArticles(1), NOTHING],
    ['contact_list', '', (client) => client.getUserList(), { contacts: [] }],
    ['group_list', '', (client) => client.getGroupList(), { groups: [] }],
    ['msg_items', '', (client) => client.getMessageList(), { msg_item: [] }],
    ['app_msg_info', '', (client) => client.getNewsList(0), []],
    ['app_msg_info', { item: null }, (client) => client.getDraftList(), []],
    ['list', '', (client) => client.searchAccounts('a'), []],
    [
      'page_info',
      '',
      (client) => client.getFileList(2, 0),
      { type: 2, file_item: [], file_cnt: {} },
    ],
    [
      'page_info',
      '',
      (client) => client.getDialogMessage(1),
      { to_nick_name: '', msg_items: { msg_item: [] } },
    ],
  ])('is read where %s is %j', async (name, value, call, expected) => {
    const client = await createClient(JSON.stringify({ base_resp: { ret: 0 }, [name]: value }));
    expect(await call(client)).toEqual(expected);
  });

  it('is what a publication has that was taken back', async () => {
    const publish_list = [
      { publish_type: 1, publish_info: '' },
      { publish_type: 1, publish_info: 'not JSON {' },
      {
        publish_type: 9,
        publish_info: '{"type":9,"msgid":7,"appmsgex":[{"title":"a","link":"b"}]}',
      },
    ];
    const page = JSON.stringify({ total_count: 3, publish_list });
    const client = await createClient(
      JSON.stringify({ base_resp: { ret: 0 }, publish_page: page }),
    );
    const { publications } = await client.getPublishedList();
    expect(publications.map(({ publish_info }) => publish_info.appmsgex.length)).toEqual([0, 0, 1]);
  });
});

describe('an id', () => {
  it('goes in as it came out, a number or its digits', async () => {
    const backEnd = await startBackEnd();
    open.push({ closeAllConnections: () => {}, close: () => void backEnd.close() } as never);
    const client = new UnofficialClient({
      ...backEnd.session(),
      baseUrl: backEnd.url,
      interval: 1,
    });
    const { contacts } = await client.getUserList();
    const { groups } = await client.getGroupList();
    const [news] = await client.getNewsList(0);
    const { file_item } = await client.getFileList(2, 0);
    const id = contacts[1]?.id as number;
    expect(typeof id).toBe('number');
    expect((await client.getUserInfo(id)).fake_id).toBe(id);
    expect(await client.getAvatar(id)).toEqual(await client.getAvatar(String(id)));
    await client.sendMessage(id, 'hi');
    await client.sendNews(id, news?.app_id as number);
    await client.sendImage(id, file_item[0]?.file_id as number);
    const { msg_items } = await client.getDialogMessage(id);
    const [message] = msg_items.msg_item;
    await client.getDialogMessage(id, { lastMsgId: message?.id, createTime: message?.date_time });
    await client.getUserList({ groupId: groups[0]?.id });
    await client.getUserList({ groupId: String(groups[0]?.id) });
    expect((await client.getMessageImage(400_000_099)).length).toBeGreaterThan(0);
    expect(backEnd.sent.map(({ to }) => to)).toEqual([String(id), String(id), String(id)]);
    expect(backEnd.problems).toEqual([]);
  });

  it.each([undefined, null, '', Number.NaN, 1.5, -1, 2 ** 53, {}])(
    'that is none is needed: %p',
    async (id) => {
      const client = await createClient(refusal(0));
      const none = id as unknown as string;
      for (const call of [
        client.sendMessage(none, 'a'),
        client.sendNews(1, none),
        client.sendImage(1, none),
        client.getUserInfo(none),
        client.getMessageVoice(none),
        client.listAccountArticles(none),
      ]) {
        const error = await catchError(call);
        expect(error).toBeInstanceOf(NeedParamError);
        expect(error.message).toMatch(/^missing argument `(fakeid|msgid|fid|msgId)`/);
      }
    },
  );
});
