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

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

/** Starts it on a free port. A process that refuses the connection costs its request nothing. */
export async function startRoundRobin(): Promise<RoundRobin> {
  let turn = 0;
  let origins: readonly string[] = [];
  const statuses: Record<number, number> = {};
  const respond = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const body = await buffer(incoming);
    const { method = 'GET', url = '/', headers } = incoming;
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    for (let tries = 0; tries < origins.length; tries += 1) {
      turn += 1;
      const origin = origins[turn % origins.length] as string;
      try {
        const answer = await pass(`${origin}${url}`, { method, headers }, body, gone.signal);
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        outgoing.writeHead(answer.status, answer.headers).end(answer.body);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') break;
      }
    }
    outgoing.destroy();
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
