/**
 * A network between a client and a server that takes its time: all that is written arrives later, in
 * its order. A process of its own, so that it is no slower than it says when the tests are busy. Takes
 * the server's port and the milliseconds of each way; tells the port to connect to in its place.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const [serverPort, milliseconds] = process.argv.slice(2).map(Number) as [number, number];

const server = createServer((client) => {
  const upstream = connect(serverPort, '127.0.0.1');
  carry(client, upstream);
  carry(upstream, client);
  for (const socket of [client, upstream]) socket.setNoDelay(true);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
process.send?.((server.address() as AddressInfo).port);

function carry(from: Socket, to: Socket): void {
  // Timers of one length end in the order in which they were set.
  const later = (callback: () => void) => setTimeout(callback, milliseconds);
  from.on('data', (bytes) => later(() => to.writable && to.write(bytes)));
  from.on('error', () => {});
  from.once('close', () => later(() => to.destroy()));
}
