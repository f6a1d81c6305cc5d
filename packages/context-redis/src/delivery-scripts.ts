import { KEPT, KEPT_LONG, MAX_COPIES } from '@wechat-mp/core/stores';
import { LOAD, RELEASE, SAVE } from './contexts.ts';
import { defineScript, type Script, type ScriptResult, type Undo } from './script.ts';

// Where a message stands is a hash, with the two facts of core's delivery/store.ts, and its steps by
// the same names. Who runs it: `owner` and `until` (ms) of the lease, who gave it up (`freed`), and the
// `outcome` once the run has ended. Who has the reply: the `holder`, the highest number of the deliveries
// that were given it, `late` or `sent`; 0 or none is nobody. The `others` that were given it, as `1,2,`.
// Also the number of `attempts`, that of each delivery by its name (`#…`), when each was counted (`c1`, ms)
// and sent (`s1`, in seconds), with which nonce (`n1`), how many copies there are of it (`k1`), the fingerprint
// of the `body`, and whether the run may be `written` down for when its process dies. ioredis may put a prefix
// of its own before KEYS, so the names of channels come as ARGV. A user without rights may not publish: what
// is written counts all the same, and who waits looks by itself.

/** Milliseconds for which a process surely lives that has taken a run. */
const TAKEN = 5000;

const NOW = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end`;

/** Gives the reply to a delivery. */
const GIVE = `
local function give(key, attempt, holder)
  local before, after = tonumber(holder or 0), tonumber(attempt)
  if before == after then
    return
  end
  redis.call('HSET', key, 'holder', math.max(before, after))
  local other = math.min(before, after)
  local others = redis.call('HGET', key, 'others') or ''
  if other > 0 and not string.find(',' .. others, ',' .. other .. ',', 1, true) then
    redis.call('HSET', key, 'others', others .. other .. ',')
  end
end`;

/** Whether a delivery that there are copies of, or a copy, is over: the platform has sent another one. */
const IS_OVER = `
local function isOver(key, attempt)
  local original = math.floor(attempt)
  local run = redis.call('HMGET', key, 'attempts', 'k' .. original, 's' .. original)
  return run[2] and tonumber(redis.call('HGET', key, 's' .. run[1])) > tonumber(run[3])
end`;

/** Returns the reply of an ended run to a delivery, unless it is late. 0 only reads. */
const CLAIM_REPLY = `${NOW}${GIVE}${IS_OVER}
local function claimReply(key, outcome, holder, attempt)
  if tonumber(attempt) == 0 and holder ~= 'sent' then
    return { 'ended', outcome }
  end
  if holder == 'late' or holder == 'sent' or isOver(key, attempt) then
    return { 'ended' }
  end
  give(key, attempt, holder)
  return { 'ended', outcome }
end`;

/**
 * Returns the attempt, with the milliseconds by which a copy came after its original, whether the body is
 * the same, and the state: `yours` with the dead owner, `running`, or `ended` with the outcome, who ended
 * it, and who sends it.
 */
const CLAIM = `${CLAIM_REPLY}
local function findOriginal(key, attempts, sent, nonce, within)
  for number = nonce ~= '' and attempts or 0, 1, -1 do
    local its = redis.call('HMGET', key, 'n' .. number, 's' .. number, 'c' .. number)
    if its[1] == nonce and its[2] == sent then
      local since = now() - its[3]
      return since < tonumber(within) and number, since
    end
  end
end
local function countCopy(key, original)
  local copies = redis.call('HINCRBY', key, 'k' .. original, 1)
  return tonumber(string.format('%d.%03d', original, math.min(copies, ${MAX_COPIES})))
end
local function claim(key, owner, lease, body, attempt, expired, sent, nonce, within)
  local isNew = string.sub(attempt, 1, 1) == '#'
  local run = redis.call('HMGET', key, 'owner', 'until', 'body', 'outcome', 'holder', 'attempts', attempt,
    'sender')
  local attempts = tonumber(run[6] or 0)
  local same = (run[3] or body) == body and 1 or 0
  local behind = 0
  if isNew and run[7] then
    attempts = tonumber(run[7])
  elseif isNew then
    local original, since = findOriginal(key, attempts, sent, nonce, within)
    if original then
      attempts = countCopy(key, original)
      behind = since
      redis.call('HSET', key, attempt, attempts)
    else
      attempts = attempts + 1
      redis.call('HSET', key, 'attempts', attempts, attempt, attempts, 'c' .. attempts, now(),
        's' .. attempts, sent, 'n' .. attempts, nonce)
      if run[5] == 'late' and not run[4] then
        redis.call('HDEL', key, 'holder')
      end
    end
  end
  local number = attempts .. ' ' .. behind
  if run[4] then
    local claimed = claimReply(key, run[4], run[5], isNew and attempts or attempt)
    return { number, same, claimed[1], claimed[2] or false, run[1], run[8] }
  end
  local isOwn = run[1] == owner
  local lives = run[2] and tonumber(run[2]) > now()
  if lives and not isOwn and (expired == '' or run[1] ~= expired) then
    return { number, same, 'running' }
  end
  local replaces = not isOwn and run[1] or ''
  redis.call('HSET', key, 'owner', owner, 'until', now() + lease, 'body', run[3] or body)
  if replaces ~= '' then
    redis.call('HSET', key, 'written', 1)
  end
  redis.call('PEXPIRE', key, ${KEPT})
  return { number, same, 'yours', replaces }
end`;

// A command whose answer was lost with the connection is sent again by ioredis, and one that was given
// up for lost may still come: what was done once is not done again, and has the same answer.

/** Returns the result for a run that has ended already, or nil while it can still end. */
const HAS_FINISHED = `
local function hasFinished(key, owner, outcome, answering, isTaken)
  local run = redis.call('HMGET', key, 'owner', 'outcome', 'holder')
  -- The user has a reply, whoever ended the run.
  if isTaken == '1' and run[2] and run[3] ~= 'late' and run[3] ~= 'sent' then
    give(key, answering, run[3])
    run[3] = answering
  end
  -- What nobody has, or a failover has forgotten, is its former owner's still.
  local isFree = not run[1] or run[1] == '' and not run[2]
  if isFree and outcome == '' or not isFree and run[1] ~= owner then
    return 'stale'
  end
  if not run[2] then
    return nil
  end
  if run[2] ~= outcome or run[3] == 'sent' then
    return 'stale'
  end
  if run[3] == 'late' then
    return 'defer'
  end
  return tonumber(answering) > 0 and tonumber(run[3]) == tonumber(answering) and 'respond' or 'park'
end`;

/** Ends a run; the outcome '' gives the run up. */
const FINISH = `${GIVE}${IS_OVER}${HAS_FINISHED}
local function finish(key, channel, owner, outcome, answering, isTaken)
  local finished = hasFinished(key, owner, outcome, answering, isTaken)
  if finished then
    return finished
  end
  local run = redis.call('HMGET', key, 'owner', 'outcome', 'holder', 'attempts', 'written')
  redis.call('HSET', key, 'owner', owner)
  local result = 'park'
  if outcome == '' then
    redis.call('HSET', key, 'owner', '', 'until', 0, 'freed', owner)
    result = run[3] == 'late' and 'defer' or result
  else
    redis.call('HSET', key, 'outcome', outcome)
    if run[3] == 'late' then
      result = 'defer'
    elseif tonumber(answering) > 0 and not isOver(key, answering) then
      give(key, answering, run[3])
      result = 'respond'
    end
  end
  local isWritten = run[5] or result ~= 'respond'
  redis.call('PEXPIRE', key, isWritten and ${KEPT_LONG} or ${KEPT})
  if tonumber(run[4] or 0) > 1 then
    redis.pcall('PUBLISH', channel, '')
  end
  return result
end`;

/** ARGV: attempt, milliseconds that its claim took. A reply that nobody holds was released already. */
export const releaseReply: Script = defineScript(`
local original = math.floor(ARGV[1])
local run = redis.call('HMGET', KEYS[1], 'holder', 'others', 'c' .. original, 's' .. original, 'n' .. original)
local holder = tonumber(run[1])
if not holder then
  return run[1] and 0 or 1
end
local attempt = tonumber(ARGV[1])
-- Those before this one are over: the platform has hung up on them.
local came = run[3] and run[3] - ARGV[2]
local sent = tonumber(run[4] or 0)
local function isBefore(other)
  local first = math.floor(other)
  local its = redis.call('HMGET', KEYS[1], 'c' .. first, 's' .. first, 'n' .. first)
  if its[2] and tonumber(its[2]) < sent then
    return true
  end
  -- A copy, however late it came.
  if its[3] and its[3] ~= '' and its[3] == run[5] and its[2] == run[4] then
    return false
  end
  return came and other < attempt and its[1] and tonumber(its[1]) <= came
end
local isGiven = false
local left = {}
for other in string.gmatch((run[2] or '') .. holder .. ',', '[%d.]+') do
  other = tonumber(other)
  if other == attempt then
    isGiven = true
  elseif not isBefore(other) then
    left[#left + 1] = other
  end
end
if not isGiven then
  return 0
end
if #left == 0 then
  redis.call('HDEL', KEYS[1], 'others')
  redis.call('PEXPIRE', KEYS[1], ${KEPT_LONG})
  return redis.call('HDEL', KEYS[1], 'holder')
end
holder = math.max(unpack(left))
local others = ''
for _, other in ipairs(left) do
  if other ~= holder then
    others = others .. other .. ','
  end
end
redis.call('HSET', KEYS[1], 'holder', holder, 'others', others)
return 0`);

/** Takes back the claim of a delivery that was refused before Redis ran it. Who only looks claims nothing. */
const undoClaim: Undo = ({ connection, keys, args, answer, underWay }) => {
  const [newest, , state, outcome] = answer as readonly ScriptResult[];
  const attempt = args[3] ?? 0;
  if (attempt === 0 || state !== 'ended' || typeof outcome !== 'string') return undefined;
  const number = typeof attempt === 'string' ? Number.parseFloat(newest as string) : attempt;
  return releaseReply(connection, keys.slice(0, 1), number, underWay);
};
const undoLook: Undo = ({ connection, keys, args, answer, underWay }) => {
  const [attempt = 0] = args;
  if (attempt === 0 || !Array.isArray(answer) || typeof answer[1] !== 'string') return undefined;
  return releaseReply(connection, keys, attempt, underWay);
};

/**
 * ARGV: owner, lease, body, attempt or `#` and the name of a new delivery, expired owner or '', when the
 * delivery was sent or 0, its nonce or '', and within how many milliseconds another one is a copy.
 */
export const claim: Script = defineScript(
  `${CLAIM}
return claim(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8])`,
  undoClaim,
);

/** KEYS: delivery, context, lock. ARGV: as for claim, '1' to lock, seconds to extend the context or ''. */
export const begin: Script = defineScript(
  `${CLAIM}${LOAD}
local claimed = claim(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8])
if claimed[3] == 'yours' then
  claimed[5] = load(KEYS[2], KEYS[3], ARGV[9] == '1' and ARGV[1] or '', ARGV[2], claimed[4], ARGV[10])
end
return claimed`,
  undoClaim,
);

/** ARGV: channel, owner, outcome, number of the answered delivery or 0, '1' when it has the reply already. */
export const finish: Script = defineScript(`${FINISH}
return finish(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5])`);

/**
 * KEYS: delivery, context, lock. ARGV: as for finish, then the arguments of save when there is
 * something to save.
 */
export const commit: Script = defineScript(`${FINISH}${SAVE}${RELEASE}
local finished = hasFinished(KEYS[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5])
if finished then
  release(KEYS[3], ARGV[6])
  return finished
end
if ARGV[7] then
  local saved = save(KEYS[2], KEYS[3], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10])
  if saved ~= 1 then
    return saved
  end
elseif ARGV[6] ~= '' then
  release(KEYS[3], ARGV[6])
end
return finish(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5])`);

/** ARGV: attempt. Returns `ended` with the outcome, `free`, or the remaining milliseconds of the lease. */
export const look: Script = defineScript(
  `${CLAIM_REPLY}
local run = redis.call('HMGET', KEYS[1], 'until', 'outcome', 'holder')
if run[2] then
  return claimReply(KEYS[1], run[2], run[3], ARGV[1])
end
local left = (run[1] or 0) - now()
return left > 0 and left or { 'free' }`,
  undoLook,
);

/** ARGV: attempt. Returns `ended` with the outcome, `free`, or 0. */
export const closeWindow: Script = defineScript(
  `${CLAIM_REPLY}
local run = redis.call('HMGET', KEYS[1], 'outcome', 'holder', 'attempts', 'until')
if run[1] then
  return claimReply(KEYS[1], run[1], run[2], ARGV[1])
end
if not run[3] then
  return 0
end
if tonumber(run[3]) <= tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'holder', 'late')
end
return tonumber(run[4] or 0) > now() and 0 or { 'free' }`,
  undoLook,
);

/** ARGV: owner, lease. A renewal may come after the end of the run that it was sent before. */
export const renew: Script = defineScript(`${NOW}
local run = redis.call('HMGET', KEYS[1], 'owner', 'outcome', 'holder', 'freed')
local owner = run[1] or ''
if run[2] or owner ~= ARGV[1] and (owner ~= '' or run[4] == ARGV[1]) then
  return 'stale'
end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'until', now() + ARGV[2], 'written', 1)
redis.call('PEXPIRE', KEYS[1], ${KEPT})
return run[3] == 'late' and 'late' or 'renewed'`);

/** ARGV: who sends it. */
export const claimLateReply: Script = defineScript(`
local run = redis.call('HMGET', KEYS[1], 'outcome', 'holder', 'sender')
if run[2] == 'sent' and run[3] == ARGV[1] then
  return 1
end
if not run[1] or (run[2] and run[2] ~= '0' and run[2] ~= 'late') then
  return 0
end
redis.call('HSET', KEYS[1], 'holder', 'sent', 'sender', ARGV[1])
return 1`);

/** Bytes of the name that each reply begins with, so that it is known when it comes again. */
const NAME = 37;

/** ARGV: name and reply. */
const unhold: Script = defineScript(`
return redis.call('LREM', KEYS[1], 1, ARGV[1])`);

/** ARGV: name and reply, milliseconds, maximum number of pieces, maximum bytes. */
export const hold: Script = defineScript(
  `
local held = redis.call('LRANGE', KEYS[1], 0, -1)
if held[#held] == ARGV[1] then
  return 1
end
local bytes = #ARGV[1] - ${NAME}
for _, reply in ipairs(held) do
  bytes = bytes + #reply - ${NAME}
end
if #held >= tonumber(ARGV[3]) or bytes > tonumber(ARGV[4]) then
  return 0
end
redis.call('RPUSH', KEYS[1], ARGV[1])
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`,
  // It was reported as undelivered.
  ({ connection, keys, args: [held = ''] }) => unhold(connection, keys, held),
);

/** KEYS: what is held, where it was put. Puts it back, before what was held since. */
const putBack: Script = defineScript(`
local taken = redis.call('LRANGE', KEYS[2], 0, -1)
for index = #taken, 1, -1 do
  redis.call('LPUSH', KEYS[1], taken[index])
end
redis.call('DEL', KEYS[2])
return redis.call('PEXPIRE', KEYS[1], ARGV[1])`);

/**
 * KEYS: what is held, where it is put while it is taken. Returns for how long it was still held (ms),
 * and the replies.
 */
export const takeHeld: Script = defineScript(
  `
local left = ${KEPT}
if redis.call('EXISTS', KEYS[2]) == 0 then
  if redis.call('EXISTS', KEYS[1]) == 0 then
    return {}
  end
  left = redis.call('PTTL', KEYS[1])
  redis.call('RENAME', KEYS[1], KEYS[2])
  redis.call('PEXPIRE', KEYS[2], ${KEPT})
end
return { left, redis.call('LRANGE', KEYS[2], 0, -1) }`,
  ({ connection, keys, answer }) => {
    const [left] = answer as readonly ScriptResult[];
    return left === undefined ? undefined : putBack(connection, keys, Number(left));
  },
);

/** ARGV: channel, text. Returns 1, or 0 when the Redis user may not publish. */
export const publish: Script = defineScript(`
return type(redis.pcall('PUBLISH', ARGV[1], ARGV[2])) == 'number' and 1 or 0`);

// What processes still have to answer. KEYS[1], a sorted set: until when each process surely lives (ms).
// KEYS[2], a hash of one process: its runs by their names.

/** ARGV: process, milliseconds. `how`: an option of ZADD, with a comma. */
const live = (how: string) => `${NOW}
redis.call('ZADD', KEYS[1], ${how}now() + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ${KEPT})`;

/** ARGV: process, milliseconds. */
export const beat: Script = defineScript(`${live('')}
return redis.call('PEXPIRE', KEYS[2], ${KEPT})`);

/**
 * ARGV: process, milliseconds, name, run. The process beats as often as its first account asks for: a run
 * of another one, with a shorter lease, must not let it look dead until then.
 */
export const write: Script = defineScript(`${live("'GT', ")}
redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
return redis.call('PEXPIRE', KEYS[2], ${KEPT})`);

/** ARGV: process, name. Returns the run. */
const ERASE = `
local function erase()
  local run = redis.call('HGET', KEYS[2], ARGV[2])
  redis.call('HDEL', KEYS[2], ARGV[2])
  if redis.call('EXISTS', KEYS[2]) == 0 then
    redis.call('ZREM', KEYS[1], ARGV[1])
  end
  return run
end`;

export const erase: Script = defineScript(`${ERASE}
return erase() and 1 or 0`);

/**
 * Takes a run, if its process is still dead. KEYS[3], the hash of who takes it. ARGV: process, name, who
 * takes it, the run.
 */
export const takeExpired: Script = defineScript(`${NOW}${ERASE}
local isOwn = ARGV[1] == ARGV[3]
-- It was taken before, or its run goes on with whoever takes it.
local isHere = not isOwn and redis.call('HEXISTS', KEYS[3], ARGV[2]) == 1
local lives = redis.call('ZSCORE', KEYS[1], ARGV[1])
if lives and tonumber(lives) > now() then
  return isHere and 1
end
local isErased = erase()
if isHere then
  return 1
elseif not isErased then
  return false
end
-- Whoever takes their own was only late to say that they live.
if isOwn then
  return 1
end
redis.call('ZADD', KEYS[1], 'GT', now() + ${TAKEN}, ARGV[3])
redis.call('PEXPIRE', KEYS[1], ${KEPT})
redis.call('HSET', KEYS[3], ARGV[2], ARGV[4])
return redis.call('PEXPIRE', KEYS[3], ${KEPT})`);

/** ARGV: maximum number of processes. Returns those that have died. */
export const listExpired: Script = defineScript(`${NOW}
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now(), 'LIMIT', 0, ARGV[1])`);

/** ARGV: process, cursor. Returns the next cursor, and names and runs alternately. */
export const scanRuns: Script = defineScript(`
if redis.call('EXISTS', KEYS[2]) == 0 then
  redis.call('ZREM', KEYS[1], ARGV[1])
  return { '0', {} }
end
return redis.call('HSCAN', KEYS[2], ARGV[2], 'COUNT', 100)`);
