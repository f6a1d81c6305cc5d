/** Pushes of 微信云托管 on every host: no signature, and the header that its gateway adds. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Host, hosts } from '../support/hosts.ts';
import { closeServers, recorder } from '../support/http.ts';
import * as platform from '../support/platform.ts';

afterAll(closeServers);

const handlers = { text: ({ content }: { content: string }) => `You said: ${content}` };
const message = platform.userMessage('text', { Content: '你好' });

function post(url: string, headers: Record<string, string>, body: string) {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent: false }, (response) => {
      void text(response).then((answered) =>
        resolve({ status: response.statusCode, body: answered }),
      );
    });
    sent.once('error', reject).end(body);
  });
}

describe.each(hosts)('$name', ({ start, passesOn }: Host) => {
  let origin: string;
  beforeAll(async () => {
    const { logger } = recorder();
    origin = await start({
      '/push': [{ source: 'cloud', logger }, handlers],
      '/signed': [{ token: 'CloudToken', logger }, handlers],
    });
  });

  const json = { 'content-type': 'application/json' };
  const xml = { 'content-type': 'text/xml' };
  const pushed = { 'x-wx-source': 'wx_unknown' };

  it('answers a push in JSON and in XML', async () => {
    const answer = await post(`${origin}/push`, { ...json, ...pushed }, JSON.stringify(message));
    expect(JSON.parse(answer.body)).toMatchObject({ Content: 'You said: 你好' });
    const again = platform.userMessage('text', { Content: 'again' });
    const written = await post(`${origin}/push`, { ...xml, ...pushed }, platform.writeXml(again));
    expect(written.body).toContain('You said: again');
  });

  it('answers the probe of the console', async () => {
    const probe = JSON.stringify({ action: 'CheckContainerPath' });
    const answer = await post(`${origin}/push`, { ...json, ...pushed }, probe);
    expect(answer).toEqual({ status: 200, body: 'success' });
  });

  it('takes nothing without the header, nor where the account wants a signature', async () => {
    const body = JSON.stringify(message);
    const refused = passesOn ? 404 : 401;
    expect((await post(`${origin}/push`, json, body)).status).toBe(refused);
    expect((await post(`${origin}/signed`, { ...json, ...pushed }, body)).status).toBe(refused);
  });
});
