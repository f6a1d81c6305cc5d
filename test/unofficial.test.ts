/** Each method of the back end’s client against a strict fake of it, over HTTP. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UnofficialClient, type UnofficialClientOptions } from '@wechat-mp/core/unofficial';
import { type BackEnd, startBackEnd } from './support/console.ts';
import { failureOf } from './support/official-client.ts';

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
  sendNews: (client) => client.sendNews(someone(), '100'),
  sendFile: (client) => client.sendFile(someone(), '300', 2),
  sendImage: (client) => client.sendImage(someone(), '300'),
  sendAudio: (client) => client.sendAudio(someone(), '301'),
  sendVideo: (client) => client.sendVideo(someone(), '302'),
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
      const error = await failureOf(METHODS[name]?.(createClient()) as Promise<unknown>);
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
    const error = await failureOf(METHODS[name]?.(client) as Promise<unknown>);
    expect(error).toMatchObject({ code: 'WECHAT_NEED_LOGIN' });
  });
});

describe('results have the documented shapes', () => {
  it.each(['string', 'object'] as const)('lists that come as %s are read', async (as) => {
    backEnd.writeListsAs(as);
    const client = live();
    const { contacts } = await client.getUserList({ page: 1, pageSize: 10, groupId: 1 });
    expect(contacts).toHaveLength(5);
    expect(contacts[0]).toEqual({
      id: 'o-fan-31',
      nick_name: '用户 31',
      remark_name: '备注 31',
      group_id: 1,
    });
    expect((await client.getGroupList()).groups[2]).toEqual({ id: 2, name: '星标组', cnt: 15 });
    const { msg_item: messages } = await client.getMessageList({ count: 3, day: 0, star: true });
    expect(messages.map(({ content }) => content)).toEqual(['消息 0', '消息 1', '消息 2']);
    expect((await client.getTopMessage()).msg_item).toHaveLength(1);
    expect(backEnd.problems).toEqual([]);
  });

  it('those of messages, users, articles and files', async () => {
    const client = live();
    expect(await client.getNewMessageNum(200_000_020)).toBe(10);
    expect(await client.getUserInfo('o-fan-1')).toMatchObject({
      fake_id: 'o-fan-1',
      country: '中国',
    });
    const dialog = await client.getDialogMessage('o-fan-1', { lastMsgId: 1, createTime: 2 });
    expect(dialog.to_nick_name).toBe('用户 1');
    expect(dialog.msg_items.msg_item).toHaveLength(6);
    expect((await client.getNewsList(1, 5))[0]).toMatchObject({
      app_id: 105,
      create_time: '1700000000',
    });
    expect(await client.getFileList(2, 1, 5)).toMatchObject({ type: 2, file_cnt: { total: 12 } });
    expect(await client.getPluginTokenAppid()).toEqual({
      pluginToken: 'plugin-1',
      appid: 'wx0123456789',
    });
    // The home page and the plugin page are asked for once in a session.
    await client.getPluginTokenAppid();
    await client.getDialogMessage('o-fan-2');
    const paths = backEnd.requests.map(({ path }) => path);
    expect(paths.filter((path) => /home|pluginloginpage/.test(path))).toHaveLength(2);
  });

  it('files of messages are exactly what was sent', async () => {
    const client = live();
    const { media } = backEnd.data;
    expect((await client.getMessageImage('1')).equals(media.get('1') as Buffer)).toBe(true);
    expect((await client.getMessageImage('1', 'small')).equals(media.get('1') as Buffer)).toBe(
      true,
    );
    expect((await client.getMessageVoice('2')).equals(media.get('2') as Buffer)).toBe(true);
    expect((await client.getMessageVideo('3')).equals(media.get('3') as Buffer)).toBe(true);
    expect((await client.getAvatar('o-fan-1')).equals(media.get('1') as Buffer)).toBe(true);
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
    await client.sendMessage('o-fan-1', '你好 & 再见');
    await client.sendImage('o-fan-1', '300');
    await client.sendAudio('o-fan-1', '301');
    await client.sendVideo('o-fan-1', '302');
    await client.sendFile('o-fan-1', '303', 4);
    await client.sendNews('o-fan-1', '100');
    expect(
      backEnd.sent.map(({ type, content, file_id, app_id }) => [
        type,
        content ?? file_id ?? app_id,
      ]),
    ).toEqual([
      ['1', '你好 & 再见'],
      ['2', '300'],
      ['3', '301'],
      ['15', '302'],
      ['15', '303'],
      ['10', '100'],
    ]);
    await client.addNews([
      {
        title: '一',
        content: '<p>1</p>',
        author: '我',
        summary: '要',
        picture_id: '300',
        from_url: 'https://a.example/',
      },
      { title: '二', content: '<p>2</p>' },
    ]);
    expect(backEnd.sent.at(-1)).toMatchObject({
      count: '2',
      title0: '一',
      author0: '我',
      digest0: '要',
      fileid0: '300',
      sourceurl0: 'https://a.example/',
      title1: '二',
      content1: '<p>2</p>',
    });
    expect(backEnd.sent.at(-1)).not.toHaveProperty('author1');
    expect(backEnd.problems).toEqual([]);
  });

  it('a file of 10 MB, by its base name', async () => {
    const path = join(folder, 'large.jpg');
    const bytes = 10 * 1024 * 1024;
    writeFileSync(path, Buffer.alloc(bytes, 7));
    expect(await live().uploadFile(path)).toBe('300100');
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

describe('what is wrong is told in the words that the Python SDK had', () => {
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
      (client) => client.sendNews('nobody', '100'),
      wrong,
      'fake id not exist',
    ],
    [
      'articles that are none',
      (client) => client.sendNews('o-fan-1', '1'),
      wrong,
      'message id not exist',
    ],
    [
      'a file that is none',
      (client) => client.sendImage('o-fan-1', 'none'),
      wrong,
      'file not exist',
    ],
    [
      'a kind of file that is none',
      (client) => client.sendFile('o-fan-1', '300', 9),
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
      (client) => client.addNews([{ title: 'too long', content: 'x' }]),
      wrong,
      'the news was refused: ret -206',
    ],
    [
      'nobody to send to',
      (client) => client.sendMessage('', 'x'),
      'WECHAT_NEED_PARAM',
      'fakeid is needed',
    ],
  ])('%s', async (_, call, code, says) => {
    const error = await failureOf(call(live()));
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
      (client: UnofficialClient) => client.sendImage(user, '300'),
    ]) {
      const error = await failureOf(call(live()));
      expect(error).toMatchObject({ code: 'WECHAT_UNOFFICIAL', ret, path: '/cgi-bin/singlesend' });
      expect(error.message).toContain(says);
    }
  });
});
const PROGRAM = join(folder, 'program.exe');
writeFileSync(PROGRAM, Buffer.alloc(100, 1));
