/**
 * A real Redis whose time is a number: the scripts of context-redis run in it as they are, and what they
 * ask of time is answered by a clock that is given.
 */
import { createHash } from 'node:crypto';
import { redisStores } from '@wechat-mp/context-redis';
import type { DeliveryId } from '@wechat-mp/core/stores';
import type { Redis } from 'ioredis';
import { type Place, takeTurn, type Wire } from './orders.ts';

/**
 * Stands before each script. When a key ends is kept in the hash `ends`, and looked at by each command
 * with the key; what is published is given back beside the result. The last argument is the time (ms).
 */
const STEERING = `
local clock = tonumber(table.remove(ARGV))
local published = {}
local given = redis
local redis = setmetatable({}, { __index = given })
local function endAt(key, milliseconds)
  given.call('HSET', 'ends', key, clock + milliseconds)
end
local commands = {}
function commands.TIME()
  return { tostring(math.floor(clock / 1000)), tostring(clock % 1000 * 1000) }
end
function commands.PUBLISH(channel)
  published[#published + 1] = channel
  return 0
end
function commands.PTTL(key)
  local ends = given.call('HGET', 'ends', key)
  return ends and tonumber(ends) - clock or -1
end
function commands.PEXPIRE(key, milliseconds)
  if given.call('EXISTS', key) == 0 then
    return 0
  end
  endAt(key, milliseconds)
  return 1
end
function commands.SET(key, value, ...)
  local options = { ... }
  local isSet
  if options[1] == 'NX' then
    isSet = given.call('SET', key, value, 'NX')
  else
    isSet = given.call('SET', key, value)
  end
  if isSet then
    endAt(key, options[#options])
  end
  return isSet
end
function redis.call(name, key, ...)
  local ends = key and given.call('HGET', 'ends', key)
  if ends and tonumber(ends) <= clock then
    given.call('DEL', key)
    given.call('HDEL', 'ends', key)
  end
  if commands[name] then
    return commands[name](key, ...)
  end
  if key then
    return given.call(name, key, ...)
  end
  return given.call(name)
end
redis.pcall = redis.call
local function run()
`;
const RETURNING = `
end
local result = run()
return { result == nil and false or result, published }
`;

/** A Cluster has a connection for each of its servers: what lies between the braces chooses one. */
function findSlot([key]: readonly (string | number)[]): string | undefined {
  return /\{.*?\}/.exec(`${key}`)?.[0];
}

interface Ear {
  readonly wire: Wire;
  readonly hear: (channel: string) => void;
}

/** The scripts that each server has, by the sums of those that stand in them. */
const loaded = new WeakMap<Redis, Map<string, Promise<string>>>();

/** Empties a server, which is the place where processes meet from then on. */
export async function steerRedis(redis: Redis): Promise<Place> {
  await redis.flushall();
  const steered = loaded.get(redis) ?? new Map<string, Promise<string>>();
  loaded.set(redis, steered);
  const ears = new Map<string, Set<Ear>>();
  let underWay = 0;
  /** The script that was sent last: they are sent in the order of the calls. */
  let sending = Promise.resolve('');
  /** Answers that have come: they are passed on when nothing else happens, so that their speed changes nothing. */
  const answered: (() => void)[] = [];

  async function run(
    wire: Wire,
    sum: string,
    keyCount: number,
    given: readonly (string | number)[],
  ): Promise<unknown> {
    const time = Math.round(wire.clock.wallTime());
    underWay += 1;
    try {
      sending = sending.then(() => steered.get(sum) as Promise<string>);
      const script = await sending;
      const [result, published] = (await redis.evalsha(script, keyCount, ...given, time)) as [
        unknown,
        string[],
      ];
      await new Promise<void>((resolve) => answered.push(resolve));
      for (const channel of published) {
        for (const ear of ears.get(channel) ?? []) ear.wire.tell(() => ear.hear(channel));
      }
      return result;
    } finally {
      underWay -= 1;
    }
  }

  function createListener(wire: Wire) {
    let hear: Ear['hear'] = () => {};
    const ear = { wire, hear: (channel: string) => hear(channel) };
    return {
      status: 'ready',
      subscribe: (channel: string) =>
        wire.carry(async () => {
          ears.set(channel, (ears.get(channel) ?? new Set()).add(ear));
        }),
      unsubscribe: (channel: string) => wire.carry(async () => ears.get(channel)?.delete(ear)),
      on: (event: string, listener: (...told: never[]) => void) => {
        if (event === 'message') hear = listener as Ear['hear'];
      },
      disconnect: () => {},
    };
  }

  function createStores(wire: Wire) {
    /** The messages whose late replies are about to be claimed, by who claims them. */
    const claims = new Map<string, DeliveryId>();
    const send = (sum: string, keyCount: number, given: (string | number)[]) =>
      wire.carry(async () => {
        const result = await run(wire, sum, keyCount, given);
        const id = claims.get(`${given.at(-1)}`);
        if (id && result === 1) wire.noteSending(id);
        return result;
      }, findSlot(given));
    const unknown = new Map<string, (script: Promise<string>) => void>();
    const sent = new Map<string, Promise<unknown>>();
    const client = {
      evalsha: (sum: string, keyCount: number, ...given: (string | number)[]) => {
        if (steered.has(sum)) return send(sum, keyCount, given);
        // What the server has from an earlier order must not change this one: it is on its way already.
        steered.set(sum, new Promise((load) => unknown.set(sum, load)));
        sent.set(sum, send(sum, keyCount, given));
        return Promise.reject(new Error('NOSCRIPT'));
      },
      eval: (script: string) => {
        const sum = createHash('sha1').update(script).digest('hex');
        unknown.get(sum)?.(redis.script('LOAD', `${STEERING}${script}${RETURNING}`).then(String));
        return sent.get(sum) as Promise<unknown>;
      },
      duplicate: () => createListener(wire),
      once: () => {},
      off: () => {},
    };
    const stores = redisStores(client, { clock: wire.clock });
    const { deliveries } = stores;
    const claimLateReply = deliveries.claimLateReply.bind(deliveries);
    deliveries.claimLateReply = (id, sender) => {
      if (sender) claims.set(sender, id);
      return claimLateReply(id, sender);
    };
    return stores;
  }

  return {
    createStores,
    async settle() {
      // An answer may lead to more than one turn, however slow the machine is.
      for (let quiet = 0; quiet < 3; quiet += 1) {
        await takeTurn();
        if (underWay > answered.length) quiet = -1;
        if (quiet < 2 || answered.length === 0) continue;
        for (const pass of answered.splice(0)) pass();
        quiet = -1;
      }
    },
  };
}
