/** A network between a client and a server that takes its time: all that is written arrives later, in its order. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface SlowWire {
  /** Where to connect to, in place of the server. */
  readonly port: number;
  close(): Promise<void>;
}

/** Listens for a server of this machine; each way takes so many milliseconds. */
export async function startSlowWire(serverPort: number, milliseconds: number): Promise<SlowWire> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1');
    carry(client, upstream, milliseconds);
    carry(upstream, client, milliseconds);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true).once('close', () => sockets.delete(socket));
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function carry(from: Socket, to: Socket, milliseconds: number): void {
  // Timers of one length end in the order in which they were set.
  const later = (callback: () => void) => setTimeout(callback, milliseconds);
  from.on('data', (bytes) => later(() => to.writable && to.write(bytes)));
  from.on('error', () => {});
  from.once('close', () => later(() => to.destroy()));
}
