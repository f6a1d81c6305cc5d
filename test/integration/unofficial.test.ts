/** Each method of the back end’s client against a strict fake of it, over HTTP. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UnofficialClient, type UnofficialClientOptions } from '@wechat-mp/core/unofficial';
import { type BackEnd, startBackEnd } from '@wechat-mp/simulator';
import { catchError } from '../support/official-client.ts';

let backEnd: BackEnd;
const folder = mkdtempSync(join(tmpdir(), 'wechat-mp-back-end-'));
const PICTURE = join(folder, '图片.jpg');
writeFileSync(PICTURE, Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(1000)]));

beforeEach(async () => {
  backEnd = await startBackEnd();
});
afterEach(() => backEnd.close());
afterAll(() => rmSync(folder, { recursive: true }));

function createClient(options: UnofficialClientOptions = {}): UnofficialClient {
  const { username, password, url: baseUrl } = backEnd;
  return new UnofficialClient({ username, password, baseUrl, interval: 1, ...options });
}
/** A client with a session that lives. */
const live = (options: UnofficialClientOptions = {}) =>
  createClient({ ...backEnd.session(), ...options });

/** Every method that needs a session, and something to call it with. */
const METHODS: Record<string, (client: UnofficialClient) => Promise<unknown>> = {
  getPluginTokenAppid: (client) => client.getPluginTokenAppid(),
  sendMessage: (client) => client.sendMessage(someone(), '你好'),
  sendNews: (client) => client.sendNews(someone(), '20001'),
  sendFile: (client) => client.sendFile(someone(), '30001', 2),
  sendImage: (client) => client.sendImage(someone(), '30001'),
  sendAudio: (client) => client.sendAudio(someone(), '30002'),
  sendVideo: (client) => client.sendVideo(someone(), '30003'),
  getUserList: (client) => client.getUserList(),
  getGroupList: (client) => client.getGroupList(),
  getUserInfo: (client) => client.getUserInfo(someone()),
  getAvatar: (client) => client.getAvatar(someone()),
  getNewsList: (client) => client.getNewsList(0),
  addNews: (client) => client.addNews([{ title: '标题', content: '<p>内容</p>' }]),
  uploadFile: (client) => client.uploadFile(PICTURE),
  getFileList: (client) => client.getFileList(2, 0),
  getDialogMessage: (client) => client.getDialogMessage(someone()),
  getNewMessageNum: (client) => client.getNewMessageNum(),
  getTopMessage: (client) => client.getTopMessage(),
  getMessageList: (client) => client.getMessageList(),
};
const someone = () => String(backEnd.data.users[0]?.fakeid);

describe('each method is understood by the back end', () => {
  it.each(Object.keys(METHODS))('%s', async (name) => {
    await METHODS[name]?.(live());
    expect(backEnd.problems).toEqual([]);
    expect(backEnd.requests.length).toBeGreaterThan(0);
  });

  it.each(Object.keys(METHODS))(
    '%s without a session asks for a login, and sends nothing',
    async (name) => {
      const error = await catchError(METHODS[name]?.(createClient()) as Promise<unknown>);
      expect(error).toMatchObject({ code: 'WECHAT_NEED_LOGIN' });
      expect(backEnd.requests).toEqual([]);
    },
  );

  it.each(
    Object.keys(METHODS).flatMap((name) =>
      (['html', 'json'] as const).map((as) => [name, as] as const),
    ),
  )('%s tells a session that is lost, told as %s', async (name, as) => {
    const client = live();
    backEnd.loseSession(as);
    const error = await catchError(METHODS[name]?.(client) as Promise<unknown>);
    expect(error).toMatchObject({ code: 'WECHAT_NEED_LOGIN' });
  });
});

describe('results have the documented shapes', () => {
  it.each(['string', 'object'] as const)('lists that come as %s are read', async (as) => {
    await backEnd.close();
    // At eleven in the evening of China.
    backEnd = await startBackEnd({ clock: { now: () => Date.UTC(2026, 0, 15, 15) } });
    backEnd.writeListsAs(as);
    const client = live();
    const { contacts } = await client.getUserList({ page: 2, pageSize: 10, groupId: 0 });
    expect(contacts).toHaveLength(5);
    expect(contacts[1]).toEqual({
      id: 2_400_000_022,
      nick_name: '用户22',
      remark_name: '备注22',
      group_id: 0,
    });
    expect((await client.getGroupList()).groups[2]).toEqual({ id: 2, name: '星标组', cnt: 10 });
    const listIds = async (given: Parameters<typeof client.getMessageList>[0]) =>
      (await client.getMessageList(given)).msg_item.map(({ id }) => id);
    expect(await listIds({ count: 3 })).toEqual([400_000_100, 400_000_099, 400_000_098]);
    expect(await listIds({ count: 3, day: 0, star: true })).toEqual([400_000_100]);
    expect(await listIds({ count: 3, day: 1, star: true })).toEqual([400_000_094]);
    expect((await client.getTopMessage()).msg_item).toHaveLength(1);
    expect(backEnd.problems).toEqual([]);
  });

  it('those of messages, users, articles and files', async () => {
    const client = live();
    expect(await client.getNewMessageNum(400_000_090)).toBe(10);
    expect(await client.getUserInfo('2400000002')).toMatchObject({
      fake_id: 2_400_000_002,
      country: '中国',
    });
    const dialog = await client.getDialogMessage('2400000002', { lastMsgId: 1, createTime: 2 });
    expect(dialog.to_nick_name).toBe('用户2');
    expect(dialog.msg_items.msg_item).toHaveLength(5);
    expect((await client.getNewsList(1, 5))[0]).toMatchObject({
      app_id: 20_006,
      create_time: '1750020006',
    });
    expect(await client.getFileList(2, 1, 5)).toMatchObject({
      type: 2,
      file_item: [{ file_id: 30_008 }, {}, {}, {}, {}],
      file_cnt: { img_cnt: 23 },
    });
    expect(await client.getPluginTokenAppid()).toEqual({
      pluginToken: 'the-plugin-token_1',
      appid: 'wx0123456789abcdef',
    });
    // The home page and the plugin page are asked for once in a session.
    await client.getPluginTokenAppid();
    await client.getDialogMessage('2400000003');
    const paths = backEnd.requests.map(({ path }) => path);
    expect(paths.filter((path) => /home|pluginloginpage/.test(path))).toHaveLength(2);
  });

  it('files of messages are exactly what was sent', async () => {
    const client = live();
    const getBytes = (id: string) => backEnd.data.media.get(id) as Buffer;
    const image = getBytes('400000099');
    expect((await client.getMessageImage('400000099')).equals(image)).toBe(true);
    expect((await client.getMessageImage('400000099', 'small')).equals(image)).toBe(true);
    const voice = await client.getMessageVoice('400000098');
    expect(voice.equals(getBytes('400000098'))).toBe(true);
    const video = await client.getMessageVideo('400000097');
    expect(video.equals(getBytes('400000097'))).toBe(true);
    expect((await client.getAvatar('2400000002')).toString('latin1')).toContain('2400000002');
    expect(backEnd.requests.map(({ query }) => query['mode'])).toEqual([
      'large',
      'small',
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('what is sent arrives', () => {
  it('messages of each kind, and articles', async () => {
    const client = live();
    const to = someone();
    await client.sendMessage(to, '你好 & 再见');
    await client.sendImage(to, '30001');
    await client.sendAudio(to, '30002');
    await client.sendVideo(to, '30003');
    await client.sendFile(to, '30003', 4);
    await client.sendNews(to, '20001');
    expect(backEnd.sent).toEqual([
      { to, type: 1, content: '你好 & 再见' },
      { to, type: 2, id: '30001' },
      { to, type: 3, id: '30002' },
      { to, type: 15, id: '30003' },
      { to, type: 15, id: '30003' },
      { to, type: 10, id: '20001' },
    ]);
    await client.addNews([
      {
        title: '一',
        content: '<p>1</p>',
        author: '我',
        summary: '要',
        picture_id: '30001',
        from_url: 'https://a.example/',
      },
      { title: '二', content: '<p>2</p>' },
    ]);
    const form = backEnd.requests.at(-1)?.form;
    expect(form).toMatchObject({
      count: '2',
      title0: '一',
      author0: '我',
      digest0: '要',
      fileid0: '30001',
      sourceurl0: 'https://a.example/',
      title1: '二',
      content1: '<p>2</p>',
    });
    expect(form).not.toHaveProperty('author1');
    expect(backEnd.data.news[0]?.multi_item.map(({ title }) => title)).toEqual(['一', '二']);
    expect(backEnd.problems).toEqual([]);
  });

  it('a file of 10 MB, by its base name', async () => {
    const path = join(folder, 'large.jpg');
    const bytes = 10 * 1024 * 1024;
    writeFileSync(path, Buffer.alloc(bytes, 7));
    expect(await live().uploadFile(path)).toBe(String(backEnd.data.files[0]?.file_id));
    const parts = backEnd.requests.at(-1)?.parts;
    expect(
      parts?.map(({ name, text, filename, bytes: size }) => [name, text ?? filename, size]),
    ).toEqual([
      ['Filename', 'large.jpg', 9],
      ['folder', '/cgi-bin/uploads', 16],
      ['Upload', 'Submit Query', 12],
      ['file', 'large.jpg', bytes],
    ]);
  });
});

describe('errors have the messages of the Python SDK', () => {
  const wrong = 'WECHAT_INVALID_ARGUMENT';
  it.each<[string, (client: UnofficialClient) => Promise<unknown>, string, string]>([
    [
      'a user that is none',
      (client) => client.sendMessage('nobody', 'x'),
      wrong,
      'fake id not exist',
    ],
    [
      'a user that has gone',
      (client) => client.sendMessage('gone', 'x'),
      wrong,
      'fake id not exist',
    ],
    [
      'the same, of articles',
      (client) => client.sendNews('nobody', '20001'),
      wrong,
      'fake id not exist',
    ],
    [
      'articles that are none',
      (client) => client.sendNews(someone(), '1'),
      wrong,
      'message id not exist',
    ],
    [
      'a file that is none',
      (client) => client.sendImage(someone(), 'none'),
      wrong,
      'file not exist',
    ],
    [
      'a kind of file that is none',
      (client) => client.sendFile(someone(), '30001', 9),
      wrong,
      'type must be',
    ],
    [
      'a size that is none',
      (client) => client.getMessageImage('1', 'huge' as 'large'),
      wrong,
      'mode error',
    ],
    ['no such picture', (client) => client.getMessageImage('9'), wrong, 'image message not exist'],
    ['no such voice', (client) => client.getMessageVoice('9'), wrong, 'voice message not exist'],
    ['no such video', (client) => client.getMessageVideo('9'), wrong, 'video message not exist'],
    ['a path that is none', (client) => client.uploadFile('/no/such.jpg'), wrong, 'file not exist'],
    ['a file of a wrong type', (client) => client.uploadFile(PROGRAM), wrong, 'file invalid type'],
    ['no articles', (client) => client.addNews([]), wrong, 'The news cannot be empty'],
    [
      'an article without content',
      (client) => client.addNews([{ title: 'a', content: '' }]),
      wrong,
      'The news item needs to provide at least two arguments: title, content',
    ],
    [
      'an article that is refused',
      (client) => client.addNews([{ title: '长'.repeat(65), content: 'x' }]),
      wrong,
      'the news was refused: ret -206',
    ],
    [
      'nobody to send to',
      (client) => client.sendMessage('', 'x'),
      'WECHAT_NEED_PARAM',
      'missing argument `fakeid`',
    ],
  ])('%s', async (_, call, code, says) => {
    const error = await catchError(call(live()));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(says);
  });

  it.each([
    ['blacklisted', 10701, 'blacklist'],
    ['closed', 10703, 'does not want messages'],
    ['late', 10706, '48 hours'],
  ])('and what the seed took for a lost session has its own error: %s', async (user, ret, says) => {
    for (const call of [
      (client: UnofficialClient) => client.sendMessage(user, 'x'),
      (client: UnofficialClient) => client.sendImage(user, '30001'),
    ]) {
      const error = await catchError(call(live()));
      expect(error).toMatchObject({ code: 'WECHAT_UNOFFICIAL', ret, path: '/cgi-bin/singlesend' });
      expect(error.message).toContain(says);
    }
  });
});
const PROGRAM = join(folder, 'program.exe');
writeFileSync(PROGRAM, Buffer.alloc(100, 1));
