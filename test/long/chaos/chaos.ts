/**
 * Three processes of a bot behind a round-robin, Redis with Sentinel, users who talk, and all that goes
 * wrong: processes and masters killed, deploys, a network that is slow, breaks, doubles and reorders,
 * tokens that hold no more. What happens is drawn from a seed; when it does depends on the machine.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { redisStores } from '@wechat-mp/context-redis';
import { createSimulator, type DeliveryRecord, type Simulator } from '@wechat-mp/simulator';
import { createRandom } from '../../support/orders.ts';
import { bundlePrograms } from '../../support/programs.ts';
import { type RoundRobin, startRoundRobin } from '../../support/round-robin.ts';
import { BOT, Fleet, type Line } from './fleet.ts';
import { type RedisPair, startRedisPair, WIRE } from './redis-pair.ts';

export interface ChaosOptions {
  readonly seed: number;
  /** For how long things go wrong. */
  readonly milliseconds: number;
  readonly users: number;
  /** The file for all that the processes told, when something is wrong. */
  readonly logFile?: string | undefined;
  /** Told of what is done. */
  readonly tell: (line: string) => void;
}

export interface ChaosReport {
  readonly sent: number;
  readonly answeredOnce: number;
  readonly lateOnce: number;
  /** Replies that no user got, reported to `onUndelivered`: the process died while sending them. */
  readonly toldUndelivered: number;
  /** Those whose deliveries all failed before a process began them: the platform told the user so. */
  readonly unreached: number;
  readonly lost: number;
  readonly doubled: number;
  readonly contextsWrong: number;
  /** Milliseconds for which this process stood still at most: over a second, the machine is too busy. */
  readonly lag: number;
  /** How often Sentinel took a master for dead that was not killed: what it had confirmed may be gone then. */
  readonly falseFailovers: number;
  /** How often each thing was done. */
  readonly done: Readonly<Record<string, number>>;
  /** The history of each message that is lost, doubled or wrong, and of each process that ended wrong. */
  readonly wrong: readonly string[];
}

const PROCESSES = 3;
/** Milliseconds that a user reads before the next text, on average. */
const READS = 3000;
/** Milliseconds until all sentinels know of a new master. */
const SETTLES = 5000;
/** Milliseconds for which late replies may still arrive. */
const COMES = 90_000;
/** Milliseconds that a handler takes, and the share of messages up to which it does. */
const TAKES: readonly (readonly [share: number, least: number, most: number])[] = [
  [0.82, 0, 60],
  [0.93, 1500, 2500],
  // The second or third delivery has its answer.
  [0.97, 5000, 9000],
  [1, 16_000, 18_000],
];

type Random = () => number;
const between = (random: Random, least: number, most: number) =>
  Math.round(least + random() * (most - least));

/** For before the first run. */
export const prepareChaos = (): Promise<void> => bundlePrograms(BOT, WIRE);

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, milliseconds, users, tell } = options;
  const done: Record<string, number> = {};
  const count = (what: string) => {
    done[what] = (done[what] ?? 0) + 1;
  };
  const delay = monitorEventLoopDelay();
  delay.enable();
  const redis = await startRedisPair();
  const network = createNetwork(createRandom(seed + 1), count);
  const roundRobin = await startRoundRobin({ asksNext: true, ...network });
  const wechat = await createSimulator({ target: `${roundRobin.origin}/wechat`, token: 'TOKEN' });
  const { appid, appsecret } = wechat.account;
  const environment = {
    ...redis.environment,
    API: wechat.api.url,
    APPID: appid,
    APPSECRET: appsecret,
  };
  const fleet = new Fleet(environment, (origins) => {
    roundRobin.origins = origins;
  });
  await fleet.start(PROCESSES);

  const talks = startTalks(wechat, seed, users);
  const storm = { seed, milliseconds, tell, count, redis, network, fleet, wechat };
  await raiseStorm(storm);
  tell('it is calm: users wait for late replies');
  await talks.end();
  const messages = () => judge(wechat, talks.sent, fleet.readLines());
  const end = performance.now() + COMES;
  while (messages().some(({ state }) => state === 'lost') && performance.now() < end) {
    await pause(500);
  }
  // Doubles would come until then.
  await pause(8000);
  await fleet.stop();
  const lines = fleet.readLines();
  const judged = judge(wechat, talks.sent, lines);
  const contextsWrong = await judgeContexts(wechat, redis, judged);
  await wechat.close();
  await roundRobin.close();
  const found = report({
    judged,
    contextsWrong,
    lines,
    done,
    fleet,
    roundRobin,
    redis,
    lag: Math.round(delay.max / 1e6),
  });
  if (options.logFile && found.wrong.length > 0) {
    const names = new Map(judged.map(({ id, messageId }) => [messageId, id]));
    const all = lines.map(
      ({ at, pid, what, message = '', more }) =>
        `${at} ${pid} ${names.get(message) ?? ''} ${what} ${more}\n`,
    );
    writeFileSync(options.logFile, all.join(''));
  }
  return found;
}

/** The network between the platform and the bot. */
interface Network {
  /** Milliseconds of each way, at most. */
  slowness: number;
  readonly onRequest: (body: Buffer, again: () => void) => Promise<void>;
  readonly onAnswer: () => Promise<void>;
}

/** Delays each delivery and each answer as it likes, so that they overtake each other, and doubles some. */
function createNetwork(random: Random, count: (what: string) => void): Network {
  const seen = new Map<string, string>();
  const network: Network = {
    slowness: 30,
    async onRequest(body, again) {
      const [, user = '', id = ''] =
        /FromUserName><!\[CDATA\[(.*?)\]\].*<MsgId>(\d+)/s.exec(body.toString()) ?? [];
      // Only first ones: what answers a copy of the last one reaches nobody.
      const isFirst = (seen.get(user) ?? '') < id;
      if (isFirst && random() < 0.1) {
        count('doubled deliveries');
        setTimeout(again, between(random, 0, 400));
      }
      await pause(between(random, 0, network.slowness));
      if (isFirst && (seen.get(user) ?? '') > id) count('reordered deliveries');
      else if (isFirst) seen.set(user, id);
    },
    onAnswer: () => pause(between(random, 0, network.slowness)),
  };
  return network;
}

interface Storm {
  readonly seed: number;
  readonly milliseconds: number;
  readonly tell: (line: string) => void;
  readonly count: (what: string) => void;
  readonly redis: RedisPair;
  readonly network: Network;
  readonly fleet: Fleet;
  readonly wechat: Simulator;
}

/** Does one thing after another, until the time is over. */
async function raiseStorm(storm: Storm): Promise<void> {
  const { seed, milliseconds, tell, count, redis, network, fleet, wechat } = storm;
  const random = createRandom(seed);
  let deploying = Promise.resolve();
  let isMasterThere = Promise.resolve();
  const deeds: readonly (readonly [weight: number, what: string, act: () => unknown])[] = [
    [4, 'processes killed', () => fleet.kill(between(random, 0, PROCESSES - 1))],
    [
      1,
      'deploys',
      async () => {
        await deploying;
        deploying = fleet.deploy();
      },
    ],
    [
      2,
      'masters killed',
      async () => {
        await isMasterThere;
        isMasterThere = redis.killMaster().then(() => pause(SETTLES));
      },
    ],
    [2, 'connections to Redis cut', () => redis.cut()],
    [2, 'changes of the way to Redis', () => redis.slowDown(between(random, 0, 40))],
    [
      2,
      'changes of the way to the bot',
      () => {
        network.slowness = between(random, 0, 200);
        wechat.api.setLatency(between(random, 0, 300));
      },
    ],
    [1, 'tokens expired', () => wechat.api.expireTokens()],
    [2, 'tokens replaced', () => wechat.api.refreshStable()],
  ];
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    await pause(between(random, 500, 2500));
    let left = random() * deeds.reduce((sum, [weight]) => sum + weight, 0);
    const deed = deeds.find(([weight]) => {
      left -= weight;
      return left < 0;
    });
    if (!deed) continue;
    tell(deed[1]);
    count(deed[1]);
    await deed[2]();
  }
  await Promise.all([deploying, isMasterThere]);
  redis.slowDown(0);
  network.slowness = 0;
  wechat.api.setLatency(0);
}

interface Sent {
  readonly id: string;
  readonly user: string;
  /** Its deliveries, once all are over. */
  deliveries: readonly DeliveryRecord[];
}

/** Has each user send texts, now and then two at once. */
function startTalks(wechat: Simulator, seed: number, users: number) {
  const sent: Sent[] = [];
  let isOver = false;
  const say = async (name: string, number: number, random: Random) => {
    const drawn = random();
    const [, least = 0, most = 0] = TAKES.find(([share]) => drawn < share) ?? [];
    const message: Sent = { id: `${name}.${number}`, user: name, deliveries: [] };
    sent.push(message);
    const text = `${message.id}:${between(random, least, most)}`;
    message.deliveries = (await wechat.user(name).sendText(text)).deliveries;
  };
  const talk = async (name: string, random: Random) => {
    let number = 0;
    while (!isOver) {
      await pause(READS * (0.5 + random()));
      const saying = [say(name, number++, random)];
      if (random() < 0.1) saying.push(say(name, number++, random));
      await Promise.all(saying);
    }
  };
  const talks = Array.from({ length: users }, (_, index) =>
    talk(`u${index}`, createRandom(seed * 1009 + index)),
  );
  return {
    sent,
    async end() {
      isOver = true;
      await Promise.all(talks);
    },
  };
}

interface Judged extends Sent {
  /** MsgId. */
  readonly messageId: string;
  /** The answers that the user got. */
  readonly told: readonly { readonly via: string; readonly text: string }[];
  readonly state: 'answered' | 'late' | 'undelivered' | 'unreached' | 'lost' | 'doubled';
}

function judge(wechat: Simulator, sent: readonly Sent[], lines: readonly Line[]): Judged[] {
  const undelivered = new Set(
    lines.filter(({ what }) => what === 'undelivered').map(({ message }) => message),
  );
  const begun = new Set(
    lines.filter(({ what }) => what === 'begins').map(({ message }) => message),
  );
  const received = new Map<string, { via: string; text: string }[]>();
  for (const user of new Set(sent.map((one) => one.user))) {
    for (const { via, message } of wechat.user(user).received) {
      const text = message.type === 'text' ? message.content : message.type;
      const id = text.split(' ')[1] ?? '';
      received.set(id, [...(received.get(id) ?? []), { via, text }]);
    }
  }
  return sent.map((one) => {
    const told = received.get(one.id) ?? [];
    const messageId = /<MsgId>(\d+)/.exec(one.deliveries[0]?.request.plain ?? '')?.[1] ?? '';
    const unanswered = begun.has(messageId) ? 'lost' : 'unreached';
    const missing = undelivered.has(messageId) ? 'undelivered' : unanswered;
    const got = told[0]?.via === 'reply' ? 'answered' : 'late';
    return {
      ...one,
      messageId,
      told,
      state: told.length > 1 ? 'doubled' : told.length === 1 ? got : missing,
    };
  });
}

/** Gives the messages that stand in their user's context twice or not at all, or not where their answer says. */
async function judgeContexts(
  wechat: Simulator,
  { client }: RedisPair,
  judged: readonly Judged[],
): Promise<Judged[]> {
  const { contexts } = redisStores(client);
  const accounts = new Set(
    (await client.keys('wechat:*:context')).map((key) => /\{(.*?):/.exec(key)?.[1] ?? ''),
  );
  const places = new Map<string, number[]>();
  for (const account of accounts) {
    for (const { openid } of wechat.users) {
      const loaded = await contexts.load({ account, openid });
      const json = 'record' in loaded ? loaded.record?.json : undefined;
      const { done = [] } = JSON.parse(json ?? '{}') as { done?: string[] };
      for (const [index, id] of done.entries()) {
        places.set(id, [...(places.get(id) ?? []), index + 1]);
      }
    }
  }
  return judged.filter(({ id, told }) => {
    const found = places.get(id) ?? [];
    if (found.length > 1) return true;
    if (told.length === 0) return false;
    return told.some(({ text }) => text !== `${found[0]} ${id}`);
  });
}

interface Findings {
  readonly judged: readonly Judged[];
  readonly contextsWrong: readonly Judged[];
  readonly lines: readonly Line[];
  readonly done: Record<string, number>;
  readonly fleet: Fleet;
  readonly roundRobin: RoundRobin;
  readonly redis: RedisPair;
  readonly lag: number;
}

function report({
  judged,
  contextsWrong,
  lines,
  done,
  fleet,
  roundRobin,
  redis,
  lag,
}: Findings): ChaosReport {
  const countState = (wanted: Judged['state']) =>
    judged.filter(({ state }) => state === wanted).length;
  const wrong = judged.filter(
    (one) => one.state === 'lost' || one.state === 'doubled' || contextsWrong.includes(one),
  );
  const describe = ({ id, messageId, state, told, deliveries }: Judged) => {
    const tries = deliveries.map(({ startedAt, milliseconds, response, problem }) =>
      [startedAt, milliseconds, response?.status, problem ?? ''].join(' '),
    );
    const about = lines
      .filter(({ message }) => message === messageId)
      .map(({ at, pid, what, more }) => `${at} ${pid} ${what} ${more}`);
    return [`${id} ${state} ${JSON.stringify(told)}`, ...tries, ...about].join('\n    ');
  };
  return {
    sent: judged.length,
    answeredOnce: countState('answered'),
    lateOnce: countState('late'),
    toldUndelivered: countState('undelivered'),
    unreached: countState('unreached'),
    lost: countState('lost'),
    doubled: countState('doubled'),
    contextsWrong: contextsWrong.length,
    lag,
    falseFailovers: redis.countFailovers() - (done['masters killed'] ?? 0),
    done: {
      ...done,
      ...Object.fromEntries(
        Object.entries(roundRobin.statuses).map(([status, times]) => [`status ${status}`, times]),
      ),
    },
    wrong: [...wrong.map(describe), ...fleet.wrongEnds],
  };
}
