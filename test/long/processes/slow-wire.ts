/**
 * A network between a client and a server that takes its time: all that is written arrives later, in
 * its order. A process of its own, so that it is no slower than it says when the tests are busy. Takes
 * the server's port and the milliseconds of each way; tells the port to connect to in its place. A
 * message of a number changes the milliseconds, `cut` breaks all connections: what is on its way is lost.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const given = process.argv.slice(2).map(Number) as [number, number];
const [serverPort] = given;
let [, milliseconds] = given;
const sockets = new Set<Socket>();

const server = createServer((client) => {
  const upstream = connect(serverPort, '127.0.0.1');
  carry(client, upstream);
  carry(upstream, client);
  for (const socket of [client, upstream]) {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  }
});
await once(server.listen(0, '127.0.0.1'), 'listening');
process.send?.((server.address() as AddressInfo).port);
process.on('message', (told: number | 'cut') => {
  if (told === 'cut') for (const socket of sockets) socket.destroy();
  else milliseconds = told;
});

function carry(from: Socket, to: Socket): void {
  const waiting: { readonly due: number; readonly act: () => void }[] = [];
  const actNext = () => {
    waiting.shift()?.act();
    const [next] = waiting;
    if (next) setTimeout(actNext, next.due - performance.now());
  };
  // One after another: a network that becomes quick keeps the order, too.
  const later = (act: () => void) => {
    if (waiting.push({ due: performance.now() + milliseconds, act }) === 1) {
      setTimeout(actNext, milliseconds);
    }
  };
  from.on('data', (bytes) => later(() => to.writable && to.write(bytes)));
  from.on('error', () => {});
  from.once('close', () => later(() => to.destroy()));
}
