/**
 * Messages whose events come in every order: the handler ends, the store answers, the window closes,
 * the client hangs up, the next delivery arrives, the process dies. Time is a number, and what happens
 * in it is drawn from a seed, so that an order can be played again.
 */
import { setMaxListeners } from 'node:events';
import {
  type Clock,
  createWebhook,
  type DeliveryStore,
  type Exchange,
  MemoryContextStore,
  MemoryDeliveryStore,
  type Message,
  type Timer,
  type Webhook,
  type WebhookOptions,
  type WebhookRequest,
} from '@wechat-mp/core';
import type { DeliveryId, RegisteredRun, RunRegistry, WaitOptions } from '@wechat-mp/core/stores';
import { plain, signedQuery, userMessage } from './platform.ts';

/** Milliseconds of one step of time: what falls into the same step happens in a drawn order. */
const STEP = 20;
/** More promises than a callback has after one another. */
const LONGEST_CHAIN = 60;
const WINDOW = 4500;
const HANGS_UP = 5000;
/** Turns of the event loop before a process that went on again sees that a client has hung up. */
const UNSEEN = 6;
const ACCOUNT = { token: 'TOKEN' };

export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
type Random = () => number;

interface Due extends Timer {
  readonly callback: () => void;
  isCancelled: boolean;
}

/** Time that goes on only when `run` says so. */
export class SteppedClock {
  #now = 0;
  readonly #due = new Map<number, Due[]>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  now(): number {
    return this.#now;
  }

  at(milliseconds: number, callback: () => void): Due {
    const step = Math.max(Math.ceil((this.#now + Math.max(milliseconds, 0.001)) / STEP), 1) * STEP;
    const due = { callback, isCancelled: false };
    const all = this.#due.get(step);
    if (all) all.splice(Math.floor(this.#random() * (all.length + 1)), 0, due);
    else this.#due.set(step, [due]);
    return due;
  }

  /** Goes on to a moment; `settle` resolves when all has happened that can happen without time. */
  async run(until: number, settle: () => Promise<void> = takeTurn): Promise<void> {
    await settle();
    for (this.#now = STEP; this.#now <= until; this.#now += STEP) {
      const all = this.#due.get(this.#now);
      if (!all) continue;
      this.#due.delete(this.#now);
      for (const due of all) {
        if (due.isCancelled) continue;
        due.callback();
        await runMicrotasks();
      }
      await settle();
    }
  }
}

/** Between two callbacks of a turn Node runs what promises have to do, and nothing else. */
async function runMicrotasks(): Promise<void> {
  for (let link = 0; link < LONGEST_CHAIN; link += 1) await Promise.resolve();
}

export function takeTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The connection between one process and the shared store. */
export interface Wire {
  /** The time of the process, which ends with it. */
  readonly clock: Clock;
  /**
   * Carries a call to the store, and its answer back; neither arrives once the process is dead. Calls
   * of one connection do not overtake each other.
   */
  carry<T>(call: () => Promise<T>, connection?: string): Promise<T>;
  /** Carries what the store tells of itself. */
  tell(callback: () => void): void;
  /** Tells that a reply was claimed to be pushed: who dies now may have sent it or not, nobody can know. */
  noteSending(id: DeliveryId): void;
  /** Aborts when the process dies: what waits for it in the store takes nothing any more. */
  readonly death: AbortSignal;
}

type Stores = Required<Pick<WebhookOptions, 'contexts' | 'deliveries'>>;

/** A place that the processes share. */
export interface Place {
  /** Makes the stores of one process; none: the webhook has its own, and there is one process. */
  readonly createStores: (wire: Wire) => Stores | undefined;
  /** Resolves when nothing is on its way that needs no time. */
  readonly settle: () => Promise<void>;
}

/** One process of a bot. */
interface Process {
  readonly webhook: Webhook;
  isDead: boolean;
  readonly death: AbortController;
  /** When it goes on, while it stands still. */
  wakesAt: number;
  /** Runs what happens to it, unless it is dead, and not before it goes on. */
  readonly run: (callback: () => unknown) => void;
  /** Called when it dies: its connections end. */
  readonly connections: Set<() => void>;
  /** The messages of which it may not have told the store what it has done. */
  readonly underWay: Set<Told>;
}

/** The outcome of a message. */
export interface Told {
  readonly id: string;
  /** The platform's MsgId. */
  readonly number: string;
  answered: number;
  pushed: number;
  undelivered: number;
  runs: number;
  /** Whether the process died that was about to answer the last delivery. */
  isCutOff: boolean;
  /** Whether its process may have looked dead once it had claimed to send the reply. */
  mayLookDead: boolean;
  /** Whether the last delivery was refused: the platform then tells the user that the bot fails. */
  isRefused: boolean;
  /** Whether the handler has ended. */
  hasEnded: boolean;
  /**
   * The answers that each delivery and its copies got since: where one has the reply and the other has none,
   * it is not to be known which one is read.
   */
  readonly answers: Map<number, Set<'reply' | 'none'>>;
  readonly log: string[];
}

export interface OrdersOptions {
  readonly seed: number;
  readonly messages: number;
  /** Milliseconds that an answer of the store takes at most; 0: it is in the process. */
  readonly latency: number;
  /** Whether a process dies. Default: false. */
  readonly mayDie?: boolean;
  /** Whether one process stands still for some seconds. Default: false. */
  readonly mayStall?: boolean;
  /**
   * Whether the store is away for some seconds, as while a failover goes on: what was asked then is done
   * once it is back, and what had no answer yet is asked again, as ioredis does. Default: false.
   */
  readonly mayBeAway?: boolean;
  /**
   * Whether something on the way doubles deliveries: what answers a copy reaches nobody. Of the last one
   * there are none, as nobody comes after it. Default: false.
   */
  readonly mayDouble?: boolean;
  /** The store of the processes. Default: in memory. */
  readonly place?: Place;
  /** Told of every message, at the end. */
  readonly onEnd?: (told: readonly Told[]) => void;
}

function endWithProcess({ signal, ...options }: WaitOptions, { death }: Wire): WaitOptions {
  return { ...options, signal: signal ? AbortSignal.any([signal, death]) : death };
}

/** Meets in the memory of this one, where each call of a store is carried by itself. */
function createMemory(clock: Clock): Place {
  const shared = {
    contexts: new MemoryContextStore({ now: () => clock.wallTime(), maxEntries: 1e6 }),
    deliveries: new MemoryDeliveryStore({ clock, maxEntries: 1e6 }),
  };
  const lives = new Set<Life>();
  return {
    settle: takeTurn,
    createStores(wire) {
      const runRegistry = createRegistry(clock, lives);
      const carried = <S extends object>(store: S, own: object = {}): S =>
        new Proxy(store, {
          get: (_, name) => {
            const method = (own as Record<PropertyKey, unknown>)[name] ?? Reflect.get(store, name);
            if (typeof method !== 'function') return method;
            if (name === 'onInterrupt') return method.bind(store);
            return (...given: unknown[]) =>
              wire.carry(async () => {
                if (name === 'wait') given[1] = endWithProcess(given[1] as WaitOptions, wire);
                const value: unknown = await Reflect.apply(method, store, given);
                if (name === 'claimLateReply' && value) wire.noteSending(given[0] as DeliveryId);
                return value;
              });
          },
        });
      return {
        contexts: carried(shared.contexts),
        deliveries: carried<DeliveryStore>(shared.deliveries, {
          runRegistry: carried(runRegistry),
        }),
      };
    },
  };
}

/** The stores that a webhook makes for itself. */
export const OWN_STORES: Place = { createStores: () => undefined, settle: takeTurn };

/** The registered runs of a process, and until when it is known to live. */
interface Life {
  until: number;
  readonly runs: Map<string, RegisteredRun>;
}

function createRegistry(clock: Clock, lives: Set<Life>): RunRegistry {
  const self: Life = { until: 0, runs: new Map() };
  lives.add(self);
  return {
    write: async (id, run, milliseconds) => {
      self.until = Math.max(self.until, clock.now() + milliseconds);
      self.runs.set(id.key, run);
    },
    beat: async (milliseconds) => {
      self.until = clock.now() + milliseconds;
    },
    erase: async ({ key }) => void self.runs.delete(key),
    takeExpired: async (isKnown, limit) => {
      const taken: RegisteredRun[] = [];
      for (const other of lives) {
        if (other.until > clock.now()) continue;
        for (const [key, run] of other.runs) {
          if (taken.length >= limit || !isKnown(run.account)) continue;
          other.runs.delete(key);
          taken.push(run);
        }
      }
      return taken;
    },
  };
}

/** Plays so many messages, and gives those that were not answered or pushed exactly once. */
export async function playOrders(options: OrdersOptions): Promise<Told[]> {
  const { random } = Math;
  // Who waits for a lock draws, too.
  Math.random = createRandom(~options.seed);
  try {
    return await play(options);
  } finally {
    Math.random = random;
  }
}

async function play(options: OrdersOptions): Promise<Told[]> {
  const { seed, messages, latency } = options;
  const { mayDie = false, mayStall = false, mayBeAway = false, mayDouble = false } = options;
  const random = createRandom(seed);
  const clock = new SteppedClock(random);
  const told = new Map<string, Told>();
  const time: Clock = {
    now: () => clock.now(),
    wallTime: () => 1_700_000_000_000 + clock.now(),
    setTimeout: (callback, milliseconds) => clock.at(milliseconds, callback),
    clearTimeout: (timer) => void ((timer as Due).isCancelled = true),
  };
  const place = options.place ?? createMemory(time);
  const delay = () => (random() < 0.3 ? 0 : random() * latency);
  const away = mayBeAway ? drawAbsence(random) : NEVER;
  const isAway = () => clock.now() >= away.from && clock.now() < away.until;

  function createProcess(number: number): Process {
    const process: Process = {
      isDead: false,
      death: new AbortController(),
      wakesAt: 0,
      run: (callback) => {
        if (process.isDead) return;
        const left = process.wakesAt - clock.now();
        if (left > 0) clock.at(left, () => process.run(callback));
        else callback();
      },
      connections: new Set(),
      underWay: new Set(),
      get webhook() {
        return webhook;
      },
    };
    // All its calls that wait listen.
    setMaxListeners(0, process.death.signal);
    const ownTime: Clock = {
      ...time,
      setTimeout: (callback, milliseconds) => {
        const due = clock.at(milliseconds, () =>
          process.run(() => void (due.isCancelled || callback())),
        );
        return due;
      },
    };
    const later = (callback: () => unknown) => clock.at(delay(), () => process.run(callback));
    /** Sends a call to the store, which arrives though the process stands still. */
    const leave = (callback: () => unknown) =>
      clock.at(delay(), () => {
        // What was sent before is sent again first.
        const absence = isAway() ? away.until + STEP - clock.now() : 0;
        const arrive = () => void (process.isDead || callback());
        if (absence > 0) clock.at(absence, arrive);
        else arrive();
      });
    const queues = new Map<string, (() => unknown)[]>();
    /** Creates a queue: a due item is delivered together with earlier ones. */
    const queueOn = (name: string, send: typeof later) => (callback: () => unknown) => {
      const queue = queues.get(name) ?? [];
      queues.set(name, queue);
      queue.push(callback);
      send(() => queue.shift()?.());
    };
    const wire: Wire = {
      clock: ownTime,
      carry: (call, connection) => {
        if (latency === 0) return call();
        const there = connection === undefined ? leave : queueOn(`to ${connection}`, leave);
        const back = connection === undefined ? later : queueOn(`from ${connection}`, later);
        return new Promise((resolve, reject) => {
          const ask = () => {
            const askedAt = clock.now();
            const answer = (settle: () => void) =>
              back(() => {
                const isLost = askedAt < away.from && clock.now() >= away.from;
                if (isLost) clock.at(away.until - clock.now(), () => process.isDead || ask());
                else settle();
              });
            call().then(
              (value) => answer(() => resolve(value)),
              (error: unknown) => answer(() => reject(error)),
            );
          };
          there(ask);
        });
      },
      tell: later,
      death: process.death.signal,
      noteSending: ({ key }) => {
        const one = [...told.values()].find(({ number: id }) => key.includes(id)) as Told;
        const cutOff = () => {
          if (one.pushed === 0) one.isCutOff = true;
        };
        if (process.isDead) cutOff();
        else process.connections.add(cutOff);
        // While its process stands still, or the store is away, it looks dead to others, which report that.
        if (mayStall || mayBeAway) one.mayLookDead = true;
      },
    };
    const send = async (_openid: string, reply: { type: string; content?: string }) => {
      const one = told.get(`${reply.content}`.replace('reply ', '')) as Told;
      one.pushed += 1;
      one.log.push(`${clock.now()} pushed by ${number}`);
      noteUnderWay(process, one);
    };
    const note = (details: object, line: string) => {
      const { message } = details as { message?: { id?: string } };
      const one = [...told.values()].find((other) => other.number === message?.id);
      one?.log.push(`${clock.now()} ${line}`);
    };
    const logger = { error: note, warn: note, info: note, debug: () => {} };
    const handler = async (message: Message, { context }: Exchange) => {
      const { content } = message as { content: string };
      const [id, milliseconds, changes] = content.split(':') as [string, string, string];
      const one = told.get(id) as Told;
      one.runs += 1;
      one.log.push(`${clock.now()} runs in ${number}`);
      if (changes === 'y') context.set('last', id);
      if (Number(milliseconds) > 0) {
        await new Promise<void>((resolve) => ownTime.setTimeout(resolve, Number(milliseconds)));
      }
      one.log.push(`${clock.now()} ends in ${number}`);
      one.hasEnded = true;
      return `reply ${id}`;
    };
    const webhook = createWebhook(
      {
        ...ACCOUNT,
        ...place.createStores(wire),
        clock: ownTime,
        client: { message: { custom: { send } } } as never,
        maxPending: 1e6,
        replyWindow: WINDOW,
        onUndelivered: ({ key }) => {
          const one = [...told.values()].find(({ number }) => key.id === number);
          if (one) one.undelivered += 1;
        },
        logger,
      },
      handler,
    );
    return process;
  }

  /** Notes that a process which ends or stops now may not have told the store of a message what it has done. */
  function noteUnderWay({ underWay }: Process, one: Told): void {
    underWay.add(one);
    clock.at(2 * latency + STEP, () => underWay.delete(one));
  }
  const cutOff = ({ underWay }: Process) => {
    for (const one of underWay) one.isCutOff = true;
  };

  const first = createProcess(0);
  const processes = place === OWN_STORES ? [first] : [first, createProcess(1)];

  /** Delivers a message as the platform does, until it has an answer. */
  function deliver(id: string, fields: Record<string, unknown>, attempt: number): void {
    const one = told.get(id) as Told;
    const alive = processes.filter(({ isDead }) => !isDead);
    const process = alive[Math.floor(random() * alive.length)] as Process;
    const gone = new AbortController();
    one.log.push(`${clock.now()} delivery ${attempt} to ${processes.indexOf(process)}`);
    let isOver = false;
    let hungUpAt = 0;
    const hangUp = (why: string) => {
      if (isOver) return;
      isOver = true;
      hungUpAt = clock.now();
      process.connections.delete(die);
      if (attempt === 3) isPuttingBack();
      one.log.push(`${clock.now()} delivery ${attempt} ends: ${why}`);
      // The process may hear of it a little later: some turns after what it finds when it goes on.
      const abort = async () => {
        for (let turn = 0; mayStall && turn < UNSEEN; turn += 1) await takeTurn();
        gone.abort();
      };
      clock.at(random() < 0.5 ? 0 : 1, () => process.run(abort));
      // Of two that were sent in the same second it is not to be known which one a copy belongs before.
      const pause = random() * 1000 + (mayDouble ? 1000 : 0);
      if (attempt < 3) clock.at(pause, () => deliver(id, fields, attempt + 1));
      else if (process.isDead) one.isCutOff = true;
    };
    /**
     * The store may have given it the reply just then: it takes its answer, and a call, to put that back, or to
     * erase what was registered.
     */
    const isPuttingBack = () => noteUnderWay(process, one);
    const die = () => hangUp('the process died');
    process.connections.add(die);
    clock.at(random() < 0.15 ? random() * HANGS_UP : HANGS_UP, () => hangUp('hung up'));
    const request = {
      ...plain(ACCOUNT, fields as never),
      query: signedQuery(ACCOUNT.token, String(Math.floor(time.wallTime() / 1000))),
      signal: gone.signal,
      ...(mayStall && { isGone: () => gone.signal.aborted }),
    };
    const answer = ({ status, body }: { status: number; body: string }) => {
      if (process.isDead) return;
      if (isOver) {
        // It went to a client that had just hung up, of which the process had not heard.
        const isJustGone = clock.now() - hungUpAt <= 2 * STEP && !gone.signal.aborted;
        if (attempt === 3 && isJustGone && body !== 'success') one.isCutOff = true;
        return;
      }
      if (status !== 200) {
        if (attempt === 3) one.isRefused = true;
        return hangUp(`status ${status}`);
      }
      isOver = true;
      process.connections.delete(die);
      one.log.push(`${clock.now()} delivery ${attempt} answered: ${body.includes(`reply ${id}]`)}`);
      if (!noteAnswer(one, attempt, body)) return;
      one.answered += 1;
      noteUnderWay(process, one);
    };
    process.run(() => void process.webhook.handle(request).then(answer));
    if (mayDouble && attempt < 3 && random() < 0.3) double(one, attempt, request);
  }

  /** Delivers a copy to any process, which may arrive when its original has been answered. */
  function double(one: Told, attempt: number, request: WebhookRequest): void {
    const alive = processes.filter(({ isDead }) => !isDead);
    const process = alive[Math.floor(random() * alive.length)] as Process;
    const gone = new AbortController();
    clock.at(random() * (random() < 0.9 ? 400 : 3000), () => {
      one.log.push(`${clock.now()} a copy to ${processes.indexOf(process)}`);
      clock.at(HANGS_UP, () => process.run(() => gone.abort()));
      const copy = { ...request, signal: gone.signal, isGone: () => gone.signal.aborted };
      const answer = ({ body }: { body: string }) => noteAnswer(one, attempt, body);
      process.run(() => void process.webhook.handle(copy).then(answer));
    });
  }

  for (let number = 0; number < messages; number += 1) {
    const user = Math.floor(number / 2);
    const id = `${user}-${number}`;
    const one = { answered: 0, pushed: 0, undelivered: 0, runs: 0 };
    const ends = { isCutOff: false, mayLookDead: false, isRefused: false };
    const copies = { hasEnded: false, answers: new Map() };
    const Content = `${id}:${drawLatency(random)}:${random() < 0.5 ? 'y' : 'n'}`;
    const MsgId = `70${seed % 1e6}0${String(number).padStart(6, '0')}`;
    const fields = { ...userMessage('text', { Content, MsgId }), FromUserName: `o${user}` };
    told.set(id, { id, number: MsgId, ...one, ...ends, ...copies, log: [] });
    clock.at(random() * 3000, () => {
      const CreateTime = Math.floor(time.wallTime() / 1000);
      deliver(id, { ...fields, CreateTime }, 1);
    });
  }
  if (mayDie) {
    clock.at(random() * 20_000, () => {
      first.isDead = true;
      first.death.abort();
      for (const end of first.connections) end();
      cutOff(first);
    });
  }
  if (mayStall) {
    clock.at(random() * 15_000, () => {
      first.wakesAt = clock.now() + 1000 + random() * 11_000;
      cutOff(first);
    });
  }
  await clock.run(120_000, async () => {
    await place.settle();
    for (let turn = 0; mayStall && turn < 3 * UNSEEN; turn += 1) await place.settle();
  });
  options.onEnd?.([...told.values()]);
  return [...told.values()].filter((one) => !isRight(one));
}

interface Absence {
  readonly from: number;
  readonly until: number;
}
const NEVER: Absence = { from: Number.POSITIVE_INFINITY, until: Number.POSITIVE_INFINITY };

function drawAbsence(random: Random): Absence {
  const from = random() * 20_000;
  return { from, until: from + 500 + random() * 9000 };
}

/** Handlers end at any time, and often when something else happens too. */
function drawLatency(random: Random): number {
  const dice = random();
  if (dice < 0.1) return 0;
  if (dice < 0.3) return random() * 1000;
  const edges = [WINDOW, HANGS_UP, HANGS_UP + WINDOW, 2 * HANGS_UP, 2 * HANGS_UP + WINDOW];
  const edge = edges[Math.floor(random() * edges.length)] as number;
  if (dice < 0.7) return Math.max(0, edge + (random() - 0.5) * 1000);
  return random() * 20_000;
}

/** Notes an answer of a delivery, or a copy of it; returns whether it has the reply. */
function noteAnswer({ id, answers, hasEnded }: Told, attempt: number, body: string): boolean {
  const isReply = body.includes(`reply ${id}]`);
  const seen = answers.get(attempt) ?? new Set();
  if (hasEnded) answers.set(attempt, seen.add(isReply ? 'reply' : 'none'));
  return isReply;
}

function isRight(one: Told): boolean {
  const { answered, pushed, undelivered, runs, isCutOff, mayLookDead, isRefused } = one;
  // What was on its way when its process died cannot be known to have arrived.
  const mayBeTold = isCutOff || mayLookDead;
  if (answered + pushed === 1) return undelivered === 0 || (undelivered === 1 && mayBeTold);
  if (runs === 0 && isRefused) return true;
  if ([...one.answers.values()].some(({ size }) => size === 2)) return true;
  return answered + pushed === 0 && (isCutOff || undelivered === 1);
}
