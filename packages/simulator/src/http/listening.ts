import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

/** The address that a server listens on. */
export interface ListenOptions {
  /** Default: 127.0.0.1, reachable from this machine only. */
  readonly host?: string;
  /** Default: 0, any free port. */
  readonly port?: number;
}

/** A listening server. */
export interface Listening {
  /** Without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Length of the queue of connections, as many processes may connect at once. */
const BACKLOG = 4096;

/** Starts a server; rejects when the port is in use. */
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

/** Addresses that stand for every network interface. */
const EVERYWHERE = new Set(['0.0.0.0', '::']);

/** Whether a server on this address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** Lists the names of a server, as they appear in a Host header. */
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

/** Returns the address of a server; one on all interfaces is reached on this machine. */
function createUrl({ address, family, port }: AddressInfo): string {
  if (EVERYWHERE.has(address)) return `http://127.0.0.1:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
