/** The way to the platform: certificates, and proxies. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
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

describe('a certificate that no known authority has signed', () => {
  const read = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
  const [key, cert] = [read('localhost-key.pem'), read('localhost.pem')];
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
    expect(error).toMatchObject({ code: 'WECHAT_NETWORK' });
    expect(error.message).toContain('SELF_SIGNED');
  });

  it('is accepted with the `https.ca` that signed it', async () => {
    const baseUrl = `https://localhost:${await serve()}`;
    const client = createClient(getPlatform(), { baseUrl, https: { ca: cert } });
    expect((await client.callback.getCallbackIp()).ip_list).toEqual(['1.1.1.1']);
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
