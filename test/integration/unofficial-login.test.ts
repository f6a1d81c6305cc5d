/** How a session begins: with a password, or with a QR code. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  LoginError,
  LoginVerifyCodeError,
  type QrCodeLogin,
  type QrCodeState,
  UnofficialAPIError,
  UnofficialClient,
  type UnofficialClientOptions,
} from '@wechat-mp/core/unofficial';
import { type BackEnd, startBackEnd } from '@wechat-mp/simulator';
import { catchError } from '../support/official-client.ts';

let backEnd: BackEnd;
beforeEach(async () => {
  backEnd = await startBackEnd();
});
afterEach(() => backEnd.close());

function createClient(options: UnofficialClientOptions = {}): UnofficialClient {
  const { username, password, url: baseUrl } = backEnd;
  return new UnofficialClient({ username, password, baseUrl, interval: 1, ...options });
}

const refused = (ret: number) => ({ base_resp: { ret, err_msg: 'refused' } });
const PROTECTED = {
  base_resp: { ret: 0, err_msg: 'ok' },
  redirect_url: '/cgi-bin/readtemplate?t=user/validate_wx_tmpl',
};

describe('a login with a password', () => {
  it('starts a session with the current cookies', async () => {
    const client = createClient();
    await client.login();
    expect([await client.getTokenCookies()]).toEqual(backEnd.sessions);
    await client.getUserList();
    expect(backEnd.problems).toEqual([]);
  });

  it('sends the MD5 of the first 16 characters, or what is one already', async () => {
    const passwordIsMd5 = true;
    const client = createClient({ password: '91d8a5b4b9ae7a6d2bf3c3ce01e84b3e', passwordIsMd5 });
    expect(await catchError(client.login())).toMatchObject({ ret: 200023 });
    expect(backEnd.requests[0]?.form['pwd']).toBe('91d8a5b4b9ae7a6d2bf3c3ce01e84b3e');
  });

  it.each([
    [200023, 'the name or the password is wrong', refused(200023)],
    [-23, 'the name or the password is wrong', refused(-23)],
    [200021, 'there is no such account', refused(200021)],
    [200007, 'restricted', refused(200007)],
    [200025, 'admin.wechat.com', refused(200025)],
    [-1, 'busy', refused(-1)],
    [12345, 'ret 12345: refused', refused(12345)],
    ['readtemplate', 'You need to turn off the safety protection of wechat.', PROTECTED],
    ['page', 'unexpected answer to a login', '<html>busy</html>'],
  ] as const)('that is refused (%s) says why', async (_, says, answer) => {
    backEnd.answerNext('/cgi-bin/login', answer);
    const error = await catchError(createClient().login());
    expect(error).toBeInstanceOf(LoginError);
    expect(error).toBeInstanceOf(UnofficialAPIError);
    expect(error).not.toBeInstanceOf(LoginVerifyCodeError);
    expect(error.message).toContain(says);
  });

  it.each([
    ['current', 'modern', [200008, 200027]],
    ['of 2013', 'classic', [-8, -27]],
  ] as const)(
    'asks for a captcha, in the numbers %s, and takes its text',
    async (_, refusals, rets) => {
      await backEnd.close();
      backEnd = await startBackEnd({ refusals });
      backEnd.requireCaptcha();
      const folder = mkdtempSync(join(tmpdir(), 'wechat-mp-captcha-'));
      const client = createClient();
      expect(await catchError(client.login())).toMatchObject({
        code: 'WECHAT_LOGIN_VERIFY_CODE',
        ret: rets[0],
      });
      const path = join(folder, 'captcha.jpg');
      const image = await client.getVerifyCode(path);
      expect(readFileSync(path).equals(image)).toBe(true);
      rmSync(folder, { recursive: true });
      const error = await catchError(client.login({ verifyCode: 'WRONG' }));
      expect(error).toBeInstanceOf(LoginVerifyCodeError);
      expect(error).toMatchObject({ ret: rets[1] });
      await client.getVerifyCode();
      await client.login({ verifyCode: 'ABCD' });
      expect((await client.getUserList()).contacts).not.toEqual([]);
    },
  );

  it('that failed, or a captcha, costs no session that lives', async () => {
    const client = createClient(backEnd.session());
    await client.getVerifyCode();
    backEnd.answerNext('/cgi-bin/login', refused(200023));
    await catchError(client.login());
    expect((await client.getUserList()).contacts).not.toEqual([]);
  });

  it('clears what was learnt in the session before', async () => {
    const client = createClient(backEnd.session());
    await client.getDialogMessage('2400000001');
    await client.login();
    await client.getDialogMessage('2400000001');
    const homes = backEnd.requests.filter(({ path }) => path === '/cgi-bin/home');
    expect(homes).toHaveLength(2);
  });

  it.each(['username', 'password'] as const)('needs the %s', async (name) => {
    const error = await catchError(createClient({ [name]: undefined }).login());
    expect(error).toMatchObject({ code: 'WECHAT_NEED_PARAM' });
  });
});

describe('a login with a QR code', () => {
  /** The user's actions on the codes, one after another, in that state of the login. */
  type Doing = readonly ((state: QrCodeState) => void)[];
  const calmly: Doing[number] = (state) => {
    if (state === 'waiting') backEnd.qr.scan();
    if (state === 'scanned') backEnd.qr.confirm();
  };

  /** Logs in, with looks in quick succession; gives the codes that were shown and the states. */
  async function logIn(client: UnofficialClient, doings: Doing, others?: Partial<QrCodeLogin>) {
    const codes: number[] = [];
    const states: QrCodeState[] = [];
    const done = client.loginWithQrCode({
      onQrCode: (image) => {
        expect(image).toEqual(backEnd.qr.picture);
        codes.push(backEnd.qr.shown);
      },
      onState: (state) => {
        states.push(state);
        doings[backEnd.qr.shown - 1]?.(state);
      },
      interval: 1,
      ...others,
    });
    const error = await done.then(
      () => undefined,
      (failure: Error) => failure,
    );
    return { codes, states, error };
  }

  it('shows the code, reports each state, and starts a modern session', async () => {
    await backEnd.close();
    backEnd = await startBackEnd({ clock: { now: () => 1_700_000_000_000 } });
    const client = createClient({ username: undefined, password: undefined });
    expect(await logIn(client, [calmly])).toEqual({
      codes: [1],
      states: ['waiting', 'scanned', 'confirmed'],
      error: undefined,
    });
    const { contacts } = await client.getUserList({ page: 1, pageSize: 20 });
    expect(contacts[0]).toEqual({
      id: backEnd.data.users[20]?.openid,
      nick_name: '用户21',
      remark_name: '',
      group_id: 0,
    });
    expect((await client.getGroupList()).groups[2]).toEqual({ id: 2, name: '星标组', cnt: 10 });
    const openid = String(backEnd.data.users[3]?.openid);
    expect(await client.getUserInfo(openid)).toMatchObject({ fake_id: openid, nick_name: '用户4' });
    expect((await catchError(client.getUserInfo('nobody'))).message).toBe('fake id not exist');
    const path = fileURLToPath(new URL('../fixtures/qr-code.jpg', import.meta.url));
    expect(await client.uploadFile(path)).toBe('30026');
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
    expect(await client.serialize()).not.toContain('uuid');
  });

  it.each([
    ['expired', 'expire'],
    ['refused', 'refuse'],
  ] as const)(
    'shows another code when the first is of no use any more (%s)',
    async (state, end) => {
      const spoil: Doing[number] = (told) => {
        if (told === 'waiting') backEnd.qr[end]();
      };
      // 6: scanned, by somebody with several accounts.
      const slowly: Doing[number] = (told) => {
        if (told === 'waiting') backEnd.qr.tell(6);
        if (told === 'scanned') {
          backEnd.qr.tell(1);
          backEnd.qr.confirm();
        }
      };
      expect(await logIn(createClient(), [spoil, slowly])).toEqual({
        codes: [1, 2],
        states: ['waiting', state, 'waiting', 'scanned', 'confirmed'],
        error: undefined,
      });
    },
  );

  it('gives up after five more codes', async () => {
    const expire: Doing[number] = (state) => {
      if (state === 'waiting') backEnd.qr.expire();
    };
    const { codes, error } = await logIn(createClient(), Array<Doing[number]>(6).fill(expire));
    expect(codes).toEqual([1, 2, 3, 4, 5, 6]);
    expect(error).toBeInstanceOf(LoginError);
    expect(error?.message).toContain('none of 6 QR codes was confirmed');
  });

  it('says when the account cannot log in so', async () => {
    const { error } = await logIn(createClient(), [() => backEnd.qr.tell(5)]);
    expect(error).toBeInstanceOf(LoginError);
    expect(error?.message).toContain('bind an e-mail address');
  });

  it('ends when its signal aborts', async () => {
    const stop = new AbortController();
    // Before its first look, for which it would wait an hour.
    const abort = () => void setImmediate(() => stop.abort());
    const hourly = { signal: stop.signal, interval: 3_600_000 };
    const { error } = await logIn(createClient(), [abort], hourly);
    expect(error?.name).toBe('AbortError');
  });

  it('needs somebody to show the code to', async () => {
    const error = await catchError(createClient().loginWithQrCode({} as never));
    expect(error).toMatchObject({ code: 'WECHAT_NEED_PARAM' });
  });
});

describe('current lists are iterated slowly', () => {
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
      backEnd.data.users.map(({ openid }) => openid),
    );
    expect(await collect(client.iterateUsers({ groupId: 100 }))).toHaveLength(10);
    expect(await collect(live('classic').iterateUsers({ groupId: 0 }))).toHaveLength(25);
    const again = live('modern');
    expect(await collect(again.iterateDrafts())).toHaveLength(14);
    const published = await collect(again.iteratePublished());
    expect(published).toHaveLength(23);
    expect(published[0]?.publish_info.appmsgex[0]?.title).toBe('发表 1');
    const [other] = await collect(again.iterateAccounts('早报'));
    const fakeid = String(other?.fakeid);
    expect(await collect(again.iterateAccounts('早报'))).toHaveLength(12);
    expect(await collect(again.iteratePublished({ fakeid }))).toHaveLength(12);
    expect((await again.listAccountArticles(fakeid, { keyword: '第二篇', count: 2 })).total).toBe(
      3,
    );
    expect(backEnd.problems).toEqual([]);
  });

  it('a page after another, with a pause between them', async () => {
    const users = live('modern', 40).iterateUsers();
    for (let user = 0; user < 20; user += 1) await users.next();
    let isOver = false;
    // Shorter than the shortest pause, and begun before it.
    setTimeout(() => {
      isOver = true;
    }, 25);
    expect((await users.next()).done).toBe(false);
    expect([isOver, backEnd.requests.length]).toEqual([true, 2]);
  });

  it('and no further when the back end says that it is too much', async () => {
    backEnd.throttleAfter(2);
    const seen: unknown[] = [];
    const error = await catchError(
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
