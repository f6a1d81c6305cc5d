import { LOAD, RELEASE, SAVE } from './contexts.ts';
import { defineScript, type Script } from './script.ts';

// How the run of a message stands is a hash: `owner` and `until` (ms) of its lease, the number of
// `attempts`, the fingerprint of the `body`, the `outcome` once there is one, and its `fate`: `given`
// to a delivery, or `late`, when no delivery may have it any more. ioredis may put a prefix of its own
// before KEYS, so the names of channels come as ARGV. A user without rights to a channel may not
// publish: what is written counts all the same, and who waits looks by itself.

/** Milliseconds for which a run is remembered after it has ended or last said that it lives. */
const KEPT = 30_000;

const NOW = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end`;

const TAKE = `
local function take(key, outcome, fate)
  if fate == 'late' then
    return { 'ended' }
  end
  redis.call('HSET', key, 'fate', 'given')
  return { 'ended', outcome }
end`;

/** Gives the attempt, whether the body is the same, and what was found: `yours` and the dead owner, `running`, or `ended` and the outcome. */
const CLAIM = `${NOW}${TAKE}
local function claim(key, owner, lease, body, isNew)
  local run = redis.call('HMGET', key, 'owner', 'until', 'body', 'outcome', 'fate', 'attempts')
  local attempts = (run[6] or 0) + isNew
  local same = (run[3] or body) == body and 1 or 0
  if isNew == 1 then
    redis.call('HSET', key, 'attempts', attempts)
    if run[5] == 'late' and not run[4] then
      redis.call('HDEL', key, 'fate')
    end
  end
  if run[4] then
    local taken = take(key, run[4], run[5])
    return { attempts, same, taken[1], taken[2] }
  end
  if run[2] and tonumber(run[2]) > now() then
    return { attempts, same, 'running' }
  end
  redis.call('HSET', key, 'owner', owner, 'until', now() + lease, 'body', run[3] or body)
  redis.call('PEXPIRE', key, ${KEPT})
  return { attempts, same, 'yours', run[1] or '' }
end`;

/** An outcome of '' gives the run back. */
const FINISH = `
local function finish(key, channel, owner, outcome, isAnswering)
  local run = redis.call('HMGET', key, 'owner', 'outcome', 'fate', 'attempts')
  if run[1] ~= owner or run[2] then
    return 'lost'
  end
  local fate = 'wait'
  if outcome == '' then
    redis.call('HSET', key, 'owner', '', 'until', 0)
  else
    redis.call('HSET', key, 'outcome', outcome)
    if run[3] == 'late' then
      fate = 'late'
    elseif isAnswering == '1' then
      redis.call('HSET', key, 'fate', 'given')
      fate = 'answer'
    end
  end
  redis.call('PEXPIRE', key, ${KEPT})
  if tonumber(run[4]) > 1 then
    redis.pcall('PUBLISH', channel, '')
  end
  return fate
end`;

/** ARGV: owner, lease, body, '1' for a new delivery. */
export const claim: Script = defineScript(`${CLAIM}
return claim(KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]))`);

/** KEYS: delivery, context, lock. ARGV: as for claim, '1' to lock. */
export const begin: Script = defineScript(`${CLAIM}${LOAD}
local claimed = claim(KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]))
if claimed[3] == 'yours' then
  claimed[5] = load(KEYS[2], KEYS[3], ARGV[5] == '1' and ARGV[1] or '', ARGV[2], claimed[4])
end
return claimed`);

/** ARGV: channel, owner, outcome, '1' when answering. */
export const finish: Script = defineScript(`${FINISH}
return finish(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4])`);

/** KEYS: delivery, context, lock. ARGV: as for finish, then, to save, the arguments of save. */
export const commit: Script = defineScript(`${FINISH}${SAVE}${RELEASE}
if ARGV[6] then
  local saved = save(KEYS[2], KEYS[3], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9])
  if saved ~= 1 then
    return saved
  end
elseif ARGV[5] ~= '' then
  release(KEYS[3], ARGV[5])
end
return finish(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4])`);

/** Gives `ended` and the outcome, `free`, or the milliseconds for which the lease still holds. */
export const look: Script = defineScript(`${NOW}${TAKE}
local run = redis.call('HMGET', KEYS[1], 'until', 'outcome', 'fate')
if run[2] then
  return take(KEYS[1], run[2], run[3])
end
local left = (run[1] or 0) - now()
return left > 0 and left or { 'free' }`);

/** ARGV: attempt. */
export const giveUp: Script = defineScript(`${TAKE}
local run = redis.call('HMGET', KEYS[1], 'outcome', 'fate', 'attempts')
if run[1] then
  return take(KEYS[1], run[1], run[2])
end
if run[3] and tonumber(run[3]) <= tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'fate', 'late')
end
return 0`);

/** ARGV: owner, lease. */
export const renew: Script = defineScript(`${NOW}
local run = redis.call('HMGET', KEYS[1], 'owner', 'outcome', 'fate')
if run[1] ~= ARGV[1] or run[2] then
  return 'lost'
end
redis.call('HSET', KEYS[1], 'until', now() + ARGV[2])
redis.call('PEXPIRE', KEYS[1], ${KEPT})
return run[3] == 'late' and 'late' or 'renewed'`);

export const takeLate: Script = defineScript(`
local run = redis.call('HMGET', KEYS[1], 'outcome', 'fate')
if not run[1] or run[2] then
  return 0
end
return redis.call('HSET', KEYS[1], 'fate', 'late') + 1`);

export const putBack: Script = defineScript(`
if redis.call('HGET', KEYS[1], 'fate') ~= 'given' then
  return 0
end
return redis.call('HDEL', KEYS[1], 'fate')`);

/** ARGV: reply, milliseconds. */
export const hold: Script = defineScript(`
redis.call('RPUSH', KEYS[1], ARGV[1])
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`);

export const takeHeld: Script = defineScript(`
local held = redis.call('LRANGE', KEYS[1], 0, -1)
redis.call('DEL', KEYS[1])
return held`);

/** Gives 1, or 0 when the user may not publish. */
export const publish: Script = defineScript(`
return type(redis.pcall('PUBLISH', ARGV[1], '')) == 'number' and 1 or 0`);

// Runs that take long: `times`, until when each of them surely lives, and `messages`, by the same
// names, which begin with the account.

/** ARGV: name, message, milliseconds. */
export const write: Script = defineScript(`${NOW}
redis.call('ZADD', KEYS[1], now() + ARGV[3], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ${KEPT})
return redis.call('PEXPIRE', KEYS[2], ${KEPT})`);

/** ARGV: name. */
export const erase: Script = defineScript(`
redis.call('ZREM', KEYS[1], ARGV[1])
return redis.call('HDEL', KEYS[2], ARGV[1])`);

/** What nobody took for long is forgotten. ARGV: accounts. Gives pairs: which account, from 1, and the message. */
export const takeDead: Script = defineScript(`${NOW}
local known = {}
for index, account in ipairs(ARGV) do
  known[account] = index
end
local messages = {}
local forgotten = now() - ${KEPT}
local dead = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now(), 'WITHSCORES')
for i = 1, #dead, 2 do
  local name = dead[i]
  local index = known[string.match(name, '^%S*')]
  local message = index and redis.call('HGET', KEYS[2], name)
  if message then
    messages[#messages + 1] = { index, message }
  end
  if index or tonumber(dead[i + 1]) < forgotten then
    redis.call('ZREM', KEYS[1], name)
    redis.call('HDEL', KEYS[2], name)
  end
end
return messages`);
