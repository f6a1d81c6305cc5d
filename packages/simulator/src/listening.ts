import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

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
    url: createUrl(server.address() as AddressInfo),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Addresses at which a server listens on every network. */
const EVERYWHERE = new Set(['0.0.0.0', '::']);

/** Whether a server that listens at an address is reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** Lists the names, as they stand in a Host header, of a server that listens at an address. */
export function listNames(host: string): readonly string[] {
  if (!EVERYWHERE.has(host)) return [toName(host)];
  const addresses = Object.values(networkInterfaces()).flatMap((all = []) => all);
  const reached = addresses.filter(
    ({ internal, address }) => !internal && !address.startsWith('fe80:'),
  );
  return [...reached.map(({ address }) => toName(address)), hostname().toLowerCase()];
}

function toName(address: string): string {
  return isIPv6(address) ? `[${address}]` : address.toLowerCase();
}

/** Who listens everywhere is found on this machine, too. */
function createUrl({ address, family, port }: AddressInfo): string {
  if (EVERYWHERE.has(address)) return `http://127.0.0.1:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
