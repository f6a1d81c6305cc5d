/** A session as it is kept, given in and read out. */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  FileSessionStore,
  MemorySessionStore,
  type SessionStore,
  UnofficialClient,
} from '@wechat-mp/core/unofficial';
import { catchError } from '../support.ts';

const folder = mkdtempSync(join(tmpdir(), 'wechat-mp-sessions-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** As the Python SDK writes it. */
const COOKIES =
  'bizuin=3086174502;data_bizuin=3086174502;data_ticket=AgUhc2Zj+4/x=;slave_sid=V1Bf==;slave_user=gh_0a1b2c3d4e5f;';
const GIVEN = { token: 1_234_567_890, cookies: COOKIES };

describe('a session of the Python SDK', () => {
  it.each([
    ['as it writes it', COOKIES],
    ['with blanks', COOKIES.replaceAll(';', '; ')],
    ['with empty parts and one without a value', `;;${COOKIES};nothing;=x;`],
  ])('goes in and comes out as it was: %s', async (_, cookies) => {
    const client = new UnofficialClient({ token: '1234567890', cookies });
    expect(await client.getTokenCookies()).toEqual(GIVEN);
  });

  it('is taken by the next client as it comes out', async () => {
    const pair = await new UnofficialClient(GIVEN).getTokenCookies();
    expect(await new UnofficialClient(pair).getTokenCookies()).toEqual(GIVEN);
  });

  it.each([
    [{ token: 1 }, 'WECHAT_NEED_PARAM', 'together'],
    [{ cookies: COOKIES }, 'WECHAT_NEED_PARAM', 'together'],
    [{ ...GIVEN, token: 'abc' }, 'WECHAT_INVALID_ARGUMENT', 'token must be the number'],
    [{ baseUrl: 'mp.weixin.qq.com' }, 'WECHAT_INVALID_ARGUMENT', 'baseUrl must be'],
    [{ baseUrl: 'http://mp.weixin.qq.com' }, 'WECHAT_INVALID_ARGUMENT', 'begin with https:'],
    [{ interval: 0 }, 'WECHAT_INVALID_ARGUMENT', 'interval must be'],
  ])('or is refused at once: %j', async (options, code, says) => {
    const error = await catchError(() => new UnofficialClient(options));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(says);
  });
});

describe('serialize', () => {
  it('keeps all of a session, for restore', async () => {
    const client = new UnofficialClient({ ...GIVEN, appid: 'wx1', pluginToken: 'p1' });
    const restored = UnofficialClient.restore(await client.serialize());
    expect(await restored.getTokenCookies()).toEqual(GIVEN);
    expect(await restored.getPluginTokenAppid()).toEqual({ appid: 'wx1', pluginToken: 'p1' });
    const kept = async (one: UnofficialClient) =>
      (await one.serialize()).replaceAll(/"lastAccessed":"[^"]*"/g, '');
    expect(await kept(restored)).toBe(await kept(client));
  });

  it.each(['', '{}', '{"version":2}', 'null'])('%j is no session', (text) => {
    expect(() => UnofficialClient.restore(text)).toThrow('the result of serialize()');
  });

  it('of four days ago is over', async () => {
    const session = JSON.parse(await new UnofficialClient(GIVEN).serialize());
    session.since = Date.now() - 4 * 24 * 3600_000;
    const client = UnofficialClient.restore(JSON.stringify(session));
    const error = await catchError(() => client.getUserList());
    expect(error).toMatchObject({ code: 'WECHAT_NEED_LOGIN' });
  });
});

describe('what is printed', () => {
  it('of a client has nothing in it that is worth stealing', () => {
    const client = new UnofficialClient({ ...GIVEN, username: 'me', password: 'pass word' });
    const printed = `${inspect(client, { depth: 9, showHidden: true })}${JSON.stringify(client)}`;
    for (const secret of ['pass word', 'AgUhc2Zj', '1234567890', 'slave_sid']) {
      expect(printed).not.toContain(secret);
    }
  });
});

const path = join(folder, 'sessions.json');
describe.each<[string, () => SessionStore]>([
  ['MemorySessionStore', () => new MemorySessionStore()],
  ['FileSessionStore', () => new FileSessionStore(path)],
])('%s', (_, create) => {
  it('keeps a session under its key, and forgets it', async () => {
    const store = create();
    expect(await store.get('a')).toBeUndefined();
    await Promise.all([store.set('a', 'one'), store.set('b', '二')]);
    expect([await store.get('a'), await store.get('b')]).toEqual(['one', '二']);
    await store.set('a', undefined);
    expect([await store.get('a'), await store.get('b')]).toEqual([undefined, '二']);
  });
});

describe('FileSessionStore', () => {
  it('writes a file only its owner can read, and leaves no other beside it', async () => {
    await new FileSessionStore(path).set('a', 'secret');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['sessions.json']);
  });

  it('loses nothing when several stores write to one file at the same time', async () => {
    const shared = join(folder, 'shared.json');
    const paths = [shared, shared, relative(process.cwd(), shared)];
    const stores = paths.map((one) => new FileSessionStore(one));
    const pickStore = (index: number) => stores[index % 3] as FileSessionStore;
    const keys = Array.from({ length: 60 }, (_, index) => `key ${index}`);
    await Promise.all(keys.map((key, index) => pickStore(index).set(key, `of ${key}`)));
    const sessions = await Promise.all(keys.map((key) => new FileSessionStore(shared).get(key)));
    expect(sessions).toEqual(keys.map((key) => `of ${key}`));
    await Promise.all(keys.map((key, index) => pickStore(index).set(key, undefined)));
    expect(readFileSync(shared, 'utf8')).toBe('{}');
    rmSync(shared);
    expect(readdirSync(folder)).toEqual(['sessions.json']);
  });

  it('keeps what was set last', async () => {
    const store = new FileSessionStore(path);
    const sets = Array.from({ length: 20 }, (_, index) => store.set('a', `${index}`));
    await Promise.all(sets);
    expect(await store.get('a')).toBe('19');
  });

  it('waits for another process that writes, and keeps what that one wrote', async () => {
    const shared = join(folder, 'waited.json');
    writeFileSync(`${shared}.lock`, 'another');
    const set = new FileSessionStore(shared).set('mine', 'one');
    await pause(30);
    expect(existsSync(shared)).toBe(false);
    writeFileSync(shared, JSON.stringify({ theirs: 'two' }));
    rmSync(`${shared}.lock`);
    await set;
    expect(JSON.parse(readFileSync(shared, 'utf8'))).toEqual({ theirs: 'two', mine: 'one' });
  });

  it('takes over from processes that died while they wrote, and loses nothing', async () => {
    const shared = join(folder, 'died.json');
    writeFileSync(`${shared}.lock`, 'the dead');
    utimesSync(`${shared}.lock`, new Date(0), new Date(0));
    const keys = Array.from({ length: 20 }, (_, index) => `key ${index}`);
    await Promise.all(keys.map((key) => new FileSessionStore(shared).set(key, key)));
    expect(Object.keys(JSON.parse(readFileSync(shared, 'utf8')))).toHaveLength(20);
    expect(readdirSync(folder).filter((name) => name.startsWith('died'))).toEqual(['died.json']);
  });

  it('takes over a lock of the future, which a clock that was set back leaves', async () => {
    const shared = join(folder, 'future.json');
    writeFileSync(`${shared}.lock`, 'the dead');
    const future = new Date('2999-01-01');
    utimesSync(`${shared}.lock`, future, future);
    await new FileSessionStore(shared).set('mine', 'one');
    expect(JSON.parse(readFileSync(shared, 'utf8'))).toEqual({ mine: 'one' });
  });

  it.each(['', '{"a"', '[]', 'null', '7', '{"a":5}'])(
    'that was damaged cannot be read, and is replaced by the next session: %j',
    async (content) => {
      const damaged = join(folder, 'replaced.json');
      writeFileSync(damaged, content);
      const store = new FileSessionStore(damaged);
      const error = await catchError(() => store.get('mine'));
      expect(error).toMatchObject({ code: 'WECHAT_STORE' });
      await store.set('mine', 'one');
      expect(await store.get('mine')).toBe('one');
      expect(JSON.parse(readFileSync(damaged, 'utf8'))).toEqual({ mine: 'one' });
    },
  );

  it('that was damaged is an error of the store, and a client continues without it', async () => {
    const damaged = join(folder, 'damaged.json');
    writeFileSync(damaged, '{"a"');
    const warnings: string[] = [];
    const warn = (_details: object, message: string) => void warnings.push(message);
    const logger = { error: warn, warn, info: () => {}, debug: () => {} };
    const client = new UnofficialClient({ sessions: new FileSessionStore(damaged), logger });
    const error = await catchError(() => client.getUserList());
    expect(error).toMatchObject({ code: 'WECHAT_NEED_LOGIN' });
    expect(warnings).toEqual(['could not read the stored session: log in']);
  });
});
