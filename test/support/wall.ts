/** The platform's patience: it hangs up when it has waited long enough, and delivers again at once. */
import { once } from 'node:events';
import { request } from 'node:http';
import type { ManualClock } from './clock.ts';
import { hasAnswered, search, untilDeserted } from './http.ts';
import * as platform from './platform.ts';
import { until } from './until.ts';

export interface Wall {
  readonly account: platform.Account;
  /** Returns the address of each try, from 1. */
  readonly address: (attempt: number) => string;
  /** Milliseconds after which it hangs up. Default: 5000. */
  readonly patience?: number;
  readonly encode?: (account: platform.Account, fields: platform.WireFields) => platform.Delivery;
}

/** The platform's view of a message: the answer, and the number of tries. */
export interface Seen {
  /** Undefined when no try was answered: the user sees that the service is not available. */
  readonly answer: 'success' | platform.Fields | undefined;
  readonly tries: number;
}

/** Delivers a message three times at most, each with a signature and, where encrypted, bytes of its own. */
export function deliver(fields: platform.WireFields, wall: Wall): Promise<Seen> {
  return deliverThrice(fields, wall, (answer, hangUp) => {
    // What has arrived by then counts, though this process may not have read it yet.
    const timer = setTimeout(() => setImmediate(hangUp), wall.patience ?? 5000);
    return answer.finally(() => clearTimeout(timer));
  });
}

/** Does the same by a clock that it moves. */
export function deliverByClock(
  fields: platform.WireFields,
  wall: Wall,
  { clock, origin, reached }: ByClock,
): Promise<Seen> {
  return deliverThrice(fields, wall, async (answer, hangUp, attempt) => {
    await until(() => reached() >= attempt);
    await clock.advance(wall.patience ?? 5000);
    if (!hasAnswered(origin)) {
      hangUp();
      await untilDeserted(origin);
    }
    return answer;
  });
}

export interface ByClock {
  readonly clock: ManualClock;
  /** The address of a server started by `listen`. */
  readonly origin: string;
  /** The last try that the handler knows of: `exchange.delivery.attempt`. */
  readonly reached: () => number;
}

type Answering = Promise<platform.Answer | undefined>;

async function deliverThrice(
  fields: platform.WireFields,
  { account, address, encode = platform.plain }: Wall,
  limit: (answer: Answering, hangUp: () => void, attempt: number) => Answering,
): Promise<Seen> {
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const delivery = encode(account, fields);
    const stop = new AbortController();
    const answering = post(address(attempt), delivery, stop.signal);
    const answer = await limit(answering, () => stop.abort(), attempt);
    if (!answer) continue;
    const openid = fields['FromUserName'] as string;
    return { answer: platform.readAnswer(account, delivery, answer, openid), tries: attempt };
  }
  return { answer: undefined, tries: 3 };
}

/** Posts once; undefined when it was aborted before the answer came, or the connection broke. */
async function post(
  address: string,
  { query, body = '' }: platform.Delivery,
  signal: AbortSignal,
): Answering {
  const headers = { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(body) };
  const client = request(`${address}?${search(query)}`, {
    method: 'POST',
    headers,
    agent: false,
    signal,
  });
  try {
    const answered = once(client, 'response');
    client.end(body);
    const [response] = await answered;
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    return {
      status: response.statusCode,
      contentType: response.headers['content-type'],
      body: text,
    };
  } catch {
    return undefined;
  } finally {
    client.destroy();
  }
}
