/** The server of the chat page, without a browser: whom it answers, and what with. */
import { hostname, networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  ask,
  closePages,
  JSON_TYPE,
  post,
  startPage,
} from '../../../../test/support/page-server.ts';
import { until } from '../../../../test/support/until.ts';
import { servePage } from '../../src/page/server.ts';

afterEach(closePages);

describe('the page is for its own browser only', () => {
  it.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1.evil.example:PORT',
    'localhost:1',
  ])('so it refuses the Host %j', async (host) => {
    const { port } = await startPage();
    const answer = await ask(port, '/', { headers: { host: host.replace('PORT', String(port)) } });
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('foreign Host');
  });

  it('and answers to its names, and to those that it was given', async () => {
    const { port } = await startPage({ allowedHosts: ['desk.example'] });
    for (const name of ['127.0.0.1', 'localhost', '[::1]', 'LOCALHOST', 'desk.example']) {
      expect([
        name,
        (await ask(port, '/', { headers: { host: `${name}:${port}` } })).status,
      ]).toEqual([name, 200]);
    }
  });

  const OWN = Object.values(networkInterfaces())
    .flatMap((all = []) => all)
    .filter(({ address }) => !address.startsWith('fe80:'))
    .map(({ address }) => (address.includes(':') ? `[${address}]` : address));

  // A machine may have no IPv6.
  const EVERYWHERE = OWN.some((name) => name.startsWith('[')) ? ['0.0.0.0', '::'] : ['0.0.0.0'];

  it.each(EVERYWHERE)('and, when it listens at %s, to this machine’s', async (host) => {
    const { port, url } = await startPage({ host });
    expect(url).toBe(`http://127.0.0.1:${port}/`);
    for (const name of [...OWN, hostname(), hostname().toUpperCase()]) {
      const headers = { ...JSON_TYPE, host: `${name}:${port}`, origin: `http://${name}:${port}` };
      const message = { user: 'alice', type: 'text', content: 'hi' };
      const page = await ask(port, '/', { headers: { host: headers.host } });
      expect([name, page.status]).toEqual([name, 200]);
      expect([name, (await post(port, '/send', message, headers)).status]).toEqual([name, 200]);
    }
  });

  it('which a browser of another machine writes as it finds them', async () => {
    const { port } = await startPage({ host: '0.0.0.0' });
    for (const name of OWN.filter((one) => !one.startsWith('['))) {
      const answer = await fetch(`http://${name}:${port}/`);
      expect([name, answer.status]).toEqual([name, 200]);
    }
  });

  it.each([
    '0.0.0.0:PORT',
    '[::]:PORT',
    '198.51.100.7:PORT',
    'evil.example:PORT',
    `${hostname()}.evil.example:PORT`,
    '127.0.0.1.nip.io:PORT',
    '127.0.0.1:1',
  ])('but to %j not even then', async (name) => {
    const { port } = await startPage({ host: '0.0.0.0' });
    const headers = { host: name.replace('PORT', String(port)) };
    expect((await ask(port, '/state', { headers })).status).toBe(403);
  });

  it('a name that was allowed is that of a tunnel: at any port, and with https', async () => {
    const { port } = await startPage({ allowedHosts: ['Desk.example'] });
    const message = { user: 'alice', type: 'text', content: 'hi' };
    const statusFor = async (host: string, origin: string) =>
      (await post(port, '/send', message, { ...JSON_TYPE, host, origin })).status;
    expect(await statusFor('desk.example', 'https://desk.example')).toBe(200);
    expect(await statusFor('desk.example:8443', 'https://desk.example:8443')).toBe(200);
    expect(await statusFor('desk.example', 'https://evil.example')).toBe(403);
    expect(await statusFor('www.desk.example', 'https://www.desk.example')).toBe(403);
    expect(await statusFor(`127.0.0.1:${port}`, `https://127.0.0.1:${port}`)).toBe(403);
  });

  it.each([
    'http://evil.example',
    'https://127.0.0.1:PORT',
    'http://127.0.0.1:1',
    'null',
    'http://localhost:PORT',
  ])('so it refuses the Origin %s', async (origin) => {
    const { port, alice } = await startPage();
    const headers = { ...JSON_TYPE, origin: origin.replace('PORT', String(port)) };
    const answer = await post(
      port,
      '/send',
      { user: 'alice', type: 'text', content: 'hi' },
      headers,
    );
    expect([answer.status, alice.received]).toEqual([403, []]);
    expect((await ask(port, '/events', { headers: { origin: headers.origin } })).status).toBe(403);
  });

  it('so it refuses a request that another site has its browser make', async () => {
    const { port } = await startPage();
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect((await ask(port, '/state', { headers })).status).toBe(403);
  });

  it('and lets nothing from elsewhere in', async () => {
    const { port } = await startPage();
    const { headers } = await ask(port, '/');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('what is asked for', () => {
  it('is the page and its parts', async () => {
    const { port } = await startPage();
    const { body } = await ask(port, '/');
    const names = [...body.matchAll(/(?:href|src)="([\w.-]+)"/g)].map(([, name]) => name);
    expect(names).toContain('base.css');
    for (const name of names)
      expect([name, (await ask(port, `/${name}`)).status]).toEqual([name, 200]);
  });

  it.each([
    '/nothing',
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
    '/public/app.js',
    '/app.js/',
    '/media/',
    '/media/none',
    '/media/%ff',
    '/media/__proto__',
    '/constructor',
    '//',
  ])('is not %s', async (path) => {
    const { port } = await startPage();
    const { status, body } = await ask(port, path);
    expect([400, 404]).toContain(status);
    expect(body).toMatch(/^\{"error":"[^"]+"\}$/);
  });

  it('is only read with GET', async () => {
    const { port } = await startPage();
    expect((await ask(port, '/', { method: 'DELETE' })).status).toBe(405);
    expect(await ask(port, '/app.js', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  it('is no medium that could carry a script', async () => {
    const { port, simulator } = await startPage();
    const media = (contentType: string) => ({
      type: 'image' as const,
      contentType,
      filename: 'a',
      bytes: 'PHN2Zy8+',
      at: 0,
      isPermanent: false,
    });
    Object.assign(simulator.state.media, {
      svg: media('image/svg+xml'),
      html: media('text/html'),
      png: media('image/png'),
    });
    expect((await ask(port, '/media/svg')).status).toBe(404);
    expect((await ask(port, '/media/html')).status).toBe(404);
    expect(await ask(port, '/media/png')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'image/png' },
    });
  });
});

describe('what is sent in', () => {
  it.each<[string, string, unknown, number, RegExp]>([
    ['an unknown path', '/nothing', {}, 404, /nothing here/],
    ['a path of every object', '/constructor', {}, 404, /nothing here/],
    ['no JSON', '/send', 'user=alice', 400, /not a JSON object/],
    ['a list', '/send', [], 400, /not a JSON object/],
    ['nobody', '/send', { type: 'text', content: 'x' }, 400, /user: a text/],
    ['a stranger', '/send', { user: 'eve', type: 'text', content: 'x' }, 404, /there is no eve/],
    [
      'an unknown type',
      '/send',
      { user: 'alice', type: 'toString' },
      400,
      /type: one of text, image/,
    ],
    [
      'an empty text',
      '/send',
      { user: 'alice', type: 'text', content: ' ' },
      400,
      /content: a text/,
    ],
    [
      'no place on Earth',
      '/send',
      { user: 'alice', type: 'location', latitude: 91, longitude: 0 },
      400,
      /latitude: a number/,
    ],
    [
      'a script for a picture',
      '/send',
      { user: 'alice', type: 'image', data: 'data:image/svg+xml;base64,PHN2Zy8+' },
      400,
      /data: a base64/,
    ],
    [
      'a voice for a picture',
      '/send',
      { user: 'alice', type: 'image', data: 'data:audio/wav;base64,AAAA' },
      400,
      /is no image/,
    ],
    [
      'a delivery that is not there',
      '/again',
      { user: 'alice', delivery: 99 },
      404,
      /not in the log/,
    ],
    ['a fault too slow', '/faults', { breakSignature: false, delay: 1e9 }, 400, /delay: a number/],
    [
      'a template_id that is none',
      '/templates',
      { id: 'a b', title: 't', content: '{{a.DATA}}' },
      400,
      /id: 1 to 128/,
    ],
    [
      'a template_id of every object',
      '/templates',
      { id: '__proto__', title: 't', content: '{{a.DATA}}' },
      400,
      /id: 1 to 128/,
    ],
    [
      'a template without keywords',
      '/templates',
      { id: 'TM1', title: 't', content: 'hello' },
      400,
      /content: a text with/,
    ],
    [
      'material that is not there',
      '/menu',
      { user: 'alice', type: 'media_id', media_id: 'x' },
      404,
      /has no x/,
    ],
  ])('is refused: %s', async (_, path, body, status, words) => {
    const { port, alice } = await startPage();
    const answer = await post(port, path, body);
    expect(answer.status).toBe(status);
    expect((JSON.parse(answer.body) as { error: string }).error).toMatch(words);
    expect(alice.received).toEqual([]);
  });

  it('is one fault, beside those that there are', async () => {
    const { port, simulator } = await startPage();
    await post(port, '/faults', { drop: 2 });
    simulator.faults.drop = 1;
    await post(port, '/faults', { delay: 1000 });
    expect(simulator.faults).toMatchObject({ drop: 1, delay: 1000, breakSignature: false });
  });

  it('is a template, by the id of the console or one of its own', async () => {
    const { port, simulator } = await startPage();
    const template = { title: 'Order', content: '{{first.DATA}}' };
    const made = await post(port, '/templates', { id: 'TM-1_a', ...template });
    expect(JSON.parse(made.body)).toEqual({ id: 'TM-1_a' });
    const { id } = JSON.parse((await post(port, '/templates', template)).body) as { id: string };
    expect(simulator.state.templates).toEqual({ 'TM-1_a': template, [id]: template });
  });

  it('is refused when a form could have sent it', async () => {
    const { port } = await startPage();
    const answer = await post(port, '/users', '{"name":"eve"}', { 'content-type': 'text/plain' });
    expect(answer.status).toBe(415);
  });

  it('is refused beyond 8 MB, and the server goes on', async () => {
    const { port } = await startPage();
    const answer = await post(
      port,
      '/send',
      JSON.stringify({ content: 'x'.repeat(9 * 1024 * 1024) }),
    );
    expect(answer).toMatchObject({ status: 413, headers: { connection: 'close' } });
    expect((await ask(port, '/state')).status).toBe(200);
  });
});

it('a picture that a button asks for is sent when the bot has answered the event', async () => {
  const { port, simulator } = await startPage();
  const seen: unknown[] = [];
  simulator.on((event) => {
    if (event.type === 'sent') seen.push(event.fields['Event'] ?? event.fields['MsgType']);
    if (event.type === 'outcome') seen.push(event.outcome.verdict);
  });
  const answer = await post(port, '/menu', { user: 'alice', type: 'pic_weixin', key: 'PHOTO' });
  expect(answer.status).toBe(200);
  await until(() => seen.length === 4);
  expect(seen).toEqual(['pic_weixin', 'nothing', 'image', 'nothing']);
});

it('a server for the whole network has an address that can be opened', async () => {
  const { url, port } = await startPage({ host: '0.0.0.0' });
  expect(url).toBe(`http://127.0.0.1:${port}/`);
  expect((await fetch(url)).status).toBe(200);
});

it('a port in use is reported', async () => {
  const { port, simulator } = await startPage();
  await expect(servePage({ simulator, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
