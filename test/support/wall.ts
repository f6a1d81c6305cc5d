/** The platform's patience: it hangs up when it has waited long enough, and delivers again at once. */
import { once } from 'node:events';
import { request } from 'node:http';
import { search } from './http.ts';
import * as platform from './platform.ts';

export interface Wall {
  readonly account: platform.Account;
  /** Where each try goes, from 1. */
  readonly address: (attempt: number) => string;
  /** Milliseconds after which it hangs up. Default: 5000. */
  readonly patience?: number;
  readonly encode?: (account: platform.Account, fields: platform.WireFields) => platform.Delivery;
}

/** What the platform has seen of a message: the answer, and how many tries it took. */
export interface Seen {
  /** Undefined when no try was answered: the user is told that the service is not available. */
  readonly answer: 'success' | platform.Fields | undefined;
  readonly tries: number;
}

/** Delivers a message three times at most, each with a signature and, where encrypted, bytes of its own. */
export async function deliver(fields: platform.WireFields, wall: Wall): Promise<Seen> {
  const { account, address, patience = 5000, encode = platform.plain } = wall;
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const delivery = encode(account, fields);
    const answer = await post(address(attempt), delivery, patience);
    if (!answer) continue;
    const openid = fields['FromUserName'] as string;
    return { answer: platform.readAnswer(account, delivery, answer, openid), tries: attempt };
  }
  return { answer: undefined, tries: 3 };
}

/** Posts once; undefined when the answer did not come in time, or the connection broke. */
async function post(
  address: string,
  { query, body = '' }: platform.Delivery,
  patience: number,
): Promise<platform.Answer | undefined> {
  const headers = { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(body) };
  const client = request(`${address}?${search(query)}`, {
    method: 'POST',
    headers,
    agent: false,
  });
  // What has arrived by then counts, though this process may not have read it yet.
  const timer = setTimeout(
    () => setImmediate(() => client.destroy(new Error('hung up'))),
    patience,
  );
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
    clearTimeout(timer);
    client.destroy();
  }
}
