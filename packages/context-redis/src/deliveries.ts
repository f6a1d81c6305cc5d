import { randomUUID } from 'node:crypto';
import {
  type Begun,
  type Claim,
  type Claimed,
  type CompletionResult,
  type ContextLock,
  type ContextStore,
  type ContextUser,
  type DeliveryId,
  type DeliveryStore,
  type Ended,
  type Finish,
  type Free,
  HELD_LIMITS,
  type LeaseRequest,
  type Outcome,
  type Refused,
  type RunRegistry,
  type Save,
  type UnitOfWork,
  type WaitOptions,
  within,
} from '@wechat-mp/core/stores';
import { Channels } from './channels.ts';
import { RedisContextStore, readLoaded, readRefused, saveArguments } from './contexts.ts';
import * as scripts from './delivery-scripts.ts';
import { createContextKeys, createDeliveryKey, createUserKey, digest } from './keys.ts';
import { createRegistry } from './registry.ts';
import { type Connection, readJson, type ScriptResult } from './script.ts';

/** Milliseconds between two polls of a user without the right to subscribe. */
const LOOK_AGAIN = 250;

/** Coordinates the deliveries of a message through Redis; see `redisStores`. */
export class RedisDeliveryStore implements DeliveryStore {
  readonly #connection: Connection;
  readonly #channels: Channels;
  readonly runRegistry: RunRegistry;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#channels = new Channels(connection);
    this.runRegistry = createRegistry(connection);
  }

  async claim(id: DeliveryId, wanted: Claim): Promise<Claimed> {
    return readClaimed(
      await scripts.claim(this.#connection, [this.#createKey(id)], ...claimArguments(wanted)),
    );
  }

  async wait(
    id: DeliveryId,
    { attempt, milliseconds, signal }: WaitOptions,
  ): Promise<Ended | Free | undefined> {
    const { clock, timeout } = this.#connection;
    const end = clock.now() + milliseconds;
    const key = this.#createKey(id);
    let wake = () => {};
    const { ready, unlisten } = this.#channels.listen(key, () => wake());
    try {
      const heard = within(ready, Math.min(milliseconds, timeout), signal, clock);
      const isListening = await heard.then(Boolean, () => false);
      for (;;) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        if (signal?.aborted) return undefined;
        const found = await scripts.look(this.#connection, [key], attempt);
        if (Array.isArray(found)) return readEnd(found);
        const patience = end - clock.now();
        if (patience <= 0) return undefined;
        // The end of a lease has no event; without a channel nothing else has.
        const pause = Math.min(isListening ? Number(found) : LOOK_AGAIN, patience);
        await within(woken, pause, signal, clock);
      }
    } finally {
      unlisten();
    }
  }

  async closeWindow(id: DeliveryId, attempt: number): Promise<Ended | Free | undefined> {
    const found = await scripts.closeWindow(this.#connection, [this.#createKey(id)], attempt);
    return Array.isArray(found) ? readEnd(found) : undefined;
  }

  async renew(
    id: DeliveryId,
    { owner, lease }: LeaseRequest,
  ): Promise<'renewed' | 'late' | 'stale'> {
    const state = await scripts.renew(this.#connection, [this.#createKey(id)], owner, lease);
    return state as 'renewed' | 'late' | 'stale';
  }

  async finish(id: DeliveryId, how: Finish): Promise<CompletionResult> {
    const key = this.#createKey(id);
    const result = await scripts.finish(this.#connection, [key], key, ...finishArguments(how));
    return result as CompletionResult;
  }

  async claimLateReply(id: DeliveryId, sender: string = randomUUID()): Promise<boolean> {
    const keys = [this.#createKey(id)];
    return (await scripts.claimLateReply(this.#connection, keys, sender)) === '1';
  }

  async releaseReply(id: DeliveryId, attempt: number, underWay = 0): Promise<boolean> {
    const keys = [this.#createKey(id)];
    return (await scripts.releaseReply(this.#connection, keys, attempt, underWay)) === '1';
  }

  async hold(user: ContextUser, reply: string, milliseconds: number): Promise<boolean> {
    const { pieces, bytes } = HELD_LIMITS;
    const keys = [this.#createHeldKey(user)];
    const held = `${randomUUID()}|${reply}`;
    return (await scripts.hold(this.#connection, keys, held, milliseconds, pieces, bytes)) === '1';
  }

  async takeHeld(user: ContextUser): Promise<readonly string[]> {
    const key = this.#createHeldKey(user);
    const taken = await scripts.takeHeld(this.#connection, [key, `${key}:${randomUUID()}`]);
    const [, held = []] = taken as readonly (readonly string[])[];
    // What older versions held has no name of its own.
    return held.map((text) => text.replace(/^[\w-]{36}\|/, ''));
  }

  async interrupt(id: DeliveryId): Promise<void> {
    const channel = this.#createInterruptKey(id);
    const name = digest(id.key);
    const isPublished = (await scripts.publish(this.#connection, [], channel, name)) === '1';
    // Whoever may not publish still reaches the runs of this process.
    if (!isPublished) this.#channels.notify(channel, name);
  }

  onInterrupt(id: DeliveryId, listener: () => void): () => void {
    const own = digest(id.key);
    // What this message published may be heard only now.
    const hear = (name: string) => void (name === own || listener());
    return this.#channels.listen(this.#createInterruptKey(id), hear).unlisten;
  }

  unitOfWork(contexts: ContextStore): UnitOfWork | undefined {
    if (!(contexts instanceof RedisContextStore && contexts.isAt(this.#connection)))
      return undefined;
    return {
      begin: (id, wanted, lock, rolling) => this.#begin(id, wanted, lock, rolling),
      commit: (id, how, lock, save) => this.#commit(id, how, lock, save),
    };
  }

  async #begin(
    id: DeliveryId,
    wanted: Claim,
    lock: ContextLock | undefined,
    rolling: number | undefined,
  ): Promise<Begun> {
    const keys = createContextKeys(this.#connection, id);
    const all = [this.#createKey(id), ...keys];
    const found = (await scripts.begin(
      this.#connection,
      all,
      ...claimArguments(wanted),
      lock ? '1' : '',
      rolling ?? '',
    )) as readonly ScriptResult[];
    const claimed = readClaimed(found);
    if (claimed.state !== 'yours') return claimed;
    return { ...claimed, loaded: readLoaded(found[4] ?? null, keys) };
  }

  async #commit(
    id: DeliveryId,
    how: Finish,
    lock: ContextLock | undefined,
    save: Save | undefined,
  ): Promise<CompletionResult | Refused> {
    const key = this.#createKey(id);
    const keys = createContextKeys(this.#connection, id);
    const ended = await scripts.commit(
      this.#connection,
      [key, ...keys],
      key,
      ...finishArguments(how),
      ...(save ? saveArguments(save.record, save.options) : [lock?.owner ?? '']),
    );
    return readRefused(ended, keys) ?? (ended as CompletionResult);
  }

  #createKey(id: DeliveryId): string {
    return createDeliveryKey(this.#connection, id);
  }

  #createHeldKey(user: ContextUser): string {
    return `${createUserKey(this.#connection, user)}:held`;
  }

  #createInterruptKey(user: ContextUser): string {
    return `${createUserKey(this.#connection, user)}:interrupt`;
  }
}

function claimArguments(claim: Claim): (string | number)[] {
  const { owner, lease, body, attempt = nameDelivery(), expired = '' } = claim;
  const { sentAt = 0, nonce = '', copiedWithin = 0 } = claim;
  return [owner, Math.ceil(lease), digest(body), attempt, expired, sentAt, nonce, copiedWithin];
}

/** Names a delivery, which is counted once though its claim may be sent again. */
function nameDelivery(): string {
  return `#${randomUUID()}`;
}

function finishArguments({ owner, outcome, answering, isTaken }: Finish): (string | number)[] {
  const reply = outcome === undefined ? '' : JSON.stringify(outcome);
  return [owner, reply, answering, isTaken ? '1' : ''];
}

function readClaimed(found: ScriptResult): Claimed {
  const [number, same, state, detail, ...who] = found as readonly (string | null | undefined)[];
  const [attempt, behind] = `${number}`.split(' ').map(Number) as [number, number];
  const about = { attempt, isSame: same === '1', behind };
  if (state === 'ended') {
    const [owner, sender] = who.map((name) => name ?? undefined);
    return { ...about, ...readEnded([state, detail ?? null]), owner, sender };
  }
  if (state === 'running') return { ...about, state };
  return { ...about, state: 'yours', replaces: detail || undefined };
}

function readEnd(found: readonly ScriptResult[]): Ended | Free {
  return found[0] === 'free' ? { state: 'free' } : readEnded(found);
}

function readEnded([, outcome]: readonly ScriptResult[]): Ended {
  if (typeof outcome !== 'string') return { state: 'ended', outcome: undefined };
  return { state: 'ended', outcome: readJson<Outcome>(outcome, 'the reply of a message') };
}
