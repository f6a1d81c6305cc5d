/** The names of keys: no name of an account or a user reaches another's, or another slot. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { redisStores } from '@wechat-mp/context-redis';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { startCluster, startRedis, stopRedis, track } from '../../../test/support/redis.ts';
import { escapePart, escapeTag } from '../src/escape-part.ts';
import { createUserKey } from '../src/keys.ts';

afterAll(stopRedis);

const part = fc.oneof(
  fc.string({ unit: fc.constantFrom('{', '}', ':', '%', ' ', '0', '3', 'a', '\ud800', '\udc00') }),
  fc.string({ unit: 'binary' }),
);
const connection = { redis: undefined as never, prefix: 'wechat:', timeout: 1000 };
const createKey = (account: string, openid: string) =>
  createUserKey(connection, { account, openid });
/** Returns the hash tag of a Cluster: the text between the first brace and the next closing one. */
const hashTag = (key: string) => /\{(.*?)\}/s.exec(key)?.[1];

describe('the key of a user', () => {
  it('is of one user alone', () => {
    fc.assert(
      fc.property(part, part, part, part, (account, openid, account2, openid2) => {
        const isSame = account === account2 && openid === openid2;
        expect(createKey(account, openid) === createKey(account2, openid2)).toBe(isSame);
      }),
      { numRuns: 500 },
    );
  });

  it('is of one user alone, wherever a text is cut in two', () => {
    fc.assert(
      fc.property(part, fc.nat(), fc.nat(), (text, one, other) => {
        const [a, b] = [one, other].map((at) => at % (text.length + 1)) as [number, number];
        const cut = (at: number) => createKey(text.slice(0, at), text.slice(at));
        expect(cut(a) === cut(b)).toBe(a === b);
      }),
      { numRuns: 500 },
    );
  });

  it('holds a hash tag that no name can end or empty', () => {
    fc.assert(
      fc.property(part, part, (account, openid) => {
        const tag = `${escapePart(account)}:${escapePart(openid)}`;
        expect(hashTag(`${createKey(account, openid)}:context`)).toBe(tag);
        expect(tag).toMatch(/^[\w.%-]*:[\w.%-]*$/);
      }),
      { numRuns: 500 },
    );
  });

  it('of a token or a session is one of its own, inside one hash tag', () => {
    fc.assert(
      fc.property(part, (name) => {
        expect(hashTag(`wechat:token:{${escapeTag(name)}}`)).toBe(escapeTag(name));
      }),
      { numRuns: 500 },
    );
  });

  it('is readable where the names are ordinary', () => {
    expect(createKey('wx5823bf96d3bd56c7', 'o9AgO5Kd5ggOC-bXrbNODIiE3bGY')).toBe(
      'wechat:{wx5823bf96d3bd56c7:o9AgO5Kd5ggOC-bXrbNODIiE3bGY}',
    );
  });
});

const NAMES = ['a}', '{a', '}{', 'a b', 'a:b', '商店', '', '%007d', '\ud800'];
const kinds = {
  'a single server': async () => track(new Redis((await startRedis()).port)),
  Cluster: async () => (await startCluster()).client,
};
describe.each(Object.entries(kinds))('%s', (_name, start) => {
  it('keeps users with odd names apart: conversations, runs, held replies and dead runs', async () => {
    const { contexts, deliveries } = redisStores(await start());
    const users = NAMES.flatMap((account) => NAMES.map((openid) => ({ account, openid })));
    for (const [index, user] of users.entries()) {
      const id = { ...user, key: 'same' };
      const lock = { owner: `owner ${index}`, lease: 60_000 };
      const claim = { ...lock, body: 'same' };
      const unit = deliveries.unitOfWork?.(contexts);
      expect(await unit?.begin(id, claim, lock)).toMatchObject({ state: 'yours', attempt: 1 });
      const record = { version: index + 1, json: `{"index":${index}}` };
      const save = { record, options: { replaces: 0, milliseconds: 60_000, lock } };
      const finish = { owner: lock.owner, outcome: null, answering: 1 };
      expect(await unit?.commit(id, finish, lock, save)).toBe('respond');
      await deliveries.hold(user, `"${index}"`, 60_000);
      const run = { account: user.account, owner: lock.owner, message: `<xml>${index}</xml>` };
      await deliveries.runRegistry?.write(id, run, -1);
    }
    for (const [index, user] of users.entries()) {
      expect(await contexts.load(user)).toMatchObject({ record: { json: `{"index":${index}}` } });
      expect(await deliveries.takeHeld(user)).toEqual([`"${index}"`]);
    }
    for (const [index, account] of NAMES.entries()) {
      const isKnown = (known: string) => known === account;
      const expired = await deliveries.runRegistry?.takeExpired(isKnown, 100);
      const numbers = NAMES.map((_, at) => index * NAMES.length + at);
      const runs = numbers.map((number) => ({
        account,
        owner: `owner ${number}`,
        message: `<xml>${number}</xml>`,
      }));
      expect(new Set(expired)).toEqual(new Set(runs));
    }
  });
});
