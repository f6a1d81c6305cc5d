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
