import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a server listens. */
export interface ListenOptions {
  /** Default: 127.0.0.1, nobody but this machine. */
  readonly host?: string;
  /** Default: 0, a free one. */
  readonly port?: number;
}

/** A server that listens. */
export interface Listening {
  /** Without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Many processes may come at once. */
const BACKLOG = 4096;

/** Has a server listen; rejects where the port is taken. */
export async function listen(
  server: Server,
  { host = '127.0.0.1', port = 0 }: ListenOptions,
): Promise<Listening> {
  server.listen({ host, port, backlog: BACKLOG });
  await once(server, 'listening');
  return {
    url: urlOf(server.address() as AddressInfo),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Who listens everywhere is found on this machine, too. */
function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
