/** The controls of the simulated back end, seen by the unofficial client. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { UnofficialClient, type UnofficialClientOptions } from '@wechat-mp/core/unofficial';
import { type BackEnd, type BackEndOptions, startBackEnd } from '@wechat-mp/simulator';
import { catchError } from '../../../../test/support/official-client.ts';

const started: BackEnd[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((backEnd) => backEnd.close()));
});

async function start(options: BackEndOptions = {}): Promise<BackEnd> {
  const backEnd = await startBackEnd(options);
  started.push(backEnd);
  return backEnd;
}

function createClient(backEnd: BackEnd, options: UnofficialClientOptions = {}): UnofficialClient {
  const { username, password, url: baseUrl } = backEnd;
  return new UnofficialClient({ username, password, baseUrl, interval: 1, ...options });
}
const live = (backEnd: BackEnd) => createClient(backEnd, backEnd.session());
const LOST = { code: 'WECHAT_NEED_LOGIN' };

const ALICE = {
  fakeid: 'alice',
  nick_name: '爱丽丝',
  remark_name: '',
  group_id: 7,
  openid: 'o-alice',
  create_time: 1_700_000_000,
};

describe('what an account starts with', () => {
  it('is what was given', async () => {
    const groups = [{ id: 7, name: '读者' }];
    const message = { id: 5, type: 1, fakeid: 'alice', date_time: 1_700_000_060, content: '在吗' };
    const backEnd = await start({ users: [ALICE], groups, messages: [message], files: [] });
    const client = live(backEnd);
    const { contacts } = await client.getUserList({ groupId: 7 });
    expect(contacts).toEqual([{ id: 'alice', nick_name: '爱丽丝', remark_name: '', group_id: 7 }]);
    expect(await client.getGroupList()).toEqual({ groups: [{ ...groups[0], cnt: 1 }] });
    const { msg_item } = await client.getMessageList();
    expect(msg_item).toMatchObject([{ ...message, nick_name: '爱丽丝', msg_status: 4 }]);
    expect(await client.getFileList(2, 0)).toMatchObject({ file_item: [] });
    // The rest are samples.
    expect(await client.getNewsList(0)).toHaveLength(10);
  });

  it('may be empty', async () => {
    const backEnd = await start({ users: [], accounts: [] });
    const client = live(backEnd);
    expect(await client.getMessageList()).toEqual({ msg_item: [] });
    expect(await client.getUserList()).toEqual({ contacts: [] });
  });

  it('is its own, and can be changed while it runs', async () => {
    const users = [ALICE];
    const [one, other] = [await start({ users }), await start({ users })];
    one.data.users.push({ ...ALICE, fakeid: 'bob', openid: 'o-bob', nick_name: '鲍勃' });
    const count = async (backEnd: BackEnd) =>
      (await live(backEnd).getUserList({ groupId: 7 })).contacts.length;
    expect([await count(one), await count(other), users.length]).toEqual([2, 1, 1]);
  });
});

it('what is sent is in the conversation from then on, beside what came in', async () => {
  const messages = [{ id: 5, type: 1, fakeid: 'alice', date_time: 1, content: '在吗' }];
  const backEnd = await start({ users: [ALICE], messages });
  const client = live(backEnd);
  await client.sendMessage('alice', '在');
  await client.sendVideo('alice', '30003');
  const { msg_items } = await client.getDialogMessage('alice');
  expect(msg_items.msg_item).toMatchObject([
    { id: 7, type: 4 },
    { id: 6, content: '在', to_uin: 'alice', msg_status: 2 },
    { id: 5, content: '在吗', fakeid: 'alice', msg_status: 4 },
  ]);
  expect(await client.getNewMessageNum(4)).toBe(1);
});

describe('a session', () => {
  it('is over after four days', async () => {
    let now = Date.UTC(2026, 0, 1);
    const backEnd = await start({ clock: { now: () => now } });
    const client = live(backEnd);
    now += 4 * 86_400_000 - 1;
    await client.getGroupList();
    now += 1;
    expect(await catchError(client.getGroupList())).toMatchObject(LOST);
  });

  it('gets other cookies on demand, and works with them alone', async () => {
    const backEnd = await start();
    const old = backEnd.session();
    const client = createClient(backEnd, old);
    backEnd.rotateCookies();
    await client.getGroupList();
    await client.getGroupList();
    expect([await client.getTokenCookies()]).toEqual(backEnd.sessions);
    expect(backEnd.sessions[0]?.token).toBe(old.token);
    expect(backEnd.sessions[0]?.cookies).not.toBe(old.cookies);
    expect(await catchError(createClient(backEnd, old).getGroupList())).toMatchObject(LOST);
  });

  it('is one of several that live beside one another, until each is left', async () => {
    const backEnd = await start();
    const [one, other] = [live(backEnd), live(backEnd)];
    await one.logout();
    expect(backEnd.sessions).toHaveLength(1);
    await other.getGroupList();
  });
});

describe('a login', () => {
  it('is that of the name, the password and the captcha that were given', async () => {
    const backEnd = await start({ username: 'me', password: '密码', captcha: 'K9' });
    backEnd.requireCaptcha();
    const client = new UnofficialClient({
      baseUrl: backEnd.url,
      username: 'me',
      password: '密码',
    });
    await client.getVerifyCode();
    await client.login({ verifyCode: 'K9' });
    expect(backEnd.sessions).toHaveLength(1);
  });

  it('by QR code is confirmed as soon as the code is shown, when that is wanted', async () => {
    const qrCode = readFileSync(new URL('../../../../test/fixtures/qr-code.jpg', import.meta.url));
    const backEnd = await start({ qrCode, onQrCode: (qr) => qr.confirm() });
    const client = createClient(backEnd);
    const seen: Buffer[] = [];
    await client.loginWithQrCode({ onQrCode: (image) => void seen.push(image), interval: 1 });
    expect(seen).toEqual([qrCode]);
    expect(backEnd.qr.state).toBe('done');
    expect(backEnd.problems).toEqual([]);
  });
});

it('serves the statistics, when it is their host too', async () => {
  const backEnd = await start();
  const client = createClient(backEnd, { ...backEnd.session(), statisticsBaseUrl: backEnd.url });
  const { hasMore, data } = await client.statArticleDetailList({ page: 3 });
  expect(hasMore).toBe(false);
  expect(data.map(({ title }) => title)).toEqual(['文章 7']);
  expect(backEnd.problems).toEqual([]);
});

it('listens on the given address', async () => {
  const { port } = new URL((await start()).url);
  await expect(start({ port: Number(port) })).rejects.toThrow('EADDRINUSE');
  expect((await start({ host: 'localhost' })).url).toMatch(/^http:\/\/(127\.0\.0\.1|\[::1\]):\d+$/);
});

it.each([
  ['a path that is no path', 'GET // HTTP/1.1\r\nhost: a\r\n\r\n', 'there is no such path'],
  [
    'parts that have no end',
    'POST /cgi-bin/filetransfer HTTP/1.1\r\nhost: a\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 5\r\n\r\n--b\r\n',
    'the parts of the form cannot be read',
  ],
])('%s is refused, and told', async (_, text, why) => {
  const backEnd = await start();
  const { hostname, port } = new URL(backEnd.url);
  const socket = connect(Number(port), hostname).end(text);
  const answer = await new Promise<string>((resolve) => {
    socket.once('data', (chunk) => resolve(chunk.toString()));
  });
  socket.destroy();
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(backEnd.problems[0]).toContain(why);
});
