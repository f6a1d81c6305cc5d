/**
 * A load balancer for several processes: each request goes to the next one, and to another when it
 * is down.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface RoundRobin {
  readonly origin: string;
  /** The addresses that requests go to from now on. */
  origins: readonly string[];
  /** How many requests each status had. */
  readonly statuses: Readonly<Record<number, number>>;
  close(): Promise<void>;
}

/** Options of a round-robin. */
export interface RoundRobinOptions {
  /**
   * Asks another process when one is gone in the middle of a request, or says that it is stopping, as
   * nginx does by `proxy_next_upstream error http_503 non_idempotent` and, for 4 seconds,
   * `proxy_next_upstream_timeout`. Default: only when none listens.
   */
  readonly asksNext?: boolean;
  /** Runs before a request is handed on. */
  readonly onRequest?: (body: Buffer, again: () => void) => Promise<void>;
  /** Runs before an answer is handed on. */
  readonly onAnswer?: () => Promise<void>;
}

/** Milliseconds after which no other process is asked. */
const NEXT = 4000;

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

/** Starts it on a free port. A process that refuses the connection costs its request nothing. */
export async function startRoundRobin(options: RoundRobinOptions = {}): Promise<RoundRobin> {
  const { asksNext = false, onRequest, onAnswer } = options;
  let turn = 0;
  let origins: readonly string[] = [];
  const statuses: Record<number, number> = {};
  const ask = async (incoming: IncomingMessage, body: Buffer, signal: AbortSignal) => {
    const { method = 'GET', url = '/', headers } = incoming;
    let answer: Answer | undefined;
    const isInTime = asksNext ? AbortSignal.timeout(NEXT) : undefined;
    turn += 1;
    const first = turn;
    for (let tries = 0; tries < origins.length; tries += 1) {
      const origin = origins[(first + tries) % origins.length] as string;
      try {
        answer = await pass(`${origin}${url}`, { method, headers }, body, signal);
        if (!asksNext || answer.status !== 503 || isInTime?.aborted) break;
      } catch (error) {
        if (signal.aborted || isInTime?.aborted) break;
        if (!asksNext && (error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') break;
      }
    }
    return answer;
  };
  const respond = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const body = await buffer(incoming);
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    const again = () => void ask(incoming, body, new AbortController().signal);
    await onRequest?.(body, again);
    const answer = await ask(incoming, body, gone.signal);
    await onAnswer?.();
    if (!answer) {
      outgoing.destroy();
      return;
    }
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const server = createServer((incoming, outgoing) => {
    respond(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get origins() {
      return origins;
    },
    set origins(next) {
      origins = next;
    },
    statuses,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pass(
  url: string,
  { method, headers }: { method: string; headers: Record<string, string | string[] | undefined> },
  body: Buffer,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const client = request(url, { method, headers, agent: false, signal }, (response) => {
      buffer(response).then((bytes) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes });
      }, reject);
    });
    client.once('error', reject).end(body);
  });
}
