import { createHash } from 'node:crypto';
import {
  type Begun,
  type Claim,
  type Claimed,
  type ContextLock,
  type ContextStore,
  type ContextUser,
  type DeliveryId,
  type DeliveryStore,
  type Ended,
  type Fate,
  type Finish,
  type Free,
  type JointStore,
  type Lease,
  type Outcome,
  type Refused,
  type RunRecords,
  type Save,
  type WaitOptions,
  within,
} from '@wechat-mp/core';
import { Channels } from './channels.ts';
import {
  keysOf,
  RedisContextStore,
  readLoaded,
  readRefused,
  saveArguments,
  userKey,
} from './contexts.ts';
import * as scripts from './delivery-scripts.ts';
import { escapePart } from './escape-part.ts';
import { type Answer, type Connection, readJson } from './script.ts';

/** Milliseconds between two looks of who cannot listen. */
const LOOK_AGAIN = 250;

/** Has the deliveries of a message meet in Redis; see `redisStores`. */
export class RedisDeliveryStore implements DeliveryStore {
  readonly #connection: Connection;
  readonly #channels: Channels;
  readonly records: RunRecords;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#channels = new Channels(connection);
    this.records = createRecords(connection);
  }

  async claim(id: DeliveryId, wanted: Claim): Promise<Claimed> {
    return readClaimed(
      await scripts.claim(this.#connection, [this.#keyOf(id)], ...claimArguments(wanted)),
    );
  }

  async wait(
    id: DeliveryId,
    { milliseconds, signal }: WaitOptions,
  ): Promise<Ended | Free | undefined> {
    const end = performance.now() + milliseconds;
    const key = this.#keyOf(id);
    let wake = () => {};
    const { ready, unlisten } = this.#channels.listen(key, () => wake());
    try {
      const heard = within(ready, Math.min(milliseconds, this.#connection.timeout), signal);
      const isListening = await heard.then(Boolean, () => false);
      for (;;) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        if (signal?.aborted) return undefined;
        const found = await scripts.look(this.#connection, [key]);
        if (Array.isArray(found)) return readEnd(found);
        const patience = end - performance.now();
        if (patience <= 0) return undefined;
        // The end of a lease is told by nobody; without a channel nothing else is either.
        await within(woken, Math.min(isListening ? Number(found) : LOOK_AGAIN, patience), signal);
      }
    } finally {
      unlisten();
    }
  }

  async giveUp(id: DeliveryId, attempt: number): Promise<Ended | undefined> {
    const found = await scripts.giveUp(this.#connection, [this.#keyOf(id)], attempt);
    return Array.isArray(found) ? readEnded(found) : undefined;
  }

  async renew(id: DeliveryId, { owner, lease }: Lease): Promise<'renewed' | 'late' | 'lost'> {
    const state = await scripts.renew(this.#connection, [this.#keyOf(id)], owner, lease);
    return state as 'renewed' | 'late' | 'lost';
  }

  async finish(id: DeliveryId, how: Finish): Promise<Fate> {
    const key = this.#keyOf(id);
    return (await scripts.finish(this.#connection, [key], key, ...finishArguments(how))) as Fate;
  }

  async takeLate(id: DeliveryId): Promise<boolean> {
    return (await scripts.takeLate(this.#connection, [this.#keyOf(id)])) !== '0';
  }

  async putBack(id: DeliveryId): Promise<void> {
    await scripts.putBack(this.#connection, [this.#keyOf(id)]);
  }

  async hold(user: ContextUser, reply: string, milliseconds: number): Promise<void> {
    await scripts.hold(this.#connection, [this.#heldOf(user)], reply, milliseconds);
  }

  async takeHeld(user: ContextUser): Promise<readonly string[]> {
    return (await scripts.takeHeld(this.#connection, [this.#heldOf(user)])) as string[];
  }

  async interrupt(user: ContextUser): Promise<void> {
    const channel = this.#interruptOf(user);
    const isPublished = (await scripts.publish(this.#connection, [], channel)) === '1';
    // Whoever may not publish still reaches the runs of this process.
    if (!isPublished) this.#channels.tell(channel);
  }

  onInterrupt(user: ContextUser, listener: () => void): () => void {
    const { unlisten } = this.#channels.listen(this.#interruptOf(user), listener);
    return unlisten;
  }

  joint(contexts: ContextStore): JointStore | undefined {
    if (!(contexts instanceof RedisContextStore && contexts.isAt(this.#connection)))
      return undefined;
    return {
      begin: (id, wanted, lock) => this.#begin(id, wanted, lock),
      commit: (id, how, lock, save) => this.#commit(id, how, lock, save),
    };
  }

  async #begin(id: DeliveryId, wanted: Claim, lock: ContextLock | undefined): Promise<Begun> {
    const keys = keysOf(this.#connection, id);
    const all = [this.#keyOf(id), ...keys];
    const found = (await scripts.begin(
      this.#connection,
      all,
      ...claimArguments(wanted),
      lock ? '1' : '',
    )) as readonly Answer[];
    const claimed = readClaimed(found);
    if (claimed.state !== 'yours') return claimed;
    return { ...claimed, loaded: readLoaded(found[4] ?? null, keys) };
  }

  async #commit(
    id: DeliveryId,
    how: Finish,
    lock: ContextLock | undefined,
    save: Save | undefined,
  ): Promise<Fate | Refused> {
    const key = this.#keyOf(id);
    const keys = keysOf(this.#connection, id);
    const ended = await scripts.commit(
      this.#connection,
      [key, ...keys],
      key,
      ...finishArguments(how),
      ...(save ? saveArguments(save.record, save.options) : [lock?.owner ?? '']),
    );
    return readRefused(ended, keys) ?? (ended as Fate);
  }

  #keyOf(id: DeliveryId): string {
    return keyOf(this.#connection, id);
  }

  #heldOf(user: ContextUser): string {
    return `${userKey(this.#connection, user)}:held`;
  }

  #interruptOf(user: ContextUser): string {
    return `${userKey(this.#connection, user)}:interrupt`;
  }
}

function keyOf(connection: Connection, id: DeliveryId): string {
  return `${userKey(connection, id)}:delivery:${digest(id.key)}`;
}

/** In one place, whosever the messages are: a process that looks for dead runs looks once. */
function createRecords(connection: Connection): RunRecords {
  const keys = ['times', 'messages'].map((name) => `${connection.prefix}{runs}:${name}`);
  const nameOf = (id: DeliveryId) => `${escapePart(id.account)} ${keyOf(connection, id)}`;
  return {
    async write(id, message, milliseconds) {
      await scripts.write(connection, keys, nameOf(id), message, Math.ceil(milliseconds));
    },
    async erase(id) {
      await scripts.erase(connection, keys, nameOf(id));
    },
    async takeDead(accounts) {
      const found = await scripts.takeDead(connection, keys, ...accounts.map(escapePart));
      return (found as [index: string, message: string][]).map(([index, message]) => ({
        account: accounts[Number(index) - 1] as string,
        message,
      }));
    },
  };
}

function claimArguments({ owner, lease, body, isNew }: Claim): (string | number)[] {
  return [owner, Math.ceil(lease), digest(body), isNew ? 1 : 0];
}

function finishArguments({ owner, outcome, isAnswering }: Finish): string[] {
  return [owner, outcome === undefined ? '' : JSON.stringify(outcome), isAnswering ? '1' : ''];
}

function readClaimed(found: Answer): Claimed {
  const [attempt, same, state, detail] = found as [string, string, string, string | undefined];
  const about = { attempt: Number(attempt), isSame: same === '1' };
  if (state === 'ended') return { ...about, ...readEnded([state, detail ?? null]) };
  if (state === 'running') return { ...about, state };
  return { ...about, state: 'yours', replaces: detail || undefined };
}

function readEnd(found: readonly Answer[]): Ended | Free {
  return found[0] === 'free' ? { state: 'free' } : readEnded(found);
}

function readEnded([, outcome]: readonly Answer[]): Ended {
  if (typeof outcome !== 'string') return { state: 'ended', outcome: undefined };
  return { state: 'ended', outcome: readJson<Outcome>(outcome, 'the reply of a message') };
}

/** Redis need not hold what the user wrote. */
function digest(text: string): string {
  return createHash('sha1').update(text).digest('base64url');
}
