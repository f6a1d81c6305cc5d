// What a call of the API costs, beside got with the same options and co-wechat-api: npm run bench -- --full
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Api from 'co-wechat-api';
import got from 'got';
import { OfficialClient } from '../packages/core/src/official/index.ts';

const ROUNDS = 21;
const CALLS = 500;
const AT_ONCE = 20;
/** Most of what got costs alone. */
const LIMIT = 1.5;

if (process.argv[2] === 'server') await serve();
else await measure();

/** In a process of its own, so that only the calls are measured. */
async function serve(): Promise<void> {
  const token = JSON.stringify({ access_token: 'x'.repeat(140), expires_in: 7200 });
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const isToken = /\/(?:stable_)?token\b/.test(request.url ?? '');
      response.setHeader('content-type', 'application/json; encoding=utf-8');
      response.end(isToken ? token : '{"errcode":0,"errmsg":"ok"}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.((server.address() as AddressInfo).port);
}

async function measure(): Promise<void> {
  const { fork } = await import('node:child_process');
  const child = fork(process.argv[1] as string, ['server']);
  const [port] = (await once(child, 'message')) as [number];
  const baseUrl = `http://127.0.0.1:${port}`;
  const body = {
    touser: 'oABCDEFGHIJKLMNOPQRSTUVWXYZ12',
    msgtype: 'text',
    text: { content: '你好' },
  } as const;

  const client = new OfficialClient({ appid: 'wx1', appsecret: 'secret', baseUrl });
  await client.accessToken.get();
  const bare = got.extend({
    retry: { limit: 0 },
    throwHttpErrors: false,
    followRedirect: false,
    timeout: { request: 10_000 },
  });
  const address = `${baseUrl}/cgi-bin/message/custom/send?access_token=${'x'.repeat(140)}`;
  const peer = new Api('wx1', 'secret');
  peer.prefix = `${baseUrl}/cgi-bin/`;
  const cases: Record<'got' | 'client' | 'co-wechat-api', () => Promise<unknown>> = {
    got: async () => bare.post(address, { json: body, responseType: 'json' }),
    client: () => client.message.custom.send(body),
    'co-wechat-api': () => peer.sendText(body.touser, body.text.content),
  };
  const spent: Record<keyof typeof cases, number[]> = {
    got: [],
    client: [],
    'co-wechat-api': [],
  };
  for (let round = 0; round <= ROUNDS; round += 1) {
    // Each goes first in turn, as the machine is not the same from moment to moment.
    const order = (['got', 'client', 'co-wechat-api'] as const).slice();
    if (round % 2 === 1) order.reverse();
    for (const name of order) {
      const before = process.cpuUsage();
      for (let done = 0; done < CALLS; done += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, cases[name]));
      }
      const { user, system } = process.cpuUsage(before);
      if (round > 0) spent[name].push((user + system) / CALLS);
    }
  }
  child.kill();
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] as number;
  const [alone, all] = [median(spent.got), median(spent.client)];
  const others = median(spent['co-wechat-api']);
  console.log(
    `CPU µs/call: ${alone.toFixed(0)} with got alone, ${others.toFixed(0)} with co-wechat-api, ${all.toFixed(0)} with the client: ${(all / alone).toFixed(2)} times got (limit ${LIMIT}), ${(all / others).toFixed(2)} times co-wechat-api (median of ${ROUNDS} rounds of ${CALLS} calls)`,
  );
}
