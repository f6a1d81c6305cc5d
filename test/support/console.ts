/**
 * The back end of mp.weixin.qq.com on a port of this machine, in both of its ages, and strict: what
 * the pages of the console would not send is no request that it understands, and is told in `problems`.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, type Asked, type Row, refused } from './console/contract.ts';
import { createData } from './console/data.ts';
import { createLoginRows, type Logins } from './console/login.ts';
import { createRows } from './console/rows.ts';
import { type Part, readForm } from './multipart.ts';

export type BackEnd = Awaited<ReturnType<typeof startBackEnd>>;

const LOGIN_PAGE: Answer = {
  body: '<html><title>公众平台</title>请登录</html>',
  type: 'text/html; charset=UTF-8',
};

export async function startBackEnd() {
  const data = createData();
  const requests: Asked[] = [];
  const problems: string[] = [];
  const sent: Readonly<Record<string, string>>[] = [];
  let session: { token: number; sid: string } | undefined;
  let begun = 0;
  let lostAs: 'html' | 'json' = 'html';
  let listsAs: 'string' | 'object' = 'string';
  let callsLeft = Number.POSITIVE_INFINITY;

  function begin() {
    begun += 1;
    session = { token: 1_000_000_000 + begun, sid: `sid+/${begun}==` };
    const cookies = [
      `slave_sid=${session.sid}; Path=/; HttpOnly`,
      'slave_user=gh_owner; Path=/',
      'data_ticket=EXPIRED; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    ];
    return { token: session.token, cookies };
  }

  const logins: Logins = {
    username: 'me@example.com',
    password: 'a password of more than 16 characters',
    begin,
    refusals: [],
    captcha: { isNeeded: false, rets: [200008, 200027] },
    scans: [0, 4, 1],
    picture: Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
    codes: 0,
  };
  const rows = [
    ...createLoginRows(logins),
    ...createRows({
      data,
      sent,
      token: () => session?.token ?? 0,
      listsAs: () => listsAs,
      isThrottled: () => {
        callsLeft -= 1;
        return callsLeft < 0;
      },
    }),
  ];

  function answer(asked: Asked): Answer {
    const row = rows.find((one) => isMeant(one, asked));
    const problem = row ? problemOf(row, asked) : 'no such request';
    if (!row || problem) {
      problems.push(`${asked.method} ${asked.path}: ${problem}`);
      return { body: { fake: problem ?? '' } };
    }
    if (row.isOpen) return row.answer(asked);
    const token = asked.query['token'] ?? asked.form['token'];
    const isLive =
      session !== undefined &&
      token === String(session.token) &&
      asked.cookies['slave_sid'] === session.sid;
    if (isLive) return row.answer(asked);
    return lostAs === 'json' && !row.isPage ? refused(200003, 'invalid session') : LOGIN_PAGE;
  }

  const server = createServer((request, response) => {
    void read(request).then((asked) => {
      requests.push(asked);
      const { body, type, cookies = [] } = answer(asked);
      const isBytes = Buffer.isBuffer(body) || typeof body === 'string';
      response.writeHead(200, {
        'content-type': type ?? 'application/json; charset=UTF-8',
        // Not Secure, as this one speaks http.
        'set-cookie': [...cookies],
      });
      response.end(isBytes ? body : JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    username: logins.username,
    password: logins.password,
    data,
    requests,
    problems,
    sent,
    logins,
    begun: () => begun,
    /** A session without a login, as the Python SDK would write it down. */
    session() {
      const { token } = begin();
      return { token, cookies: `slave_sid=${session?.sid};slave_user=gh_owner;` };
    },
    loseSession(as: 'html' | 'json' = 'html') {
      session = undefined;
      lostAs = as;
    },
    writeListsAs: (as: 'string' | 'object') => {
      listsAs = as;
    },
    throttleAfter: (calls: number) => {
      callsLeft = calls;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function isMeant({ method, path, when = {} }: Row, asked: Asked): boolean {
  const isSame = method === asked.method && path === asked.path;
  return isSame && Object.entries(when).every(([name, value]) => asked.query[name] === value);
}

/** What is wrong with a request, in the order in which somebody would look. */
function problemOf({ query, form = [], referer, isAjax }: Row, asked: Asked): string | undefined {
  if (!asked.referer.startsWith(referer)) return `the referer is ${asked.referer}`;
  if (isAjax && !asked.accept.includes('json')) return `accept is ${asked.accept}`;
  if (asked.isAjax !== isAjax) return `x-requested-with is ${isAjax ? 'missing' : 'there'}`;
  return keyProblem('query', query, asked.query) ?? keyProblem('form', form, asked.form);
}

function keyProblem(
  where: string,
  keys: readonly string[],
  given: Readonly<Record<string, string>>,
): string | undefined {
  const names = keys.map((key) => key.replace('?', ''));
  const needed = keys.filter((key) => !key.endsWith('?')).map((key) => key.replace('*', '0'));
  const missing = needed.filter((key) => !(key in given));
  const odd = Object.keys(given).filter(
    (key) => !names.includes(key) && !names.includes(`${key.replace(/\d+$/, '')}*`),
  );
  if (missing.length === 0 && odd.length === 0) return undefined;
  return `${where}: missing ${missing.join()}, odd ${odd.join()}`;
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const content = Buffer.concat(chunks);
  const { pathname, searchParams } = new URL(request.url as string, 'http://localhost');
  const type = String(request.headers['content-type']);
  let parts: Part[] | undefined;
  if (type.startsWith('multipart/')) parts = readForm(type, content);
  const cookies = String(request.headers.cookie ?? '')
    .split('; ')
    .map((cookie) => [cookie.slice(0, cookie.indexOf('=')), cookie.slice(cookie.indexOf('=') + 1)]);
  return {
    method: request.method as string,
    path: pathname,
    query: Object.fromEntries(searchParams),
    form: parts ? {} : Object.fromEntries(new URLSearchParams(content.toString())),
    parts,
    cookies: Object.fromEntries(cookies) as Record<string, string>,
    referer: String(request.headers.referer ?? '').replace(/^https?:\/\/[^/]+/, ''),
    isAjax: request.headers['x-requested-with'] === 'XMLHttpRequest',
    accept: String(request.headers.accept),
  };
}
