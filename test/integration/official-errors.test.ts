/** Failures between a client and the platform, and which of them are repeated. */
import { inspect } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import { renderReply, reply } from '@wechat-mp/core';
import {
  ComponentClient,
  InvalidCredentialError,
  IPNotAllowedError,
  MessageCountError,
  NetworkError,
  NotFollowerError,
  OfficialAPIError,
  OfficialClient,
  QuotaExceededError,
  RateLimitError,
  type RequestSummary,
  type ResponseSummary,
  UnauthorizedAPIError,
  WindowClosedError,
} from '@wechat-mp/core/official';
import { createRefusal } from '../../packages/core/src/official/errors.ts';
import { recorder } from '../support/http.ts';
import { catchError, createClient, usePlatform } from '../support/official-client.ts';
import { BREAK, Raw, SILENCE } from '../support/official-platform.ts';

const getPlatform = usePlatform();
const SEND = '/cgi-bin/message/custom/send';
const USER = '/cgi-bin/user/info';
const message = { touser: 'o1234567890', msgtype: 'text', text: { content: 'a secret' } } as const;

describe('what the platform refuses is an error of a class of its own', () => {
  it.each([
    [40003, OfficialAPIError, 'WECHAT_API'],
    [40013, InvalidCredentialError, 'WECHAT_API_CREDENTIAL'],
    [40243, InvalidCredentialError, 'WECHAT_API_CREDENTIAL'],
    [40164, IPNotAllowedError, 'WECHAT_API_IP'],
    [45009, QuotaExceededError, 'WECHAT_API_QUOTA'],
    [45011, RateLimitError, 'WECHAT_API_RATE'],
    [45015, WindowClosedError, 'WECHAT_API_WINDOW'],
    [45047, MessageCountError, 'WECHAT_API_MESSAGE_COUNT'],
    [48001, UnauthorizedAPIError, 'WECHAT_API_UNAUTHORIZED'],
    [43004, NotFollowerError, 'WECHAT_API_NOT_FOLLOWER'],
  ])('%i', async (errcode, kind, code) => {
    const platform = getPlatform();
    platform.answer(SEND, () => platform.refuse(errcode, 'what it says'));
    const error = await catchError(createClient(platform).message.custom.send(message));
    expect(error).toBeInstanceOf(kind);
    expect(error).toBeInstanceOf(OfficialAPIError);
    expect(error).toMatchObject({ code, errcode, errmsg: 'what it says', path: SEND });
    expect((error as OfficialAPIError).rid).toMatch(/^[\da-f]{8}-0badcafe-5eed1234$/);
    expect(platform.count(SEND)).toBe(1);
  });

  it.each([
    [
      'invalid appid, rid: 6aac007a-6c02c771-26bf69c4',
      'invalid appid',
      '6aac007a-6c02c771-26bf69c4',
    ],
    ['api freq out of limit hint: [s0462vr27]', 'api freq out of limit', undefined],
    ['access_token missing, hints: [ req_id: 8mfAmA02 ]', 'access_token missing', undefined],
  ])('its words are without the rid: %s', async (errmsg, said, rid) => {
    const platform = getPlatform();
    platform.answer(SEND, () => ({ errcode: 40003, errmsg }));
    const error = await catchError(createClient(platform).message.custom.send(message));
    expect(error).toMatchObject({ errmsg: said, rid });
  });

  it('the address that is not listed is read out of what it says', async () => {
    const platform = getPlatform();
    platform.refuseIp('125.33.201.21');
    const error = await catchError(createClient(platform).menu.get());
    expect(error).toBeInstanceOf(IPNotAllowedError);
    expect(error).toMatchObject({ ip: '125.33.201.21', path: '/cgi-bin/stable_token' });
    expect(error.message).toContain('Add 125.33.201.21');
  });

  it.each([
    ['hint: [OOcsrA0577oxy3] requestIP: 123.57.208.67', '123.57.208.67'],
    ['requestIP: 2001:db8::7 rid: 5f5a4a3c-1d2e3f40-5b6c7d8e', '2001:db8::7'],
    ['hint: [Kx.0A]', undefined],
  ])('so is one that is not listed for a third-party platform: %s', async (rest, ip) => {
    const platform = getPlatform();
    const errmsg = `access clientip is not registered ${rest}`;
    platform.answer(SEND, () => ({ errcode: 61004, errmsg }));
    const error = await catchError(createClient(platform).message.custom.send(message));
    expect(error).toBeInstanceOf(IPNotAllowedError);
    const seen = ip === undefined ? '' : ` requestIP: ${ip}`;
    expect(error).toMatchObject({ ip, errmsg: `access clientip is not registered${seen}` });
    expect(error.message).toContain(
      `Add ${ip ?? 'the server’s address'} to the third-party platform’s 白名单IP地址列表`,
    );
  });

  it('also where the refusal has another form (base_resp)', async () => {
    const platform = getPlatform();
    platform.answer('/publisher/stat', () => ({ base_resp: { ret: 45009, err_msg: 'freq' } }));
    const call = createClient(platform).publisher.getAdposGeneral({
      action: 'publisher_adpos_general',
      page: 1,
      page_size: 20,
      start_date: '2026-01-01',
      end_date: '2026-01-02',
    } as never);
    expect(await catchError(call)).toBeInstanceOf(QuotaExceededError);
  });
});

describe('what can be done again without harm is', () => {
  const twice =
    <T>(bad: T, good: unknown) =>
    (_: unknown, count: number) =>
      count <= 2 ? bad : good;
  const busy = { errcode: -1, errmsg: 'system error' };
  const ok = { errcode: 0, errmsg: 'ok' };

  it.each([
    ['a call that the platform was too busy for', SEND, busy],
    ['reading over a connection that broke', USER, BREAK],
    ['reading that met a 502', USER, new Raw('<html>', {}, 502)],
    ['reading whose answer is cut short', USER, new Raw('{"openid":"o","subscr')],
    ['reading whose answer is empty', USER, new Raw('')],
  ])('%s', async (_, path, bad) => {
    const platform = getPlatform();
    platform.answer(path, twice<unknown>(bad, ok));
    const client = createClient(platform);
    await (path === SEND ? client.message.custom.send(message) : client.user.get('o1'));
    expect(platform.count(path)).toBe(3);
  });

  it.each([
    ['what was sent over a connection that broke', BREAK],
    ['what met a 502', new Raw('<html>', {}, 502)],
    ['what was answered with half of an answer', new Raw('{"errcode":0,')],
  ])('but not %s: it may have been done', async (_, bad) => {
    const platform = getPlatform();
    platform.answer(SEND, twice<unknown>(bad, ok));
    const error = await catchError(createClient(platform).message.custom.send(message));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ code: 'WECHAT_NETWORK', path: SEND, wasSent: true });
    expect(platform.count(SEND)).toBe(1);
  });

  it('nor more often than `retry` says', async () => {
    const platform = getPlatform();
    platform.answer(USER, () => BREAK);
    await catchError(createClient(platform, { retry: 0 }).user.get('o1'));
    expect(platform.count(USER)).toBe(1);
  });

  it('what was never sent is tried again, whatever it is', async () => {
    const platform = getPlatform();
    const client = createClient(platform, {
      baseUrl: 'http://127.0.0.1:9',
      retry: 1,
      accessToken: 't',
    });
    const error = await catchError(client.message.custom.send(message));
    expect(error).toMatchObject({ code: 'WECHAT_NETWORK', wasSent: false });
  });

  it('the platform that says nothing is given up after `timeout`', async () => {
    const platform = getPlatform();
    const { accessToken } = await createClient(platform).accessToken.get();
    platform.answer(SEND, () => SILENCE);
    const client = createClient(platform, { accessToken, timeout: 50 });
    const error = await catchError(client.message.custom.send(message));
    expect(error.message).toBe(`${SEND}: no answer within 50 ms`);
  });
});

describe('a token that the platform refuses', () => {
  it.each([40001, 40014, 42001])(
    'with %i is replaced, and the call made again once',
    async (code) => {
      const platform = getPlatform();
      const client = createClient(platform);
      await client.accessToken.get();
      platform.answer(SEND, (_, count) =>
        count === 1 ? platform.refuse(code, 'bad') : { errcode: 0 },
      );
      platform.expireTokens();
      const revoked = platform.revokeStable();
      platform.answer(USER, () => ({ subscribe: 1 }));
      await client.user.get('o1');
      expect(platform.inForce.stable).not.toBe(revoked);
      await client.message.custom.send(message);
      expect(platform.tokenRequests.filter(({ isForced }) => isForced).length).toBeLessThanOrEqual(
        1,
      );
    },
  );

  it('again and again fails, after one forced refresh', async () => {
    const platform = getPlatform();
    platform.answer(SEND, () => platform.refuse(40001, 'invalid credential'));
    const client = createClient(platform);
    for (let times = 0; times < 3; times += 1) {
      const error = await catchError(client.message.custom.send(message));
      expect(error).toBeInstanceOf(InvalidCredentialError);
    }
    expect(platform.tokenRequests.filter(({ isForced }) => isForced)).toHaveLength(1);
  });

  it.each([
    ['classic', false],
    ['stable', true],
  ])('at one path alone does not use up the day’s tokens: %s', async (_, stableToken) => {
    const platform = getPlatform();
    platform.answer(SEND, () => platform.refuse(40001, 'invalid credential'));
    platform.answer(USER, () => ({ subscribe: 1 }));
    const { logger } = recorder();
    jest.spyOn(Date, 'now').mockReturnValue(1_700_000_000_000);
    const client = createClient(platform, { stableToken, logger });
    for (let calls = 0; calls < 50; calls += 1) {
      await client.user.get('o1');
      expect(await catchError(client.message.custom.send(message))).toMatchObject({
        errcode: 40001,
      });
    }
    // The first, two in place of it, and one that is forced.
    expect(platform.tokenRequests.length).toBeLessThanOrEqual(4);
    jest.restoreAllMocks();
  });

  it.each<[string, (client: OfficialClient) => Promise<unknown>]>([
    [
      'the query',
      (client) =>
        client.request('GET', '/sns/auth', { query: { access_token: 'USER', openid: 'o1' } }),
    ],
    [
      'the body',
      (client) =>
        client.request('POST', '/cgi-bin/tags/create', { body: { access_token: 'USER' } }),
    ],
  ])('and was the caller’s own, in %s, replaces none of the client’s', async (_, call) => {
    const platform = getPlatform();
    for (const path of ['/sns/auth', '/cgi-bin/tags/create']) {
      platform.answer(path, () => platform.refuse(40001, 'invalid credential'));
    }
    const client = createClient(platform);
    await client.accessToken.get();
    expect(await catchError(call(client))).toMatchObject({ errcode: 40001 });
    expect(platform.tokenRequests).toHaveLength(1);
  });

  it.each([
    ['classic', false],
    ['stable', true],
  ])('again and again does not use up the day’s tokens: %s', async (_, stableToken) => {
    const platform = getPlatform();
    platform.answer(SEND, () => platform.refuse(40001, 'invalid credential'));
    const { logger, lines } = recorder();
    const clock = jest.spyOn(Date, 'now').mockReturnValue(1_700_000_000_000);
    const client = createClient(platform, { stableToken, logger });
    const call = async () => {
      expect(await catchError(client.message.custom.send(message))).toBeInstanceOf(
        InvalidCredentialError,
      );
    };
    for (let calls = 0; calls < 50; calls += 1) await call();
    const atFirst = platform.tokenRequests.length;
    expect(atFirst).toBeLessThanOrEqual(4);
    clock.mockReturnValue(1_700_000_001_000);
    for (let calls = 0; calls < 50; calls += 1) await call();
    expect(platform.tokenRequests.length - atFirst).toBeLessThanOrEqual(2);
    expect(lines.join()).toContain('the platform refuses each new access token');
    // What is accepted again ends the pause.
    platform.answer(SEND, () => ({ errcode: 0 }));
    await client.message.custom.send(message);
    jest.restoreAllMocks();
  });

  it.each<[string, (client: OfficialClient) => Promise<unknown>]>([
    ['a message', ({ message: { custom } }) => custom.sendText('o1', 'a')],
    ['a GET', ({ menu }) => menu.get()],
    ['a path without a method', (client) => client.request('POST', '/cgi-bin/tags/create')],
  ])('is replaced each time that others end it, at %s', async (_, call) => {
    const platform = getPlatform();
    const client = createClient(platform, { stableToken: false });
    for (let times = 0; times < 5; times += 1) {
      platform.refreshClassic();
      await call(client);
    }
    expect(platform.tokenRequests).toHaveLength(5);
  });

  it.each([
    [42001, '/cgi-bin/menu/get', 'another program'],
    [40014, '/cgi-bin/menu/get', 'another program'],
    [42001, '/sns/userinfo', 'through the login again'],
    [40125, '/cgi-bin/stable_token', 'appsecret'],
    [40001, '/cgi-bin/token', 'appsecret'],
    [40243, '/cgi-bin/stable_token', 'unfreeze'],
  ])('%i of %s says what helps: %s', (errcode, path, says) => {
    const error = createRefusal({ errcode, errmsg: 'refused', path });
    expect(error).toBeInstanceOf(InvalidCredentialError);
    expect(error.message).toContain(says);
    expect(error.message.includes('appsecret')).toBe(says === 'appsecret');
  });

  it('fails at once when there is no secret to fetch another with', async () => {
    const platform = getPlatform();
    const client = createClient(platform, { appsecret: undefined, accessToken: 'given' });
    const error = await catchError(client.message.custom.send(message));
    expect(error).toMatchObject({ code: 'WECHAT_NEED_PARAM' });
    expect(error.message).toContain('secret');
  });
});

describe('answers that are odd', () => {
  const answered = (body: string, headers = {}) => {
    const platform = getPlatform();
    platform.answer(USER, () => new Raw(body, headers));
    return createClient(platform, { retry: 0 }).user.get('o1') as Promise<unknown>;
  };

  it('control characters inside strings are kept, as if they had been escaped', async () => {
    expect(await answered('{"nickname":"a\u0001b\nc\\n","n":1}\n')).toEqual({
      nickname: 'a\u0001b\nc\n',
      n: 1,
    });
  });

  it('numbers beyond 2^53 are strings with all their digits, and others numbers', async () => {
    const long =
      '{"msgid":9007199254740993,"t":"9007199254740993","n":[-9007199254740993,1700000000000000],"f":0.1234567890123456}';
    expect(await answered(long)).toEqual({
      msgid: '9007199254740993',
      t: '9007199254740993',
      n: ['-9007199254740993', 1_700_000_000_000_000],
      f: 0.1234567890123456,
    });
  });

  it.each(['', '<html>502 Bad Gateway</html>', '{"a":1', '{"a":tru}', 'null', '7', '"ok"'])(
    'anything but JSON is an error: %j',
    async (body) => {
      const error = await catchError(answered(body));
      expect(error).toMatchObject({ code: 'WECHAT_NETWORK', status: 200 });
      expect(error.message).toContain('the answer is not JSON');
    },
  );

  it.each([
    ['of another program', 302, '{"msg":"log in first"}'],
    ['of another program with an errcode', 307, '{"errcode":40001,"errmsg":"log in first"}'],
    ['in HTML', 301, '<html>'],
  ])('a redirect is an error, and not made again: one %s', async (_, status, body) => {
    const platform = getPlatform();
    const headers = { location: 'http://portal.example/login' };
    for (const path of [USER, SEND]) platform.answer(path, () => new Raw(body, headers, status));
    const client = createClient(platform);
    const calls = [client.user.get('o1'), client.message.custom.send(message)];
    for (const error of await Promise.all(calls.map((call) => catchError(call)))) {
      expect(error).toMatchObject({ code: 'WECHAT_NETWORK', status, wasSent: true });
      expect(error.message).toContain(`answered with the status ${status}: WeChat never redirects`);
    }
    expect([platform.count(USER), platform.count(SEND)]).toEqual([1, 1]);
    expect(platform.tokenRequests).toHaveLength(1);
  });

  it('another success than 200 is one', async () => {
    const platform = getPlatform();
    platform.answer(USER, () => new Raw('{"subscribe":1}', {}, 201));
    expect(await createClient(platform).user.get('o1')).toEqual({ subscribe: 1 });
  });

  it.each([
    ['token.getStable', '/cgi-bin/stable_token', true, {}],
    ['token.get', '/cgi-bin/token', false, { errcode: 0, errmsg: 'ok' }],
    ['token.get', '/cgi-bin/token', false, { access_token: '' }],
  ])('%s without a token is not the caller’s mistake', async (_, path, stableToken, answer) => {
    const platform = getPlatform();
    platform.answer(path, () => answer);
    const client = createClient(platform, { stableToken });
    const error = await catchError(client.menu.get());
    expect(error).toMatchObject({ code: 'WECHAT_NETWORK' });
    expect(error.message).toContain('access_token: the answer has none');
  });

  it('whatever the Content-Type says', async () => {
    expect(await answered('{"subscribe":1}', { 'content-type': 'text/plain' })).toEqual({
      subscribe: 1,
    });
  });
});

describe('no secret is reported', () => {
  it('in errors, their causes and what hooks and loggers see', async () => {
    const platform = getPlatform();
    const { logger, lines } = recorder();
    const seen: unknown[] = [];
    const look = (...given: unknown[]) => void seen.push(...given);
    const client = createClient(platform, {
      logger,
      retry: 0,
      hooks: {
        beforeRequest: [look],
        afterResponse: [look],
        beforeError: [
          (error, request) => {
            look(error, { ...request });
            return error;
          },
        ],
      },
    });
    const errors: Error[] = [];
    const call = async (work: Promise<unknown>) => {
      errors.push(await catchError(work));
    };
    const { accessToken } = await client.accessToken.get();
    platform.answer(SEND, () => platform.refuse(40003, 'invalid openid'));
    await call(client.message.custom.send(message));
    platform.answer(SEND, () => BREAK);
    await call(client.message.custom.send(message));
    platform.answer('/sns/userinfo', () => new Raw('<html>'));
    await call(client.oauth2.getUserInfo({ access_token: 'user-token', openid: 'o1234567890' }));
    platform.answer('/sns/oauth2/access_token', () => platform.refuse(40029, 'invalid code', ','));
    await call(client.oauth2.getAccessToken({ code: 'code-of-user' }));
    const all = [errors, seen, lines].map((what) => inspect(what, { depth: 12, showHidden: true }));
    const secrets = [
      accessToken,
      platform.appsecret,
      'user-token',
      'code-of-user',
      'o1234567890',
      'a secret',
    ];
    for (const secret of secrets) expect(all.filter((told) => told.includes(secret))).toEqual([]);
    expect(JSON.stringify([errors, seen, lines])).not.toContain(accessToken);
    expect(errors.map(({ message: said }) => said).join()).not.toMatch(/https?:|\?/);
    expect(seen.length).toBeGreaterThan(8);
  });
});

describe('hooks', () => {
  it('see each request and answer, and may add headers and change errors', async () => {
    const platform = getPlatform();
    const requests: RequestSummary[] = [];
    const responses: ResponseSummary[] = [];
    platform.answer(USER, () => platform.refuse(40003, 'invalid openid'));
    const client = createClient(platform, {
      hooks: {
        beforeRequest: [
          (request) => {
            requests.push(request);
            request.headers['x-trace'] = 'abc';
          },
        ],
        afterResponse: [(response) => void responses.push(response)],
        beforeError: [(error) => Object.assign(error, { isKnown: true })],
      },
    });
    const error = await catchError(client.user.get('o1234567890'));
    expect(error).toMatchObject({ errcode: 40003, isKnown: true });
    expect(
      requests.map(({ name, method, path, attempt }) => [name, method, path, attempt]),
    ).toEqual([
      ['token.getStable', 'POST', '/cgi-bin/stable_token', 1],
      ['user.get', 'GET', USER, 1],
    ]);
    expect(requests[1]?.query).toEqual({
      access_token: '[redacted]',
      openid: 'o123…',
      lang: 'zh_CN',
    });
    const milliseconds: unknown = expect.any(Number);
    expect(responses[1]).toMatchObject({ status: 200, errcode: 40003, milliseconds });
    expect(platform.requestsTo(USER)[0]?.headers['x-trace']).toBe('abc');
  });
});

describe('a mistake is found when the client is made, or called', () => {
  it.each([
    [{ appid: '' }, 'missing option `appid`'],
    [{ appsecret: undefined }, 'missing option `appsecret`'],
    [{ timeout: 0 }, 'timeout must be'],
    [{ retry: -1 }, 'retry must be'],
    [{ baseUrl: 'localhost:3000' }, 'baseUrl must be'],
    [{ tokens: {} as never }, 'it has no get()'],
    [{ hooks: { beforeRequest: (() => {}) as never } }, 'hooks.beforeRequest must be'],
    [{ appId: 'wx1' } as never, 'unknown option appId; did you mean appid?'],
    [{ app_secret: 's' } as never, 'unknown option app_secret; did you mean appsecret?'],
    [{ baseURL: 'http://a.example' } as never, 'did you mean baseUrl?'],
  ])('%j', (options, says) => {
    expect(() => createClient(getPlatform(), options)).toThrow(says);
  });

  it.each([
    ['menu/get', 'path must begin with /'],
    ['/cgi-bin/menu/get?x=1', 'have no query'],
    ['/cgi-bin/menu/get#x', 'have no query'],
  ])('client.request to %s', async (path, says) => {
    const error = await catchError(createClient(getPlatform()).request('GET', path));
    expect(error).toMatchObject({ code: 'WECHAT_INVALID_ARGUMENT' });
    expect(error.message).toContain(says);
  });

  it.each([
    ['nothing', undefined, 'WECHAT_NEED_PARAM'],
    ['null', null, 'WECHAT_NEED_PARAM'],
    ['an AppID alone', 'wx0123456789abcdef', 'WECHAT_INVALID_ARGUMENT'],
  ])('a client of %s', (_, options, code) => {
    for (const Client of [OfficialClient, ComponentClient]) {
      expect(() => new Client(options as never)).toThrow(expect.objectContaining({ code }));
    }
  });

  it('other stores of `redisStores` are accepted', () => {
    expect(createClient(getPlatform(), { contexts: {}, sessions: {} } as never)).toBeInstanceOf(
      OfficialClient,
    );
  });

  it.each<[string, unknown]>([
    ['a string', '{"tag":{"name":"a"}}'],
    ['a Buffer', Buffer.from('{"tag":{"name":"a"}}')],
    ['a URLSearchParams', new URLSearchParams({ name: 'a' })],
    ['a Map', new Map([['name', 'a']])],
    ['a number', 5],
  ])('a body that is JSON already, or none: %s', async (kind, body) => {
    const client = createClient(getPlatform());
    for (const call of [
      client.request('POST', '/cgi-bin/tags/create', { body }),
      client.draft.add(body as never),
    ]) {
      const error = await catchError(call);
      expect(error).toMatchObject({ code: 'WECHAT_INVALID_ARGUMENT' });
      expect(error.message).toContain(`not ${kind}`);
    }
    expect(getPlatform().requests).toEqual([]);
  });

  it('parameters that are not an object', async () => {
    const error = await catchError(createClient(getPlatform()).ticket.get('jsapi' as never));
    expect(error.message).toBe('ticket.get: the parameters must be an object, not a string');
    expect(getPlatform().requests).toEqual([]);
  });

  const half = 'a smile \ud83d';
  it.each<[string, (client: OfficialClient) => Promise<unknown>]>([
    ['of a message', ({ message: { custom } }) => custom.sendText('o1', half)],
    ['of a menu', ({ menu }) => menu.create({ button: [{ type: 'click', name: half, key: 'A' }] })],
    ['that another one follows', ({ tag }) => tag.create({ tag: { name: '\ude00 b' } })],
    ['of a parameter', ({ user }) => user.get({ openid: half })],
    [
      'beside a file',
      ({ media }) => media.uploadImage({ media: Buffer.from('a'), name: half } as never),
    ],
    [
      'in an object beside a file',
      ({ media }) =>
        media.uploadImage({ media: Buffer.from('a'), about: { title: half } } as never),
    ],
    [
      'in the title of a video',
      ({ material }) => material.add('video', Buffer.from('a'), { title: half, introduction: '' }),
    ],
    ['of a text to translate', ({ ai }) => ai.translate(half, { lfrom: 'zh_CN', lto: 'en_US' })],
  ])('half a character %s', async (_, call) => {
    const error = await catchError(call(createClient(getPlatform())));
    expect(error).toMatchObject({ code: 'WECHAT_INVALID_ARGUMENT' });
    expect(error.message).toContain('half a character');
    expect(getPlatform().requestsTo()).toEqual([]);
  });

  it('a whole character, and a text about halves, are sent', async () => {
    const platform = getPlatform();
    for (const content of ['😀', '\\ud83d is half of it']) {
      await createClient(platform).message.custom.sendText('o1', content);
      expect(platform.requestsTo(SEND).at(-1)?.body).toMatchObject({ text: { content } });
    }
  });

  const odd = `a${String.fromCharCode(...Array(32).keys(), 0xfffe, 0xffff)}b \u001b[1mbold`;
  const plain = 'a\t\n\rb [1mbold';
  it.each<[string, string, (client: OfficialClient) => Promise<unknown>, unknown]>([
    [
      'a message',
      SEND,
      ({ message: { custom } }) => custom.sendText('o1', odd),
      { text: { content: plain } },
    ],
    [
      'a reply',
      SEND,
      ({ message: { custom } }) => custom.send('o1', odd),
      { text: { content: plain } },
    ],
    [
      'a template',
      '/cgi-bin/message/template/send',
      ({ message: { template } }) => template.send('o1', 't1', { a: odd }),
      { data: { a: { value: plain } } },
    ],
    [
      'a menu',
      '/cgi-bin/menu/create',
      ({ menu }) => menu.create({ button: [{ type: 'click', name: odd, key: 'k' }] }),
      { button: [{ name: plain }] },
    ],
    [
      'a text to translate',
      '/cgi-bin/media/voice/translatecontent',
      ({ ai }) => ai.translate(odd, { lfrom: 'zh_CN', lto: 'en_US' }),
      plain,
    ],
    [
      'a call of one’s own',
      '/cgi-bin/tags/create',
      (client) => client.request('POST', '/cgi-bin/tags/create', { body: { tag: { name: odd } } }),
      { tag: { name: plain } },
    ],
  ])(
    'control characters are not sent, as in the XML of a reply: %s',
    async (_, path, call, body) => {
      await call(createClient(getPlatform()));
      expect([getPlatform().requestsTo(path)[0]?.body]).toMatchObject([body]);
      expect(renderReply(reply.text(odd), { target: 'gh_1', source: 'o1' })).toContain(
        `[${plain}]`,
      );
    },
  );

  it('client.request reaches any path, with the token', async () => {
    const platform = getPlatform();
    const client = createClient(platform);
    platform.answer('/cgi-bin/tags/get', ({ query, body }) => ({ query, body }));
    const answer = await client
      .request('POST', '/cgi-bin/tags/get', { query: { a: 1 }, body: { b: 2 } })
      .catch((error: Error) => error);
    expect(answer).toMatchObject({ path: '/cgi-bin/tags/get' });
    platform.answer(SEND, ({ query, body }) => ({ query, body }));
    expect(await client.request('POST', SEND, { query: { a: 1 }, body: { b: '二' } })).toEqual({
      query: { a: '1', access_token: platform.inForce.stable },
      body: { b: '二' },
    });
  });
});
