/** The simulator's API refuses what the platform refuses, in its order and words, and fails as asked. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { endpoints } from '@wechat-mp/core/official';
import {
  APPID,
  call,
  closeAll,
  createPerson,
  type Desk,
  getToken,
  open,
  probe,
  RID,
  withToken,
} from '../../../../test/support/simulator-api.ts';
import { until } from '../../../../test/support/until.ts';

afterEach(closeAll);

const PATH = '/cgi-bin/getcallbackip';

describe('a call is looked at in order', () => {
  it.each([
    ['no token, wrong verb', '', undefined, 41001],
    ['an unknown token, wrong verb', 'unknown', undefined, 40001],
    ['the wrong verb', undefined, undefined, 43002],
    ['no body', undefined, '', 44002],
    ['a body that is not JSON', undefined, 'a=b', 47001],
    ['a body that is not an object', undefined, '7', 47001],
    ['what the call is about', undefined, { touser: 'x' }, 40003],
  ])('%s', async (_, token, body, errcode) => {
    const desk = await open();
    const access_token = token ?? (await getToken(desk));
    const answer = await call(desk, '/cgi-bin/message/custom/send', { access_token }, body);
    expect(answer).toEqual({ errcode, errmsg: expect.stringMatching(RID) });
  });

  it('POST where GET is documented, and an undocumented path', async () => {
    const desk = await open();
    expect(await withToken(desk, '/cgi-bin/user/get', {})).toMatchObject({ errcode: 43001 });
    const errmsg = expect.stringMatching(/^invalid url rid: /);
    expect(await call(desk, '/cgi-bin/nothing')).toEqual({ errcode: 40066, errmsg });
  });

  it('the status is 200, and the type that of the platform', async () => {
    const { api } = await open();
    const answer = await fetch(`${api.url}/cgi-bin/user/get`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json; encoding=utf-8');
  });

  it('the request id of a refusal has the time, and a comma before it under /sns/', async () => {
    const desk = await open();
    const { errmsg } = await call(desk, '/cgi-bin/user/get');
    expect(errmsg).toMatch(/^access_token missing rid: 6553f100-/);
    const sns = await call(desk, '/sns/userinfo', { access_token: 'x', openid: 'o1' });
    expect(sns['errmsg']).toMatch(
      /^invalid credential, access_token is invalid or not latest, rid: [0-9a-f-]{26}$/,
    );
  });
});

interface Row {
  readonly path: string;
  readonly verb: string;
  readonly tokenless?: true;
  readonly auth?: string;
}

function listRows(table: object): Row[] {
  return Object.values(table).flatMap((row: object) => {
    return 'path' in row && typeof row.path === 'string' ? [row as Row] : listRows(row);
  });
}

it("every path of the client's tables that asks for a token answers 41001 without one", async () => {
  const desk = await open();
  const asking = listRows(endpoints).filter(
    ({ verb, tokenless, auth }) => verb !== 'page' && (!tokenless || auth),
  );
  expect(asking.length).toBeGreaterThan(200);
  const answers = await Promise.all(asking.map(({ path }) => call(desk, path)));
  expect(new Set(answers.map(({ errcode }) => errcode))).toEqual(new Set([41001]));
});

it('a path without behaviour of its own answers ok', async () => {
  const desk = await open();
  const body = { prefix: 'https://a.example/' };
  expect(await withToken(desk, '/cgi-bin/wxopen/qrcodejumppublish', body)).toEqual({
    errcode: 0,
    errmsg: 'ok',
  });
});

describe('calls are recorded', () => {
  it('with what was asked and answered, and each as an event', async () => {
    const desk = await open(createPerson('o1'));
    await desk.client.user.get({ openid: 'o1' });
    expect(desk.api.callsTo('/cgi-bin/user/info')).toMatchObject([
      { method: 'GET', query: { openid: 'o1' }, status: 200, answer: { subscribe: 1 } },
    ]);
    expect(desk.events).toEqual(desk.api.calls.map((told) => ({ type: 'call', call: told })));
  });

  it('the newest 1000 of them', async () => {
    const desk = await open();
    for (let batch = 0; batch < 21; batch += 1) {
      await Promise.all(Array.from({ length: 50 }, () => call(desk, `/nothing/${batch}`)));
    }
    expect(desk.api.calls).toHaveLength(1000);
    expect(desk.api.callsTo('/nothing/0')).toEqual([]);
    expect(desk.api.callsTo('/nothing/20')).toHaveLength(50);
  });
});

describe('what is asked of it', () => {
  const ask = async (desk: Desk, signal: AbortSignal | null = null) =>
    fetch(`${desk.api.url}${PATH}?access_token=${await getToken(desk)}`, { signal });

  /** Asks, and hangs up once the call was seen and others after it were answered. */
  async function askInVain(desk: Desk): Promise<void> {
    const seen = desk.api.callsTo(PATH).length;
    const patience = new AbortController();
    const asked = ask(desk, patience.signal);
    await until(() => desk.api.callsTo(PATH).length > seen);
    await call(desk, '/cgi-bin/nothing');
    patience.abort();
    await asked;
  }

  it.each([
    ['an object', { a: 1 }, '{"a":1}'],
    ['text', '{"msgid":9007199254740993}', '{"msgid":9007199254740993}'],
    ['bytes', Buffer.from('bytes'), 'bytes'],
    ['a function of the number', (_: unknown, count: number) => ({ count }), '{"count":1}'],
  ])('%s is the answer', async (_, answer, expected) => {
    const desk = await open();
    desk.api.answer(PATH, answer);
    expect(await (await ask(desk)).text()).toBe(expected);
    expect(await probe(desk, 'unknown')).toBe(40001);
  });

  it('ids beyond 2^53 keep their digits in the calls that are shown', async () => {
    const desk = await open();
    desk.api.answer('/cgi-bin/menu/create', '{"msgid":9007199254740993}');
    await withToken(desk, '/cgi-bin/menu/create', '{"msg_id":9007199254740995,"count":3}');
    expect(desk.api.callsTo('/cgi-bin/menu/create')).toMatchObject([
      { body: { msg_id: '9007199254740995', count: 3 }, answer: { msgid: '9007199254740993' } },
    ]);
  });

  it('calls fail as often as asked, then no more', async () => {
    const desk = await open();
    await getToken(desk);
    for (const how of ['reset', 'hang', '500', '502-html', 'half'] as const) {
      desk.api.failNext(PATH, how);
    }
    desk.api.failNext(PATH, { errcode: -1 }, 2);
    await expect(ask(desk)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    await expect(askInVain(desk)).rejects.toMatchObject({ name: 'AbortError' });
    expect((await ask(desk)).status).toBe(500);
    const html = await ask(desk);
    expect([html.status, html.headers.get('content-type')]).toEqual([502, 'text/html']);
    const half = await ask(desk);
    expect(half.status).toBe(200);
    await expect(half.text()).rejects.toThrow('terminated');
    for (const errcode of [-1, -1]) {
      expect(await (await ask(desk)).json()).toMatchObject({ errcode });
    }
    expect(await (await ask(desk)).json()).toEqual({ ip_list: ['127.0.0.1'] });
    expect(desk.api.callsTo(PATH).map(({ status }) => status)).toEqual([
      0, 0, 500, 502, 200, 200, 200, 200,
    ]);
  });

  it('a quota ends, restarts the next day, and clear_quota restores it, 10 times', async () => {
    const desk = await open();
    desk.api.setQuota(PATH, 1);
    expect(await probe(desk, await getToken(desk))).toBeUndefined();
    expect(await probe(desk, await getToken(desk))).toBe(45009);
    const quota = { cgi_path: PATH };
    expect(await withToken(desk, '/cgi-bin/openapi/quota/get', quota)).toMatchObject({
      quota: { daily_limit: 1, used: 1, remain: 0 },
    });
    const clear = (appid: string) => withToken(desk, '/cgi-bin/clear_quota', { appid });
    expect(await clear('wx')).toMatchObject({ errcode: 40013 });
    expect(await probe(desk, await getToken(desk))).toBe(45009);
    for (let times = 1; times <= 10; times += 1) {
      expect(await clear(APPID)).toMatchObject({ errcode: 0 });
    }
    expect(await probe(desk, await getToken(desk))).toBeUndefined();
    expect(await clear(APPID)).toMatchObject({ errcode: 48006 });
    desk.api.setQuota(PATH, 0);
    expect(await probe(desk, await getToken(desk))).toBe(45009);
    await desk.clock.advance(86_400_000);
    expect(await probe(desk, await getToken(desk))).toBeUndefined();
  });

  it('each answer waits for the latency, by the clock', async () => {
    const desk = await open();
    desk.api.setLatency(700);
    let answer: unknown;
    void call(desk, '/cgi-bin/nothing').then((got) => {
      answer = got;
    });
    while (answer === undefined) await desk.clock.advance(100);
    expect(answer).toMatchObject({ errcode: 40066 });
    expect(desk.api.calls[0]?.milliseconds).toBeGreaterThanOrEqual(700);
  });

  it('a reset forgets all of that', async () => {
    const desk = await open();
    const token = await getToken(desk);
    desk.api.failNext(PATH, '500', 5);
    desk.api.answer(PATH, { a: 1 });
    desk.api.setIpRefused('1.2.3.4');
    desk.api.reset();
    expect(await probe(desk, token)).toBe(40001);
    expect(await probe(desk, await getToken(desk))).toBeUndefined();
    expect(desk.api.calls).toHaveLength(3);
  });
});
