// What 100 000 users and accounts leave behind, once their messages are forgotten: npm run bench -- --full
import { setImmediate } from 'node:timers/promises';
import {
  createWebhook,
  type HandlersLike,
  MemoryContextStore,
} from '../packages/core/src/index.ts';
import { plain, userMessage } from '../test/support/platform.ts';
import { ACCOUNT } from './http/account.ts';

const USERS = 100_000;
/** Bytes of each user and account that has no conversation. */
const MOST_LEFT = 20;
/** Bytes of a conversation beyond those of the store alone. */
const MOST_BEYOND = 40;

const name = (at: number) => String(at).padStart(8, '0');
const openid = (at: number) => `o9AgO5Kd5ggOC-bXrbNO${name(at)}`;

let time = Date.now();
const clock = {
  now: () => time,
  wallTime: () => time,
  setTimeout: (callback: () => void, milliseconds: number) => setTimeout(callback, milliseconds),
  clearTimeout: (timer: object) => clearTimeout(timer as NodeJS.Timeout),
};
const createStore = () => new MemoryContextStore({ maxEntries: 2 * USERS, now: () => time });

function readMemory(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Has each user write once to an account of their own; returns the bytes that are left of each. */
async function write(handlers: HandlersLike): Promise<number> {
  const { token } = ACCOUNT;
  const logger = { error() {}, warn() {}, info() {}, debug() {} };
  const options = { token, clock, logger, contexts: createStore(), contextAge: 1_000_000 };
  const webhook = createWebhook(options, handlers);
  const send = async (at: number) => {
    const fields = { FromUserName: openid(at), ToUserName: `gh_${name(at)}`, Content: `no ${at}` };
    const { method, query, body = '' } = plain(ACCOUNT, userMessage('text', fields));
    await webhook.handle({ method, query, body });
    // Each comes in a turn of its own, as through a socket.
    await setImmediate();
  };
  // Replies are kept for half a minute, in two generations.
  const forget = async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      time += 60_000;
      await send(0);
    }
  };
  // The first ones have code compiled.
  for (let at = 0; at < 10_000; at += 1) await send(0);
  await forget();
  const before = readMemory();
  for (let at = 1; at <= USERS; at += 1) await send(at);
  await forget();
  const left = readMemory() - before;
  await webhook.close();
  return left / USERS;
}

/** The bytes of a conversation in the store alone. */
async function save(): Promise<number> {
  const store = createStore();
  const before = readMemory();
  for (let at = 1; at <= USERS; at += 1) {
    const user = { account: 'default', openid: openid(at) };
    const options = { replaces: 0, milliseconds: 1_000_000_000 };
    await store.save(user, { version: 1, json: JSON.stringify({ at }) }, options);
  }
  const used = readMemory() - before;
  await store.clearExpired();
  return used / USERS;
}

const without = await write({ text: () => 'hello' });
let count = 0;
const having = await write({
  text: (_message, { context }) => {
    count += 1;
    context.set('at', count);
    return 'hello';
  },
});
const alone = await save();
const tell = (what: string, bytes: number, most: number) =>
  console.log(`${what}: ${bytes.toFixed(1)} bytes (limit ${most})`);
tell('a user who wrote once to an account of their own leaves', without, MOST_LEFT);
tell(
  `a conversation costs beyond the ${alone.toFixed(0)} of the store alone`,
  having - alone,
  MOST_BEYOND,
);
