/** How a session begins: with a password, or with a QR code. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  LoginError,
  LoginVerifyCodeError,
  type QrCodeState,
  UnofficialAPIError,
  UnofficialClient,
  type UnofficialClientOptions,
} from '@wechat-mp/core/unofficial';
import { type BackEnd, startBackEnd } from './support/console.ts';
import { failureOf } from './support/official-client.ts';

let backEnd: BackEnd;
beforeEach(async () => {
  backEnd = await startBackEnd();
});
afterEach(() => backEnd.close());

function createClient(options: UnofficialClientOptions = {}): UnofficialClient {
  const { username, password, url: baseUrl } = backEnd;
  return new UnofficialClient({ username, password, baseUrl, interval: 1, ...options });
}

describe('a login with a password', () => {
  it('begins a session, of which the cookies are those that live', async () => {
    const client = createClient();
    await client.login();
    expect(await client.getTokenCookies()).toEqual({
      token: 1_000_000_001,
      cookies: 'slave_sid=sid+/1==;slave_user=gh_owner;',
    });
    await client.getUserList();
    expect(backEnd.problems).toEqual([]);
  });

  it('sends the MD5 of the first 16 characters, or what is one already', async () => {
    const passwordIsMd5 = true;
    const client = createClient({ password: '91d8a5b4b9ae7a6d2bf3c3ce01e84b3e', passwordIsMd5 });
    expect(await failureOf(client.login())).toMatchObject({ ret: 200023 });
    expect(backEnd.requests[0]?.form['pwd']).toBe('91d8a5b4b9ae7a6d2bf3c3ce01e84b3e');
  });

  it.each([
    [200023, 'the name or the password is wrong'],
    [-23, 'the name or the password is wrong'],
    [200021, 'there is no such account'],
    [200007, 'restricted'],
    [200025, 'admin.wechat.com'],
    [-1, 'busy'],
    [12345, 'ret 12345: refused'],
    ['readtemplate', 'You need to turn off the safety protection of wechat.'],
    ['page', 'the answer is none that a login gives'],
  ] as const)('that is refused (%s) says why', async (refusal, says) => {
    backEnd.logins.refusals.push(refusal);
    const error = await failureOf(createClient().login());
    expect(error).toBeInstanceOf(LoginError);
    expect(error).toBeInstanceOf(UnofficialAPIError);
    expect(error).not.toBeInstanceOf(LoginVerifyCodeError);
    expect(error.message).toContain(says);
  });

  it.each([
    ['of today', [200008, 200027]],
    ['of 2013', [-8, -27]],
  ] as const)('asks for a captcha, in the numbers %s, and takes its text', async (_, rets) => {
    backEnd.logins.captcha = { isNeeded: true, rets };
    const folder = mkdtempSync(join(tmpdir(), 'wechat-mp-captcha-'));
    const client = createClient();
    expect(await failureOf(client.login())).toMatchObject({
      code: 'WECHAT_LOGIN_VERIFY_CODE',
      ret: rets[0],
    });
    const path = join(folder, 'captcha.jpg');
    const image = await client.getVerifyCode(path);
    expect(readFileSync(path).equals(image)).toBe(true);
    rmSync(folder, { recursive: true });
    const error = await failureOf(client.login({ verifyCode: 'WRONG' }));
    expect(error).toBeInstanceOf(LoginVerifyCodeError);
    expect(error).toMatchObject({ ret: rets[1] });
    await client.getVerifyCode();
    await client.login({ verifyCode: 'ABCD' });
    expect((await client.getUserList()).contacts).not.toEqual([]);
  });

  it('that failed, or a captcha, costs no session that lives', async () => {
    const client = createClient(backEnd.session());
    await client.getVerifyCode();
    backEnd.logins.refusals.push(200023);
    await failureOf(client.login());
    expect((await client.getUserList()).contacts).not.toEqual([]);
  });

  it('clears what was learnt in the session before', async () => {
    const client = createClient(backEnd.session());
    await client.getDialogMessage('o-fan-1');
    await client.login();
    await client.getDialogMessage('o-fan-1');
    const homes = backEnd.requests.filter(({ path }) => path === '/cgi-bin/home');
    expect(homes).toHaveLength(2);
  });

  it.each(['username', 'password'] as const)('needs the %s', async (name) => {
    const error = await failureOf(createClient({ [name]: undefined }).login());
    expect(error).toMatchObject({ code: 'WECHAT_NEED_PARAM' });
  });
});

describe('a login with a QR code', () => {
  /** Logs in, with looks in quick succession; gives the codes that were shown and the states. */
  async function logIn(client: UnofficialClient, signal?: AbortSignal) {
    const codes: number[] = [];
    const states: QrCodeState[] = [];
    const done = client.loginWithQrCode({
      onQrCode: (image) => {
        expect(image.equals(backEnd.logins.picture)).toBe(true);
        codes.push(backEnd.logins.codes);
      },
      onState: (state) => void states.push(state),
      interval: 1,
      signal,
    });
    const error = await done.then(
      () => undefined,
      (failure: Error) => failure,
    );
    return { codes, states, error };
  }

  it('shows the code, tells what happens, and begins a session of today', async () => {
    const client = createClient({ username: undefined, password: undefined });
    expect(await logIn(client)).toEqual({
      codes: [1],
      states: ['waiting', 'scanned', 'confirmed'],
      error: undefined,
    });
    const { contacts } = await client.getUserList({ page: 1, pageSize: 20 });
    expect(contacts[0]).toEqual({
      id: 'o-fan-20',
      nick_name: '用户 20',
      remark_name: '',
      group_id: 2,
    });
    expect((await client.getGroupList()).groups[2]).toEqual({ id: 2, name: '星标组', cnt: 15 });
    expect(await client.getUserInfo('o-fan-3')).toMatchObject({
      fake_id: 'o-fan-3',
      nick_name: '用户 3',
    });
    expect((await failureOf(client.getUserInfo('nobody'))).message).toBe('fake id not exist');
    expect(await client.uploadFile(fileURLToPath(import.meta.url))).toBe('300100');
    const { query, parts } = backEnd.requests.at(-1) ?? {};
    expect(query).toMatchObject({ scene: '8', svr_time: '1700000000' });
    expect(parts?.map(({ name }) => name)).toEqual([
      'id',
      'name',
      'type',
      'lastModifiedDate',
      'size',
      'file',
    ]);
    expect(backEnd.problems).toEqual([]);
    expect(await client.serialize()).not.toContain('attempt-1');
  });

  it.each([
    [3, 'expired'],
    [2, 'refused'],
  ] as const)('shows another code when that one is no use any more (%i)', async (status, state) => {
    backEnd.logins.scans.splice(0, 9, 0, status, 0, 6, 1);
    expect(await logIn(createClient())).toEqual({
      codes: [1, 2],
      states: ['waiting', state, 'waiting', 'scanned', 'confirmed'],
      error: undefined,
    });
  });

  it('gives up after five more codes', async () => {
    backEnd.logins.scans.splice(0, 9, 3);
    const { codes, error } = await logIn(createClient());
    expect(codes).toEqual([1, 2, 3, 4, 5, 6]);
    expect(error).toBeInstanceOf(LoginError);
    expect(error?.message).toContain('none of 6 QR codes was confirmed');
  });

  it('says when the account cannot log in so', async () => {
    backEnd.logins.scans.splice(0, 9, 5);
    const { error } = await logIn(createClient());
    expect(error).toBeInstanceOf(LoginError);
    expect(error?.message).toContain('bind an e-mail address');
  });

  it('ends when its signal aborts', async () => {
    backEnd.logins.scans.splice(0, 9, 0);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 30);
    const { error } = await logIn(createClient(), stop.signal);
    expect(error?.name).toBe('AbortError');
  });

  it('needs somebody to show the code to', async () => {
    const error = await failureOf(createClient().loginWithQrCode({} as never));
    expect(error).toMatchObject({ code: 'WECHAT_NEED_PARAM' });
  });
});

describe('lists of today are gone through politely', () => {
  async function collect<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
    const all: Row[] = [];
    for await (const row of rows) all.push(row);
    return all;
  }
  const live = (dialect: 'classic' | 'modern', interval = 1) =>
    createClient({ ...backEnd.session(), dialect, interval });

  it('to their end', async () => {
    const client = live('modern');
    expect((await collect(client.iterateUsers())).map(({ id }) => id)).toEqual(
      backEnd.data.users.map(({ fakeid }) => fakeid),
    );
    expect(await collect(client.iterateUsers({ groupId: 1 }))).toHaveLength(15);
    expect(await collect(live('classic').iterateUsers({ groupId: 2 }))).toHaveLength(15);
    const again = live('modern');
    expect(await collect(again.iterateDrafts())).toHaveLength(12);
    const published = await collect(again.iteratePublished());
    expect(published).toHaveLength(25);
    expect(published[0]?.publish_info.appmsgex[0]?.title).toBe('文章 0');
    expect(await collect(again.iteratePublished({ fakeid: 'Mzg1==' }))).toHaveLength(25);
    expect(await collect(again.iterateAccounts('天气'))).toHaveLength(7);
    expect((await again.listAccountArticles('Mzg1==', { keyword: '雨', count: 2 })).total).toBe(25);
    expect(backEnd.problems).toEqual([]);
  });

  it('a page after another, with a pause between them', async () => {
    const began = performance.now();
    await collect(live('modern', 100).iterateUsers());
    // Three pages, two pauses of at least 75 ms.
    expect(performance.now() - began).toBeGreaterThan(140);
  });

  it('and no further when the back end says that it is too much', async () => {
    backEnd.throttleAfter(2);
    const seen: unknown[] = [];
    const error = await failureOf(
      (async () => {
        for await (const user of live('modern').iterateUsers()) seen.push(user);
      })(),
    );
    expect(error).toMatchObject({ code: 'WECHAT_UNOFFICIAL', ret: 200013 });
    expect(error.message).toContain('pause for some hours');
    expect(seen).toHaveLength(40);
    expect(backEnd.requests).toHaveLength(3);
  });
});
