/** The doctor, and servers that have one fault each. */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { checkSignature, createWebhook, type WebhookOptions } from '@wechat-mp/core';
import { nodeRequest } from '@wechat-mp/core/adapter';
import { wechat } from '@wechat-mp/express';
import { diagnose, type Finding, formatFindings, runCheck } from '@wechat-mp/simulator';
import express from 'express';
import { closeServers, listen } from '../../../test/support/http.ts';
import { createVirtualClock } from '../src/clock.ts';
import { lookAtHost } from '../src/doctor/hosts.ts';

afterEach(closeServers);

const TOKEN = 'DoctorToken';
const SECRET = {
  appid: 'wx5823bf96d3bd56c7',
  encodingAESKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
};
const QUIET = { error() {}, warn() {}, info() {}, debug() {} };

function startBot(
  options: Partial<WebhookOptions> = {},
  answer?: () => Promise<string>,
): Promise<string> {
  const webhook = createWebhook(
    { token: TOKEN, logger: QUIET, ...options },
    { text: answer ?? (() => 'hi') },
  );
  return listen(async (request, response) => {
    const { status, headers, body } = await webhook.handle(nodeRequest(request, response));
    response.writeHead(status, headers).end(body);
  });
}

/** A server that answers the check of the address in its own way. */
const startEcho = (write: (echostr: string, response: Parameters<RequestListener>[1]) => void) =>
  listen((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://bot');
    const query = Object.fromEntries(searchParams) as Record<
      'signature' | 'timestamp' | 'nonce' | 'echostr',
      string
    >;
    if (!checkSignature({ token: TOKEN, ...query })) return response.writeHead(401).end();
    write(query.echostr, response);
  });

const last = (findings: readonly Finding[]) => {
  const { step, state, what } = findings.at(-1) as Finding;
  return [step, state, what.en];
};
const listSteps = (findings: readonly Finding[]) =>
  findings.map(({ step, state }) => `${step} ${state}`);

describe('a bot that is right', () => {
  it.each<[string, object]>([
    ['plain', {}],
    ['safe', SECRET],
  ])('in the %s mode has nothing but an address that WeChat cannot reach', async (_, secret) => {
    const findings = await diagnose({ target: await startBot(secret), token: TOKEN, ...secret });
    expect(listSteps(findings).filter((step) => !step.endsWith(' ok'))).toEqual(['reach warning']);
    expect(listSteps(findings)).toEqual(
      expect.arrayContaining([
        'dns ok',
        'connect ok',
        'status ok',
        'echo ok',
        'signature ok',
        'message ok',
      ]),
    );
  });
});

describe('checks without a request', () => {
  it.each<[string, Record<string, string>, string, RegExp]>([
    ['no address', { target: 'localhost:3000/wechat' }, 'address', /not a web address/],
    ['an address of ftp', { target: 'ftp://a/b' }, 'address', /not a web address/],
    ['a token with a blank', { token: 'My Token' }, 'token', /not 3 to 32 letters and digits/],
    [
      'a key that is too short',
      { encodingAESKey: 'abc', appid: SECRET.appid },
      'key',
      /has 3 characters/,
    ],
  ])('%s', async (_, given, step, what) => {
    const findings = await diagnose({ target: 'http://127.0.0.1:1', token: TOKEN, ...given });
    expect(last(findings)).toEqual([step, 'problem', expect.stringMatching(what)]);
  });
});

describe('the network', () => {
  it('a name that DNS cannot resolve', async () => {
    const findings = await diagnose({ target: 'http://no-such-host.invalid/wechat', token: TOKEN });
    expect(last(findings)).toEqual(['dns', 'problem', expect.stringMatching(/DNS cannot resolve/)]);
  });

  it('a port that WeChat does not accept, and that nothing is listening on', async () => {
    const findings = await diagnose({ target: 'http://[::ffff:127.0.0.1]:1/wechat', token: TOKEN });
    expect(listSteps(findings)).toContain('port warning');
    expect(last(findings)).toEqual([
      'connect',
      'problem',
      expect.stringMatching(/port 1 \(ECONNREFUSED\)/),
    ]);
  });

  it('a certificate from an unknown issuer, and no TLS at all', async () => {
    const read = (name: string) =>
      readFileSync(new URL(`../../../test/fixtures/${name}`, import.meta.url));
    const server = createTlsServer({ key: read('localhost-key.pem'), cert: read('localhost.pem') });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const signed = await diagnose({ target: `https://localhost:${port}/wechat`, token: TOKEN });
    server.close();
    expect(last(signed)).toEqual([
      'tls',
      'problem',
      'WeChat refuses the certificate: it is self-signed.',
    ]);

    const plain = (await startBot()).replace('http:', 'https:');
    const none = await diagnose({ target: plain, token: TOKEN });
    expect(last(none)).toEqual([
      'tls',
      'problem',
      expect.stringMatching(/There is no TLS at this port/),
    ]);
  });
});

describe('the check of the address', () => {
  it.each<
    [string, (echostr: string, response: Parameters<RequestListener>[1]) => void, string, RegExp]
  >([
    ['quotes', (echostr, response) => response.end(JSON.stringify(echostr)), 'echo', /in quotes/],
    [
      'a line feed',
      (echostr, response) => response.end(`${echostr}\n`),
      'echo',
      /blanks, line feeds or a byte order mark/,
    ],
    [
      'a byte order mark',
      (echostr, response) => response.end(`\ufeff${echostr}`),
      'echo',
      /byte order mark/,
    ],
    ['a web page', (_, response) => response.end('<!doctype html><p>hi'), 'echo', /a web page/],
    [
      'more than the echo',
      (echostr, response) => response.end(`echo: ${echostr}`),
      'echo',
      /more than the echostr/,
    ],
    ['nothing', (_, response) => response.end(), 'echo', /empty/],
    ['something else', (_, response) => response.end('ok'), 'echo', /not the echostr/],
    ['404', (_, response) => response.writeHead(404).end(), 'status', /404/],
    ['500', (_, response) => response.writeHead(500).end(), 'status', /500/],
    [
      'a redirect',
      (_, response) => response.writeHead(301, { location: 'https://www.a.b/wechat?c=d' }).end(),
      'redirect',
      /redirects to https:\/\/www.a.b\/wechat;/,
    ],
    [
      'a broken connection',
      (_, response) => response.destroy(),
      'answer',
      /closed without an answer/,
    ],
  ])('%s', async (_, write, step, what) => {
    const findings = await diagnose({ target: await startEcho(write), token: TOKEN });
    expect(last(findings)).toEqual([step, 'problem', expect.stringMatching(what)]);
    expect(findings.at(-1)?.hint?.zh).toMatch(/[\u4e00-\u9fff]/);
  });

  it('another token', async () => {
    const findings = await diagnose({ target: await startBot(), token: 'OtherToken' });
    expect(last(findings)).toEqual(['status', 'problem', 'The status is 401, not 200.']);
    expect(findings.at(-1)?.hint?.en).toContain('is the token the same');
  });

  it('a signature that is not checked', async () => {
    const target = await listen((request, response) => {
      response.end(new URL(request.url ?? '', 'http://bot').searchParams.get('echostr'));
    });
    expect(last(await diagnose({ target, token: TOKEN }))[0]).toBe('signature');
  });

  it('a clock that is wrong, and an answer that takes long', async () => {
    const clock = createVirtualClock();
    const target = await startEcho((echostr, response) => {
      response.setHeader('date', new Date(clock.now() - 3_600_000).toUTCString());
      void clock.advance(1000).then(() => response.end(echostr));
    });
    const findings = await diagnose({ target, token: TOKEN, clock });
    expect(listSteps(findings)).toEqual(expect.arrayContaining(['time warning', 'clock warning']));
    const said = findings.map(({ what }) => what.en);
    expect(said).toContain('It answers in 1000 ms; WeChat waits 5000 ms.');
    expect(said).toContain("The bot's clock differs from this machine's by 3601 s.");
  });

  it('silence ends after five seconds', async () => {
    const clock = createVirtualClock();
    const target = await startEcho(() => void clock.advance(5000));
    expect(last(await diagnose({ target, token: TOKEN, clock }))).toEqual([
      'answer',
      'problem',
      expect.stringMatching(/within 5 s/),
    ]);
  });

  it('an answer without end is not read on', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'a');
    const target = await startEcho((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    expect(last(await diagnose({ target, token: TOKEN }))[0]).toBe('echo');
  });
});

describe('a message', () => {
  it('behind a parser of bodies', async () => {
    const app = express();
    app.use(express.text({ type: '*/*' }), (request, _, next) => {
      request.body = { xml: request.body };
      next();
    });
    app.use('/wechat', wechat({ token: TOKEN, logger: QUIET }, { text: () => 'hi' }));
    const findings = await diagnose({ target: `${await listen(app)}/wechat`, token: TOKEN });
    expect(last(findings)).toEqual([
      'message',
      'problem',
      expect.stringMatching(/400: the body does not reach/),
    ]);
    expect(findings.at(-1)?.hint?.en).toContain('A body parser runs first');
  });

  it.each([
    [403, ''],
    [419, ''],
    [400, '{"code":"EBADCSRFTOKEN","message":"invalid csrf token"}'],
  ])('that a protection against CSRF refuses, as with %i', async (status, body) => {
    const bot = await startBot();
    const target = await listen(async (request, response) => {
      if (request.method !== 'GET') return void response.writeHead(status).end(body);
      const echo = await fetch(new URL(`${request.url}`, bot));
      response.writeHead(echo.status).end(await echo.text());
    });
    const findings = await diagnose({ target, token: TOKEN });
    expect(last(findings)).toEqual([
      'message',
      'problem',
      expect.stringMatching(/POST is refused, GET is not/),
    ]);
    expect(findings.at(-1)?.hint?.en).toMatch(/^Most likely CSRF protection/);
    expect(findings.at(-1)?.hint?.zh).toMatch(/^多半是 CSRF 防护/);
  });

  it('with another key', async () => {
    const encodingAESKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
    const findings = await diagnose({
      target: await startBot({ ...SECRET, encodingAESKey }),
      token: TOKEN,
      ...SECRET,
    });
    expect(last(findings)).toEqual([
      'message',
      'problem',
      expect.stringMatching(/refused with 401/),
    ]);
    expect(formatFindings(findings)).not.toContain(TOKEN);
    expect(formatFindings(findings, 'zh')).not.toContain(SECRET.encodingAESKey);
  });

  it('that is answered with a line feed after success is a hint, not a problem', async () => {
    const lax = await startEcho((echostr, response) => response.end(echostr || 'success\n'));
    expect(last(await diagnose({ target: lax, token: TOKEN }))).toEqual([
      'message',
      'warning',
      expect.stringMatching(/not quite as documented: .*blanks/),
    ]);
  });

  it('that is answered in another form', async () => {
    const target = await listen((request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://bot');
      const query = Object.fromEntries(searchParams) as Record<
        'signature' | 'timestamp' | 'nonce',
        string
      >;
      if (!checkSignature({ token: TOKEN, ...query })) return response.writeHead(401).end();
      response.end(request.method === 'GET' ? searchParams.get('echostr') : '{"text":"hi"}');
    });
    const findings = await diagnose({ target, token: TOKEN });
    expect(last(findings)).toEqual(['message', 'problem', expect.stringMatching(/it is JSON/)]);
  });
});

it('findings are printed with what to do, in both languages', async () => {
  const findings = await diagnose({ target: 'http://127.0.0.1:1', token: TOKEN });
  expect(formatFindings(findings, 'en')).toMatch(
    /^✓ The token .*\n.*\n! WeChat cannot reach[^\n]*\n {4}→ Fine for/s,
  );
  expect(formatFindings(findings, 'zh')).toContain('    → 机器人在运行吗？');
});

it.each([
  ['https://bot-1.ap-shanghai.run.tcloudbase.com/wechat', "source: 'cloud'"],
  ['https://bot.cn-hangzhou.fcapp.run/wechat', 'serverless'],
  ['https://abc.lambda-url.eu-west-1.on.aws/', 'serverless'],
  ['https://bot.vercel.app/api/wechat', 'domain of your own'],
  ['https://abc.ngrok-free.app/wechat', 'tests'],
])('%s: what to do there', (target, said) => {
  const [finding] = lookAtHost(new URL(target));
  expect(finding).toMatchObject({ step: 'host', state: 'warning' });
  expect(finding?.hint?.en).toContain(said);
});

it('a domain of its own is not remarked on', () => {
  expect([...lookAtHost(new URL('https://wechat.example.com/'))]).toEqual([]);
});

it('a proxy that drops the query is reported', async () => {
  const bot = await startBot();
  const proxy = await listen(async (_, response) => {
    const { status } = await fetch(bot);
    response.writeHead(status).end();
  });
  const finding = (await diagnose({ target: proxy, token: TOKEN })).at(-1) as Finding;
  expect(finding).toMatchObject({ step: 'status', state: 'problem' });
  expect(finding.hint?.en).toContain('drops the query');
  expect(finding.hint?.en).toContain('proxy_pass');
  const [result] = await runCheck({ target: proxy, token: TOKEN, only: ['verify'] });
  expect(result?.why).toContain('does a proxy drop the query?');
});
