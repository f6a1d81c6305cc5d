/** Tokens that a central server (中控服务器) gives: the client has no secret, and fetches none itself. */
import { inspect } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import {
  type AccessTokenSource,
  OfficialClient,
  type OfficialClientOptions,
} from '@wechat-mp/core/official';
import { catchError, usePlatform } from '../support/official-client.ts';

const getPlatform = usePlatform();
const PATH = '/cgi-bin/menu/get';
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

function createClient(options: Partial<OfficialClientOptions>) {
  const { appid, url: baseUrl } = getPlatform();
  return new OfficialClient({ appid, baseUrl, retry: 0, ...options });
}
/** A central server, which gives the token in force. */
function createCentral(give = () => getPlatform().inForce.classic as string) {
  return jest.fn<AccessTokenSource>(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return { accessToken: give(), expiresAt: inAnHour() };
  });
}

describe('an access token that a function gives', () => {
  it('serves calls without a secret, and is asked for once for all that wait', async () => {
    const platform = getPlatform();
    const token = platform.refreshClassic();
    const accessToken = createCentral();
    const client = createClient({ accessToken });
    await Promise.all(Array.from({ length: 50 }, () => client.menu.get()));
    await client.menu.get();
    expect(accessToken.mock.calls).toEqual([[{ refused: undefined }]]);
    expect(platform.tokenRequests).toEqual([]);
    expect(await client.accessToken.get()).toEqual({
      accessToken: token,
      expiresAt: expect.any(Number),
    });
  });

  it('is asked for again, once for all, with the one that the platform refused', async () => {
    const platform = getPlatform();
    const old = platform.refreshClassic();
    const accessToken = createCentral();
    const client = createClient({ accessToken });
    await client.menu.get();
    platform.expireTokens();
    platform.refreshClassic();
    await Promise.all(Array.from({ length: 20 }, () => client.menu.get()));
    expect(accessToken.mock.calls).toEqual([[{ refused: undefined }], [{ refused: old }]]);
    expect(platform.requestsTo(PATH).at(-1)?.query['access_token']).toBe(platform.inForce.classic);
  });

  it('that is refused again is an error, not asked for without end', async () => {
    const platform = getPlatform();
    const accessToken = createCentral(() => 'of yesterday');
    const error = await catchError(createClient({ accessToken }).menu.get());
    expect(error).toMatchObject({ code: 'WECHAT_API_CREDENTIAL', errcode: 40001 });
    expect(accessToken).toHaveBeenCalledTimes(2);
    expect(platform.requests).toHaveLength(2);
  });

  it('that is over is asked for at each call', async () => {
    const token = getPlatform().refreshClassic();
    const accessToken = jest.fn<AccessTokenSource>(() => ({ accessToken: token, expiresAt: 1 }));
    const client = createClient({ accessToken });
    await client.menu.get();
    await client.menu.get();
    expect(accessToken).toHaveBeenCalledTimes(2);
  });

  it('may come without an end', async () => {
    const token = getPlatform().refreshClassic();
    const accessToken = jest.fn<AccessTokenSource>(() => ({ accessToken: token }));
    const client = createClient({ accessToken });
    await client.menu.get();
    await client.menu.get();
    expect(accessToken).toHaveBeenCalledTimes(1);
    expect(await client.accessToken.grant()).toEqual({ accessToken: token });
  });

  it('that does not come within `timeout` is an error, and asked for again by the next call', async () => {
    const token = getPlatform().refreshClassic();
    let isSilent = true;
    const accessToken = jest.fn<AccessTokenSource>(() =>
      isSilent ? new Promise(() => {}) : { accessToken: token },
    );
    const client = createClient({ accessToken, timeout: 20 });
    const errors = await Promise.all([client.menu.get(), client.menu.get()].map(catchError));
    expect(errors.map(({ message }) => message)).toEqual(
      Array(2).fill('accessToken: the function returned no token within 20 ms'),
    );
    expect(errors[0]).toMatchObject({ code: 'WECHAT_NETWORK', wasSent: false });
    expect(accessToken).toHaveBeenCalledTimes(1);
    isSilent = false;
    await createClient({ accessToken }).menu.get();
  });

  it.each<[string, () => never | Promise<never>]>([
    [
      'throws',
      () => {
        throw new Error('no central server at https://in.example/?secret=SECRET1');
      },
    ],
    [
      'rejects',
      () =>
        Promise.reject(Object.assign(new Error('503'), { config: { headers: 'Bearer SECRET1' } })),
    ],
    ['rejects with nothing', () => Promise.reject(undefined)],
  ])('whose function %s is an error without its secrets', async (_, accessToken) => {
    const error = await catchError(createClient({ accessToken }).menu.get());
    expect(error).toMatchObject({ code: 'WECHAT_NETWORK', wasSent: false });
    expect(error.message).toMatch(/^accessToken: the function failed/);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('SECRET1');
  });

  it.each<[unknown]>([
    [undefined],
    ['token'],
    [{}],
    [{ accessToken: '' }],
    [{ access_token: 'token', expires_in: 7200 }],
    [{ accessToken: 'token', expiresAt: Date.now() + 7_200_000 }],
    [{ accessToken: 'token', expiresAt: '1700000000' }],
  ])('that is given as %j is an error that says how', async (given) => {
    const accessToken = (() => given) as AccessTokenSource;
    const error = await catchError(createClient({ accessToken }).menu.get());
    expect(error).toMatchObject({ code: 'WECHAT_INVALID_ARGUMENT' });
    expect(error.message).toContain('must return { accessToken, expiresAt }');
    expect(getPlatform().requests).toEqual([]);
  });

  it.each([7, {}, null])('cannot be %j', (accessToken) => {
    expect(() => createClient({ accessToken: accessToken as never })).toThrow(
      'accessToken must be a string, or a function that returns one',
    );
  });
});

describe('a ticket of the JS-SDK that a function gives', () => {
  it('signs pages, and is asked for once', async () => {
    const platform = getPlatform();
    platform.refreshClassic();
    const jsapiTicket = jest.fn(async () => ({ ticket: 'central', expiresAt: inAnHour() }));
    const client = createClient({ accessToken: createCentral(), jsapiTicket });
    const moment = { timestamp: 1_700_000_000, noncestr: 'n' };
    const signed = await Promise.all(
      [1, 2, 3].map(() => client.jsapi.sign('https://a.example/', moment)),
    );
    expect(jsapiTicket).toHaveBeenCalledTimes(1);
    expect(platform.requests).toEqual([]);
    expect((await client.jsapiTicket.get()).ticket).toBe('central');
    const own = createClient({ accessToken: 't', jsapiTicket: 'central' });
    expect(signed[0]).toEqual(await own.jsapi.sign('https://a.example/', moment));
  });

  it('that is not a ticket is an error with advice', async () => {
    const client = createClient({ accessToken: 't', jsapiTicket: () => ({}) as never });
    expect((await catchError(client.jsapi.sign('https://a.example/'))).message).toContain(
      'the function jsapiTicket must return { ticket, expiresAt }',
    );
  });
});
