/** The API client in a container of 微信云托管: without a token, or with the one that the platform pushes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  type AccessTokenSource,
  type CloudClientOptions,
  ComponentClient,
  OfficialClient,
  readCloudToken,
} from '@wechat-mp/core/official';
import { createSimulator, type Simulator } from '@wechat-mp/simulator';
import { closeServers, listen } from '../support/http.ts';

let wechat: Simulator;
let folder: string;
beforeEach(async () => {
  wechat = await createSimulator({ target: 'http://127.0.0.1:9/', cloud: true });
  folder = await mkdtemp(join(tmpdir(), 'cloud-'));
});
afterEach(async () => {
  await wechat.close();
  await closeServers();
  await rm(folder, { recursive: true });
});

const createClient = (options: Partial<CloudClientOptions> = {}) =>
  new OfficialClient({ cloud: true, baseUrl: wechat.api.url, retry: 0, ...options });
const queriesTo = (path: string) => wechat.api.callsTo(path).map(({ query }) => query);
const LIST = '/cgi-bin/user/get';

describe('without a token', () => {
  it('calls, uploads and downloads have none', async () => {
    const client = createClient();
    await client.menu.create({ button: [{ type: 'click', name: 'Today', key: 'TODAY' }] });
    const { media_id: id } = await client.media.upload('image', 'test/fixtures/qr-code.jpg');
    await client.media.get(id);
    await client.request('GET', '/cgi-bin/tags/get');
    expect(wechat.api.calls).toHaveLength(4);
    for (const { query } of wechat.api.calls) {
      expect(Object.keys(query).filter((name) => /token|appid/.test(name))).toEqual([]);
    }
  });

  it('calls are made over HTTP to the host that adds the token', async () => {
    const seen: unknown[] = [];
    const origin = await listen((request, response) => {
      seen.push([request.headers.host, request.url]);
      response.end('{"total":0}');
    });
    const asked: unknown[] = [];
    const agent = new Agent();
    agent.createConnection = ({ host, port }) => {
      asked.push([host, port]);
      return connect(Number(new URL(origin).port), '127.0.0.1');
    };
    const client = new OfficialClient({ cloud: true, agent: { http: agent } });
    await client.user.list();
    expect(asked).toEqual([['api.weixin.qq.com', 80]]);
    expect(seen).toEqual([['api.weixin.qq.com', LIST]]);
  });

  it('an account that shares the environment is named', async () => {
    const { appid } = wechat.account;
    const client = createClient({ cloud: { fromAppid: appid } });
    await client.user.list();
    expect(queriesTo(LIST)).toEqual([{ from_appid: appid }]);
    expect(client.appid).toBe(appid);
    const other = createClient({ cloud: { fromAppid: 'wxanother' } });
    await expect(other.user.list()).rejects.toMatchObject({ errcode: 40013 });
  });

  it('a ticket is fetched, and a page signed where the appid is known', async () => {
    const { appid } = wechat.account;
    const signed = await createClient({ appid }).jsapi.sign('https://a.example/');
    expect(signed).toMatchObject({
      appId: appid,
      signature: expect.stringMatching(/^[\da-f]{40}$/),
    });
    await expect(createClient().jsapi.sign('https://a.example/')).rejects.toMatchObject({
      code: 'WECHAT_NEED_PARAM',
      message: expect.stringContaining('appid'),
    });
    expect((await createClient().jsapiTicket.get()).ticket).not.toBe('');
  });

  it('what needs the secret or a token says so, and sends nothing', async () => {
    const client = createClient({ appid: wechat.account.appid });
    const code = 'WECHAT_NEED_PARAM';
    await expect(client.accessToken.get()).rejects.toMatchObject({ code });
    await expect(client.accessToken.grant()).rejects.toMatchObject({ code });
    await expect(client.oauth2.getAccessToken({ code: 'C' })).rejects.toMatchObject({
      code,
      message: expect.stringContaining('this client has no appsecret'),
    });
    await expect(
      client.component.getAuthorizerInfo({ authorizer_appid: 'wx' }),
    ).rejects.toMatchObject({
      code,
    });
    expect(wechat.api.calls).toEqual([]);
  });
});

describe('with 云调用令牌', () => {
  it('from a function, it is sent as cloudbase_access_token', async () => {
    const token = wechat.api.issueCloudToken();
    const accessToken = jest.fn<AccessTokenSource>(() => ({ accessToken: token }));
    const client = createClient({ cloud: { accessToken } });
    await client.user.list();
    await client.user.list();
    expect(queriesTo(LIST).map((query) => Object.keys(query))).toEqual([
      ['cloudbase_access_token'],
      ['cloudbase_access_token'],
    ]);
    expect(accessToken).toHaveBeenCalledTimes(1);
    expect((await client.accessToken.get()).accessToken).toBe(token);
  });

  it('from a file, the new one is read when the old one is refused', async () => {
    const file = join(folder, 'token');
    await writeFile(file, `${wechat.api.issueCloudToken()}\n`);
    const client = createClient({ cloud: { accessToken: readCloudToken(file) } });
    await client.user.list();
    wechat.api.expireTokens();
    await writeFile(file, wechat.api.issueCloudToken());
    await client.user.list();
    expect(wechat.api.callsTo(LIST)).toHaveLength(3);
  });

  it('a file is read again within the minute, while the old token still works', async () => {
    const file = join(folder, 'token');
    await writeFile(file, 'one');
    const now = Date.now();
    const read = readCloudToken(file);
    const { accessToken, expiresAt = 0 } = await read({});
    expect(accessToken).toBe('one');
    expect(expiresAt * 1000).toBeGreaterThan(now);
    expect(expiresAt * 1000).toBeLessThan(now + 90_000);
    await writeFile(file, 'two');
    expect((await read({})).accessToken).toBe('two');
  });

  it('a file that is not there, or is empty, says what to switch on, and shows no token', async () => {
    const missing = createClient({ cloud: { accessToken: readCloudToken(join(folder, 'none')) } });
    await expect(missing.user.list()).rejects.toMatchObject({
      code: 'WECHAT_NETWORK',
      message: expect.stringContaining('云调用令牌'),
    });
    await writeFile(join(folder, 'empty'), '\n');
    const empty = createClient({ cloud: { accessToken: readCloudToken(join(folder, 'empty')) } });
    await expect(empty.user.list()).rejects.toThrow('is empty');
    const standard = createClient({ cloud: { accessToken: 'file' } });
    await expect(standard.user.list()).rejects.toThrow('ENOENT');
  });
});

describe('options', () => {
  it.each<[string, object, string]>([
    ['a secret beside it', { appsecret: 's' }, 'exclude each other'],
    ['a token beside it', { accessToken: 't' }, 'exclude each other'],
    ['a word', { cloud: 'yes' }, 'cloud must be true'],
    ['an empty appid', { cloud: { fromAppid: '' } }, 'fromAppid'],
    ['another spelling', { cloud: { from_appid: 'wx' } }, 'fromAppid'],
    ['a token as a text', { cloud: { accessToken: 'T' } }, 'cloud.accessToken'],
  ])('%s is refused', (_, options, said) => {
    expect(() => createClient(options)).toThrow(said);
  });

  it('false is as if it were not there', () => {
    expect(() => new OfficialClient({ cloud: false, appid: 'wx' })).toThrow('appsecret');
  });

  it('a third-party platform has tokens of its own', () => {
    const options = { componentAppid: 'wx', componentAppsecret: 's', cloud: true };
    expect(() => new ComponentClient(options)).toThrow('ComponentClient uses its own tokens');
  });
});
