// What the reply window adds to a message while nothing is slow: npm run bench
import { randomUUID } from 'node:crypto';
import { createAccountLookup } from '../packages/core/src/account-lookup.ts';
import { readBody } from '../packages/core/src/body.ts';
import { KeyedMutex } from '../packages/core/src/context/keyed-mutex.ts';
import { begin } from '../packages/core/src/context/transaction.ts';
import { openBody, readQuery, sealReply, verifyQuery } from '../packages/core/src/envelope.ts';
import { createWebhook, type Handler, type WebhookRequest } from '../packages/core/src/index.ts';
import { toMessage } from '../packages/core/src/message/message.ts';
import { replyTree } from '../packages/core/src/reply/render.ts';
import { respond } from '../packages/core/src/response.ts';
import { createDispatch } from '../packages/core/src/router.ts';
import { within } from '../packages/core/src/with-timeout.ts';
import * as platform from '../test/support/platform.ts';

/** CPU microseconds that the window may add. */
const LIMIT = 1.3;
const ROUNDS = 41;
const MESSAGES = 5000;
const options = { token: 'TOKEN' };
const text: Handler<'text'> = (message) => message.content;

const webhook = createWebhook(options, { text });
const dispatch = createDispatch({ text });
const accounts = createAccountLookup(options);
const turns = new KeyedMutex();

/** The way of a message as it is without the reply window: each delivery would be a run. */
async function handleAlone(request: WebhookRequest): Promise<void> {
  const account = await accounts.find(request);
  if (!account) throw new Error('no account');
  const { bodyLimit, replyWindow } = account;
  const query = readQuery(request.query);
  verifyQuery(account, query, request.method);
  const body = await readBody(request.body, { limit: bodyLimit, milliseconds: replyWindow });
  const opened = openBody(account, query, body);
  const message = toMessage(opened.fields, opened.raw);
  const user = { account: account.id, openid: message.source };
  const stop = new AbortController();
  const run = async () => {
    const key = `${user.account} ${user.openid}`;
    await turns.acquire(key)?.comes;
    const lock = { owner: randomUUID(), lease: 10_000 };
    const transaction = await begin(account, user, lock);
    const beat = setInterval(() => transaction.renew(), 3000).unref();
    const { context } = transaction;
    const delivery = { attempt: 1, deadline: 0 };
    const exchange = {
      message,
      context,
      delivery,
      logger: account.logger,
      signal: stop.signal,
      native: undefined,
      state: {},
    };
    const reply = await dispatch(exchange);
    const to = { target: message.source, source: message.target, answering: message.type };
    const tree = replyTree(reply as string, to);
    await transaction.end(true);
    turns.release(key, undefined);
    clearInterval(beat);
    return tree;
  };
  const ended = await within(run(), replyWindow, request.signal);
  if (!ended?.value) throw new Error('no reply');
  respond(sealReply(ended.value, opened), opened.format);
}

/** The least that a message needs: nothing bounds, locks or renews anything. */
async function handleBare(request: WebhookRequest): Promise<void> {
  const account = await accounts.find(request);
  if (!account) throw new Error('no account');
  const { bodyLimit, replyWindow } = account;
  const query = readQuery(request.query);
  verifyQuery(account, query, request.method);
  const body = await readBody(request.body, { limit: bodyLimit, milliseconds: replyWindow });
  const opened = openBody(account, query, body);
  const message = toMessage(opened.fields, opened.raw);
  const user = { account: account.id, openid: message.source };
  const transaction = await begin(account, user, undefined);
  const exchange = {
    message,
    context: transaction.context,
    delivery: { attempt: 1, deadline: 0 },
    logger: account.logger,
    signal: NEVER,
    native: undefined,
    state: {},
  };
  const reply = await dispatch(exchange);
  const to = { target: message.source, source: message.target, answering: message.type };
  const tree = replyTree(reply as string, to);
  await transaction.end(true);
  if (tree) respond(sealReply(tree, opened), opened.format);
}

const NEVER = new AbortController().signal;

function messages(): WebhookRequest[] {
  return Array.from({ length: MESSAGES }, (_, index) => {
    const fields = platform.userMessage('text', { Content: 'hello' });
    const { query, body } = platform.plain(options, { ...fields, FromUserName: `o${index % 100}` });
    return { method: 'POST', query, body };
  });
}

/** CPU microseconds per message. */
async function measure(handle: (request: WebhookRequest) => Promise<unknown>): Promise<number> {
  const requests = messages();
  const cpu = process.cpuUsage();
  for (const request of requests) await handle(request);
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / MESSAGES;
}

const median = (numbers: number[]) =>
  numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;
const alone: number[] = [];
const added: number[] = [];
const addedToBare: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const without = await measure(handleAlone);
  const withWindow = await measure((request) => webhook.handle(request));
  const bare = await measure(handleBare);
  // The first rounds warm up.
  if (round < 10) continue;
  alone.push(without);
  added.push(withWindow - without);
  addedToBare.push(withWindow - bare);
}
const more = median(added);
console.log(
  `CPU µs/message: ${median(alone).toFixed(1)} without the window, ${more.toFixed(1)} more with it (limit ${LIMIT})${more > LIMIT ? ' | OVER THE LIMIT' : ''}, ${median(addedToBare).toFixed(1)} more than the least that a message needs (median of ${alone.length} rounds of ${MESSAGES} messages)`,
);
