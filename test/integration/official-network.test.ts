/** The way to the platform: certificates, and proxies. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, createServer as createHttpServer } from 'node:http';
import { createServer, Agent as TlsAgent } from 'node:https';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  Socket,
} from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { HttpProxyAgent } from 'hpagent';
import { catchError, createClient, usePlatform } from '../support/official-client.ts';

const getPlatform = usePlatform();
const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const read = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const [key, cert] = [read('localhost-key.pem'), read('localhost.pem')];

describe('a certificate that no known authority has signed', () => {
  const serve = () =>
    listen(
      createServer({ key, cert }, (request, response) => {
        request.resume();
        response.end('{"ip_list":["1.1.1.1"],"access_token":"t","expires_in":7200}');
      }),
    );

  it('is refused', async () => {
    const baseUrl = `https://localhost:${await serve()}`;
    const error = await catchError(
      createClient(getPlatform(), { baseUrl, retry: 0 }).callback.getCallbackIp(),
    );
    expect(error).toMatchObject({ code: 'WECHAT_NETWORK', wasSent: false });
    expect(error.message).toContain('SELF_SIGNED');
  });

  it('is accepted with the `https.ca` that signed it', async () => {
    const baseUrl = `https://localhost:${await serve()}`;
    const client = createClient(getPlatform(), { baseUrl, https: { ca: cert } });
    expect((await client.callback.getCallbackIp()).ip_list).toEqual(['1.1.1.1']);
  });
});

describe('a message is not sent, and tried again, when', () => {
  it.each<[string, (socket: Socket) => void, RegExp]>([
    [
      'the connection ends in the handshake',
      (socket) => socket.once('data', () => socket.destroy()),
      /ECONNRESET/,
    ],
    ['no handshake comes', (socket) => void socket.resume(), /no answer within 100 ms/],
  ])('%s', async (_, answer, reason) => {
    let connections = 0;
    const server = createTcpServer((socket) => {
      connections += 1;
      answer(socket.on('error', () => {}));
    });
    const baseUrl = `https://127.0.0.1:${await listen(server)}`;
    const client = createClient(getPlatform(), {
      baseUrl,
      accessToken: 't',
      retry: 1,
      timeout: 100,
    });
    const error = await catchError(client.message.custom.sendText('o1', 'hello'));
    expect(error).toMatchObject({ code: 'WECHAT_NETWORK', wasSent: false });
    expect(error.message).toMatch(reason);
    expect(connections).toBe(2);
  });

  it.each(['ETIMEDOUT', 'ECONNRESET', 'EADDRNOTAVAIL'])(
    'connecting fails with %s',
    async (code) => {
      let connections = 0;
      class Unconnected extends Agent {
        override createConnection(): Socket {
          connections += 1;
          const socket = new Socket();
          const error = Object.assign(new Error(`connect ${code}`), { code, syscall: 'connect' });
          setImmediate(() => socket.destroy(error));
          return socket;
        }
      }
      const agent = { http: new Unconnected() };
      const client = createClient(getPlatform(), { agent, accessToken: 't', retry: 1 });
      const error = await catchError(client.message.custom.sendText('o1', 'hello'));
      expect(error).toMatchObject({ code: 'WECHAT_NETWORK', wasSent: false });
      expect(connections).toBe(2);
    },
  );
});

describe('a message may have been sent, and is not tried again, when', () => {
  it.each([
    ['of a new connection', false],
    ['of one that was used before', true],
  ])('the connection ends after the handshake, %s', async (_, isKept) => {
    let requests = 0;
    const server = createServer({ key, cert }, (request, response) => {
      if (request.url?.includes('getcallbackip')) return void response.end('{"ip_list":[]}');
      requests += 1;
      request.socket.destroy();
    });
    const baseUrl = `https://localhost:${await listen(server)}`;
    const agent = { https: new TlsAgent({ keepAlive: true, maxSockets: 1 }) };
    const options = { baseUrl, agent, accessToken: 't', https: { ca: cert }, retry: 2 };
    const client = createClient(getPlatform(), options);
    if (isKept) await client.callback.getCallbackIp();
    const error = await catchError(client.message.custom.sendText('o1', 'hello'));
    expect(error).toMatchObject({ code: 'WECHAT_NETWORK', wasSent: true });
    expect(requests).toBe(1);
    agent.https.destroy();
  });
});

describe('an agent', () => {
  it('takes the calls through a proxy', async () => {
    const asked: string[] = [];
    const proxy = createHttpServer().on('connect', (request, socket) => {
      asked.push(request.url as string);
      const [host, port] = (request.url as string).split(':');
      const onward = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
    });
    const agent = new HttpProxyAgent({ proxy: `http://127.0.0.1:${await listen(proxy)}` });
    const platform = getPlatform();
    const client = createClient(platform, { agent: { http: agent } });
    await client.callback.getCallbackIp();
    expect(asked).toContain(new URL(platform.url).host);
    expect(platform.count('/cgi-bin/getcallbackip')).toBe(1);
    agent.destroy();
  });
});

describe('connections', () => {
  it('are kept alive from call to call', async () => {
    const platform = getPlatform();
    const client = createClient(platform);
    for (let times = 0; times < 5; times += 1) await client.callback.getCallbackIp();
    expect(new Set(platform.requests.map(({ headers }) => headers['connection']))).toEqual(
      new Set(['keep-alive']),
    );
    expect(platform.connections()).toBe(1);
  });
});
