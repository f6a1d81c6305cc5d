/** The hosts that receive a session, and those that do not: plain servers in place of the back end. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MemorySessionStore, UnofficialClient } from '@wechat-mp/core/unofficial';
import { recorder } from '../support/http.ts';
import { catchError } from '../support/official-client.ts';

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(answer: RequestListener): Promise<{ port: number; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    request.resume().on('end', () => answer(request, response));
  }).listen(0, '127.0.0.1');
  open.push(server);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, seen };
}

const SESSION = { token: 1_234_567_890, cookies: 'slave_sid=SECRET1;data_ticket=SECRET2;' };
const contacts = JSON.stringify({ base_resp: { ret: 0 }, contact_list: '{"contacts":[]}' });

describe('the cookies of a session', () => {
  it('go to its host, as they were given', async () => {
    const { port, seen } = await listen((_, response) => response.end(contacts));
    const client = new UnofficialClient({ ...SESSION, baseUrl: `http://127.0.0.1:${port}` });
    expect(await client.getUserList()).toEqual({ contacts: [] });
    expect(seen[0]?.headers.cookie).toBe('slave_sid=SECRET1; data_ticket=SECRET2');
  });

  it.each([301, 302, 307, 308])('do not follow a redirect (%i) to another host', async (status) => {
    const other = await listen((_, response) => response.end(contacts));
    const location = `http://localhost:${other.port}/cgi-bin/contactmanage`;
    const { port } = await listen((_, response) => response.writeHead(status, { location }).end());
    const client = new UnofficialClient({ ...SESSION, baseUrl: `http://127.0.0.1:${port}` });
    const error = await catchError(client.getUserList());
    expect(error).toMatchObject({ code: 'WECHAT_NEED_LOGIN' });
    expect(other.seen).toEqual([]);
  });

  it('that another host sets, or that are for another path, stay there', async () => {
    const { port, seen } = await listen((_, response) => {
      response.setHeader('set-cookie', [
        'foreign=1; Domain=example.com',
        'elsewhere=1; Path=/other',
        'mine=1; Path=/',
        'old=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
        'slave_sid=CHANGED; Path=/',
      ]);
      response.end(contacts);
    });
    const client = new UnofficialClient({ ...SESSION, baseUrl: `http://127.0.0.1:${port}` });
    await client.getUserList();
    await client.getUserList();
    const sent = seen[1]?.headers.cookie?.split('; ').sort();
    expect(sent).toEqual(['data_ticket=SECRET2', 'mine=1', 'slave_sid=CHANGED']);
  });

  it('go to no host of statistics, which is asked only where it is named', async () => {
    const plugin = "<script>pluginToken : 'p1',\nappid : 'wx1',\n</script>";
    const { port } = await listen((_, response) => response.end(plugin));
    const baseUrl = `http://127.0.0.1:${port}`;
    const error = await catchError(
      new UnofficialClient({ ...SESSION, baseUrl }).statArticleDetailList(),
    );
    expect(error).toMatchObject({ code: 'WECHAT_NEED_PARAM' });
    expect(error.message).toContain('missing option `statisticsBaseUrl`');
    const statistics = await listen((_, response) => response.end('{"hasMore":false,"data":[]}'));
    const client = new UnofficialClient({
      ...SESSION,
      baseUrl,
      statisticsBaseUrl: `http://localhost:${statistics.port}`,
    });
    const dates = { startDate: '2026-01-01', endDate: new Date('2026-01-30T20:00:00Z') };
    expect(await client.statArticleDetailList({ page: 2, ...dates })).toEqual({
      hasMore: false,
      data: [],
    });
    const [request] = statistics.seen;
    expect(request?.headers.cookie).toBeUndefined();
    const query = new URL(request?.url ?? '', 'http://localhost').searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      page: '2',
      appid: 'wx1',
      token: 'p1',
      start_date: '2026-01-01',
      // Already the next day in China.
      end_date: '2026-01-31',
    });
  });
});

describe('no secret is reported', () => {
  it('by errors, loggers and the client itself, whatever the back end answers', async () => {
    const answers = [
      '<html>token=1234567890 SECRET1</html>',
      '{"base_resp":{"ret":200013,"err_msg":"SECRET1"}}',
      '{"base_resp":{"ret":200003,"err_msg":"SECRET1"}}',
      '{"token":1234567890}',
    ];
    const { port } = await listen((_, response) => response.end(answers.shift()));
    const { logger, lines } = recorder();
    const client = new UnofficialClient({
      ...SESSION,
      username: 'me',
      password: 'SECRET3',
      baseUrl: `http://127.0.0.1:${port}`,
      sessions: { get: async () => undefined, set: () => Promise.reject(new Error('full')) },
      logger,
    });
    const errors: Error[] = [];
    for (let times = 0; times < 4; times += 1) errors.push(await catchError(client.getUserList()));
    errors.push(await catchError(client.login()));
    const printed = inspect([errors, lines, client], { depth: 12, showHidden: true });
    for (const secret of ['SECRET', '1234567890']) expect(printed).not.toContain(secret);
    expect(errors.map((error) => (error as { code?: string }).code)).toEqual([
      'WECHAT_NEED_LOGIN',
      'WECHAT_UNOFFICIAL',
      'WECHAT_NEED_LOGIN',
      'WECHAT_NEED_LOGIN',
      'WECHAT_LOGIN',
    ]);
    expect(errors[1]?.message).toContain('pause for some hours');
  });
});

describe('a session that is lost', () => {
  /** A back end where a login gives sessions 2, 3, …; only the newest is live. */
  async function startLogins() {
    let newest = 1;
    let logins = 0;
    const { port, seen } = await listen((request, response) => {
      const url = new URL(request.url ?? '', 'http://localhost');
      if (url.pathname === '/cgi-bin/login') {
        logins += 1;
        newest += 1;
        response.setHeader('set-cookie', `slave_sid=${newest}; Path=/`);
        response.end(`{"base_resp":{"ret":0},"redirect_url":"/cgi-bin/home?token=${newest}"}`);
        return;
      }
      const isLive =
        url.searchParams.get('token') === String(newest) &&
        request.headers.cookie?.includes(`slave_sid=${newest}`);
      response.end(isLive ? contacts : '<html>log in</html>');
    });
    return {
      baseUrl: `http://127.0.0.1:${port}`,
      seen,
      logins: () => logins,
      lose: () => {
        newest += 1;
      },
    };
  }
  const account = { username: 'me', password: 'x', token: 1, cookies: 'slave_sid=1;' };

  it('is begun again once by onNeedLogin, for 20 calls at once, and all succeed', async () => {
    const backEnd = await startLogins();
    const client = new UnofficialClient({
      ...account,
      baseUrl: backEnd.baseUrl,
      onNeedLogin: (login) => login.login(),
    });
    await client.getUserList();
    backEnd.lose();
    const lists = await Promise.all(Array.from({ length: 20 }, () => client.getUserList()));
    expect(lists).toEqual(Array(20).fill({ contacts: [] }));
    expect(backEnd.logins()).toBe(1);
  });

  it('is asked for once in a call: a login that helps nothing is not repeated', async () => {
    const backEnd = await startLogins();
    let asked = 0;
    const client = new UnofficialClient({
      ...account,
      baseUrl: backEnd.baseUrl,
      onNeedLogin: async (login) => {
        asked += 1;
        await login.login();
        backEnd.lose();
      },
    });
    backEnd.lose();
    expect(await catchError(client.getUserList())).toMatchObject({ code: 'WECHAT_NEED_LOGIN' });
    expect([asked, backEnd.logins()]).toEqual([1, 1]);
  });

  it('fails with the login’s own error, for all calls that wait', async () => {
    const backEnd = await startLogins();
    const client = new UnofficialClient({
      ...account,
      baseUrl: backEnd.baseUrl,
      onNeedLogin: () => Promise.reject(new Error('nobody is here')),
    });
    backEnd.lose();
    const errors = await Promise.all([1, 2, 3].map(() => catchError(client.getUserList())));
    expect(errors.map(({ message }) => message)).toEqual(Array(3).fill('nobody is here'));
  });

  it('is kept when it is new, and found by the next process', async () => {
    const backEnd = await startLogins();
    const sessions = new MemorySessionStore();
    const { username, password } = account;
    const options = { username, password, baseUrl: backEnd.baseUrl, sessions };
    await new UnofficialClient(options).login();
    expect(await new UnofficialClient(options).getUserList()).toEqual({ contacts: [] });
    expect(backEnd.logins()).toBe(1);
    const other = new UnofficialClient({ ...options, username: 'somebody else' });
    expect(await catchError(other.getUserList())).toMatchObject({ code: 'WECHAT_NEED_LOGIN' });
    const client = new UnofficialClient(options);
    await client.logout();
    expect(await catchError(new UnofficialClient(options).getUserList())).toMatchObject({
      code: 'WECHAT_NEED_LOGIN',
    });
  });
});

describe('a back end that misbehaves', () => {
  it.each<[string, RequestListener]>([
    ['hangs', () => {}],
    ['breaks the connection', (request) => request.socket.destroy()],
  ])('%s: a clear error', async (_, answer) => {
    const { port } = await listen(answer);
    const options = { ...SESSION, baseUrl: `http://127.0.0.1:${port}`, timeout: 50 };
    const error = await catchError(new UnofficialClient(options).getUserList());
    expect(error).toMatchObject({ code: 'WECHAT_NETWORK', path: '/cgi-bin/contactmanage' });
    expect(error.message).toContain('the back end could not be reached');
  });
});

describe('an answer of the back end', () => {
  const large = JSON.stringify({ contact_list: { contacts: 'x'.repeat(17 * 1024 * 1024) } });
  it.each<[string, Record<string, string>, Buffer]>([
    ['of 17 MiB', {}, Buffer.from(large)],
    ['of 17 MiB, packed', { 'content-encoding': 'gzip' }, gzipSync(large)],
  ])('%s is not read to its end', async (_, headers, body) => {
    const { port } = await listen((_, response) => response.writeHead(200, headers).end(body));
    const baseUrl = `http://127.0.0.1:${port}`;
    const error = await catchError(new UnofficialClient({ ...SESSION, baseUrl }).getUserList());
    expect(error).toMatchObject({ code: 'WECHAT_RESPONSE_TOO_LARGE', path: expect.any(String) });
    expect(error.message).not.toContain('token');
  });

  it('may be larger when `maxResponseSize` says so', async () => {
    const headers = { 'content-encoding': 'gzip' };
    const { port } = await listen((_, response) =>
      response.writeHead(200, headers).end(gzipSync(large)),
    );
    const baseUrl = `http://127.0.0.1:${port}`;
    const maxResponseSize = 20 * 1024 * 1024;
    const client = new UnofficialClient({ ...SESSION, baseUrl, maxResponseSize });
    expect(await client.getUserList()).toHaveProperty('contacts');
  });
});
