import { once } from 'node:events';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Clock } from '../clock.ts';
import type { DeliveryRecord } from '../events.ts';
import { joinHeaders } from '../http/response.ts';
import { dropUndefined } from '../wire.ts';

/** A request that may be invalid in any way. */
export interface OddRequest {
  readonly method: string;
  /** Already encoded, without the question mark. */
  readonly search: string;
  /** Headers; undefined values are left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** A body; several pieces are sent one by one, in chunked encoding. */
  readonly body?: string | Buffer | readonly (string | Buffer)[];
  /** Milliseconds between the pieces of a body. Default: 0. */
  readonly pause?: number;
  /** Closes the connection before the end of the body. */
  readonly dropsOff?: boolean;
}

/** The result of a request: an answer, or the reason why there is none. */
export interface Answered {
  readonly response: NonNullable<DeliveryRecord['response']> | undefined;
  /**
   * `gone`: the connection was closed before an answer; `cut`: within one; `silent`: nothing came
   * within the platform's timeout.
   */
  readonly failure: 'gone' | 'cut' | 'silent' | undefined;
  readonly milliseconds: number;
}

const PATIENCE = 5000;
/** Milliseconds between the last bytes and closing the connection, so that the bot has read them. */
const SETTLING = 50;
const LONGEST = 1024 * 1024;

/** Sends a request on a connection of its own. Never rejects. */
export async function exchange(target: string, odd: OddRequest, clock: Clock): Promise<Answered> {
  const began = clock.now();
  const url = new URL(target);
  const pieces = [odd.body ?? []].flat() as (string | Buffer)[];
  const [only] = pieces;
  const isWhole = pieces.length === 1 && only !== undefined && !odd.dropsOff;
  const search = [url.search.slice(1), odd.search].filter(Boolean).join('&');
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const client = request({
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port,
    path: `${url.pathname}?${search}`,
    method: odd.method,
    headers: dropUndefined({
      host: url.host,
      'content-type': pieces.length > 0 ? 'text/xml' : undefined,
      'content-length': isWhole ? String(Buffer.byteLength(only)) : undefined,
      ...odd.headers,
    }),
    agent: false,
  });
  // Who answers early may reset the connection, before its answer is read or after.
  client.on('error', () => {});
  let isAnswered = false;
  const over = new AbortController();
  let isSilent = false;
  void clock.sleep(PATIENCE, over.signal).then(() => {
    if (over.signal.aborted) return;
    isSilent = true;
    client.destroy();
  });
  const end = (response: Answered['response'], failure: Answered['failure']): Answered => {
    return { response, failure, milliseconds: clock.now() - began };
  };
  try {
    const answered = once(client, 'response');
    // Who answers before the end of a body may close the connection at once.
    answered.catch(() => {});
    await write(client, pieces, odd, clock, answered);
    const [response] = await answered;
    isAnswered = true;
    let body = '';
    for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
      body += chunk;
      if (body.length > LONGEST) break;
    }
    return end(
      {
        status: response.statusCode,
        headers: joinHeaders(response.headers),
        body,
        plain: undefined,
      },
      undefined,
    );
  } catch {
    return end(undefined, isSilent ? 'silent' : isAnswered ? 'cut' : 'gone');
  } finally {
    over.abort();
    client.destroy();
  }
}

async function write(
  client: ReturnType<typeof requestHttp>,
  pieces: readonly (string | Buffer)[],
  { pause = 0, dropsOff = false }: OddRequest,
  clock: Clock,
  answered: Promise<unknown>,
): Promise<void> {
  let passedOn: Promise<void> | undefined;
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) await clock.sleep(pause);
    if (client.destroyed) return;
    passedOn = new Promise((resolve) => client.write(piece, () => resolve()));
  }
  if (!dropsOff) return void client.end();
  await Promise.race([passedOn, answered]);
  await clock.sleep(SETTLING);
  client.destroy();
}
